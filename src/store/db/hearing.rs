//! Hearing of what other processes on the same database change. PostgreSQL notifies; where it does not, as behind a pooler that
//! hands connections on, and on SQLite, it is looked from time to time.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgListener, PgPoolOptions};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::fail_points;
use crate::store::db::changed::{Changed, Changes, Heard};
use crate::store::{Store, StoreError};

/// The channel of notifications.
const CHANNEL: &str = "toss_recon_changes";
/// How often a SQLite file is looked at, while anybody wants to know.
const FILE_LOOKS: Duration = Duration::from_secs(1);
/// How often those who want to know are to look for themselves while PostgreSQL tells nothing.
const DEAF_LOOKS: Duration = Duration::from_secs(2);
/// How long a connection may take.
const CONNECTING_MAY_TAKE: Duration = Duration::from_secs(5);
/// How often it is tried out whether notifications come.
const TRIED_OUT_EVERY: Duration = Duration::from_secs(15);
/// How long a notification of our own may be under way.
const HEARD_WITHIN: Duration = Duration::from_secs(5);
/// The first and the longest rest before notifications are tried again.
const RESTS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// What tells other processes of a change, when the transaction is committed.
pub(in crate::store) fn notify(process: &Changes, changed: &Changed) -> Statement {
    let text = process.notification(changed);
    Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_notify($1, $2)",
        [CHANNEL.into(), text.into()],
    )
}

impl Store {
    /// Tells of changes from now on.
    pub fn changes(&self) -> &Changes {
        self.writer.changes()
    }

    /// Hears of what other processes change, until `stop`.
    pub async fn hear_others(self, stop: CancellationToken) {
        let hearing = async {
            if self.writer.get_database_backend() == DbBackend::Postgres {
                self.hear_notifications().await;
            } else {
                self.look_at_file().await;
            }
        };
        stop.run_until_cancelled(hearing).await;
    }

    async fn hear_notifications(&self) {
        let (mut rest, mut was_told) = (RESTS.0, false);
        loop {
            let heard = AtomicBool::new(false);
            let Err(error) = self.listen(&heard).await;
            if heard.load(Relaxed) {
                (rest, was_told) = (RESTS.0, false);
            }
            if !was_told {
                tracing::warn!(
                    %error,
                    "PostgreSQL does not tell what other processes change; subscriptions look every two seconds meanwhile"
                );
                was_told = true;
            }
            let again = Instant::now() + rest;
            while Instant::now() < again {
                self.changes().tell(Changed::anything());
                sleep(DEAF_LOOKS.min(rest)).await;
            }
            rest = (rest * 2).min(RESTS.1);
        }
    }

    /// Tells what is heard over a connection of its own, as long as notifications come.
    async fn listen(&self, heard: &AtomicBool) -> Result<Infallible, StoreError> {
        let writer = self.writer.unwatched();
        let ours = writer.get_postgres_connection_pool();
        let alone = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECTING_MAY_TAKE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(ours.connect_options().as_ref().clone());
        let connecting = async {
            let mut listener = PgListener::connect_with(&alone).await?;
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok::<_, sea_orm::sqlx::Error>(listener)
        };
        let listener = timeout(CONNECTING_MAY_TAKE, connecting).await;
        let Ok(Ok(mut listener)) = listener else {
            return Err(deaf("no connection could be made for it"));
        };
        // What came before was heard by nobody.
        self.changes().tell(Changed::anything());
        let own = AtomicBool::new(false);
        let hearing = async {
            while let Ok(Some(notification)) = listener.try_recv().await {
                if fail_points::fails("notifications-lost") {
                    continue;
                }
                match self.changes().heard(notification.payload()) {
                    Heard::Own => own.store(true, Relaxed),
                    Heard::Others(changed) if changed.is_empty() => {}
                    Heard::Others(changed) => self.changes().tell(changed),
                }
            }
            deaf("the connection was lost")
        };
        tokio::select! {
            error = hearing => Err(error),
            error = self.try_out(&own, heard) => Err(error),
        }
    }

    /// Sends notifications that say nothing; ends when one of them is not heard.
    async fn try_out(&self, own: &AtomicBool, heard: &AtomicBool) -> StoreError {
        loop {
            own.store(false, Relaxed);
            let nothing = notify(self.changes(), &Changed::default());
            if let Err(error) = self.writer.execute_raw(nothing).await {
                return error.into();
            }
            sleep(HEARD_WITHIN).await;
            if !own.load(Relaxed) {
                return deaf(
                    "notifications do not arrive: see that no pooler hands connections on between transactions",
                );
            }
            heard.store(true, Relaxed);
            sleep(TRIED_OUT_EVERY).await;
        }
    }

    /// SQLite says over a connection whether any other one has changed the file. Ours that writes is one, so that what it says
    /// is of other processes.
    async fn look_at_file(&self) {
        let mut seen = None;
        loop {
            sleep(FILE_LOOKS).await;
            if !self.changes().has_watchers() {
                continue;
            }
            // While it writes much, it has no time; it is looked again.
            let Ok(version) = self.file_version().await else {
                continue;
            };
            if seen.replace(version) != Some(version) {
                self.changes().tell(Changed::anything());
            }
        }
    }

    async fn file_version(&self) -> Result<i64, StoreError> {
        let asked = Statement::from_string(DbBackend::Sqlite, "PRAGMA data_version");
        match self.writer.query_one_raw(asked).await? {
            Some(row) => Ok(row.try_get_by_index(0)?),
            None => Err(deaf("SQLite does not tell its version")),
        }
    }
}

fn deaf(reason: &str) -> StoreError {
    StoreError::Unavailable {
        reason: reason.to_owned(),
    }
}
