//! What follows when it is time to find out what became of a request: the same bytes again under the same key, a look at the
//! payment, or a person, once Toss may have forgotten the key.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::CancelRequestStatus;

use super::client_errors;
use super::machine::{Effect, Situation, Step, is_of_key, settled, was_never_sent};
use super::verdict::{needs_operator, unknown};
use crate::store::{CancelRequest, CancelRequestChange, Lease, LeaseChange};

/// Toss keeps answers under a key for 15 days; a day less is safe to rely on.
const KEY_LIVES: TimeDelta = TimeDelta::days(14);
/// How long a request waits for its API key to be put back into the settings before a person must look.
pub(super) const KEY_MAY_BE_MISSING: TimeDelta = TimeDelta::days(1);
/// More sendings than this do not help: Toss repeats a stored failure under the same key for ever. With the pauses
/// between, they take more than a day.
const MOST_ATTEMPTS: i32 = 40;

const KEY_TOO_OLD: &str = "Toss has not told for 14 days whether the cancel was carried out, and from now on would carry it \
     out again if asked. Look at the payment in Toss's console.";

/// For how long Toss may have known the key. What was sent although the record does not say so was sent after it was asked
/// for.
fn age_of_key(request: &CancelRequest, now: DateTime<Utc>) -> TimeDelta {
    let first_sent = request.first_sent_at.filter(|_| !request.may_repeat);
    now - first_sent.unwrap_or(request.requested_at)
}

/// The end of a request that may have been sent before, so long ago that Toss may have forgotten its key.
pub(super) fn too_old_to_repeat(request: &CancelRequest, now: Situation<'_>) -> Option<Step> {
    let is_too_old = now.now - request.requested_at >= KEY_LIVES;
    is_too_old.then(|| settled(needs_operator(request, KEY_TOO_OLD)))
}

/// What follows when it is time to find out what became of a request.
pub(super) fn due(
    request: &CancelRequest,
    api_key: Option<&str>,
    lease: Lease,
    now: Situation<'_>,
) -> Step {
    let age = age_of_key(request, now.now);
    if age >= KEY_LIVES {
        return settled(needs_operator(request, KEY_TOO_OLD));
    }
    if api_key.is_none_or(|api_key| !is_of_key(request, api_key)) {
        if age >= KEY_MAY_BE_MISSING {
            return settled(needs_operator(
                request,
                "The cancel was sent with a secret key that is not in the settings any more, and only with that key Toss \
                 tells what became of it. Look at the payment in Toss's console.",
            ));
        }
        return settled(unknown(request, now));
    }
    let lease = LeaseChange::Take(lease);
    let is_under_way = request.transaction_key.is_some();
    if is_under_way || was_never_sent(request) {
        let words = request.toss_words.as_ref();
        return Step {
            change: CancelRequestChange {
                error: Some(if is_under_way {
                    client_errors::in_progress()
                } else {
                    client_errors::not_known_yet(words)
                }),
                lease,
                ..CancelRequestChange::to(CancelRequestStatus::Unknown)
            },
            effect: Effect::ReadPayment,
            forgotten: None,
        };
    }
    if request.attempts >= MOST_ATTEMPTS || request.body.is_none() {
        return settled(needs_operator(
            request,
            "Toss was asked many times and never told whether the cancel was carried out. Look at the payment in Toss's \
             console.",
        ));
    }
    Step {
        change: CancelRequestChange {
            sent_at: Some(now.now),
            // An approved one that the record does not call sent has none yet.
            api_key: api_key.map(ToOwned::to_owned),
            lease,
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        },
        effect: Effect::Send,
        forgotten: None,
    }
}
