//! Verdicts: kept with what they were made from, marked when that changes, and made again only then.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use reconciliation::{
    Currency, DiscrepancyClass, KstDate, MId, Money, PaymentKey, SettlementKind, TransactionKey,
    Verdict,
};

use super::{AccountName, SettlementId, Source, Store, StoreError};

/// What a verdict is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictSubject {
    /// A payment; perhaps one that only settlement rows name.
    Payment(PaymentKey),
    /// A settlement row that names no payment.
    Row(SettlementId),
}

/// A subject whose books have changed since its verdict, or whose verdict time may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueVerdict {
    /// What it is on.
    pub subject: VerdictSubject,
    /// Counts the changes of its books. A verdict is kept only if no other change has come since.
    pub books_version: i64,
}

/// A verdict, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictRecord {
    /// What it is on.
    pub subject: VerdictSubject,
    /// The version of the books that it was made from.
    pub books_version: i64,
    /// As of when it was made.
    pub as_of: DateTime<Utc>,
    /// When time alone may change it.
    pub due_at: Option<DateTime<Utc>>,
    /// The payment, when one is known.
    pub payment: Option<PaymentVerdict>,
    /// What disagrees.
    pub discrepancies: Vec<DiscrepancyRecord>,
    /// Events whose row has not come yet.
    pub unsettled: Vec<UnsettledEvent>,
    /// Days that were not read and that it depends on.
    pub gaps: Vec<VerdictGap>,
}

/// How a payment stands, and its sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentVerdict {
    /// Its merchant.
    pub mid: MId,
    /// The merchant whose key read it.
    pub account: AccountName,
    /// Its place in lists.
    pub began_at: DateTime<Utc>,
    /// How it stands.
    pub verdict: Verdict,
    /// Its sums.
    pub sums: PaymentSums,
}

/// A payment's sums, all in its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentSums {
    /// Received, less deposits that bounced.
    pub paid: Money,
    /// Given back.
    pub effective_refund: Money,
    /// Cancelled without money moving.
    pub voided: Money,
    /// Σ amount of its settlement rows, signed.
    pub settled: Money,
    /// Σ fee of its settlement rows, signed.
    pub fee: Money,
    /// Σ payOutAmount of its settlement rows, signed.
    pub pay_out: Money,
}

/// Names a discrepancy: the same disagreement has the same id whenever it is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DiscrepancyId(String);

impl DiscrepancyId {
    /// Takes the id as it is.
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A disagreement, as it is kept and listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscrepancyRecord {
    /// Its name.
    pub id: DiscrepancyId,
    /// The payment; `None` when no row names one.
    pub payment_key: Option<PaymentKey>,
    /// The merchant.
    pub mid: MId,
    /// What kind.
    pub class: DiscrepancyClass,
    /// The event, when it is about a single one.
    pub transaction_key: Option<TransactionKey>,
    /// One sentence with the numbers in it.
    pub explanation: String,
    /// What should be.
    pub expected: Option<Money>,
    /// What is.
    pub observed: Option<Money>,
    /// Observed − expected.
    pub delta: Option<Money>,
    /// Its place in lists: when its payment began; without one, the beginning of the row's sold date.
    pub began_at: DateTime<Utc>,
}

/// A discrepancy with the instant at which it was first found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDiscrepancy {
    /// What it is.
    pub record: DiscrepancyRecord,
    /// When it was first found.
    pub detected_at: DateTime<Utc>,
}

/// An event that is due a settlement row and has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledEvent {
    /// The event.
    pub transaction_key: TransactionKey,
    /// Its merchant.
    pub mid: MId,
    /// The method's literal.
    pub method_label: Option<String>,
    /// Whether it will be paid out or deducted.
    pub kind: SettlementKind,
    /// Signed.
    pub amount: Money,
    /// The sold date by the contract.
    pub sold_date: KstDate,
}

/// Days of one list, both included, that have not been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictGap {
    /// The list.
    pub source: Source,
    /// The first day.
    pub from: KstDate,
    /// The last day.
    pub to: KstDate,
}

/// Sums of the payments that began on one day and stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationSums {
    /// The merchant.
    pub mid: MId,
    /// How they stand.
    pub verdict: Verdict,
    /// How many.
    pub payments: u64,
    /// Their sums; the currency is theirs.
    pub sums: PaymentSums,
}

