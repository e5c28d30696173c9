//! How long a list is.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::SelectStatement;

use crate::store::lists::keyset::MOST_COUNTED;
use crate::store::{Store, StoreError};

impl Store {
    /// What a statement of [`count`](super::keyset::Walk::count) counts; `None` for more than it counts to.
    pub(in crate::store) async fn counted(
        &self,
        statement: &SelectStatement,
    ) -> Result<Option<u64>, StoreError> {
        let row = self.reader.query_one(statement).await?;
        let rows: i64 = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => 0,
        };
        Ok(u64::try_from(rows)
            .ok()
            .filter(|rows| *rows <= MOST_COUNTED))
    }
}
