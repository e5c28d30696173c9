//! The audit log: an entry is written in the transaction of the change that it tells of, and never touched again.

use chrono::{DateTime, Utc};
use entity::audit_entry::{self, Column};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::audit_chain::{self, AuditEntry, AuditVerdict, BEGINNING, BrokenLink};
use super::rows::{audit_entry, to_millis};
use super::transaction::Transaction;
use super::turns::Turn;
use super::{Store, StoreError};

/// Acts where no person does.
pub(super) const PROGRAM: &str = "toss-recon";

/// How many entries are read at once when the whole log is walked along.
const AT_ONCE: u64 = 1_000;

/// What an entry is to say.
pub(super) struct Said<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) actor: &'a str,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    pub(super) detail: serde_json::Value,
}

/// Adds an entry. It is there when the transaction commits, and so is what it tells of.
pub(super) async fn add(transaction: &Transaction, said: Said<'_>) -> Result<(), StoreError> {
    Turn::Audit.wait(transaction).await?;
    let last = audit_entry::Entity::find()
        .order_by_desc(Column::Number)
        .one(transaction)
        .await?
        .map(audit_entry)
        .transpose()?;
    let (number, previous_hash) = last.map_or((1, BEGINNING), |last| {
        (last.number.saturating_add(1), last.hash)
    });
    let mut entry = AuditEntry {
        number,
        at: to_millis(said.at),
        actor: said.actor.to_owned(),
        action: said.action.to_owned(),
        subject: said.subject.to_owned(),
        detail: said.detail.to_string(),
        previous_hash,
        hash: BEGINNING,
    };
    entry.hash = audit_chain::hash(&entry);
    let row = audit_entry::ActiveModel {
        number: Set(entry.number),
        at: Set(entry.at.into()),
        actor: Set(entry.actor),
        action: Set(entry.action),
        subject: Set(entry.subject),
        detail: Set(entry.detail),
        previous_hash: Set(entry.previous_hash.to_vec()),
        hash: Set(entry.hash.to_vec()),
        signing_key: Set(None),
        signature: Set(None),
    };
    audit_entry::Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

impl Store {
    /// Entries of the audit log, newest first, at most that many, from before the given number.
    pub async fn audit_entries(
        &self,
        before: Option<i64>,
        most: u64,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let mut wanted = audit_entry::Entity::find();
        if let Some(before) = before {
            wanted = wanted.filter(Column::Number.lt(before));
        }
        wanted
            .order_by_desc(Column::Number)
            .limit(most)
            .all(&self.reader)
            .await?
            .into_iter()
            .map(audit_entry)
            .collect()
    }

    /// Walks along the whole audit log and holds every entry against the one before.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        let (mut number, mut last_hash, mut entries) = (0, BEGINNING, 0_u64);
        loop {
            let rows = audit_entry::Entity::find()
                .filter(Column::Number.gt(number))
                .order_by_asc(Column::Number)
                .limit(AT_ONCE)
                .all(&self.reader)
                .await?;
            // Numbers from 0 down are nobody's: they would stand before the beginning.
            if rows.is_empty() {
                return Ok(match self.before_the_beginning().await? {
                    Some(number) => AuditVerdict::Broken {
                        number,
                        reason: BrokenLink::OtherPredecessor,
                    },
                    None => AuditVerdict::Whole { entries, last_hash },
                });
            }
            for row in rows {
                let here = row.number;
                let checked = audit_entry(row)
                    .map_err(|_| BrokenLink::Unreadable)
                    .and_then(|entry| {
                        audit_chain::check(number, &last_hash, &entry).map(|()| entry)
                    });
                match checked {
                    Ok(entry) => (number, last_hash) = (entry.number, entry.hash),
                    Err(reason) => {
                        return Ok(AuditVerdict::Broken {
                            number: here,
                            reason,
                        });
                    }
                }
                entries = entries.saturating_add(1);
            }
        }
    }

    async fn before_the_beginning(&self) -> Result<Option<i64>, StoreError> {
        let row = audit_entry::Entity::find()
            .filter(Column::Number.lt(1))
            .one(&self.reader)
            .await?;
        Ok(row.map(|row| row.number))
    }
}
