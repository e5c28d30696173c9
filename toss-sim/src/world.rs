//! Everything the stand-in knows, and the events that happen to it. Pure: it is told what time it is.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use crate::busy_day::BusyDay;
use crate::faults::{Endpoint, PendingFaults};
use crate::idempotency::IdempotencyStore;
use crate::ids::Ids;
use crate::ledger::Ledger;
use crate::ledger::cancel::CancelOrder;
use crate::ledger::order::NewPayment;
use crate::ledger::payment::Payment;
use crate::merchant::Merchant;
use crate::payouts::trouble::Watched;
use crate::recorded::RecordedRequest;
use crate::refusal::Refusal;
use crate::row_trouble::{PaymentTrouble, TransactionTrouble};
use crate::settings::Behaviour;
use crate::webhooks::Outbox;

/// Something that happens without a call to the API. Payments are named by key or by orderId.
#[derive(Clone)]
pub(crate) enum Event {
    Pay {
        key: String,
        mid: String,
        new: Box<NewPayment>,
    },
    Deposit {
        payment: String,
    },
    Bounce {
        payment: String,
    },
    Expire {
        payment: String,
    },
    Cancel {
        payment: String,
        order: CancelOrder,
    },
    FinishCancel {
        payment: String,
        refused: bool,
    },
}

/// A settlement row that has left its place in the list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowMove {
    LastFirst,
    FirstLast,
}

/// The stand-in's whole state.
pub(crate) struct World {
    pub(crate) ids: Ids,
    pub(crate) merchants: Vec<Merchant>,
    pub(crate) behaviour: Behaviour,
    pub(crate) ledger: Ledger,
    pub(crate) store: IdempotencyStore,
    pub(crate) faults: PendingFaults,
    pub(crate) settlement_troubles: Vec<Watched>,
    pub(crate) transaction_troubles: Vec<TransactionTrouble>,
    pub(crate) payment_troubles: Vec<PaymentTrouble>,
    /// In the order in which they happened.
    pub(crate) settlement_moves: Vec<RowMove>,
    /// Payments, by key or order, whose questions wait.
    pub(crate) held: Vec<String>,
    pub(crate) busy_days: Vec<BusyDay>,
    pub(crate) outbox: Outbox,
    pub(crate) requests: Vec<RecordedRequest>,
    /// Answers given so far; numbers the trace ids.
    pub(crate) answers: u64,
    /// Events to come, by instant and order of scheduling.
    schedule: BTreeMap<(DateTime<Utc>, u64), Event>,
    scheduled: u64,
    reserved_keys: HashSet<String>,
}

impl World {
    pub(crate) fn new(seed: u64, merchants: Vec<Merchant>, behaviour: Behaviour) -> Self {
        let ids = Ids::new(seed);
        Self {
            ids,
            merchants,
            behaviour,
            ledger: Ledger::new(ids),
            store: IdempotencyStore::default(),
            faults: PendingFaults::default(),
            settlement_troubles: Vec::new(),
            transaction_troubles: Vec::new(),
            payment_troubles: Vec::new(),
            settlement_moves: Vec::new(),
            held: Vec::new(),
            busy_days: Vec::new(),
            outbox: Outbox::default(),
            requests: Vec::new(),
            answers: 0,
            schedule: BTreeMap::new(),
            scheduled: 0,
            reserved_keys: HashSet::new(),
        }
    }

    /// The key that a new payment will have.
    pub(crate) fn reserve_key(&mut self, mid: &str, new: &NewPayment, at: DateTime<Utc>) -> String {
        let requested = new.requested_at(at);
        let mut n = 0;
        loop {
            let key = self.ids.payment_key(mid, &new.order_id, requested, n);
            if self.reserved_keys.insert(key.clone()) {
                return key;
            }
            n += 1;
        }
    }

    /// Makes an event happen at `at`: at once when that has come, later otherwise. What happened before `now`
    /// is entered in the books without webhooks: nobody was listening yet.
    ///
    /// The transaction key of a cancel that was executed is answered.
    pub(crate) fn happen(
        &mut self,
        event: Event,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, Refusal> {
        self.catch_up(now);
        if at > now {
            self.scheduled += 1;
            self.schedule.insert((at, self.scheduled), event);
            return Ok(None);
        }
        self.perform(&event, at, at == now)
    }

    /// Lets everything happen that was scheduled up to `now`. A step of a story that no longer fits (its payment
    /// was cancelled over the API meanwhile) does not happen.
    pub(crate) fn catch_up(&mut self, now: DateTime<Utc>) {
        while let Some(((at, number), event)) = self.schedule.pop_first() {
            if at > now {
                self.schedule.insert((at, number), event);
                break;
            }
            let _no_longer_fits = self.perform(&event, at, true);
        }
        self.outbox.release_due(now);
    }

    /// The next instant at which something happens by itself.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let event = self.schedule.keys().next().map(|(at, _)| *at);
        event.into_iter().chain(self.outbox.next_due()).min()
    }

