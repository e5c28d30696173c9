//! Why Toss gave no usable answer: each kind is a decision for the caller.

use std::fmt;
use std::time::Duration;

use super::{CodeClass, TossCode};

/// Why a question to Toss has no answer. No text in it is personal or secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TossError {
    /// Toss answered with one of its codes.
    #[error("{call}: {0}", call = .0.call)]
    Refused(Refusal),
    /// Toss, or something in front of it, answered with a status that means failure, without one of Toss's codes.
    #[error("{call}: HTTP {http_status} without one of Toss's error codes")]
    Failed {
        /// Which call.
        call: Call,
        /// The status.
        http_status: u16,
        /// `x-tosspayments-trace-id`.
        trace_id: Option<String>,
    },
    /// No connection could be made, or it broke off before the answer was complete.
    #[error("{call}: {reason}")]
    Unreachable {
        /// Which call.
        call: Call,
        /// What happened to the connection.
        reason: String,
    },
    /// Toss was silent for too long.
    #[error("{call}: no complete answer within {after:?}")]
    TimedOut {
        /// Which call.
        call: Call,
        /// How long was waited.
        after: Duration,
    },
    /// Toss was not asked: what it may be asked in a minute with the merchant's key is used up, by all who ask here.
    #[error(
        "{call}: all who ask here share the calls that Toss may be asked in a minute with one merchant's key, and they are used up: ask again in {seconds} seconds", seconds = wait.as_secs() + 1
    )]
    TooMany {
        /// Which call.
        call: Call,
        /// When to ask again.
        wait: Duration,
    },
    /// The answer is not what Toss documents, or is about another payment.
    #[error("{call}: {reason}")]
    Unreadable {
        /// Which call.
        call: Call,
        /// What could not be read.
        reason: Unreadable,
        /// `x-tosspayments-trace-id`.
        trace_id: Option<String>,
    },
}

impl TossError {
    /// Whether Toss says that there is no such payment for this merchant.
    pub fn is_not_found(&self) -> bool {
        self.code()
            .is_some_and(|code| matches!(code.as_str(), "NOT_FOUND_PAYMENT" | "NOT_FOUND"))
    }

    /// Whether it is as if Toss were down: nothing has been learned about what was asked. True for everything but a
    /// refusal that speaks of the question itself; a refused key and a code that is not known are outages too.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.is_overload_or_failure()
                    || matches!(
                        refusal.code.class(),
                        CodeClass::Retry
                            | CodeClass::StillRunning
                            | CodeClass::Unauthorized
                            | CodeClass::Unknown
                    )
            }
            _ => true,
        }
    }

    /// Whether the same question may have an answer later, without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.is_overload_or_failure() || refusal.code.class() == CodeClass::Retry
            }
            Self::Failed { http_status, .. } => is_overload_or_failure(*http_status),
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Unreadable { .. } => true,
            // It has waited as long as it may.
            Self::TooMany { .. } => false,
        }
    }

    /// Whether Toss answered, and neither refused the key nor was too busy to look at the question: it may have failed at
    /// what was asked alone.
    pub fn may_be_of_the_question(&self) -> bool {
        match self {
            Self::Refused(refusal) => {
                refusal.http_status != 429 && refusal.code.class() != CodeClass::Unauthorized
            }
            // A gateway that reaches nobody behind it says nothing of the question.
            Self::Failed { http_status, .. } => !matches!(http_status, 401 | 403 | 429 | 502..=504),
            Self::Unreadable { .. } => true,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::TooMany { .. } => false,
        }
    }

    /// The field of Toss's answer that cannot be read, and why, when that is what went wrong: the same question will mostly have the
    /// same answer, until Toss or this program changes. `None` for an answer that as a whole is none.
    pub fn unreadable_field(&self) -> Option<&Unreadable> {
        match self {
            Self::Unreadable { reason, .. } if !reason.is_of_the_whole() => Some(reason),
            _ => None,
        }
    }

    /// Toss's code, when Toss gave one.
    pub fn code(&self) -> Option<&TossCode> {
        match self {
            Self::Refused(refusal) => Some(&refusal.code),
            _ => None,
        }
    }
}

/// One of Toss's error answers: `{"code", "message"}`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused with {code} (HTTP {http_status})")]
pub struct Refusal {
    /// Which call was refused.
    pub call: Call,
    /// Why, in a word that has a meaning.
    pub code: TossCode,
    /// Why, in a sentence for people, in Korean as a rule, with long numbers masked. It is Toss's wording and decides nothing.
    pub message: String,
    /// The HTTP status, which decides nothing either: a temporary fault can be a 400.
    pub http_status: u16,
    /// `x-tosspayments-trace-id`, which Toss's staff ask for.
    pub trace_id: Option<String>,
}

impl Refusal {
    /// Whether the status says that Toss is overloaded (429) or broken (5xx), whatever the code.
    pub(super) fn is_overload_or_failure(&self) -> bool {
        is_overload_or_failure(self.http_status)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message is not ours: what it quotes cannot be known.
        f.debug_struct("Refusal")
            .field("call", &self.call)
            .field("code", &self.code)
            .field("http_status", &self.http_status)
            .field("trace_id", &self.trace_id)
            .finish_non_exhaustive()
    }
}

/// What could not be read, and where: a field's path and a reason, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer cannot be read: {path} {reason}")]
pub struct Unreadable {
    /// Where, such as `cancels[1].cancelAmount`; `the answer` when it is the whole.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl Unreadable {
    /// Where the answer as a whole is at fault: it is no JSON, was cut off, or is of another kind.
    const WHOLE: &str = "the answer";

    /// Whether the answer as a whole cannot be read, rather than one of its fields. Something in front of Toss may have sent it,
    /// so that another time there may be one that can.
    pub fn is_of_the_whole(&self) -> bool {
        self.path == Self::WHOLE
    }
}

/// One of the calls that this program makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// A payment by its key.
    Payment,
    /// A payment by its order.
    PaymentByOrder,
    /// The transactions list.
    Transactions,
    /// The settlements list.
    Settlements,
    /// A cancel.
    Cancel,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Payment => "GET /v1/payments/{paymentKey}",
            Self::PaymentByOrder => "GET /v1/payments/orders/{orderId}",
            Self::Transactions => "GET /v1/transactions",
            Self::Settlements => "GET /v1/settlements",
            Self::Cancel => "POST /v1/payments/{paymentKey}/cancel",
        })
    }
}

/// Why the client of Toss cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientSetupError {
    /// The secret key cannot be put into a header.
    #[error("the secret key of Toss cannot be sent: give it anew")]
    Key,
    /// TLS cannot be used on this machine.
    #[error(
        "no encrypted connection to Toss can be set up: {reason}. On Debian and Alpine, install the package ca-certificates"
    )]
    Tls {
        /// What the TLS library says.
        reason: String,
    },
}

pub(super) fn is_overload_or_failure(http_status: u16) -> bool {
    http_status == 429 || (500..600).contains(&http_status)
}
