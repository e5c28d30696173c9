//! What stands open, counted: for whoever watches over the server.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use reconciliation::CancelRequestStatus;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::store::db::sql::Sql;
use crate::store::{AccountName, Source, Store, StoreError};

/// What stands open at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWork {
    /// How many cancel requests are in each state that is not final; states without any are missing.
    pub cancel_requests: HashMap<CancelRequestStatus, u64>,
    /// How many verdicts are to be made.
    pub verdicts_due: u64,
    /// Of how many payments Toss knows a cancel that this database has forgotten and nobody has looked up.
    pub payments_behind: u64,
    /// When the youngest complete reading of each account's lists began; lists that were never read are missing.
    pub lists_read_at: HashMap<(AccountName, Source), DateTime<Utc>>,
}

impl Store {
    /// What stands open now: four statements, each along an index.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], or [`StoreError::Inconsistent`] for a row that cannot be read.
    pub async fn open_work(&self, now: DateTime<Utc>) -> Result<OpenWork, StoreError> {
        Ok(OpenWork {
            cancel_requests: self.open_cancel_requests().await?,
            verdicts_due: self.count_of_due_verdicts(now).await?,
            payments_behind: self.count_of_payments_behind().await?,
            lists_read_at: self.lists_read_at().await?,
        })
    }

    async fn open_cancel_requests(&self) -> Result<HashMap<CancelRequestStatus, u64>, StoreError> {
        let rows = self
            .reader
            .query_all_raw(by_state(self.reader.get_database_backend()))
            .await?;
        rows.iter()
            .map(|row| {
                let (status, count): (String, i64) =
                    (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let status = CancelRequestStatus::parse(&status).ok_or_else(|| {
                    StoreError::inconsistent("cancel_requests", "status", &status)
                })?;
                Ok((status, to_count(count)))
            })
            .collect()
    }

    async fn count_of_due_verdicts(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let statement = due(self.reader.get_database_backend(), now);
        let row = self.reader.query_one_raw(statement).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(to_count(count.unwrap_or(0)))
    }

    async fn count_of_payments_behind(&self) -> Result<u64, StoreError> {
        let statement = Statement::from_string(
            self.reader.get_database_backend(),
            "SELECT COUNT(DISTINCT payment_key) FROM forgotten_cancels WHERE looked_up_at IS NULL",
        );
        let row = self.reader.query_one_raw(statement).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(to_count(count.unwrap_or(0)))
    }

    async fn lists_read_at(
        &self,
    ) -> Result<HashMap<(AccountName, Source), DateTime<Utc>>, StoreError> {
        let rows = self
            .reader
            .query_all_raw(by_list(self.reader.get_database_backend()))
            .await?;
        rows.iter()
            .map(|row| {
                let (account, source): (String, String) =
                    (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let inconsistent =
                    |column| StoreError::inconsistent("sync_windows", column, &source);
                let read_at = DateTime::from_timestamp_millis(row.try_get_by_index(2)?)
                    .ok_or_else(|| inconsistent("read_at"))?;
                let source = Source::ALL
                    .into_iter()
                    .find(|known| known.as_str() == source)
                    .ok_or_else(|| inconsistent("source"))?;
                Ok(((AccountName::new(&account), source), read_at))
            })
            .collect()
    }
}

/// The condition is that of the partial index, word for word: SQLite uses it for no other.
fn by_state(backend: DbBackend) -> Statement {
    Sql::new(backend).statement(
        "SELECT status, COUNT(*) FROM cancel_requests WHERE status NOT IN ('SUCCEEDED', 'REJECTED') GROUP BY status",
    )
}

fn due(backend: DbBackend, now: DateTime<Utc>) -> Statement {
    let mut sql = Sql::new(backend);
    let now = sql.bind(now.timestamp_millis());
    sql.statement(format!(
        "SELECT COUNT(*) FROM verdicts WHERE due_at <= {now}"
    ))
}

fn by_list(backend: DbBackend) -> Statement {
    Sql::new(backend).statement(
        "SELECT account, source, MAX(read_at) FROM sync_windows GROUP BY account, source",
    )
}

fn to_count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::sqlite_plans;

    #[tokio::test]
    async fn what_stands_open_is_counted_along_indexes() {
        let database = sqlite_plans::empty_tables().await;
        let backend = DbBackend::Sqlite;
        for (statement, index) in [
            (by_state(backend), "INDEX cancel_requests_one_in_flight"),
            (due(backend, DateTime::UNIX_EPOCH), "INDEX verdicts_due_at "),
            (by_list(backend), "INDEX sqlite_autoindex_sync_windows_1"),
        ] {
            let steps = sqlite_plans::steps_of(&database, statement).await;
            assert!(steps[0].contains(index), "{steps:#?}");
        }
    }
}
