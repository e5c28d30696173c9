//! Writing many rows with few statements.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Iterable};

use super::StoreError;

/// The most values that one statement may bind. SQLite takes 32,766, PostgreSQL 65,535.
const MAX_VALUES: usize = 30_000;

/// Inserts rows, as many to a statement as it takes, and tells how many were written.
pub(super) async fn insert<E>(
    connection: &impl ConnectionTrait,
    models: Vec<E::Model>,
    on_conflict: &OnConflict,
) -> Result<u64, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let columns = E::Column::iter().count();
    let rows_at_once = (MAX_VALUES / columns.max(1)).max(1);
    let mut written = 0;
    let mut models = models.into_iter();
    loop {
        let chunk: Vec<E::ActiveModel> = models
            .by_ref()
            .take(rows_at_once)
            .map(IntoActiveModel::into_active_model)
            .collect();
        if chunk.is_empty() {
            return Ok(written);
        }
        written += E::insert_many(chunk)
            .on_conflict(on_conflict.clone())
            .exec_without_returning(connection)
            .await?;
    }
}
