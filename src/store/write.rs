//! Writing many rows with few statements, whose texts stay the same however many rows there are, so that the database
//! prepares each once.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, Statement};
use tokio::sync::mpsc;

use super::StoreError;
use super::insert_text::InsertText;

/// Rows in one statement. What does not fill the largest is spread over the smaller ones; the widest table stays below
/// SQLite's 32,766 values.
const ROWS_AT_ONCE: [usize; 4] = [512, 64, 8, 1];

/// From so many rows on it pays to try whether all of a statement's rows are new.
const WORTH_A_TRY: usize = 64;

/// What became of rows.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// How many were new or replaced others.
    pub(super) rows: u64,
    /// What a column of theirs holds, where it is not null.
    pub(super) keys: Vec<String>,
}

impl Written {
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.keys.extend(other.keys);
    }
}

/// Inserts rows, and tells how many were written.
pub(super) async fn insert<E>(
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
    let mut models = models.into_iter();
    for rows in parts(models.len()) {
        let statement = text.with_values(models.by_ref().take(rows).collect(), None);
        written += connection.execute_raw(statement).await?.rows_affected();
    }
    Ok(written)
}

/// Inserts rows or replaces others by them; tells what the column `key` of those holds that were written, if one is named.
///
/// On SQLite, many are first tried as if none were there yet: that is twice as fast, because a statement that may replace
/// rows first copies every page that it touches, lest it fail half-way. Where no column is named, rows that the try has
/// written and that are then replaced by themselves count twice.
pub(super) async fn upsert<E>(
    connection: &impl ConnectionTrait,
    models: Vec<E::Model>,
    on_conflict: &OnConflict,
    key: Option<E::Column>,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + 'static,
{
    let backend = connection.get_database_backend();
    let is_many = models.len() >= WORTH_A_TRY;
    let mut left = models.len();
    let mut made = Upserts {
        text: InsertText::<E>::new(backend, on_conflict),
        new: (backend == DbBackend::Sqlite && is_many).then(|| InsertText::of_new_rows(backend)),
        key,
        sizes: parts(left).collect::<Vec<_>>().into_iter(),
        models: models.into_iter(),
    };
    let mut outcome = Written::default();
    if !is_many {
        for part in made {
            part.write(connection, &mut outcome).await?;
        }
        return Ok(outcome);
    }
    // The next statement is made while the last one is carried out.
    let (parts, mut ready) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || made.try_for_each(|part| parts.blocking_send(part)));
    while let Some(part) = ready.recv().await {
        left -= part.rows.min(left);
        part.write(connection, &mut outcome).await?;
    }
    if left > 0 {
        return Err(StoreError::Unavailable {
            reason: "a part of the program ended early".to_owned(),
        });
    }
    Ok(outcome)
}

/// The statements that write rows, in parts.
struct Upserts<E: EntityTrait> {
    text: InsertText<E>,
    /// What is tried first.
    new: Option<InsertText<E>>,
    key: Option<E::Column>,
    sizes: std::vec::IntoIter<usize>,
    models: std::vec::IntoIter<E::Model>,
}

/// The statements that write some rows: each as long as the ones before have not written all.
struct Upsert {
    rows: usize,
    statements: Vec<Statement>,
    is_answered: bool,
}

impl<E> Iterator for Upserts<E>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    type Item = Upsert;

    fn next(&mut self) -> Option<Upsert> {
        let rows = self.sizes.next()?;
        let part: Vec<E::Model> = self.models.by_ref().take(rows).collect();
        let first = self.new.as_ref().filter(|_| rows >= WORTH_A_TRY);
        let first = first.map(|new| new.with_values(part.clone(), self.key));
        let statements = first
            .into_iter()
            .chain([self.text.with_values(part, self.key)])
            .collect();
        Some(Upsert {
            rows,
            statements,
            is_answered: self.key.is_some(),
        })
    }
}

impl Upsert {
    async fn write(
        self,
        connection: &impl ConnectionTrait,
        outcome: &mut Written,
    ) -> Result<(), StoreError> {
        for statement in self.statements {
            let written = if self.is_answered {
                answered(connection, statement).await?
            } else {
                counted(connection, statement).await?
            };
            let is_all = usize::try_from(written.rows) == Ok(self.rows);
            outcome.add(written);
            if is_all {
                break;
            }
        }
        Ok(())
    }
}

/// As [`upsert`], with rows from another table that has the same columns.
pub(super) async fn upsert_from<E>(
    connection: &impl ConnectionTrait,
    table: &str,
    on_conflict: &OnConflict,
    key: Option<E::Column>,
) -> Result<Written, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let text = InsertText::<E>::new(connection.get_database_backend(), on_conflict);
    let statement = text.with_rows_of(table, key);
    match key {
        Some(_) => answered(connection, statement).await,
        None => counted(connection, statement).await,
    }
}

async fn counted(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Written, StoreError> {
    Ok(Written {
        rows: connection.execute_raw(statement).await?.rows_affected(),
        keys: Vec::new(),
    })
}

async fn answered(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Written, StoreError> {
    let mut outcome = Written::default();
    for row in connection.query_all_raw(statement).await? {
        outcome.rows += 1;
        let key: Option<String> = row.try_get_by_index(0)?;
        outcome.keys.extend(key);
    }
    Ok(outcome)
}

/// The sizes of the statements that so many rows are written with.
fn parts(rows: usize) -> impl Iterator<Item = usize> {
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
        assert_eq!(parts(0).count(), 0);
        assert_eq!(
            parts(1_162).collect::<Vec<_>>(),
            [512, 512, 64, 64, 8, 1, 1]
        );
    }
}
