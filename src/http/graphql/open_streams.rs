//! How many answers may go on at once: of one token, and in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{Gauge, describe_gauge, gauge};

use super::refusal::Refusal;
use crate::access::Principal;
use crate::http::limits::{OVERLOAD_PASSES, STREAMS, STREAMS_OF_TOKEN};

const OPEN: &str = "toss_recon_open_subscriptions";

/// Counts what goes on. Clones share the count.
#[derive(Clone)]
pub(super) struct OpenStreams(Arc<Counted>);

struct Counted {
    by_token: Mutex<HashMap<String, usize>>,
    shown: Gauge,
}

/// A place among them, given back when it is dropped.
pub(super) struct OpenStream {
    open: OpenStreams,
    token_id: String,
}

impl OpenStreams {
    /// Counts in the recorder of metrics that is in force now.
    pub(super) fn new() -> Self {
        describe_gauge!(OPEN, "Subscriptions that are open");
        let shown = gauge!(OPEN);
        shown.set(0);
        Self(Arc::new(Counted {
            by_token: Mutex::default(),
            shown,
        }))
    }

    /// A place for one more.
    pub(super) fn open(&self, principal: &Principal) -> Result<OpenStream, Refusal> {
        let mut by_token = self.by_token();
        let of_token = by_token.get(&principal.token_id).copied().unwrap_or(0);
        if of_token >= STREAMS_OF_TOKEN {
            return Err(Refusal::too_many_streams(OVERLOAD_PASSES));
        }
        if by_token.values().sum::<usize>() >= STREAMS {
            return Err(Refusal::overloaded());
        }
        by_token.insert(principal.token_id.clone(), of_token + 1);
        self.0.shown.increment(1);
        Ok(OpenStream {
            open: self.clone(),
            token_id: principal.token_id.clone(),
        })
    }

    fn by_token(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        let counted = self.0.by_token.lock();
        counted.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut by_token = self.open.by_token();
        if let Some(count) = by_token.get_mut(&self.token_id) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                by_token.remove(&self.token_id);
            }
        }
        self.open.0.shown.decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, Scope};

    fn holder(token: usize) -> Principal {
        Principal {
            name: format!("token-{token}"),
            owner: "owner".to_owned(),
            role: Role::Viewer,
            scope: Scope::ALL,
            token_id: format!("id-{token}"),
        }
    }

    #[test]
    fn a_token_has_so_many_and_all_together_so_many() {
        let streams = OpenStreams::new();
        let mut open = Vec::new();
        for token in 0..STREAMS / STREAMS_OF_TOKEN {
            for _ in 0..STREAMS_OF_TOKEN {
                open.push(streams.open(&holder(token)).expect("a place"));
            }
            assert!(streams.open(&holder(token)).is_err());
        }
        let another = holder(STREAMS);
        assert!(streams.open(&another).is_err());
        open.pop();
        let place = streams.open(&another);
        assert!(place.is_ok());
        drop((open, place));
        assert!(streams.by_token().is_empty());
    }
}
