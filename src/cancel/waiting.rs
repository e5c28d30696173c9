//! The part of a request's life in which it waits for another admin: nothing is sent meanwhile, and what is sent afterwards
//! is what was approved.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::CancelRequestStatus;

use super::machine::{Effect, Prepared, Step, send_first, settled};
use super::verdict::rejected;
use super::{Admin, told};
use crate::store::{Approval, CancelRequest, CancelRequestChange, Decision, Lease, LeaseChange};

/// Sends what may be sent, and has the rest wait for another admin. What has been approved is sent only as it was then.
pub(super) fn prepared_for(
    request: &CancelRequest,
    prepared: Prepared,
    now: DateTime<Utc>,
) -> Step {
    match (&request.approval, prepared.needs_approval) {
        (None, Some(lives)) => await_approval(prepared, lives, now),
        (Some(_), _) if request.baseline_balance != Some(prepared.balance) => settled(rejected(
            told::balance_changed(request.baseline_balance, prepared.balance),
            now,
        )),
        (Some(approval), Some(_)) if approval.by == request.requested_by => {
            settled(rejected(told::not_yours_to_approve(), now))
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
        error: Some(told::approval_required()),
        next_at: Some(until),
        ..CancelRequestChange::to(CancelRequestStatus::AwaitingApproval)
    })
}

/// What another admin's approval does; `None` when it is the requester's own.
pub(super) fn approved(
    request: &CancelRequest,
    admin: Admin,
    lease: Lease,
    now: DateTime<Utc>,
) -> Option<Step> {
    if admin.owner == request.owner {
        return None;
    }
    if let Some(ended) = expired(request, now) {
        return Some(settled(ended));
    }
    Some(Step {
        change: CancelRequestChange {
            approval: Some(Approval {
                by: admin.name,
                at: now,
            }),
            lease: LeaseChange::Take(lease),
            ..CancelRequestChange::to(CancelRequestStatus::Requested)
        },
        effect: Effect::Prepare,
    })
}

/// The end of a request that nobody approved in time; `None` while there is time. A waiting request without an end is none
/// that this program wrote.
pub(super) fn expired(request: &CancelRequest, now: DateTime<Utc>) -> Option<CancelRequestChange> {
    let is_over = request.expires_at().is_none_or(|until| until <= now);
    is_over.then(|| rejected(told::approval_expired(), now))
}

/// The end of a request that an admin has withdrawn.
pub(super) fn withdrawn(admin: Admin, now: DateTime<Utc>) -> CancelRequestChange {
    let error = told::withdrawn(&admin.name);
    CancelRequestChange {
        decision: Some(Decision {
            by: admin.name,
            note: "withdrawn".to_owned(),
        }),
        ..rejected(error, now)
    }
}
