//! What becomes of a request that was recorded and not sent as far as the record says, when nobody works on it any more. The
//! record may be an older copy, so that "nothing was sent" is only said after a look at the payment.

use chrono::TimeDelta;
use reconciliation::CancelRequestStatus;

use super::client_errors;
use super::due::KEY_MAY_BE_MISSING;
use super::machine::{Effect, Situation, Step, settled};
use super::proof::{could_be_of_the_unsent, may_have_run};
use super::verdict::{by_mark, needs_operator, rejected, unknown};
use crate::store::{CancelRequest, CancelRequestChange, Lease, LeaseChange};
use crate::toss::PaymentReading;

/// How long a cancel that may be the request's is looked at before a person must say whose it is.
const LOOKS_FOR: TimeDelta = TimeDelta::minutes(10);

/// What follows when nobody works on a request that is `REQUESTED`. `seen` is the payment, where it could be read.
pub(super) fn requested_and_abandoned(
    request: &CancelRequest,
    seen: Option<&PaymentReading>,
    lease: Lease,
    now: Situation<'_>,
) -> Step {
    let Some(reading) = seen else {
        return not_seen(request, lease, now);
    };
    if let Some(proved) = by_mark(request, reading, now) {
        return Step {
            forgotten: proved.transaction_key.clone(),
            ..settled(proved)
        };
    }
    if may_have_run(request, reading, now) {
        // With its bytes it is sent again under its own key, which asks what became of it. Without them it is looked for.
        return settled(CancelRequestChange {
            may_repeat: true,
            ..unknown(request, now)
        });
    }
    if request.approval.is_some() {
        // An approval that was given is not lost.
        return Step {
            change: CancelRequestChange {
                lease: LeaseChange::Take(lease),
                ..CancelRequestChange::to(CancelRequestStatus::Requested)
            },
            effect: Effect::Prepare,
            forgotten: None,
        };
    }
    settled(rejected(client_errors::never_sent(), now.now))
}

/// The payment cannot be read: the request waits for that, and for a person in the end.
fn not_seen(request: &CancelRequest, lease: Lease, now: Situation<'_>) -> Step {
    if now.now - request.requested_at >= KEY_MAY_BE_MISSING {
        return settled(needs_operator(
            request,
            "The server stopped before it was known whether the cancel was sent, and the payment could not be read since. \
             Look at the payment in Toss's console.",
        ));
    }
    settled(CancelRequestChange {
        error: Some(client_errors::not_looked_at_yet()),
        lease: LeaseChange::Take(lease),
        ..CancelRequestChange::to(CancelRequestStatus::Requested)
    })
}

/// What another look at the payment says of such a request, once it may have run.
pub(super) fn looked_for(
    request: &CancelRequest,
    seen: Option<&PaymentReading>,
    now: Situation<'_>,
) -> CancelRequestChange {
    if let Some(reading) = seen {
        if let Some(proved) = by_mark(request, reading, now) {
            return proved;
        }
        if could_be_of_the_unsent(request, reading, now.owned).is_empty() {
            return rejected(client_errors::never_sent(), now.now);
        }
    }
    if now.now - request.requested_at >= LOOKS_FOR {
        return needs_operator(
            request,
            "The server stopped before it was known whether the cancel was sent, and one of the same amount has been made \
             since: nothing proves whether by this request or by somebody else. Look at the payment in Toss's console.",
        );
    }
    unknown(request, now)
}
