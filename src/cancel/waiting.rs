//! The part of a request's life in which it waits for another admin: nothing is sent meanwhile, and what is sent afterwards
//! is what was approved.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::CancelRequestStatus;

use super::due::too_old_to_repeat;
use super::machine::{Effect, Prepared, Situation, Step, send_first, settled};
use super::proof::could_be_of_the_unsent;
use super::verdict::{by_mark, needs_operator, rejected, unknown};
use super::{Admin, client_errors};
use crate::store::{Approval, CancelRequest, CancelRequestChange, Decision, Lease, LeaseChange};
use crate::toss::PaymentReading;

/// Sends what may be sent, and has the rest wait for another admin. What has been approved is sent only as it was then.
pub(super) fn prepared_for(
    request: &CancelRequest,
    prepared: Prepared,
    situation: Situation<'_>,
) -> Step {
    let now = situation.now;
    let may_repeat = request.may_repeat || prepared.may_repeat;
    if may_repeat && let Some(ended) = too_old_to_repeat(request, situation) {
        return ended;
    }
    let has_changed = request.baseline_balance != Some(prepared.balance);
    match (&request.approval, prepared.needs_approval) {
        (None, Some(lives)) => await_approval(prepared, lives, now),
        // What has changed may be its own doing. Its bytes are sent as they were approved: Toss repeats what it has answered
        // to their key, or refuses them for the balance that they name.
        (Some(_), _) if has_changed && may_repeat => settled(CancelRequestChange {
            may_repeat,
            next_at: Some(now),
            ..unknown(request, situation)
        }),
        (Some(_), _) if has_changed => settled(rejected(
            client_errors::balance_changed(request.baseline_balance, prepared.balance),
            now,
        )),
        (Some(approval), Some(_)) if approval.by == request.requested_by => {
            settled(rejected(client_errors::not_yours_to_approve(), now))
        }
        _ => send_first(prepared, now),
    }
}

/// Everything that will be sent is kept, so that what is approved is what is sent; nothing is sent.
fn await_approval(prepared: Prepared, lives: TimeDelta, now: DateTime<Utc>) -> Step {
    let until = now.checked_add_signed(lives).unwrap_or(now);
    settled(CancelRequestChange {
        body: Some(prepared.body),
        baseline_balance: Some(prepared.balance),
        baseline_cancel_keys: Some(prepared.cancels),
        may_repeat: prepared.may_repeat,
        error: Some(client_errors::approval_required()),
        next_at: Some(until),
        ..CancelRequestChange::to(CancelRequestStatus::AwaitingApproval)
    })
}

/// What another admin's approval does; `None` when it is the requester's own. One that comes too late ends the request.
pub(super) fn approved(
    request: &CancelRequest,
    admin: Admin,
    lease: Lease,
    seen: Option<&PaymentReading>,
    now: Situation<'_>,
) -> Option<Step> {
    if admin.owner == request.owner {
        return None;
    }
    if is_over(request, now.now) {
        return expired(request, seen, now).map(settled);
    }
    Some(Step {
        change: CancelRequestChange {
            by: Some(admin.name.clone()),
            approval: Some(Approval {
                by: admin.name,
                at: now.now,
            }),
            lease: LeaseChange::Take(lease),
            ..CancelRequestChange::to(CancelRequestStatus::Requested)
        },
        effect: Effect::Prepare,
        forgotten: None,
    })
}

/// Whether the time for an approval has passed. A waiting request without an end is none that this program wrote.
fn is_over(request: &CancelRequest, now: DateTime<Utc>) -> bool {
    request.expires_at().is_none_or(|until| until <= now)
}

/// The end of a request that nobody approved in time; `None` while there is time, and until the payment has been looked at.
pub(super) fn expired(
    request: &CancelRequest,
    seen: Option<&PaymentReading>,
    now: Situation<'_>,
) -> Option<CancelRequestChange> {
    if !is_over(request, now.now) {
        return None;
    }
    let reading = seen?;
    Some(
        ran_all_the_same(request, reading, now)
            .unwrap_or_else(|| rejected(client_errors::approval_expired(), now.now)),
    )
}

/// The end of a request that an admin has withdrawn; `None` until the payment has been looked at.
pub(super) fn withdrawn(
    request: &CancelRequest,
    admin: Admin,
    seen: Option<&PaymentReading>,
    now: Situation<'_>,
) -> Option<CancelRequestChange> {
    let reading = seen?;
    let change = ran_all_the_same(request, reading, now)
        .unwrap_or_else(|| rejected(client_errors::withdrawn(&admin.name), now.now));
    Some(CancelRequestChange {
        by: Some(admin.name.clone()),
        decision: Some(Decision {
            by: admin.name,
            note: "withdrawn".to_owned(),
        })
        .filter(|_| change.status.is_final()),
        ..change
    })
}

/// What is so of a request that waits as far as the record says, when the payment shows that it may have been sent: the record
/// may be an older copy.
fn ran_all_the_same(
    request: &CancelRequest,
    reading: &PaymentReading,
    now: Situation<'_>,
) -> Option<CancelRequestChange> {
    let proved = by_mark(request, reading, now);
    if proved.is_some() {
        return proved;
    }
    let could_be = could_be_of_the_unsent(request, reading, now.owned);
    (!could_be.is_empty()).then(|| CancelRequestChange {
        may_repeat: true,
        ..needs_operator(
            request,
            "This cancel waited for approval as far as the record says, and one like it has been made: nothing \
             proves whether by this request or by somebody else. Look at the payment in Toss's console.",
        )
    })
}
