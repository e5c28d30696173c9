//! Noticing that the database is an older copy of itself: Toss knows cancels of this server's that it does not.

use std::collections::HashSet;

use reconciliation::{CancelMark, PaymentKey, TransactionKey};

use super::{Inner, mark};
use crate::merchants::Merchant;
use crate::store::{AccountName, CancelRequest, StoreError};
use crate::toss::PaymentReading;

impl Inner {
    /// Whether the payment bears a mark that was made with this merchant's key, that no request has and that
    /// was not looked up after a restore. It is noted then.
    pub(super) async fn bears_forgotten_mark(
        &self,
        merchant: &Merchant,
        reading: &PaymentReading,
    ) -> Result<bool, StoreError> {
        let payment = &reading.payment.payment_key;
        let marks: Vec<(CancelMark, TransactionKey)> = reading
            .cancels
            .iter()
            .filter_map(|cancel| {
                let mark = CancelMark::at_end_of(cancel.reason.as_deref()?)?;
                let evidence = cancel.transaction_key.clone();
                let evidence = evidence.or_else(|| named_by(&mark))?;
                Some((mark, evidence))
            })
            .filter(|(found, _)| mark::is_ours(&merchant.toss, found, payment))
            .collect();
        if marks.is_empty() {
            return Ok(false);
        }
        let known: HashSet<CancelMark> = self
            .requests_for(payment)
            .await?
            .iter()
            .map(CancelRequest::mark)
            .collect();
        let unknown: Vec<TransactionKey> = marks
            .into_iter()
            .filter(|(mark, _)| !known.contains(mark))
            .map(|(_, evidence)| evidence)
            .collect();
        if unknown.is_empty() {
            return Ok(false);
        }
        let looked_up = self.store.looked_up_cancels(payment).await?;
        let Some(evidence) = unknown.into_iter().find(|key| !looked_up.contains(key)) else {
            return Ok(false);
        };
        self.note_forgotten(payment, &merchant.account, &evidence)
            .await?;
        Ok(true)
    }

    /// Tells it loudly, once for each cancel: in the log and in the audit log. A metric counts what is noted.
    pub(super) async fn note_forgotten(
        &self,
        payment: &PaymentKey,
        account: &AccountName,
        evidence: &TransactionKey,
    ) -> Result<(), StoreError> {
        let is_new = self
            .store
            .note_forgotten_cancel(payment, account, evidence, self.clock.now())
            .await?;
        if is_new {
            tracing::error!(
                payment = %payment,
                transaction = %evidence,
                "Toss knows a cancel of this server's that its database does not: an older copy of the database was put \
                 back. Nothing more of this payment is sent before `toss-recon restored` has run"
            );
        }
        Ok(())
    }

    /// Every request for a payment.
    pub(super) async fn requests_for(
        &self,
        payment: &PaymentKey,
    ) -> Result<Vec<CancelRequest>, StoreError> {
        let found = self
            .store
            .cancel_requests_of(std::slice::from_ref(payment))
            .await?;
        Ok(found.into_values().flatten().collect())
    }

    /// The cancels that other requests are known to have caused.
    pub(super) async fn owned_by_others(
        &self,
        request: &CancelRequest,
    ) -> Result<HashSet<TransactionKey>, StoreError> {
        let requests = self.requests_for(&request.payment_key).await?;
        let others = requests.into_iter().filter(|other| other.id != request.id);
        Ok(others.filter_map(|other| other.transaction_key).collect())
    }
}

/// What stands for the key of a cancel that Toss gives without one: its mark, which is that cancel's alone.
fn named_by(mark: &CancelMark) -> Option<TransactionKey> {
    let letters: String = mark
        .to_string()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    TransactionKey::parse(&letters).ok()
}
