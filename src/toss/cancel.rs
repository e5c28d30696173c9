//! What became of a cancel that was sent: a verdict that never says more than what is proved.

use std::time::Duration;

use reconciliation::PaymentKey;

use super::answer::{Answer, Fault};
use super::masked::masked;
use super::read::{is_of_payment, read_payment};
use super::{Call, MusdAmounts, PaymentReading, RawBody, Refusal, TossError, Unreadable};

/// The outcome of one sending of a cancel.
#[derive(Clone, Debug)]
pub enum CancelAnswer {
    /// Toss answered with the payment, after the cancel: it was carried out, now or when the same idempotency key was
    /// first used.
    Done {
        /// The payment as it is now; the new cancel is the last of its cancels.
        reading: Box<PaymentReading>,
        /// The answer's text.
        raw: RawBody,
        /// The HTTP status.
        http_status: u16,
    },
    /// Toss refused, and will answer the same to this idempotency key for 15 days.
    ///
    /// A refused key ([`CodeClass::Unauthorized`](super::CodeClass::Unauthorized)) is refused before Toss looks at the
    /// idempotency key: it proves that *this* sending did nothing, and says nothing of an earlier one.
    Refused {
        /// The refusal.
        refusal: Refusal,
        /// The answer's text.
        raw: RawBody,
    },
    /// The connection was never made: this sending provably did not reach Toss.
    NotSent {
        /// What happened to the connection.
        reason: String,
    },
    /// It may have been carried out or not. Only Toss's answer to the same idempotency key can tell.
    Unknown {
        /// Why nothing is known.
        reason: UnknownReason,
        /// The answer's text, when there was one.
        raw: Option<RawBody>,
    },
}

/// Why the outcome of a cancel is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownReason {
    /// Toss was silent for too long.
    #[error("no complete answer within {after:?}")]
    Silence {
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke off after it had been made.
    #[error("{reason}")]
    BrokenOff {
        /// What happened to the connection.
        reason: String,
    },
    /// Toss gave a code that proves nothing: still running (409), too many requests (429) or a failure of its own (5xx).
    #[error("{0}, which does not tell whether it was carried out")]
    Undecided(Refusal),
    /// A failure without one of Toss's codes.
    #[error("HTTP {http_status} without one of Toss's error codes")]
    Failed {
        /// The status.
        http_status: u16,
    },
    /// Toss, or something in front of it, answered with success and something that is not the payment.
    #[error("{0}")]
    Unreadable(Unreadable),
}

/// Judges what came back. Everything that is not proof is [`CancelAnswer::Unknown`].
pub(super) fn judge(
    outcome: Result<Answer, Fault>,
    key: &PaymentKey,
    musd: MusdAmounts,
) -> CancelAnswer {
    let unknown = |reason| CancelAnswer::Unknown { reason, raw: None };
    match outcome {
        Ok(answer) if answer.is_success() => judge_success(&answer, key, musd),
        Ok(answer) => judge_refusal(&answer),
        Err(Fault::NotMade { reason }) => CancelAnswer::NotSent { reason },
        Err(Fault::BrokenOff { reason }) => unknown(UnknownReason::BrokenOff { reason }),
        Err(Fault::Silence { after }) => unknown(UnknownReason::Silence { after }),
        Err(Fault::Unreadable { reason, .. }) => unknown(UnknownReason::Unreadable(reason)),
    }
}

fn judge_success(answer: &Answer, key: &PaymentKey, musd: MusdAmounts) -> CancelAnswer {
    let reading = read_payment(&answer.body, musd)
        .and_then(|reading| is_of_payment(&reading, key).map(|()| reading));
    match reading {
        Ok(reading) => CancelAnswer::Done {
            raw: reading.raw.clone(),
            reading: Box::new(reading),
            http_status: answer.http_status,
        },
        Err(reason) => CancelAnswer::Unknown {
            reason: UnknownReason::Unreadable(reason),
            raw: Some(RawBody::new(answer.body.as_str())),
        },
    }
}

fn judge_refusal(answer: &Answer) -> CancelAnswer {
    // It may repeat the account number that it is about.
    let raw = RawBody::new(masked(&answer.body));
    match answer.refusal(Call::Cancel) {
        TossError::Refused(refusal) if is_definitive(&refusal) => {
            CancelAnswer::Refused { refusal, raw }
        }
        TossError::Refused(refusal) => CancelAnswer::Unknown {
            reason: UnknownReason::Undecided(refusal),
            raw: Some(raw),
        },
        _ => CancelAnswer::Unknown {
            reason: UnknownReason::Failed {
                http_status: answer.http_status,
            },
            raw: Some(raw),
        },
    }
}

/// Whether a refusal proves that the cancel was not carried out: one of Toss's error bodies, answered as a refusal, which Toss
/// keeps under the idempotency key and repeats. A code that is not known is one too. A failure of Toss's own says nothing
/// under any status.
fn is_definitive(refusal: &Refusal) -> bool {
    (400..500).contains(&refusal.http_status)
        && !matches!(refusal.http_status, 409 | 429)
        && refusal.code.may_be_a_refusal()
}
