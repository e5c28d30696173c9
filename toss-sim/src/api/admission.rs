//! From a call to its reply, in two steps: what can be said before it runs, and running it. Between them the
//! call may be held up, and a second one with the same idempotency key then meets a 409.

use chrono::{DateTime, Duration, Utc};

use super::shape::{reshape, shaped_by_fault};
use super::{Asked, Call, Passage, Reply, answer};
use crate::auth::{Caller, authenticate};
use crate::faults::{Endpoint, FaultKind};
use crate::idempotency::{Claim, Kept, Slot};
use crate::recorded::RecordedRequest;
use crate::refusal::Refusal;
use crate::row_trouble::PaymentChange;
use crate::world::World;

/// Longest idempotency key, in characters.
const KEY_LENGTH: usize = 300;

/// What is known of a call before it runs.
pub(crate) enum Admission {
    /// It has its answer.
    Answered(Reply),
    /// It may run, after this wait.
    Admitted(Box<Ticket>, std::time::Duration),
}

/// A call that may run.
pub(crate) struct Ticket {
    call: Call,
    endpoint: Endpoint,
    caller: Caller,
    fault: Option<FaultKind>,
    slot: Option<Slot>,
    trace: String,
    record: usize,
}

impl World {
    /// Records a call and takes it as far as it gets without running.
    pub(crate) fn admit(
        &mut self,
        endpoint: Endpoint,
        call: Call,
        now: DateTime<Utc>,
    ) -> Admission {
        self.catch_up(now);
        self.answers += 1;
        let trace = self.ids.trace(self.answers);
        let fault = self.faults.take(endpoint);
        let record = self.record(endpoint, &call, fault.clone(), now);
        let mut reply = Reply {
            status: 0,
            html: false,
            body: Vec::new(),
            trace: trace.clone(),
            idempotency_key: call.idempotency_key.clone(),
            passage: Passage::Whole,
        };
        match fault {
            Some(FaultKind::Drop) => {
                reply.passage = Passage::Dropped;
                return Admission::Answered(reply);
            }
            Some(FaultKind::Status(status)) => {
                reply.status = status;
                return Admission::Answered(self.noted(record, reply));
            }
            _ => {}
        }
        match self.failing_cancels(endpoint, &call.id) {
            Some(PaymentChange::CancelsFail(status)) => {
                reply.status = *status;
                return Admission::Answered(self.noted(record, reply));
            }
            Some(_) => {
                reply.passage = Passage::Dropped;
                return Admission::Answered(reply);
            }
            None => {}
        }
        match self.entry(endpoint, &call, record, now) {
            Err(refusal) => {
                reply.status = refusal.status;
                reply.body = refusal.body(call.language()).to_bytes();
                Admission::Answered(self.noted(record, reply))
            }
            Ok(Entry::Replay(kept)) => {
                reply.status = kept.status;
                reply.body = kept.body;
                reply.trace = format!("{trace}, {}", kept.trace);
                self.set_replayed(record);
                let reply = shaped_by_fault(reply, fault.as_ref());
                Admission::Answered(self.noted(record, reply))
            }
            Ok(Entry::Run(caller, slot)) => {
                let wait = match fault {
                    Some(FaultKind::Slow(wait)) => wait,
                    _ => std::time::Duration::ZERO,
                };
                Admission::Admitted(
                    Box::new(Ticket {
                        call,
                        endpoint,
                        caller,
                        fault,
                        slot,
                        trace,
                        record,
                    }),
                    wait,
                )
            }
        }
    }

    /// Runs an admitted call.
    pub(crate) fn run(&mut self, ticket: Ticket, now: DateTime<Utc>) -> Reply {
        self.catch_up(now);
        let Ticket {
            call,
            endpoint,
            caller,
            fault,
            slot,
            trace,
            record,
        } = ticket;
        let asked = Asked {
            call: &call,
            endpoint,
            mids: self.merchants[caller.merchant].mids(),
            is_test: caller.is_test(),
            merchant: caller.merchant,
            fault: fault.as_ref(),
            now,
        };
        let result = refused_beforehand(&call, &caller, fault.as_ref())
            .map_or_else(|| answer(self, &asked), Err);
        let (status, mut json) = match result {
            Ok(json) => (200, json),
            Err(refusal) => (refusal.status, refusal.body(call.language())),
        };
        if status == 200 {
            reshape(&mut json, fault.as_ref());
        }
        let body = json.to_bytes();
        if let Some(slot) = &slot {
            if status == 409 || (status >= 500 && !self.behaviour.keeps_server_errors) {
                self.store.release(slot);
            } else {
                self.store.keep(
                    slot,
                    Kept {
                        status,
                        body: body.clone(),
                        trace: trace.clone(),
                    },
                );
            }
        }
        let reply = Reply {
            status,
            html: false,
            body,
            trace,
            idempotency_key: call.idempotency_key,
            passage: Passage::Whole,
        };
        let reply = shaped_by_fault(reply, fault.as_ref());
        self.noted(record, reply)
    }

