//! Payments of which Toss knows a cancel of this server's that this database does not: an older copy of it was put back.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::forgotten_cancel::{self, Column};
use reconciliation::{PaymentKey, TransactionKey};
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde_json::json;

use crate::store::cancels::audit::{PROGRAM, Said};
use crate::store::{AccountName, Store, StoreError};

/// How many rows one statement writes.
const ROWS_AT_ONCE: usize = 500;

impl Store {
    /// Notes that Toss knows this cancel and the database did not, with an entry in the audit log. False when it was noted
    /// before.
    pub async fn note_forgotten_cancel(
        &self,
        payment: &PaymentKey,
        account: &AccountName,
        evidence: &TransactionKey,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = forgotten_cancel::ActiveModel {
            payment_key: Set(payment.to_string()),
            evidence: Set(evidence.to_string()),
            account: Set(account.to_string()),
            noticed_at: Set(at.into()),
            looked_up_at: Set(None),
        };
        let transaction = self.begin().await?;
        let written = forgotten_cancel::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&transaction)
            .await?;
        if written == 0 {
            return Ok(false);
        }
        let said = Said {
            at,
            actor: PROGRAM,
            action: "DATABASE_BEHIND",
            subject: payment.as_str(),
            detail: json!({ "transactionKey": evidence.as_str(), "account": account.to_string() }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether Toss knows a cancel of this payment that the database does not, and nobody has looked it up.
    pub async fn has_forgotten_cancels(&self, payment: &PaymentKey) -> Result<bool, StoreError> {
        let found = forgotten_cancel::Entity::find()
            .filter(Column::PaymentKey.eq(payment.as_str()))
            .filter(Column::LookedUpAt.is_null())
            .count(&self.reader)
            .await?;
        Ok(found > 0)
    }

    /// The cancels of this payment that were looked up after a restore, and are known of since although no request names
    /// them.
    pub async fn looked_up_cancels(
        &self,
        payment: &PaymentKey,
    ) -> Result<HashSet<TransactionKey>, StoreError> {
        let found: Vec<String> = forgotten_cancel::Entity::find()
            .select_only()
            .column(Column::Evidence)
            .filter(Column::PaymentKey.eq(payment.as_str()))
            .filter(Column::LookedUpAt.is_not_null())
            .into_tuple()
            .all(&self.reader)
            .await?;
        found
            .iter()
            .map(|key| {
                TransactionKey::parse(key).map_err(|_| {
                    StoreError::inconsistent("forgotten_cancels", "evidence", payment.as_str())
                })
            })
            .collect()
    }

    /// The accounts with payments of which Toss knows more than the database.
    pub async fn accounts_behind(&self) -> Result<Vec<AccountName>, StoreError> {
        let found: Vec<String> = forgotten_cancel::Entity::find()
            .select_only()
            .column(Column::Account)
            .distinct()
            .filter(Column::LookedUpAt.is_null())
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(found.iter().map(|name| AccountName::new(name)).collect())
    }

    /// Notes that all which Toss knows of this account has been looked up, these cancels that no request names among it. Gives
    /// how many payments nothing stands in the way of any more.
    pub async fn note_looked_up(
        &self,
        account: &AccountName,
        cancels: &[(&PaymentKey, &TransactionKey)],
        at: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let transaction = self.begin().await?;
        let is_behind = Column::Account
            .eq(account.as_str())
            .and(Column::LookedUpAt.is_null());
        let behind: Vec<String> = forgotten_cancel::Entity::find()
            .select_only()
            .column(Column::PaymentKey)
            .distinct()
            .filter(is_behind.clone())
            .into_tuple()
            .all(&transaction)
            .await?;
        for some in cancels.chunks(ROWS_AT_ONCE) {
            let rows = some
                .iter()
                .map(|(payment, evidence)| forgotten_cancel::ActiveModel {
                    payment_key: Set(payment.to_string()),
                    evidence: Set(evidence.to_string()),
                    account: Set(account.to_string()),
                    noticed_at: Set(at.into()),
                    looked_up_at: Set(Some(at.into())),
                });
            forgotten_cancel::Entity::insert_many(rows)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&transaction)
                .await?;
        }
        forgotten_cancel::Entity::update_many()
            .set(forgotten_cancel::ActiveModel {
                looked_up_at: Set(Some(at.into())),
                ..Default::default()
            })
            .filter(is_behind)
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(behind.len())
    }
}
