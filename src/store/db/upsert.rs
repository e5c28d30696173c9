//! Writing rows with few statements, whose texts stay the same however many rows there are, so that the database prepares
//! each once.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Statement};

use crate::store::StoreError;
use crate::store::db::insert_text::InsertText;

/// Rows in one statement. What does not fill the largest is spread over the smaller ones; the widest table stays below
/// SQLite's 32,766 values.
const ROWS_AT_ONCE: [usize; 4] = [512, 64, 8, 1];

/// What became of rows.
#[derive(Debug)]
pub(in crate::store) enum Written {
    /// Every one was new.
    All,
    /// Some were new or replaced others.
    Some {
        /// How many.
        rows: u64,
        /// What a column of theirs holds, where one was asked for and it is not null.
        keys: Vec<String>,
    },
}

impl Default for Written {
    fn default() -> Self {
        Self::Some {
            rows: 0,
            keys: Vec::new(),
        }
    }
}

impl Written {
    pub(in crate::store) fn add(&mut self, (more, more_keys): (u64, Vec<String>)) {
        if let Self::Some { rows, keys } = self {
            *rows += more;
            keys.extend(more_keys);
        }
    }

    /// What the column holds of those that were written, given what it holds of all.
    pub(in crate::store) fn keys(self, all: impl FnOnce() -> Vec<String>) -> Vec<String> {
        match self {
            Self::All => all(),
            Self::Some { keys, .. } => keys,
        }
    }

    /// How many were written of so many.
    pub(in crate::store) fn rows(&self, all: usize) -> u64 {
        match self {
            Self::All => u64::try_from(all).unwrap_or(u64::MAX),
            Self::Some { rows, .. } => *rows,
        }
    }
}

/// Inserts rows, and tells how many were written.
pub(in crate::store) async fn insert<E>(
    connection: &impl ConnectionTrait,
    models: Vec<E::Model>,
    on_conflict: &OnConflict,
) -> Result<u64, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let text = InsertText::<E>::new(connection.get_database_backend(), on_conflict);
    let mut written = 0;
    for part in parts(models) {
        written += counted(connection, text.with_values(part, None)).await?;
    }
    Ok(written)
}

/// Inserts rows or replaces others by them; tells what the column `key` of those holds that were written, if one is named.
pub(in crate::store) async fn upsert<E>(
    connection: &impl ConnectionTrait,
    models: Vec<E::Model>,
    on_conflict: &OnConflict,
    key: Option<E::Column>,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let text = InsertText::<E>::new(connection.get_database_backend(), on_conflict);
    let mut written = Written::default();
    for part in parts(models) {
        let statement = text.with_values(part, key);
        written.add(carried_out(connection, statement, key.is_some()).await?);
    }
    Ok(written)
}

/// Carries a statement out, and tells how many rows it has written, and the keys that it gives, if it gives any.
pub(in crate::store) async fn carried_out(
    connection: &impl ConnectionTrait,
    statement: Statement,
    gives_keys: bool,
) -> Result<(u64, Vec<String>), StoreError> {
    if gives_keys {
        answered(connection, statement).await
    } else {
        Ok((counted(connection, statement).await?, Vec::new()))
    }
}

async fn counted(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<u64, StoreError> {
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// Carries a statement out, and tells how many rows it gives, and the texts in their first column.
pub(in crate::store) async fn answered(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<(u64, Vec<String>), StoreError> {
    let (mut rows, mut keys) = (0, Vec::new());
    for row in connection.query_all_raw(statement).await? {
        rows += 1;
        let key: Option<String> = row.try_get_by_index(0)?;
        keys.extend(key);
    }
    Ok((rows, keys))
}

/// The rows of each statement.
fn parts<M>(models: Vec<M>) -> impl Iterator<Item = Vec<M>> {
    let sizes: Vec<usize> = sizes(models.len()).collect();
    let mut models = models.into_iter();
    sizes
        .into_iter()
        .map(move |size| models.by_ref().take(size).collect())
}

/// The sizes of the statements that so many rows are written with.
fn sizes(rows: usize) -> impl Iterator<Item = usize> {
    ROWS_AT_ONCE
        .into_iter()
        .scan(rows, |left, size| {
            let times = *left / size;
            *left %= size;
            Some(std::iter::repeat_n(size, times))
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_spread_over_few_sizes_of_statements() {
        assert_eq!(sizes(0).count(), 0);
        assert_eq!(
            sizes(1_162).collect::<Vec<_>>(),
            [512, 512, 64, 64, 8, 1, 1]
        );
        let parts: Vec<Vec<u8>> = parts(vec![7; 70]).collect();
        assert_eq!(
            parts.iter().map(Vec::len).collect::<Vec<_>>(),
            [64, 1, 1, 1, 1, 1, 1]
        );
    }
}