/// Sums of the settlement rows of one merchant, currency, kind and paid-out date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutSums {
    /// The merchant.
    pub mid: MId,
    /// The day that the money moves.
    pub paid_out_date: KstDate,
    /// Approvals or cancels.
    pub kind: SettlementKind,
    /// How many rows.
    pub rows: u64,
    /// Σ amount, signed.
    pub amount: Money,
    /// Σ fee, signed.
    pub fee: Money,
    /// Σ payOutAmount, signed.
    pub pay_out: Money,
}

/// Sums of events without a row, of one merchant, method, currency, kind and sold date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledSums {
    /// The merchant.
    pub mid: MId,
    /// The method's literal.
    pub method_label: Option<String>,
    /// Approvals or cancels.
    pub kind: SettlementKind,
    /// The sold date by the contract.
    pub sold_date: KstDate,
    /// How many events.
    pub events: u64,
    /// Σ amount, signed.
    pub amount: Money,
}

/// How many settlement rows of one merchant and method have these dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledLag {
    /// The merchant.
    pub mid: MId,
    /// The method's literal.
    pub method_label: Option<String>,
    /// The day of the approval, in rows of approvals that tell it.
    pub event_date: Option<KstDate>,
    /// The sold date.
    pub sold_date: KstDate,
    /// The paid-out date.
    pub paid_out_date: KstDate,
    /// How many rows.
    pub rows: u64,
}

impl Store {
    /// Subjects whose verdict is to be made, those whose books have changed first; at most that many.
    pub async fn due_verdicts(
        &self,
        now: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<DueVerdict>, StoreError> {
        let _ = (now, most);
        unimplemented!()
    }

    /// Every subject that has a verdict or is to have one, in a fixed order, after the given one; at most that many.
    pub async fn verdict_subjects(
        &self,
        after: Option<&VerdictSubject>,
        most: u64,
    ) -> Result<Vec<DueVerdict>, StoreError> {
        let _ = (after, most);
        unimplemented!()
    }

    /// Keeps verdicts with their discrepancies and sums in one transaction, and tells how many were kept: one whose
    /// books have changed since stays due.
    pub async fn save_verdicts(&self, records: &[VerdictRecord]) -> Result<u64, StoreError> {
        let _ = records;
        unimplemented!()
    }

    /// The verdicts as they are kept, without the version of their books; subjects without one are missing.
    pub async fn stored_verdicts(
        &self,
        subjects: &[VerdictSubject],
    ) -> Result<HashMap<VerdictSubject, VerdictRecord>, StoreError> {
        let _ = subjects;
        unimplemented!()
    }

    /// When these payments' discrepancies were first found.
    pub async fn discrepancies_detected(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<DiscrepancyId, DateTime<Utc>>, StoreError> {
        let _ = payments;
        unimplemented!()
    }

    /// Says by what terms verdicts are made from now on. When they were others before, every verdict is due; tells
    /// whether they were.
    pub async fn settle_on_terms(&self, fingerprint: &str) -> Result<bool, StoreError> {
        let _ = fingerprint;
        unimplemented!()
    }

    /// The discrepancy with this id.
    pub async fn discrepancy(
        &self,
        id: &DiscrepancyId,
    ) -> Result<Option<StoredDiscrepancy>, StoreError> {
        let _ = id;
        unimplemented!()
    }

    /// Sums of the payments that began between these days, both included, by merchant, currency and verdict.
    pub async fn reconciliation_sums(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<ReconciliationSums>, StoreError> {
        let _ = (days, mids);
        unimplemented!()
    }

    /// Sums of the settlement rows that are paid out between these days, both included.
    pub async fn payout_sums(
        &self,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<PayoutSums>, StoreError> {
        let _ = (days, mids);
        unimplemented!()
    }

    /// Sums of the events that wait for their settlement row.
    pub async fn unsettled_sums(
        &self,
        mids: Option<&[MId]>,
    ) -> Result<Vec<UnsettledSums>, StoreError> {
        let _ = mids;
        unimplemented!()
    }

    /// The dates of settlement rows that were paid out on or after that day.
    pub async fn settled_lags(&self, since: KstDate) -> Result<Vec<SettledLag>, StoreError> {
        let _ = since;
        unimplemented!()
    }
}

/// The currency of a payment's sums.
impl PaymentSums {
    /// Nothing, in that currency.
    pub fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            paid: zero,
            effective_refund: zero,
            voided: zero,
            settled: zero,
            fee: zero,
            pay_out: zero,
        }
    }
}
