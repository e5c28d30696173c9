//! Whether each connection has a session of PostgreSQL to itself. A pooler that hands sessions on between transactions takes
//! away what this program sets in them, what it listens to there and the statements that it has prepared.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{AssertSqlSafe, Connection as _, Error, Executor as _, PgConnection, Row as _};
use tokio::time::timeout;

use crate::store::StoreError;

/// So long it may take. Who gets no answer is told so by the pool of connections, which tries longer.
const LOOKING_MAY_TAKE: Duration = Duration::from_secs(4);

/// Looks whether two connections can be led to one session.
///
/// # Errors
/// [`StoreError::SharedSessions`] when they were. What else goes wrong is left to whoever connects next.
pub(in crate::store) async fn are_given(options: &PgConnectOptions) -> Result<(), StoreError> {
    match timeout(LOOKING_MAY_TAKE, are_shared(options)).await {
        Ok(Ok(true)) => Err(StoreError::SharedSessions),
        _ => Ok(()),
    }
}

/// One asks who serves it, and then another one within a transaction: a pooler that has taken the first one's session back
/// gives it to the second.
async fn are_shared(options: &PgConnectOptions) -> Result<bool, Error> {
    let mut first = PgConnection::connect_with(options).await?;
    let mut second = PgConnection::connect_with(options).await?;
    let served_first = served_by(&mut first).await?;
    match second.execute("BEGIN").await {
        // One that hands sessions on between statements lets no transaction begin.
        Err(Error::Database(refusal)) if refusal.code().as_deref() == Some("08P01") => {
            return Ok(true);
        }
        begun => begun?,
    };
    let served_second = served_by(&mut second).await?;
    second.execute("ROLLBACK").await?;
    // Where others took the session meanwhile, the first is served by another one now.
    let served_first_now = served_by(&mut first).await?;
    first.close().await?;
    second.close().await?;
    Ok(served_first == served_second || served_first != served_first_now)
}

/// Without preparing the statement, which a pooler may refuse.
async fn served_by(connection: &mut PgConnection) -> Result<i32, Error> {
    let asked = AssertSqlSafe("SELECT pg_backend_pid()::text".to_owned());
    let row = connection.fetch_one(sea_orm::sqlx::raw_sql(asked)).await?;
    let text: String = row.try_get(0)?;
    text.parse().map_err(|error| Error::Decode(Box::new(error)))
}
