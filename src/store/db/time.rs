//! What time it is for the database, where several machines may share one.

use std::time::Instant;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::clock::Sighting;
use crate::store::{Store, StoreError};

/// How often its clock is looked at; the quickest round trip tells most.
const LOOKS: usize = 3;
/// The time at this moment, not that at which the transaction began.
const SHOWN: &str = "SELECT clock_timestamp()";

impl Store {
    /// A look at the database's clock; `None` on SQLite, whose file is used by one machine.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database does not answer.
    pub async fn look_at_clock(&self) -> Result<Option<Sighting>, StoreError> {
        if self.reader.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        // One connection for all, so that waiting for one counts for no round trip.
        let transaction = self.reader.begin().await?;
        let mut best: Option<Sighting> = None;
        for _ in 0..LOOKS {
            let asked = Instant::now();
            let statement = Statement::from_string(DbBackend::Postgres, SHOWN);
            let row = transaction.query_one_raw(statement).await?;
            let answered = Instant::now();
            let row = row.ok_or_else(|| StoreError::Database {
                what: "its clock showed nothing".to_owned(),
            })?;
            let shown: DateTime<Utc> = row.try_get_by_index(0)?;
            let look = Sighting::new(asked, answered, shown);
            best = Some(best.map_or(look, |best| best.better(look)));
        }
        // Nothing was written.
        transaction.rollback().await?;
        Ok(best)
    }
}
