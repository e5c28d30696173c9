//! The ways in which the books can disagree, and how much each matters.

/// How much a discrepancy matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Somebody must look at it.
    Error,
    /// Something has to be read first.
    Wait,
    /// It only informs.
    Info,
}

/// What is wrong, in the order in which it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DiscrepancyClass {
    /// A window that the verdict depends on has not been read completely.
    SourceGap,
    /// A row carries a status that this program does not know.
    UnknownStatus,
    /// There are more current settlement rows than events.
    SettlementDuplicated,
    /// An account that was handed back unpaid has a settlement row.
    SettledVoid,
    /// A settlement row matches no event although that window of the transactions has been read.
    SettlementOrphan,
    /// A row could not be read.
    UnreadableRow,
    /// Matched rows differ in currency.
    CurrencyMismatch,
    /// Matched rows differ in amount.
    AmountMismatch,
    /// An identity within a settlement row does not hold.
    FeeArithmetic,
    /// An event's settlement row is late.
    SettlementMissing,
    /// A settlement row's content changed between two readings.
    SettlementRestated,
    /// Only a settlement row's paid-out date changed between two readings.
    PayoutDateChanged,
    /// More was refunded than was paid, although the payment's approval has been read.
    RefundExceedsPayment,
    /// The payment's balance does not follow from its cancels, or not from its history.
    BalanceMismatch,
    /// The payment's status contradicts its history.
    StatusMismatch,
    /// The bank refused to give a virtual account's deposit back, or a part of it.
    RefundFailed,
    /// A cancel matches none of our requests. Information, not an error: it was made in Toss's console, by another
    /// program or by the bank.
    CanceledElsewhere,
    /// One of our cancel requests has no known outcome 5 minutes after it was allowed to be sent.
    CancelUnresolved,
}

impl DiscrepancyClass {
    /// Every class, in the order in which they are looked for.
    pub const ALL: [Self; 18] = [
        Self::SourceGap,
        Self::UnknownStatus,
        Self::SettlementDuplicated,
        Self::SettledVoid,
        Self::SettlementOrphan,
        Self::UnreadableRow,
        Self::CurrencyMismatch,
        Self::AmountMismatch,
        Self::FeeArithmetic,
        Self::SettlementMissing,
        Self::SettlementRestated,
        Self::PayoutDateChanged,
        Self::RefundExceedsPayment,
        Self::BalanceMismatch,
        Self::StatusMismatch,
        Self::RefundFailed,
        Self::CanceledElsewhere,
        Self::CancelUnresolved,
    ];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SourceGap => "SOURCE_GAP",
            Self::UnknownStatus => "UNKNOWN_STATUS",
            Self::SettlementDuplicated => "SETTLEMENT_DUPLICATED",
            Self::SettledVoid => "SETTLED_VOID",
            Self::SettlementOrphan => "SETTLEMENT_ORPHAN",
            Self::UnreadableRow => "UNREADABLE_ROW",
            Self::CurrencyMismatch => "CURRENCY_MISMATCH",
            Self::AmountMismatch => "AMOUNT_MISMATCH",
            Self::FeeArithmetic => "FEE_ARITHMETIC",
            Self::SettlementMissing => "SETTLEMENT_MISSING",
            Self::SettlementRestated => "SETTLEMENT_RESTATED",
            Self::PayoutDateChanged => "PAYOUT_DATE_CHANGED",
            Self::RefundExceedsPayment => "REFUND_EXCEEDS_PAYMENT",
            Self::BalanceMismatch => "BALANCE_MISMATCH",
            Self::StatusMismatch => "STATUS_MISMATCH",
            Self::RefundFailed => "REFUND_FAILED",
            Self::CanceledElsewhere => "CANCELED_ELSEWHERE",
            Self::CancelUnresolved => "CANCEL_UNRESOLVED",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// Whether it only informs and leaves the verdict alone.
    pub fn is_information(self) -> bool {
        self.severity() == Severity::Info
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            Self::CanceledElsewhere => Severity::Info,
            Self::SourceGap => Severity::Wait,
            _ => Severity::Error,
        }
    }
}
