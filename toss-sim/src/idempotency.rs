//! The idempotency store: the same key on the same URL gets the same bytes, whatever its body now says.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

/// How long an answer is kept, from the key's first use.
const KEPT_DAYS: i64 = 15;

/// What identifies a request: the body is deliberately not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slot {
    pub(crate) secret_key: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) key: String,
}

/// An answer kept under a slot.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) trace: String,
}

/// What the store says to a request.
pub(crate) enum Claim {
    /// The key is new: run the request.
    Fresh,
    /// The first request still runs.
    InFlight,
    /// The first request's answer.
    Replay(Kept),
}

/// Every key that has been used.
#[derive(Default)]
pub(crate) struct IdempotencyStore {
    entries: HashMap<Slot, (DateTime<Utc>, Option<Kept>)>,
}

impl IdempotencyStore {
    /// Claims a slot for a request that arrives `now`.
    pub(crate) fn claim(&mut self, slot: &Slot, now: DateTime<Utc>) -> Claim {
        self.entries
            .retain(|_, (used, _)| now < *used + Duration::days(KEPT_DAYS));
        match self.entries.get(slot) {
            Some((_, Some(kept))) => Claim::Replay(kept.clone()),
            Some((_, None)) => Claim::InFlight,
            None => {
                self.entries.insert(slot.clone(), (now, None));
                Claim::Fresh
            }
        }
    }

    /// Keeps the answer of a claimed slot.
    pub(crate) fn keep(&mut self, slot: &Slot, kept: Kept) {
        if let Some((_, answer)) = self.entries.get_mut(slot) {
            *answer = Some(kept);
        }
    }

    /// Gives a claimed slot up: nothing was decided under it.
    pub(crate) fn release(&mut self, slot: &Slot) {
        self.entries.remove(slot);
    }

    /// Forgets every key, as after a failover.
    pub(crate) fn forget_all(&mut self) {
        self.entries.clear();
    }
}
