//! Verdicts: kept with what they were made from, marked when that changes, and made again only then.

pub(in crate::store) mod book_rows;
mod booked;
mod due;
mod found;
mod news;
mod parts;
mod saving;
mod stored;
mod sums;
mod unsettled;

use std::fmt;

use chrono::{DateTime, Utc};
use reconciliation::{
    Currency, DeskState, DiscrepancyClass, KstDate, MId, MatchStrength, Money, MoneyError,
    PaymentKey, SettlementKind, TransactionKey, Verdict,
};

use super::{AccountName, SettlementId, Source, StoreError};

pub use booked::{BookedDay, DatedBooks, SoldAndPaidOut};
pub use due::SettledTerms;
pub(in crate::store) use stored::read_parts;
pub use sums::{ReconciliationSums, UnsettledSums};

/// What a verdict is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictSubject {
    /// A payment; perhaps one that only settlement rows name.
    Payment(PaymentKey),
    /// A settlement row that names no payment.
    Row(SettlementId),
}

/// Stands in front of the id of a row: no payment key has a slash.
const ROW: &str = "row/";

impl VerdictSubject {
    /// How it stands in the store.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Payment(key) => key.to_string(),
            Self::Row(id) => format!("{ROW}{id}"),
        }
    }

    /// Reads that spelling.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        if let Some(id) = text.strip_prefix(ROW) {
            return Ok(Self::Row(SettlementId::new(id)));
        }
        PaymentKey::parse(text)
            .map(Self::Payment)
            .map_err(|_| StoreError::inconsistent("verdicts", "subject", text))
    }
}

impl fmt::Display for VerdictSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
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
    /// Its books by date.
    pub dated: DatedBooks,
    /// Its settlement rows that do not surely belong to one event.
    pub unsure: Vec<UnsureRow>,
}

/// A settlement row that does not surely belong to one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsureRow {
    /// The row.
    pub id: SettlementId,
    /// How it belongs: not [`MatchStrength::Exact`].
    pub strength: MatchStrength,
    /// Its merchant.
    pub mid: MId,
    /// Its kind.
    pub kind: SettlementKind,
    /// The day that it is booked on.
    pub sold_date: KstDate,
    /// The day that its money moves.
    pub paid_out_date: KstDate,
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
    /// What is left of it and Toss never settles, signed: under a test key, and of methods that are said not to be.
    pub never_settled: Money,
}

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
            never_settled: zero,
        }
    }

    /// What was paid and not given back.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.paid.minus(self.effective_refund)
    }

    /// What Toss still owes before fees: negative when it has paid out too much.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn unsettled(&self) -> Result<Money, MoneyError> {
        self.net()?.minus(self.settled)?.minus(self.never_settled)
    }
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
    /// One sentence with the numbers in it, in English.
    pub explanation: String,
    /// The same in Korean; `None` where an older program made it.
    pub explanation_ko: Option<String>,
    /// What should be.
    pub expected: Option<Money>,
    /// What is.
    pub observed: Option<Money>,
    /// Observed − expected.
    pub delta: Option<Money>,
    /// Its place in lists: when its payment began; without one, the beginning of the row's sold date.
    pub began_at: DateTime<Utc>,
    /// A digest of what its evidence says; `None` where an older program made it.
    pub evidence: Option<String>,
}

/// A discrepancy, when it was found and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDiscrepancy {
    /// What it is.
    pub record: DiscrepancyRecord,
    /// What the verdict is on that it belongs to.
    pub subject: VerdictSubject,
    /// When it was first found.
    pub detected_at: DateTime<Utc>,
    /// How it stands.
    pub at_desk: AtDesk,
}

/// How a discrepancy stands at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtDesk {
    /// Whether it is found, and acknowledged.
    pub state: DeskState,
    /// Who has it.
    pub assignee: Option<String>,
    /// When it was no longer found; `None` while it is.
    pub resolved_at: Option<DateTime<Utc>>,
}

impl AtDesk {
    /// That of one that nobody has touched.
    pub const OPEN: Self = Self {
        state: DeskState::Open,
        assignee: None,
        resolved_at: None,
    };
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerdictGap {
    /// The list.
    pub source: Source,
    /// The first day.
    pub from: KstDate,
    /// The last day.
    pub to: KstDate,
}
