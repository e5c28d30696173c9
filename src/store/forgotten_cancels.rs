//! Payments of which Toss knows a cancel of this server's that this database does not: an older copy of it was put back.

use chrono::{DateTime, Utc};
use entity::forgotten_cancel::{self, Column};
use reconciliation::{PaymentKey, TransactionKey};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::audit::{PROGRAM, Said};
use super::{AccountName, Store, StoreError};

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

    /// Whether Toss knows a cancel of this payment that the database does not.
    pub async fn has_forgotten_cancels(&self, payment: &PaymentKey) -> Result<bool, StoreError> {
        let found = forgotten_cancel::Entity::find()
            .filter(Column::PaymentKey.eq(payment.as_str()))
            .count(&self.reader)
            .await?;
        Ok(found > 0)
    }
}
