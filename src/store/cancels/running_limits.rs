//! The limits for cancels that are in force: what each running process was started with, until when it counts as running by
//! the database's clock, and what the limits were when any process was last started.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::database_fact;
use entity::running_limit::{self, Column};
use reconciliation::CancelPolicy;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement,
};
use serde_json::{Value, json};

use crate::store::cancels::audit::{PROGRAM, Said};
use crate::store::db::advisory_locks::Turn;
use crate::store::rows::{limits_json, running_limits};
use crate::store::{Store, StoreError};

/// The fact that holds the limits of the last start.
const LAST_LIMITS: &str = "limits";

impl Store {
    /// Says that this process runs with these limits for so long from now on, and gives the limits of the others that run.
    ///
    /// # Errors
    /// When the database takes no writes, or another process has limits that cannot be read.
    pub async fn hold_limits(
        &self,
        process: &str,
        limits: &CancelPolicy,
        lasts: Duration,
    ) -> Result<Vec<CancelPolicy>, StoreError> {
        let backend = self.writer.get_database_backend();
        let now = now(backend);
        let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        // Each by itself: processes that wait for each other's rows within transactions could wait for ever.
        self.writer
            .execute_raw(Statement::from_sql_and_values(
                backend,
                format!(
                    "INSERT INTO running_limits (process, limits, until) VALUES ($1, $2, {now} + $3) \
                     ON CONFLICT (process) DO UPDATE SET limits = excluded.limits, until = excluded.until"
                ),
                [process.into(), limits_json(limits).to_string().into(), lasts.into()],
            ))
            .await?;
        self.writer
            .execute_unprepared(&format!("DELETE FROM running_limits WHERE until <= {now}"))
            .await?;
        // After what was written stands: of two that start at once, one sees the other.
        let others: Vec<(String, String)> = running_limit::Entity::find()
            .select_only()
            .columns([Column::Process, Column::Limits])
            .filter(Column::Process.ne(process))
            .into_tuple()
            .all(&self.writer)
            .await?;
        others
            .iter()
            .map(|(process, limits)| running_limits(process, limits))
            .collect()
    }

    /// Says that this process has ended.
    pub async fn give_limits_back(&self, process: &str) -> Result<(), StoreError> {
        running_limit::Entity::delete_by_id(process)
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Notes the limits of a start, and says so in the audit log if they are not those of the last one; whether they are
    /// not. A new database counts as one without limits.
    pub async fn note_limits(
        &self,
        limits: &CancelPolicy,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let new = limits_json(limits);
        let transaction = self.begin().await?;
        // Of two processes that start at once with the same limits, one says so.
        Turn::Audit.wait(&transaction).await?;
        let last = database_fact::Entity::find_by_id(LAST_LIMITS)
            .one(&transaction)
            .await?;
        let old: Value = match &last {
            Some(fact) => serde_json::from_str(&fact.value)
                .map_err(|_| StoreError::inconsistent("database_facts", "value", LAST_LIMITS))?,
            None => limits_json(&CancelPolicy::default()),
        };
        if old == new {
            transaction.rollback().await?;
            return Ok(false);
        }
        let fact = database_fact::ActiveModel {
            name: Set(LAST_LIMITS.to_owned()),
            value: Set(new.to_string()),
        };
        database_fact::Entity::insert(fact)
            .on_conflict(
                OnConflict::column(database_fact::Column::Name)
                    .update_column(database_fact::Column::Value)
                    .to_owned(),
            )
            .exec_without_returning(&transaction)
            .await?;
        let said = Said {
            at,
            actor: PROGRAM,
            action: "LIMITS_CHANGED",
            subject: LAST_LIMITS,
            detail: json!({ "old": old, "new": new }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// The database's clock, in milliseconds: processes need not agree on what time it is.
pub(in crate::store) fn now(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
        _ => "CAST(unixepoch('now', 'subsec') * 1000 AS integer)",
    }
}
