//! The status of a payment or of a transaction row, as Toss spells it.

use std::fmt;

/// The status of a payment, or the one that a transaction row was born with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaymentStatus {
    /// The payment window is open.
    Ready,
    /// The buyer has authenticated; not approved yet.
    InProgress,
    /// A virtual account has been issued and waits for its deposit.
    WaitingForDeposit,
    /// Approved: the money is there.
    Done,
    /// Cancelled in one go.
    Canceled,
    /// Cancelled in part; also after the last part, when nothing is left.
    PartialCanceled,
    /// The approval was refused.
    Aborted,
    /// The payment was not finished in time.
    Expired,
    /// A status that this program does not know, in Toss's spelling.
    Other(String),
}

impl PaymentStatus {
    /// Reads Toss's spelling; a word that is not known survives as itself.
    pub fn from_toss(text: &str) -> Self {
        match text {
            "READY" => Self::Ready,
            "IN_PROGRESS" => Self::InProgress,
            "WAITING_FOR_DEPOSIT" => Self::WaitingForDeposit,
            "DONE" => Self::Done,
            "CANCELED" => Self::Canceled,
            "PARTIAL_CANCELED" => Self::PartialCanceled,
            "ABORTED" => Self::Aborted,
            "EXPIRED" => Self::Expired,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Toss's spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ready => "READY",
            Self::InProgress => "IN_PROGRESS",
            Self::WaitingForDeposit => "WAITING_FOR_DEPOSIT",
            Self::Done => "DONE",
            Self::Canceled => "CANCELED",
            Self::PartialCanceled => "PARTIAL_CANCELED",
            Self::Aborted => "ABORTED",
            Self::Expired => "EXPIRED",
            Self::Other(text) => text,
        }
    }

    /// Whether a row of this status gives money back or hands an account number back.
    pub fn is_cancel(&self) -> bool {
        matches!(self, Self::Canceled | Self::PartialCanceled)
    }

    /// The place in the life cycle, which orders rows of one second.
    pub(crate) fn life_cycle_rank(&self) -> u8 {
        match self {
            Self::Ready => 0,
            Self::InProgress => 1,
            Self::WaitingForDeposit => 2,
            Self::Done => 3,
            Self::PartialCanceled => 4,
            Self::Canceled => 5,
            Self::Aborted => 6,
            Self::Expired => 7,
            Self::Other(_) => 8,
        }
    }
}

impl fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
