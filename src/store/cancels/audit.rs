//! The audit log: an entry is written in the transaction of the change that it tells of, and never touched again.

use chrono::{DateTime, Utc};
use entity::audit_entry::{self, Column};
use entity::cancel_request;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::store::cancels::audit_chain::{self, AuditEntry, AuditVerdict, BEGINNING, BrokenLink};
use crate::store::cancels::audit_signatures::{AuditSignatures, KEY_IN_USE};
use crate::store::db::advisory_locks::Turn;
use crate::store::db::transaction::Transaction;
use crate::store::lists::scoped_lists::WITHDRAWN_WITH_A_TOKEN;
use crate::store::rows::{audit_entry, to_millis};
use crate::store::{AuditSigner, CancelRequestId, Store, StoreError};

/// Acts where no person does.
pub(in crate::store) use crate::access::PROGRAM;

/// How many entries are read at once when the whole log is walked along.
const AT_ONCE: u64 = 1_000;

/// What an entry is to say.
pub(in crate::store) struct Said<'a> {
    pub(in crate::store) at: DateTime<Utc>,
    pub(in crate::store) actor: &'a str,
    pub(in crate::store) action: &'a str,
    pub(in crate::store) subject: &'a str,
    pub(in crate::store) detail: serde_json::Value,
}

impl Store {
    /// Adds an entry, signed where there is a key. It is there when the transaction commits, and so is what it tells of.
    pub(in crate::store) async fn add_audit_entry(
        &self,
        transaction: &Transaction,
        said: Said<'_>,
    ) -> Result<(), StoreError> {
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
            signature: None,
        };
        entry.hash = audit_chain::hash(&entry);
        let signer = self.signer.as_ref();
        let row = audit_entry::ActiveModel {
            number: Set(entry.number),
            at: Set(entry.at.into()),
            actor: Set(entry.actor),
            action: Set(entry.action),
            subject: Set(entry.subject),
            detail: Set(entry.detail),
            previous_hash: Set(entry.previous_hash.to_vec()),
            hash: Set(entry.hash.to_vec()),
            signing_key: Set(signer.map(|signer| signer.name().to_owned())),
            signature: Set(signer.map(|signer| signer.sign(&entry.hash).to_vec())),
        };
        audit_entry::Entity::insert(row)
            .exec_without_returning(transaction)
            .await?;
        Ok(())
    }

    /// Says in the log that entries are signed with this store's key from now on, unless one has been already: a cancel
    /// behind it without a signature is none of this program's. Without a key nothing is said.
    pub async fn say_audit_key(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(signer) = &self.signer else {
            return Ok(());
        };
        if has_signed(&self.reader, signer).await? {
            return Ok(());
        }
        let transaction = self.begin().await?;
        Turn::Audit.wait(&transaction).await?;
        if has_signed(&transaction, signer).await? {
            return transaction.rollback().await;
        }
        let said = Said {
            at,
            actor: PROGRAM,
            action: KEY_IN_USE,
            subject: signer.name(),
            detail: serde_json::json!({}),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await
    }

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

    /// What was done about a cancel request, oldest first.
    pub async fn audit_entries_of(
        &self,
        request: &CancelRequestId,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let of_cancels = Column::Action.starts_with("CANCEL_");
        audit_entry::Entity::find()
            .filter(Column::Subject.eq(request.as_str()))
            // A token may be named like a request's id.
            .filter(of_cancels.or(Column::Action.eq(WITHDRAWN_WITH_A_TOKEN)))
            .order_by_asc(Column::Number)
            .all(&self.reader)
            .await?
            .into_iter()
            .map(audit_entry)
            .collect()
    }

    /// Walks along the whole audit log and holds every entry against the one before. Signatures are not looked at.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, StoreError> {
        self.walk_audit(|_| Ok(())).await
    }

    /// As [`Store::verify_audit`], with the signatures of these keys. The verdict does not depend on signatures of others,
    /// which are named.
    pub async fn verify_signed_audit(
        &self,
        keys: &[AuditSigner],
    ) -> Result<(AuditVerdict, AuditSignatures), StoreError> {
        let mut signatures = AuditSignatures::default();
        let verdict = self
            .walk_audit(|entry| signatures.take(keys, entry))
            .await?;
        let is_whole = matches!(verdict, AuditVerdict::Whole { .. });
        if is_whole && let Some(number) = signatures.stripped(self.has_keyed_requests().await?) {
            let reason = BrokenLink::NotSigned;
            return Ok((AuditVerdict::Broken { number, reason }, signatures));
        }
        Ok((verdict, signatures))
    }

    /// Whether a cancel was asked for of a process that had a merchant's key, and so signed what it wrote: the digest of
    /// its content names the key.
    async fn has_keyed_requests(&self) -> Result<bool, StoreError> {
        let keyed: Option<String> = cancel_request::Entity::find()
            .select_only()
            .column(cancel_request::Column::Id)
            .filter(cancel_request::Column::ContentKey.is_not_null())
            .limit(1)
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(keyed.is_some())
    }

    async fn walk_audit(
        &self,
        mut each: impl FnMut(&AuditEntry) -> Result<(), BrokenLink>,
    ) -> Result<AuditVerdict, StoreError> {
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
                        audit_chain::check(number, &last_hash, &entry)?;
                        each(&entry).map(|()| entry)
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

/// Whether an entry is signed with this key.
async fn has_signed(
    connection: &impl ConnectionTrait,
    signer: &AuditSigner,
) -> Result<bool, StoreError> {
    let number: Option<i64> = audit_entry::Entity::find()
        .select_only()
        .column(Column::Number)
        .filter(Column::SigningKey.eq(signer.name()))
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(number.is_some())
}
