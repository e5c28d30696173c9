//! The life of a cancel request, as a function: a state and an event in, a change of the record and what to do next out.
//!
//! Every rule that keeps money from going back twice is here, and nothing that waits, reads a clock or asks a database.
//! The rules, each with what happens without it:
//!
//! - `SENT` is recorded before the first byte leaves; otherwise a crash would forget the key, and the next one pays again.
//! - One idempotency key and one body for the life of a request; a new key for the same intent pays again.
//! - A cancel that cannot be seen proves nothing: it may still run. Only Toss's answer to the same key decides.
//! - A refusal is held against the payment before it is believed: when the answer to a cancel that ran was lost, the next
//!   answer may say that nothing is left to cancel.
//! - A cancel of the right amount that no answer names is a guess, and a guess is for a person.
//! - A key is not sent again when Toss may have forgotten it, nor under another API key, for which it would be a new one.
//! - What is above the merchant's threshold is sent only after somebody other than the requester has approved it, and only
//!   as it was then: the same bytes, held against the same balance.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{CancelRequestStatus, Money, TransactionKey};

use super::verdict::{answered, by_mark, needs_operator, rejected, seen, succeeded, unknown};
use super::waiting::{approved, expired, prepared_for, withdrawn};
use super::{Admin, told};
use crate::store::{
    CancelRequest, CancelRequestChange, Decision, Lease, LeaseChange, SecretBody, StoredCancelError,
};
use crate::toss::{CancelAnswer, CodeClass, PaymentReading};

/// Toss keeps answers under a key for 15 days; a day less is safe to rely on.
const KEY_LIVES: TimeDelta = TimeDelta::days(14);
/// How long a request waits for its API key to be put back into the settings before a person must look.
const KEY_MAY_BE_MISSING: TimeDelta = TimeDelta::days(1);
/// More sendings than this do not help: Toss repeats a stored failure under the same key for ever. With the pauses
/// between, they take more than a day.
const MOST_ATTEMPTS: i32 = 40;
/// Toss drops the second of two cancels of one payment within a second.
const BETWEEN_TWO_CANCELS: TimeDelta = TimeDelta::seconds(1);

/// What happens to a request.
pub(super) enum Event<'a> {
    /// The payment was read and allows the cancel; everything that will be sent is there.
    Prepared(Prepared),
    /// A check refused before anything was sent.
    RefusedByUs(StoredCancelError),
    /// Another admin agrees that it be sent.
    Approved {
        /// Who.
        admin: Admin,
        /// For whoever carries it out.
        lease: Lease,
    },
    /// An admin, the requester or another, says that it is not to be sent.
    Withdrawn {
        /// Who.
        admin: Admin,
    },
    /// Nobody has approved it in time.
    Expired,
    /// Whoever had taken the request up has not come back in time.
    Abandoned,
    /// It is time to find out what became of it.
    Due {
        /// The API key that is configured for the merchant now; `None` when there is none.
        api_key: Option<&'a str>,
        /// For whoever takes it up.
        lease: Lease,
        /// The payment, where it was read to look for the request's mark.
        now_at_toss: Option<&'a PaymentReading>,
    },
    /// Toss was called and this is what came back.
    Answered {
        /// The sending that was answered, counted from 1.
        attempt: i32,
        /// The answer.
        answer: &'a CancelAnswer,
        /// The payment read after the answer, where [`needs_confirmation`] asked for that.
        now_at_toss: Option<&'a PaymentReading>,
    },
    /// The payment was read to see how far a cancel is that Toss has taken on.
    Seen(Option<&'a PaymentReading>),
    /// The caller has waited long enough.
    CallerLeft,
    /// A person looked at Toss's console and decided.
    Decided {
        /// The admin.
        admin: Admin,
        /// What was found: the cancel, or that there is none.
        executed: Option<TransactionKey>,
        /// What the decision rests on.
        note: String,
    },
}

/// What is recorded before the first byte leaves.
pub(super) struct Prepared {
    /// The exact bytes, sealed.
    pub(super) body: SecretBody,
    /// The balance that was read.
    pub(super) balance: Money,
    /// The cancels that the payment has.
    pub(super) cancels: Vec<TransactionKey>,
    /// The API key that will be used.
    pub(super) api_key: String,
    /// For whoever sends.
    pub(super) lease: Lease,
    /// How long to wait for another admin's approval, when the amount is above the threshold.
    pub(super) needs_approval: Option<TimeDelta>,
}

/// What to do once the change is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    Nothing,
    /// Send the stored bytes under the stored key, and report with [`Event::Answered`].
    Send,
    /// Read the payment and make every check again, and report with [`Event::Prepared`] or [`Event::RefusedByUs`].
    Prepare,
    /// Read the payment, and report with [`Event::Seen`].
    ReadPayment,
}

/// What an event does to a request.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The change to record; only when it has been recorded may the effect follow.
    pub(super) change: CancelRequestChange,
    /// What follows.
    pub(super) effect: Effect,
}

/// When things happen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// Now.
    pub(super) now: DateTime<Utc>,
    /// The first pause before Toss is asked again. Later ones grow with the time since the first sending.
    pub(super) first_pause: TimeDelta,
}

