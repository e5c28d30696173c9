//! Epochs: how often an older copy of the database was put back, what the copy knew then, and what is to be looked at of it.

use chrono::{DateTime, Utc};
use entity::audit_entry;
use entity::cancel_request::{self, Column};
use entity::database_fact;
use reconciliation::CancelRequestStatus;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::{Value, json};

use crate::store::cancels::audit::{PROGRAM, Said};
use crate::store::cancels::cancel_requests::is_in;
use crate::store::cancels::running_limits::now;
use crate::store::db::advisory_locks::Turn;
use crate::store::db::transaction::Transaction;
use crate::store::{CancelRequestId, Store, StoreError};

/// The fact that holds the epoch.
const EPOCH: &str = "epoch";

/// States of which Toss may know how they ended.
const OPEN: [CancelRequestStatus; 3] = [
    CancelRequestStatus::Requested,
    CancelRequestStatus::Sent,
    CancelRequestStatus::Unknown,
];

/// The time since an older copy of the database was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Which one, counted from 1.
    pub number: u64,
    /// The newest instant that the copy tells of; `None` when it tells of nothing.
    pub knew_until: Option<DateTime<Utc>>,
}

impl Store {
    /// Begins a new epoch, with an entry in the audit log. One that has not ended goes on, and so does one since whose end
    /// nothing has happened: what was looked up then can be looked up again.
    pub async fn begin_epoch(&self, at: DateTime<Utc>) -> Result<Epoch, StoreError> {
        let transaction = self.begin().await?;
        Turn::Audit.wait(&transaction).await?;
        let fact = epoch(&transaction).await?;
        if let Some(fact) = &fact {
            let ended = &fact["lastEntry"];
            if ended.is_null() || ended.as_i64() == last_entry(&transaction).await? {
                transaction.rollback().await?;
                return read_epoch(fact);
            }
        }
        let before = fact.as_ref().map(read_epoch).transpose()?;
        let number = before.map_or(0, |before| before.number).saturating_add(1);
        // Before anything is written: the copy is to say how old it is.
        let knew_until = newest_instant(&transaction).await?;
        let fact = json!({
            "number": number,
            "beganAt": at.timestamp_millis(),
            "knewUntil": knew_until.map(|at| at.timestamp_millis()),
            "lastEntry": null,
        });
        keep_epoch(&transaction, &fact).await?;
        let said = Said {
            at,
            actor: PROGRAM,
            action: "DATABASE_RESTORED",
            subject: EPOCH,
            detail: json!({ "epoch": number, "knewUntil": knew_until }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(Epoch { number, knew_until })
    }

    /// Notes that all was looked up of this epoch, so that the next restore begins another.
    pub async fn end_epoch(&self) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        Turn::Audit.wait(&transaction).await?;
        if let Some(mut fact) = epoch(&transaction).await? {
            fact["lastEntry"] = last_entry(&transaction).await?.into();
            keep_epoch(&transaction, &fact).await?;
        }
        transaction.commit().await
    }

    /// Whether a server runs on the database, or ran so short a while before that it still counts as running.
    pub async fn has_running_servers(&self) -> Result<bool, StoreError> {
        let backend = self.writer.get_database_backend();
        let now = now(backend);
        let running = format!("SELECT COUNT(*) FROM running_limits WHERE until > {now}");
        let asked = Statement::from_string(backend, running);
        let row = self.writer.query_one_raw(asked).await?;
        let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(count.unwrap_or(0) > 0)
    }

    /// Lets requests be taken up that processes hold which are no more.
    pub async fn release_cancel_leases(&self) -> Result<(), StoreError> {
        cancel_request::Entity::update_many()
            .set(cancel_request::ActiveModel {
                lease_owner: Set(None),
                lease_until: Set(None),
                ..Default::default()
            })
            .filter(is_in(&OPEN))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// The requests of which Toss may know how they ended, oldest first, at most that many, from behind the given one.
    pub async fn cancels_left_open(
        &self,
        after: Option<&CancelRequestId>,
        most: u64,
    ) -> Result<Vec<CancelRequestId>, StoreError> {
        let after = after.map_or("", CancelRequestId::as_str);
        let ids: Vec<String> = cancel_request::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(is_in(&OPEN))
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(most)
            .into_tuple()
            .all(&self.writer)
            .await?;
        Ok(ids.iter().map(|id| CancelRequestId::new(id)).collect())
    }
}

async fn epoch(transaction: &Transaction) -> Result<Option<Value>, StoreError> {
    let fact = database_fact::Entity::find_by_id(EPOCH)
        .one(transaction)
        .await?;
    fact.map(|fact| serde_json::from_str(&fact.value).map_err(|_| unreadable()))
        .transpose()
}

async fn keep_epoch(transaction: &Transaction, fact: &Value) -> Result<(), StoreError> {
    let fact = database_fact::ActiveModel {
        name: Set(EPOCH.to_owned()),
        value: Set(fact.to_string()),
    };
    database_fact::Entity::insert(fact)
        .on_conflict(
            OnConflict::column(database_fact::Column::Name)
                .update_column(database_fact::Column::Value)
                .to_owned(),
        )
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

fn read_epoch(fact: &Value) -> Result<Epoch, StoreError> {
    let knew_until = fact["knewUntil"].as_i64();
    Ok(Epoch {
        number: fact["number"].as_u64().ok_or_else(unreadable)?,
        knew_until: knew_until.and_then(DateTime::from_timestamp_millis),
    })
}

fn unreadable() -> StoreError {
    StoreError::inconsistent("database_facts", "value", EPOCH)
}

async fn last_entry(transaction: &Transaction) -> Result<Option<i64>, StoreError> {
    let number: Option<Option<i64>> = audit_entry::Entity::find()
        .select_only()
        .column_as(audit_entry::Column::Number.max(), "number")
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(number.flatten())
}

/// Whatever the database tells of happened before the copy was taken.
async fn newest_instant(transaction: &Transaction) -> Result<Option<DateTime<Utc>>, StoreError> {
    let backend = transaction.get_database_backend();
    let asked = Statement::from_string(backend, NEWEST);
    let row = transaction.query_one_raw(asked).await?;
    let newest: Option<Option<i64>> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(newest.flatten().and_then(DateTime::from_timestamp_millis))
}

const NEWEST: &str = "SELECT MAX(known.at) FROM (SELECT MAX(requested_at) AS at FROM cancel_requests \
     UNION ALL SELECT MAX(last_sent_at) FROM cancel_requests UNION ALL SELECT MAX(resolved_at) FROM cancel_requests \
     UNION ALL SELECT MAX(at) FROM audit_entries UNION ALL SELECT MAX(read_at) FROM sync_windows) AS known";
