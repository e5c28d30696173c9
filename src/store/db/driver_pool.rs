//! The driver's pool of connections, which is made anew where it gives no connection any more.
//!
//! A connection that comes back to its pool is asked by the driver whether it is still there, without a limit. When the
//! path falls silent just then, its place is never free again, and once every place is lost nothing would ever be asked of
//! the database again.

use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sea_orm::{ConnAcquireErr, ConnectOptions, Database, DatabaseConnection, DbErr};
use tokio::time::timeout;

/// So long the connections of a pool that was replaced may take to be closed.
const CLOSING_MAY_TAKE: Duration = Duration::from_secs(30);

/// A pool, and how another one is made.
pub(in crate::store) struct DriverPool {
    current: RwLock<DatabaseConnection>,
    /// `None` where places cannot be lost: SQLite's file does not fall silent.
    again: Option<ConnectOptions>,
    /// When the database last answered over this pool, or the pool was made.
    answered: Mutex<Instant>,
}

impl DriverPool {
    /// Connections that are never replaced.
    pub(in crate::store) fn lasting(connections: DatabaseConnection) -> Self {
        Self::with(connections, None)
    }

    /// Opens connections that are replaced by others like them.
    pub(in crate::store) async fn open(options: ConnectOptions) -> Result<Self, DbErr> {
        let mut again = options.clone();
        again.min_connections(0).connect_lazy(true);
        Ok(Self::with(Database::connect(options).await?, Some(again)))
    }

    fn with(connections: DatabaseConnection, again: Option<ConnectOptions>) -> Self {
        Self {
            current: RwLock::new(connections),
            again,
            answered: Mutex::new(Instant::now()),
        }
    }

    /// The pool as it is now.
    pub(in crate::store) fn current(&self) -> DatabaseConnection {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Takes note of what a call came to. When it got no connection, and nobody had an answer for as long as a call may
    /// take, the pool is replaced: those who hold its connections would have had an answer or been cut off by then.
    pub(in crate::store) async fn note<T>(
        &self,
        outcome: &Result<T, DbErr>,
        call_may_take: Duration,
    ) {
        let starved = matches!(
            outcome,
            Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
        );
        if !starved {
            *self.last_answer() = Instant::now();
        } else if self.last_answer().elapsed() > call_may_take {
            self.replace().await;
        }
    }

    async fn replace(&self) {
        let Some(again) = &self.again else { return };
        // Made without asking the database: each connection is made when it is wanted.
        let Ok(made) = Database::connect(again.clone()).await else {
            return;
        };
        *self.last_answer() = Instant::now();
        let old = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, made)
        };
        tracing::debug!("a pool gave no connection any more and is replaced");
        // Places that are lost never come back: nobody waits for them for ever.
        tokio::spawn(timeout(CLOSING_MAY_TAKE, async move { old.close().await }));
    }

    fn last_answer(&self) -> std::sync::MutexGuard<'_, Instant> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