/// What the event does; `None` when it means nothing in this state.
pub(super) fn step(request: &CancelRequest, event: Event<'_>, times: Times) -> Option<Step> {
    use CancelRequestStatus as S;
    if request.status.is_final() {
        return None;
    }
    match (request.status, event) {
        (S::Requested, Event::Prepared(prepared)) => {
            Some(prepared_for(request, prepared, times.now))
        }
        (S::Requested, Event::RefusedByUs(error)) => Some(settled(rejected(error, times.now))),
        (S::Requested, Event::Abandoned) => Some(settled(rejected(told::never_sent(), times.now))),
        // It may have been sent or not: that is what is to be found out, at once.
        (S::Sent, Event::Abandoned) => Some(settled(CancelRequestChange {
            next_at: Some(times.now),
            ..unknown(request, times)
        })),
        (S::Sent, Event::CallerLeft) => Some(settled(CancelRequestChange {
            lease: LeaseChange::Keep,
            ..unknown(request, times)
        })),
        (S::AwaitingApproval, Event::Approved { admin, lease }) => {
            approved(request, admin, lease, times.now)
        }
        (S::AwaitingApproval, Event::Withdrawn { admin }) => {
            Some(settled(withdrawn(admin, times.now)))
        }
        (S::AwaitingApproval, Event::Expired) => expired(request, times.now).map(settled),
        (
            S::Unknown,
            Event::Due {
                api_key,
                lease,
                now_at_toss,
            },
        ) => Some(
            now_at_toss
                .and_then(|reading| by_mark(request, reading, times))
                .map_or_else(|| due(request, api_key, lease, times), settled),
        ),
        (
            S::Sent | S::Unknown | S::NeedsOperator,
            Event::Answered {
                attempt,
                answer,
                now_at_toss,
            },
        ) => answered(request, attempt, answer, now_at_toss, times).map(settled),
        (S::Unknown, Event::Seen(reading)) => Some(settled(seen(request, reading, times))),
        (
            S::NeedsOperator,
            Event::Decided {
                admin,
                executed,
                note,
            },
        ) => Some(settled(CancelRequestChange {
            decision: Some(Decision {
                by: admin.name,
                note,
            }),
            ..match executed {
                Some(key) => succeeded(key, times.now),
                None => rejected(told::decided_not_executed(), times.now),
            }
        })),
        _ => None,
    }
}

/// Whether the payment must be read again to know what an answer means.
pub(super) fn needs_confirmation(answer: &CancelAnswer) -> bool {
    matches!(answer, CancelAnswer::Refused { refusal, .. } if refusal.code.class() != CodeClass::Unauthorized)
}

/// How long to wait before a cancel may be sent, so that Toss does not drop it.
pub(super) fn wait_before_sending(
    last_cancel_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> TimeDelta {
    let since = last_cancel_at.map_or(BETWEEN_TWO_CANCELS, |last| now - last);
    // A sending from the future is one of a clock that was set back.
    (BETWEEN_TWO_CANCELS - since).clamp(TimeDelta::zero(), BETWEEN_TWO_CANCELS)
}

/// The cancels of a payment before anything was sent: what is not among them came later.
pub(super) fn cancel_keys(reading: &PaymentReading) -> Vec<TransactionKey> {
    reading
        .cancels
        .iter()
        .map(|cancel| cancel.transaction_key.clone())
        .collect()
}

pub(super) fn send_first(prepared: Prepared, now: DateTime<Utc>) -> Step {
    Step {
        change: CancelRequestChange {
            sent_at: Some(now),
            body: Some(prepared.body),
            baseline_balance: Some(prepared.balance),
            baseline_cancel_keys: Some(prepared.cancels),
            api_key: Some(prepared.api_key),
            lease: LeaseChange::Take(prepared.lease),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        },
        effect: Effect::Send,
    }
}

fn due(request: &CancelRequest, api_key: Option<&str>, lease: Lease, times: Times) -> Step {
    let age = request.first_sent_at.map(|first| times.now - first);
    // Without the instant of the first sending, the age of the key is not known.
    if age.is_none_or(|age| age >= KEY_LIVES) {
        return settled(needs_operator(
            "Toss has not told for 14 days whether the cancel was carried out, and from now on would carry it out again \
             if asked. Look at the payment in Toss's console.",
        ));
    }
    if api_key.is_none() || request.api_key.as_deref() != api_key {
        if age.is_some_and(|age| age >= KEY_MAY_BE_MISSING) {
            return settled(needs_operator(
                "The cancel was sent with a secret key that is not in the settings any more, and only with that key Toss \
                 tells what became of it. Look at the payment in Toss's console.",
            ));
        }
        return settled(unknown(request, times));
    }
    let lease = LeaseChange::Take(lease);
    if request.transaction_key.is_some() {
        return Step {
            change: CancelRequestChange {
                error: Some(told::in_progress()),
                lease,
                ..CancelRequestChange::to(CancelRequestStatus::Unknown)
            },
            effect: Effect::ReadPayment,
        };
    }
    if request.attempts >= MOST_ATTEMPTS || request.body.is_none() {
        return settled(needs_operator(
            "Toss was asked many times and never told whether the cancel was carried out. Look at the payment in Toss's \
             console.",
        ));
    }
    Step {
        change: CancelRequestChange {
            sent_at: Some(times.now),
            lease,
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        },
        effect: Effect::Send,
    }
}

pub(super) fn settled(change: CancelRequestChange) -> Step {
    Step {
        change,
        effect: Effect::Nothing,
    }
}
