//! Every way in which the books can disagree, each with its evidence.

mod amounts;
mod class;
mod explanation;
mod identity;
mod shown;

use chrono::{DateTime, Utc};

pub use class::{DiscrepancyClass, Severity};
pub use explanation::Language;
pub use shown::Concerned;

use crate::{
    BrokenIdentity, CancelRequestStatus, KstDate, ListedUnreadable, Money, PaymentKey,
    PaymentStatus, RefundStatus, Settlement, Source, TransactionKey,
};

/// One disagreement: one cause, named once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// The payment; `None` when no row names one.
    pub payment_key: Option<PaymentKey>,
    /// The event, when it is about a single one.
    pub transaction_key: Option<TransactionKey>,
    /// What shows it.
    pub evidence: Evidence,
}

/// What shows a discrepancy: the rows and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// What has not been read of one list.
    SourceGap {
        /// The list.
        source: Source,
        /// What of it, ascending.
        gaps: Vec<Gap>,
        /// Whether something of the other list is missing as well.
        both_lists: bool,
    },
    /// The word that is not known, and where it stands.
    UnknownStatus {
        /// Whose status it is.
        of: StatusOf,
        /// Toss's spelling.
        status: String,
    },
    /// More rows than events.
    SettlementDuplicated {
        /// How many events they stand for.
        events: usize,
        /// What the rows of those events should add up to, signed.
        expected: Money,
        /// Every row, the one that fits best first.
        rows: Vec<Settlement>,
    },
    /// What the void nominally cancelled, and its row.
    SettledVoid {
        /// Positive.
        nominal: Money,
        /// The row that should not be.
        row: Box<Settlement>,
    },
    /// The rows under one key, or one row without a key, that match no event.
    SettlementOrphan {
        /// At least one.
        rows: Vec<Settlement>,
    },
    /// The row that could not be read.
    UnreadableRow(Box<ListedUnreadable>),
    /// Two currencies where there should be one.
    CurrencyMismatch {
        /// Which sources differ.
        between: Pair,
        /// What the history has, signed.
        expected: Money,
        /// What the other source has, signed.
        observed: Money,
    },
    /// Two amounts where there should be one.
    AmountMismatch {
        /// Which sources differ.
        between: Pair,
        /// What the history has, signed.
        expected: Money,
        /// What the other source has, signed.
        observed: Money,
    },
    /// The identities that do not hold.
    FeeArithmetic {
        /// The row.
        row: Box<Settlement>,
        /// At least one.
        broken: Vec<BrokenIdentity>,
    },
    /// The event or events without a row.
    SettlementMissing {
        /// The events among which a row is missing: one, or several that only order and amount could tell apart.
        candidates: Vec<TransactionKey>,
        /// How many rows are missing.
        missing: usize,
        /// What one of them should be, signed.
        amount: Money,
        /// The sold date that it should have.
        sold: KstDate,
        /// Since when it is late.
        late_from: DateTime<Utc>,
        /// When a row of it was last read, before Toss took the row back; `None` when none has ever been listed.
        last_seen: Option<DateTime<Utc>>,
    },
    /// Two versions of a row.
    SettlementRestated {
        /// The earlier.
        before: Box<Version>,
        /// The later; `None` when the row is no longer listed.
        after: Option<Box<Version>>,
        /// The reading that showed the change.
        noticed_at: DateTime<Utc>,
    },
    /// Two versions of a row that differ in the paid-out date alone.
    PayoutDateChanged {
        /// The earlier.
        before: Box<Version>,
        /// The later.
        after: Box<Version>,
    },
    /// What was paid, and the larger sum that was refunded.
    RefundExceedsPayment {
        /// Positive, less what bounced.
        paid: Money,
        /// Positive.
        refunded: Money,
    },
    /// What the balance should be, and is.
    BalanceMismatch {
        /// From which equation.
        equation: BalanceEquation,
        /// What it gives.
        expected: Money,
        /// The payment's `balanceAmount`.
        observed: Money,
    },
    /// What the status may be, and is.
    StatusMismatch {
        /// Those that agree with the history.
        expected: Vec<PaymentStatus>,
        /// The payment's.
        observed: PaymentStatus,
    },
    /// What the bank made of the refund.
    RefundFailed {
        /// Toss's word for it.
        status: RefundStatus,
        /// What counts as refunded of the payment all the same.
        refunded: Option<Money>,
    },
    /// The cancel that none of our requests caused.
    CanceledElsewhere {
        /// Positive.
        amount: Money,
        /// When.
        canceled_at: DateTime<Utc>,
        /// Whether money went back.
        refunded: bool,
        /// Whether it came so soon after the approval that Toss itself will have made it (망취소).
        is_net_cancel: bool,
    },
    /// The request without an outcome.
    CancelUnresolved {
        /// Its identity.
        request: String,
        /// How far it got.
        status: CancelRequestStatus,
        /// What it asked for; `None` is everything that was left.
        amount: Option<Money>,
        /// When it was allowed to be sent.
        allowed_at: DateTime<Utc>,
    },
}

