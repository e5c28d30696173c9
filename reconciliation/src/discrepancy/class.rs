//! The ways in which the books can disagree.

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
    /// The payment's balance does not follow from its cancels, or not from its history.
    BalanceMismatch,
    /// The payment's status contradicts its history.
    StatusMismatch,
    /// A cancel matches none of our requests. Information, not an error: it was made in Toss's console, by another
    /// program or by the bank.
    CanceledElsewhere,
    /// One of our cancel requests has no known outcome after 5 minutes.
    CancelUnresolved,
}

impl DiscrepancyClass {
    /// Every class, in the order in which they are looked for.
    pub const ALL: [Self; 16] = [
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
        Self::BalanceMismatch,
        Self::StatusMismatch,
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
            Self::BalanceMismatch => "BALANCE_MISMATCH",
            Self::StatusMismatch => "STATUS_MISMATCH",
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
        self == Self::CanceledElsewhere
    }
}
