//! What a payment says of its virtual account (source P). The account's number is never here, only its masked form.

use chrono::{DateTime, Utc};

/// How far the bank is with giving a deposit back, in Toss's word. It only informs: a cancel that is done counts as
/// refunded whatever it says, because Toss has been seen to leave it `NONE` after a real refund.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RefundStatus {
    /// Nothing is being given back.
    None,
    /// The bank is at it.
    Pending,
    /// The bank refused it: the money did not reach the buyer.
    Failed,
    /// The bank refused a part of it.
    PartialFailed,
    /// The money has reached the buyer.
    Completed,
    /// A word that this program does not know, in Toss's spelling.
    Other(String),
}

impl RefundStatus {
    /// Reads Toss's spelling; a word that is not known survives as itself.
    pub fn from_toss(text: &str) -> Self {
        match text {
            "NONE" => Self::None,
            "PENDING" => Self::Pending,
            "FAILED" => Self::Failed,
            "PARTIAL_FAILED" => Self::PartialFailed,
            "COMPLETED" => Self::Completed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Toss's spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::None => "NONE",
            Self::Pending => "PENDING",
            Self::Failed => "FAILED",
            Self::PartialFailed => "PARTIAL_FAILED",
            Self::Completed => "COMPLETED",
            Self::Other(text) => text,
        }
    }

    /// Whether a person must see to it that the buyer gets the money.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed | Self::PartialFailed)
    }
}

/// A payment's virtual account. What the answer left out is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VirtualAccount {
    /// The bank as Toss names it: a code, in old answers a name.
    pub bank: Option<String>,
    /// The account's number with all but its last digits hidden.
    pub masked_account_number: Option<String>,
    /// Until when the deposit may come.
    pub due_at: Option<DateTime<Utc>>,
    /// How far the bank is with giving the deposit back.
    pub refund_status: Option<RefundStatus>,
}

/// A number with all but its last four characters hidden; a short one wholly.
pub fn mask_account_number(number: &str) -> String {
    const SHOWN: usize = 4;
    let length = number.chars().count();
    let hidden = if length > 2 * SHOWN {
        length - SHOWN
    } else {
        length
    };
    let shown = number.chars().skip(hidden);
    std::iter::repeat_n('*', hidden).chain(shown).collect()
}