/// A part of a list that has not been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gap {
    /// Nothing of this list can be had: a test key has no settlements.
    Unavailable,
    /// What came before this day, back to the payment's beginning.
    Before(KstDate),
    /// These days, both included, wholly or in part.
    Days(KstDate, KstDate),
}

/// Whose status is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatusOf {
    /// A transaction row's.
    Transaction,
    /// The payment's.
    Payment,
    /// That of one of the payment's cancels.
    Cancel,
}

/// Which source the history is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pair {
    /// A settlement row.
    Settlement,
    /// Several settlement rows of one event, taken together.
    Settlements,
    /// The payment, or one of its cancels.
    Payment,
}

/// What a balance must follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BalanceEquation {
    /// The total less every cancel, voids too: all of it from the payment itself.
    TotalLessCancels,
    /// What came in less what went back, from the history.
    PaidLessRefunded,
}

/// A settlement row at one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The row.
    pub settlement: Settlement,
    /// When it was read.
    pub read_at: DateTime<Utc>,
}

impl Discrepancy {
    /// What is wrong.
    pub fn class(&self) -> DiscrepancyClass {
        match self.evidence {
            Evidence::SourceGap { .. } => DiscrepancyClass::SourceGap,
            Evidence::UnknownStatus { .. } => DiscrepancyClass::UnknownStatus,
            Evidence::SettlementDuplicated { .. } => DiscrepancyClass::SettlementDuplicated,
            Evidence::SettledVoid { .. } => DiscrepancyClass::SettledVoid,
            Evidence::SettlementOrphan { .. } => DiscrepancyClass::SettlementOrphan,
            Evidence::UnreadableRow(_) => DiscrepancyClass::UnreadableRow,
            Evidence::CurrencyMismatch { .. } => DiscrepancyClass::CurrencyMismatch,
            Evidence::AmountMismatch { .. } => DiscrepancyClass::AmountMismatch,
            Evidence::FeeArithmetic { .. } => DiscrepancyClass::FeeArithmetic,
            Evidence::SettlementMissing { .. } => DiscrepancyClass::SettlementMissing,
            Evidence::SettlementRestated { .. } => DiscrepancyClass::SettlementRestated,
            Evidence::PayoutDateChanged { .. } => DiscrepancyClass::PayoutDateChanged,
            Evidence::RefundExceedsPayment { .. } => DiscrepancyClass::RefundExceedsPayment,
            Evidence::BalanceMismatch { .. } => DiscrepancyClass::BalanceMismatch,
            Evidence::StatusMismatch { .. } => DiscrepancyClass::StatusMismatch,
            Evidence::RefundFailed { .. } => DiscrepancyClass::RefundFailed,
            Evidence::CanceledElsewhere { .. } => DiscrepancyClass::CanceledElsewhere,
            Evidence::CancelUnresolved { .. } => DiscrepancyClass::CancelUnresolved,
        }
    }
}