    /// Cancels a payment and tells the merchant.
    pub(crate) fn cancel(
        &mut self,
        index: usize,
        order: &CancelOrder,
        at: DateTime<Utc>,
        tell: bool,
    ) -> Result<String, Refusal> {
        let key = self.ledger.cancel(index, order, at)?;
        if tell {
            self.tell_of_payment(index, at);
        }
        Ok(key)
    }

    /// Sends the webhooks that a change of this payment's status causes.
    pub(crate) fn tell_of_payment(&mut self, index: usize, at: DateTime<Utc>) {
        let payment = self.ledger.payment(index).clone();
        self.outbox.payment_changed(
            &payment,
            self.webhook_url(&payment),
            at,
            self.ids,
            &mut self.behaviour.webhooks,
        );
    }

    /// The merchant whose keys show this mId, with its contract.
    pub(crate) fn merchant_of(&self, mid: &str) -> Option<&Merchant> {
        self.merchants
            .iter()
            .find(|merchant| merchant.mid == mid)
            .or_else(|| {
                self.merchants
                    .iter()
                    .find(|merchant| merchant.linked_mid.as_deref() == Some(mid))
            })
    }

    /// A payment by its key, or the latest attempt at its order at any merchant.
    pub(crate) fn find(&self, payment: &str) -> Option<usize> {
        self.ledger.by_key(payment).or_else(|| {
            let every_mid: Vec<String> = self.merchants.iter().flat_map(Merchant::mids).collect();
            self.ledger.by_order(&every_mid, payment)
        })
    }

    /// The payment that a question or a cancel is about.
    pub(crate) fn asked_about(&self, endpoint: Endpoint, id: &str) -> Option<usize> {
        match endpoint {
            Endpoint::Payment | Endpoint::Cancel => self.ledger.by_key(id),
            Endpoint::PaymentByOrder => self.find(id),
            _ => None,
        }
    }

    /// Whether this question waits until its payment is released. Cancels never do.
    pub(crate) fn is_held(&self, endpoint: Endpoint, id: &str) -> bool {
        !self.held.is_empty()
            && !endpoint.is_post()
            && self
                .asked_about(endpoint, id)
                .is_some_and(|index| self.held.iter().any(|held| self.find(held) == Some(index)))
    }

    fn perform(
        &mut self,
        event: &Event,
        at: DateTime<Utc>,
        tell: bool,
    ) -> Result<Option<String>, Refusal> {
        let named = |world: &Self, payment: &str| {
            world
                .find(payment)
                .ok_or_else(|| Refusal::of("NOT_FOUND_PAYMENT"))
        };
        let (index, key) = match event {
            Event::Pay { key, mid, new } => (self.ledger.enter(key, mid, new, at), None),
            Event::Deposit { payment } => {
                let index = named(self, payment)?;
                self.ledger.deposit(index, at)?;
                (index, None)
            }
            Event::Bounce { payment } => {
                let index = named(self, payment)?;
                self.ledger.bounce(index, at)?;
                (index, None)
            }
            Event::Expire { payment } => {
                let index = named(self, payment)?;
                self.ledger.expire(index, at)?;
                return Ok(None);
            }
            Event::Cancel { payment, order } => {
                let index = named(self, payment)?;
                (index, Some(self.ledger.cancel(index, order, at)?))
            }
            Event::FinishCancel { payment, refused } => {
                let index = named(self, payment)?;
                let nth = self.ledger.finish_cancel(index, *refused, at)?;
                if tell {
                    self.tell_of_cancel(index, nth, at);
                }
                return Ok(None);
            }
        };
        if tell {
            self.tell_of_payment(index, at);
        }
        Ok(key)
    }

    fn tell_of_cancel(&mut self, index: usize, nth: usize, at: DateTime<Utc>) {
        let payment = self.ledger.payment(index).clone();
        let url = self.webhook_url(&payment);
        self.outbox.cancel_changed(
            &payment,
            nth,
            url,
            at,
            self.ids,
            &mut self.behaviour.webhooks,
        );
    }

    fn webhook_url(&self, payment: &Payment) -> Option<String> {
        self.merchant_of(&payment.mid)?.webhook_url.clone()
    }
}
