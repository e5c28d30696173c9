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
//! - "Nothing was sent" is only said of a payment that was looked at: the record may be an older copy of itself.
//! - What is above the merchant's threshold is sent only after somebody other than the requester has approved it, and only
//!   as it was then: the same bytes, held against the same balance.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{CancelRequestStatus, Money, TransactionKey};

use super::abandoned::requested_and_abandoned;
use super::due::due;
use super::refused::uncounted;
use super::verdict::{answered, by_mark, needs_operator, rejected, seen, succeeded, unknown};
use super::waiting::{approved, expired, prepared_for, withdrawn};
use super::{Admin, client_errors};
use crate::store::{
    CancelRequest, CancelRequestChange, Decision, Lease, LeaseChange, SecretBody, StoredCancelError,
};
use crate::toss::{CancelAnswer, CodeClass, PaymentReading};

/// Toss drops the second of two cancels of one payment within a second.
const BETWEEN_TWO_CANCELS: TimeDelta = TimeDelta::seconds(1);
/// A younger request may still be carried out by whoever began it.
const TAKEN_OVER_FROM: TimeDelta = TimeDelta::seconds(60);

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
        /// The payment, where it could be read.
        seen: Option<&'a PaymentReading>,
    },
    /// An admin, the requester or another, says that it is not to be sent.
    Withdrawn {
        /// Who.
        admin: Admin,
        /// The payment, where it could be read.
        seen: Option<&'a PaymentReading>,
    },
    /// Nobody may have approved it in time. The payment, where it could be read.
    Expired(Option<&'a PaymentReading>),
    /// The payment bears a cancel with the mark of a request that was not sent as far as the record says.
    FoundMarked(&'a PaymentReading),
    /// Whoever had taken the request up has not come back in time.
    Abandoned {
        /// The payment, where it could be read: nothing else says that nothing was sent.
        seen: Option<&'a PaymentReading>,
        /// For whoever goes on with it.
        lease: Lease,
    },
    /// It is time to find out what became of it.
    Due {
        /// The API key that is configured for the merchant now; `None` when there is none.
        api_key: Option<String>,
        /// For whoever takes it up.
        lease: Lease,
        /// The payment, where it was read to look for the request's mark.
        seen: Option<&'a PaymentReading>,
    },
    /// Toss was called and this is what came back.
    Answered {
        /// The sending that was answered, counted from 1.
        attempt: i32,
        /// The answer.
        answer: &'a CancelAnswer,
        /// The payment read after the answer, where [`needs_confirmation`] asked for that.
        seen: Option<&'a PaymentReading>,
    },
    /// The payment was read to see how far a cancel is that Toss has taken on.
    Seen(Option<&'a PaymentReading>),
    /// The caller has waited long enough.
    CallerLeft,
    /// An admin can find out what Toss cannot tell.
    TakenOver {
        /// Who.
        admin: Admin,
    },
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
    /// Whether the payment shows a cancel that this request may have caused, although the record does not know of it.
    pub(super) may_repeat: bool,
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
    /// A cancel of this server's that Toss knows and the database did not.
    pub(super) forgotten: Option<TransactionKey>,
}

/// What is so beside the request when something happens to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Situation<'a> {
    /// Now.
    pub(super) now: DateTime<Utc>,
    /// The cancels of the payment that other requests are known to have caused.
    pub(super) owned: &'a HashSet<TransactionKey>,
    /// The first pause before Toss is asked again. Later ones grow with the time since the first sending.
    pub(super) first_pause: TimeDelta,
}

/// What the event does; `None` when it means nothing in this state.
pub(super) fn step(request: &CancelRequest, event: Event<'_>, now: Situation<'_>) -> Option<Step> {
    use CancelRequestStatus as S;
    if request.status.is_final() {
        return None;
    }
    match (request.status, event) {
        (S::Requested, Event::Prepared(prepared)) => Some(prepared_for(request, prepared, now)),
        // Its caller asks again, so that its bytes can be written anew: Toss answers under the same key.
        (S::Unknown, Event::Prepared(prepared))
            if was_never_sent(request) && is_of_key(request, &prepared.api_key) =>
        {
            Some(prepared_for(request, prepared, now))
        }
        (S::Requested, Event::RefusedByUs(error)) => Some(settled(rejected(error, now.now))),
        (S::Requested | S::Unknown, Event::FoundMarked(reading)) if request.attempts == 0 => {
            found_marked(request, reading, now)
        }
        (S::Requested, Event::Abandoned { seen, lease }) => {
            Some(requested_and_abandoned(request, seen, lease, now))
        }
        // It may have been sent or not: that is what is to be found out, at once.
        (S::Sent, Event::Abandoned { .. }) => Some(settled(CancelRequestChange {
            next_at: Some(now.now),
            toss_words: uncounted(request),
            ..unknown(request, now)
        })),
        (S::Sent, Event::CallerLeft) => Some(settled(CancelRequestChange {
            lease: LeaseChange::Keep,
            ..unknown(request, now)
        })),
        (S::AwaitingApproval, Event::Approved { admin, lease, seen }) => {
            approved(request, admin, lease, seen, now)
        }
        (S::AwaitingApproval, Event::Withdrawn { admin, seen }) => {
            withdrawn(request, admin, seen, now).map(settled)
        }
        (S::AwaitingApproval, Event::Expired(seen)) => expired(request, seen, now).map(settled),
        (
            S::Unknown,
            Event::Due {
                api_key,
                lease,
                seen,
            },
        ) => Some(
            seen.and_then(|reading| by_mark(request, reading, now))
                .map_or_else(|| due(request, api_key.as_deref(), lease, now), settled),
        ),
        (
            S::Sent | S::Unknown | S::NeedsOperator,
            Event::Answered {
                attempt,
                answer,
                seen,
            },
        ) => answered(request, attempt, answer, seen, now),
        // Once it has been sent after all, a look that began before says nothing.
        (S::Unknown, Event::Seen(reading))
            if request.transaction_key.is_some() || request.attempts == 0 =>
        {
            Some(settled(seen(request, reading, now)))
        }
        (S::Unknown, Event::TakenOver { admin }) => taken_over(request, admin, now),
        (
            S::NeedsOperator,
            Event::Decided {
                admin,
                executed,
                note,
            },
        ) => Some(decided(admin, executed, note, now)),
        _ => None,
    }
}

/// Whether nothing can have been sent before the sending that was just answered.
pub(super) fn is_first_sending(request: &CancelRequest) -> bool {
    request.attempts <= 1 && !request.may_repeat
}

/// Whether the record neither says that it was sent nor holds what would be.
pub(super) fn was_never_sent(request: &CancelRequest) -> bool {
    request.attempts == 0 && request.body.is_none()
}

/// Whether it was asked for under this API key: under another one its idempotency key would be a new one for Toss.
pub(super) fn is_of_key(request: &CancelRequest, api_key: &str) -> bool {
    let asked_under = request.content.as_ref().map(|content| content.key.as_str());
    request.api_key.as_deref().or(asked_under) == Some(api_key)
}

fn found_marked(
    request: &CancelRequest,
    reading: &PaymentReading,
    now: Situation<'_>,
) -> Option<Step> {
    let proved = by_mark(request, reading, now)?;
    Some(Step {
        forgotten: proved.transaction_key.clone(),
        ..settled(proved)
    })
}

/// `None` while whoever began it may still be at work.
fn taken_over(request: &CancelRequest, admin: Admin, now: Situation<'_>) -> Option<Step> {
    if now.now - request.requested_at < TAKEN_OVER_FROM {
        return None;
    }
    let message = format!(
        "{} has taken this cancel over: Toss has not told whether it was carried out. Look at the payment in Toss's \
         console.",
        admin.name
    );
    Some(settled(CancelRequestChange {
        by: Some(admin.name),
        ..needs_operator(request, &message)
    }))
}

fn decided(
    admin: Admin,
    executed: Option<TransactionKey>,
    note: String,
    now: Situation<'_>,
) -> Step {
    settled(CancelRequestChange {
        by: Some(admin.name.clone()),
        decision: Some(Decision {
            by: admin.name,
            note,
        }),
        ..match executed {
            Some(key) => succeeded(key, now.now),
            None => rejected(client_errors::decided_not_executed(), now.now),
        }
    })
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

pub(super) fn send_first(prepared: Prepared, now: DateTime<Utc>) -> Step {
    Step {
        change: CancelRequestChange {
            sent_at: Some(now),
            body: Some(prepared.body),
            baseline_balance: Some(prepared.balance),
            baseline_cancel_keys: Some(prepared.cancels),
            api_key: Some(prepared.api_key),
            may_repeat: prepared.may_repeat,
            lease: LeaseChange::Take(prepared.lease),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        },
        effect: Effect::Send,
        forgotten: None,
    }
}

pub(super) fn settled(change: CancelRequestChange) -> Step {
    Step {
        change,
        effect: Effect::Nothing,
        forgotten: None,
    }
}
