//! What this program sets for each of its sessions at PostgreSQL, whatever the server is set to. By statements, since a
//! pooler may refuse what the start-up packet asks for.

use std::time::Duration;

use sea_orm::sqlx::{AssertSqlSafe, Executor as _, PgConnection};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use crate::store::{Store, StoreError};

/// How long PostgreSQL may work on one statement that somebody waits for.
pub(in crate::store) const STATEMENT_MAY_TAKE: Duration = Duration::from_secs(7);
/// The same for rows that are imported.
pub(in crate::store) const IMPORTING_MAY_TAKE: Duration = Duration::from_mins(1);
/// Whoever stands still in the middle of a transaction, with all that it holds, is cut off after so long. Less than a
/// statement may take, so that who waits for him gets his turn.
const STANDING_STILL: Duration = Duration::from_secs(5);
/// How long PostgreSQL sends to somebody who does not take it, and how long silence lasts before it is looked into.
const UNANSWERED: Duration = Duration::from_secs(10);

/// What every session has to have. Committed is what is on the disk, here and at whoever the server promises it for.
fn required(statement_may_take: Duration) -> String {
    format!(
        "SELECT set_config('synchronous_commit', \
             CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false), \
         set_config('statement_timeout', '{}', false), \
         set_config('idle_in_transaction_session_timeout', '{}', false)",
        statement_may_take.as_millis(),
        STANDING_STILL.as_millis(),
    )
}

/// What a session has where its platform and its socket know of it.
fn wished_for() -> [String; 4] {
    let seconds = UNANSWERED.as_secs();
    [
        format!("SET tcp_user_timeout = {}", UNANSWERED.as_millis()),
        format!("SET tcp_keepalives_idle = {seconds}"),
        format!("SET tcp_keepalives_interval = {}", seconds / 3),
        "SET tcp_keepalives_count = 3".to_owned(),
    ]
}

/// Sets a session up that has just been made.
pub(in crate::store) async fn set_up(
    connection: &mut PgConnection,
    statement_may_take: Duration,
) -> Result<(), sea_orm::sqlx::Error> {
    connection
        .execute(AssertSqlSafe(required(statement_may_take)))
        .await?;
    for statement in wished_for() {
        if let Err(error) = connection.execute(AssertSqlSafe(statement.clone())).await {
            let code = error
                .as_database_error()
                .and_then(|refusal| refusal.code().map(std::borrow::Cow::into_owned));
            tracing::debug!(statement, code, "PostgreSQL does not do this here");
        }
    }
    Ok(())
}

impl Store {
    /// Says so in the log when the server itself does not see to it that what is committed survives a crash.
    pub async fn warn_of_forgetful_server(&self) -> Result<(), StoreError> {
        let backend = self.reader.get_database_backend();
        if backend != DbBackend::Postgres {
            return Ok(());
        }
        let asked = Statement::from_string(backend, "SELECT current_setting('fsync')");
        let answer = self.reader.query_one_raw(asked).await?;
        let fsync: Option<String> = answer.map(|row| row.try_get_by_index(0)).transpose()?;
        if fsync.as_deref() == Some("off") {
            tracing::warn!(
                "PostgreSQL runs with fsync=off: what is committed may be lost when its machine stops, and a refund be \
                 made twice; set fsync=on"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "session/tests.rs"]
mod tests;
