//! The Toss of the machine's laws: it keeps answers under keys, holds a cancel against the balance that was sent along,
//! and does each of its work at a whim.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{CancelStatus, TransactionKey};

use super::machine_samples::reading_with_reasons;
use crate::toss::PaymentReading;

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::days(15);

/// A cancel on its way to Toss. Its idempotency key is always the same: that of the one request.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) api_key: &'static str,
    pub(super) attempt: i32,
    pub(super) process: usize,
    pub(super) amount: Option<i64>,
    pub(super) lock: i64,
    pub(super) reason: String,
}

/// What Toss answers.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Done(Box<PaymentReading>),
    Refused(&'static str),
    Unclear,
}

#[derive(Clone)]
struct Made {
    key: String,
    amount: i64,
    status: CancelStatus,
    reason: String,
    /// Whether the request caused it.
    is_ours: bool,
}

pub(super) struct FakeToss {
    balance: i64,
    asynchronous: bool,
    made: Vec<Made>,
    /// The state before the latest change.
    before: (i64, Vec<Made>),
    /// Whether something in front of Toss may refuse on its own, without keeping what it said.
    gateway: bool,
    answers: HashMap<&'static str, (DateTime<Utc>, Reply)>,
}

impl FakeToss {
    pub(super) fn new(balance: i64, asynchronous: bool, gateway: bool) -> Self {
        Self {
            balance,
            asynchronous,
            made: Vec::new(),
            before: (balance, Vec::new()),
            gateway,
            answers: HashMap::new(),
        }
    }

    /// Takes a cancel. `whim` from 0 to 1: low ones meet trouble inside Toss.
    pub(super) fn receive(&mut self, message: &Message, now: DateTime<Utc>, whim: f64) -> Reply {
        if self.gateway && whim < 0.25 {
            return Reply::Refused("FORBIDDEN_CONSECUTIVE_REQUEST");
        }
        if let Some((at, reply)) = self.answers.get(message.api_key)
            && (now - *at).abs() < KEPT
        {
            return reply.clone();
        }
        // It failed before anything happened and keeps no answer, or is still busy with itself.
        if whim < 0.1 {
            return Reply::Unclear;
        }
        let amount = message.amount.unwrap_or(self.balance);
        let reply = if whim < 0.2 {
            Reply::Refused("PROVIDER_ERROR")
        } else if self.balance == 0 {
            Reply::Refused("ALREADY_CANCELED_PAYMENT")
        } else if message.lock != self.balance {
            Reply::Refused("NOT_MATCHES_REFUNDABLE_AMOUNT")
        } else if amount > self.balance {
            Reply::Refused("NOT_CANCELABLE_AMOUNT")
        } else {
            self.make(amount, &message.reason, true);
            Reply::Done(Box::new(self.shown(false)))
        };
        self.answers.insert(message.api_key, (now, reply.clone()));
        // The cancel ran, and the answer to it is a failure from then on.
        if whim > 0.95 && whim < 1.0 {
            self.answers.insert(message.api_key, (now, Reply::Unclear));
            return Reply::Unclear;
        }
        reply
    }

    /// A cancel that the request did not cause; its key, when there was enough left.
    pub(super) fn cancel_by_hand(&mut self, amount: i64, reason: &str) -> Option<TransactionKey> {
        if amount > self.balance {
            return None;
        }
        self.make(amount, reason, false);
        let made = self.made.last()?;
        TransactionKey::parse(&made.key).ok()
    }

    /// Whether an overseas method has not decided yet.
    pub(super) fn is_undecided(&self) -> bool {
        let mut made = self.made.iter();
        made.any(|made| made.status == CancelStatus::InProgress)
    }

    /// Loses every kept answer.
    pub(super) fn forget(&mut self) {
        self.answers.clear();
    }

    /// Overseas methods decide.
    pub(super) fn end_asynchronous(&mut self, granted: bool) {
        for made in &mut self.made {
            if made.status == CancelStatus::InProgress {
                made.status = if granted {
                    CancelStatus::Done
                } else {
                    self.balance += made.amount;
                    CancelStatus::Aborted
                };
            }
        }
    }

    /// The payment as a reading shows it; an old one shows it as it was before the latest cancel.
    pub(super) fn shown(&self, stale: bool) -> PaymentReading {
        let (balance, made) = if stale {
            (self.before.0, &self.before.1)
        } else {
            (self.balance, &self.made)
        };
        let cancels: Vec<_> = made
            .iter()
            .map(|made| {
                let reason = Some(made.reason.as_str());
                (made.key.as_str(), made.amount, made.status.clone(), reason)
            })
            .collect();
        reading_with_reasons(balance, &cancels)
    }

    /// The cancels that the request really caused and that gave money back.
    pub(super) fn executions(&self) -> Vec<TransactionKey> {
        self.made
            .iter()
            .filter(|made| made.is_ours && made.status == CancelStatus::Done)
            .filter_map(|made| TransactionKey::parse(&made.key).ok())
            .collect()
    }

    /// From now on nobody is shown an older state.
    pub(super) fn is_seen_as_it_is(&mut self) {
        self.before = (self.balance, self.made.clone());
    }

    fn make(&mut self, amount: i64, reason: &str, is_ours: bool) {
        self.before = (self.balance, self.made.clone());
        self.balance -= amount;
        let status = if self.asynchronous && is_ours {
            CancelStatus::InProgress
        } else {
            CancelStatus::Done
        };
        self.made.push(Made {
            key: format!("cancel-{}", self.made.len()),
            amount,
            status,
            reason: reason.to_owned(),
            is_ours,
        });
    }
}