    /// Authentication, the limit of test keys, and the idempotency store.
    fn entry(
        &mut self,
        endpoint: Endpoint,
        call: &Call,
        record: usize,
        now: DateTime<Utc>,
    ) -> Result<Entry, Refusal> {
        let caller = authenticate(call.authorization.as_deref(), &self.merchants)?;
        let mid = self.merchants[caller.merchant].mid.clone();
        if let Some(request) = self.requests.get_mut(record) {
            request.mid = Some(mid.clone());
        }
        if caller.is_test() && self.is_over_test_limit(endpoint, &mid, now) {
            return Err(Refusal::of("TOO_MANY_REQUESTS"));
        }
        let Some(key) = call.idempotency_key.clone().filter(|_| endpoint.is_post()) else {
            return Ok(Entry::Run(caller, None));
        };
        if key.chars().count() > KEY_LENGTH {
            return Err(Refusal::of("INVALID_IDEMPOTENCY_KEY"));
        }
        let slot = Slot {
            secret_key: caller.secret_key.clone(),
            method: call.method.clone(),
            path: call.path.clone(),
            key,
        };
        match self.store.claim(&slot, now) {
            Claim::Fresh => Ok(Entry::Run(caller, Some(slot))),
            Claim::InFlight => Err(Refusal::of("IDEMPOTENT_REQUEST_PROCESSING")),
            Claim::Replay(kept) => Ok(Entry::Replay(kept)),
        }
    }

    /// How every cancel of this payment fails, if they do.
    fn failing_cancels(&self, endpoint: Endpoint, id: &str) -> Option<&PaymentChange> {
        if endpoint != Endpoint::Cancel {
            return None;
        }
        let payment = self.ledger.payment(self.asked_about(endpoint, id)?);
        self.payment_troubles
            .iter()
            .filter(|trouble| trouble.meets(payment))
            .map(|trouble| &trouble.change)
            .find(|change| {
                matches!(
                    change,
                    PaymentChange::CancelsFail(_) | PaymentChange::CancelsDropped
                )
            })
    }

    fn is_over_test_limit(&self, endpoint: Endpoint, mid: &str, now: DateTime<Utc>) -> bool {
        let recent = |request: &&RecordedRequest| {
            request.endpoint == endpoint
                && request.mid.as_deref() == Some(mid)
                && request.at > now - Duration::minutes(1)
        };
        self.behaviour
            .test_calls_per_minute
            .is_some_and(|limit| self.requests.iter().filter(recent).count() > limit)
    }

    fn record(
        &mut self,
        endpoint: Endpoint,
        call: &Call,
        fault: Option<FaultKind>,
        now: DateTime<Utc>,
    ) -> usize {
        self.requests.push(RecordedRequest {
            at: now,
            endpoint,
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.clone(),
            idempotency_key: call.idempotency_key.clone(),
            accept_language: call.accept_language.clone(),
            mid: None,
            body: call.body.clone(),
            fault,
            status: None,
            replayed: false,
        });
        self.requests.len() - 1
    }

    fn noted(&mut self, record: usize, reply: Reply) -> Reply {
        // The record is gone when the requests were cleared while this one ran.
        if let Some(request) = self.requests.get_mut(record) {
            request.status =
                matches!(reply.passage, Passage::Whole | Passage::Half).then_some(reply.status);
        }
        reply
    }

    fn set_replayed(&mut self, record: usize) {
        if let Some(request) = self.requests.get_mut(record) {
            request.replayed = true;
        }
    }
}

enum Entry {
    Run(Caller, Option<Slot>),
    Replay(Kept),
}

/// A refusal that was asked for: by a fault, or with a test key by `TossPayments-Test-Code`.
fn refused_beforehand(call: &Call, caller: &Caller, fault: Option<&FaultKind>) -> Option<Refusal> {
    if let Some(FaultKind::Refusal(code)) = fault {
        return Some(Refusal::of(code));
    }
    let code = call.test_code.as_deref().filter(|_| caller.is_test())?;
    Some(Refusal::of(code))
}
