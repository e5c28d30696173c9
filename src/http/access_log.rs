//! The access log: one line for each request of somebody's, with who asked for what, and what it cost. Neither variables nor
//! order ids stand in it.

use std::time::Instant;

use tracing::{Span, info};

use crate::access::{Principal, RequestId};
use crate::request_notes::RequestNotes;

/// Stands where nothing is known.
const NOTHING: &str = "-";
/// The longest operation name that is written out, in characters.
const LONGEST_NAME: usize = 100;

/// The line of a request under way. It is written when this is dropped, as that of a request whose client went away unless it
/// was said how it ended.
pub(super) struct AccessLine {
    request_id: RequestId,
    began: Instant,
    operation: Option<String>,
    owner: Option<String>,
    cost: usize,
    notes: RequestNotes,
    outcome: String,
}

impl AccessLine {
    /// A request that begins now.
    pub(super) fn begin(request_id: RequestId) -> Self {
        Self {
            request_id,
            began: Instant::now(),
            operation: None,
            owner: None,
            cost: 0,
            notes: RequestNotes::default(),
            outcome: "abandoned".to_owned(),
        }
    }

    /// What is noted while it is answered.
    pub(super) fn notes(&self) -> RequestNotes {
        self.notes.clone()
    }

    /// Says who asks.
    pub(super) fn asked_by(&mut self, principal: &Principal) {
        self.owner = Some(principal.owner.clone());
    }

    /// Says what is asked for.
    pub(super) fn is_for(&mut self, operation: &str) {
        self.operation = Some(operation.chars().take(LONGEST_NAME).collect());
    }

    /// What is asked for, as the line has it.
    pub(super) fn operation(&self) -> &str {
        self.operation.as_deref().unwrap_or(NOTHING)
    }

    /// Says what it costs.
    pub(super) fn costs(&mut self, cost: usize) {
        self.cost = cost;
    }

    /// Says how it ended: `ok`, the codes of the errors, or `refused`.
    pub(super) fn ends(&mut self, outcome: impl Into<String>) {
        self.outcome = outcome.into();
    }
}

impl Drop for AccessLine {
    fn drop(&mut self) {
        let duration = self.began.elapsed().as_millis();
        outside_the_span(|| {
            info!(
                target: "toss_recon::access",
                request_id = %self.request_id,
                operation = self.operation.as_deref().unwrap_or(NOTHING),
                owner = self.owner.as_deref().unwrap_or(NOTHING),
                cost = self.cost,
                toss_calls = self.notes.toss_calls(),
                duration_ms = u64::try_from(duration).unwrap_or(u64::MAX),
                outcome = %self.outcome,
                payments = %self.notes.payments(),
            );
        });
    }
}

/// Writes a line that tells everything by itself: it is not within the request's span, whose fields it would repeat.
fn outside_the_span(write: impl FnOnce()) {
    let mut write = Some(write);
    Span::current().with_subscriber(|(span, subscriber)| {
        subscriber.exit(span);
        if let Some(write) = write.take() {
            write();
        }
        subscriber.enter(span);
    });
    if let Some(write) = write {
        write();
    }
}
