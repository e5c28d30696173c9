//! Telling a story: events at Korean times on days counted from its start.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::Scenario;
use crate::console::CancelByHand;
use crate::kst::kst_instant;
use crate::ledger::cancel::CancelOrder;
use crate::ledger::order::NewPayment;
use crate::money::Amount;
use crate::payouts::trouble::{Onset, SettledEvent, SettlementChange, SettlementTrouble, Watched};
use crate::row_trouble::{PaymentChange, PaymentTrouble, TransactionChange, TransactionTrouble};
use crate::world::{Event, World};

/// A time of day in Asia/Seoul: hour, minute, second.
type TimeOfDay = (u32, u32, u32);

enum Step {
    Pay(NewPayment),
    Event(Event),
}

/// A story being told.
pub(crate) struct Story {
    start: NaiveDate,
    /// Where an embedded story begins, in days from the start.
    offset: u64,
    mid: String,
    steps: Vec<(DateTime<Utc>, Step)>,
    settlement_troubles: Vec<SettlementTrouble>,
    transaction_troubles: Vec<TransactionTrouble>,
    payment_troubles: Vec<PaymentTrouble>,
    linked_mid: Option<String>,
}

impl Story {
    /// The story as told from `start` at the merchant `mid`.
    pub(crate) fn told(scenario: &Scenario, start: NaiveDate, mid: &str) -> Self {
        let mut story = Self {
            start,
            offset: 0,
            mid: mid.to_owned(),
            steps: Vec::new(),
            settlement_troubles: Vec::new(),
            transaction_troubles: Vec::new(),
            payment_troubles: Vec::new(),
            linked_mid: None,
        };
        (scenario.tell)(&mut story);
        story
    }

    /// Tells another story within this one, beginning so many days later.
    pub(super) fn embed(&mut self, days: u64, scenario: &Scenario) {
        self.offset += days;
        (scenario.tell)(self);
        self.offset -= days;
    }

    /// The KST date so many days into the story.
    pub(super) fn date(&self, day: u64) -> NaiveDate {
        self.start
            .checked_add_days(Days::new(self.offset + day))
            .unwrap_or(self.start)
    }

    /// The merchant at which it plays.
    pub(super) fn mid(&self) -> &str {
        &self.mid
    }

    pub(super) fn pay(&mut self, day: u64, time: TimeOfDay, new: NewPayment) {
        self.step(day, time, Step::Pay(new));
    }

    pub(super) fn deposit(&mut self, day: u64, time: TimeOfDay, order: &str) {
        self.step(
            day,
            time,
            Step::Event(Event::Deposit {
                payment: order.to_owned(),
            }),
        );
    }

    pub(super) fn bounce(&mut self, day: u64, time: TimeOfDay, order: &str) {
        self.step(
            day,
            time,
            Step::Event(Event::Bounce {
                payment: order.to_owned(),
            }),
        );
    }

    /// Cancels all that is left.
    pub(super) fn cancel(&mut self, day: u64, time: TimeOfDay, order: &str, reason: &str) {
        self.cancel_by_hand(day, time, order, &CancelByHand::everything(reason));
    }

    /// Cancels a part.
    pub(super) fn cancel_part(
        &mut self,
        day: u64,
        time: TimeOfDay,
        order: &str,
        amount: Amount,
        reason: &str,
    ) {
        self.cancel_by_hand(day, time, order, &CancelByHand::part(amount, reason));
    }

    /// Toss gives back more than is left.
    pub(super) fn refund_beyond(
        &mut self,
        day: u64,
        time: TimeOfDay,
        order: &str,
        amount: Amount,
        reason: &str,
    ) {
        let cancel = CancelOrder {
            beyond: true,
            ..CancelByHand::part(amount, reason).order()
        };
        let event = Event::Cancel {
            payment: order.to_owned(),
            order: cancel,
        };
        self.step(day, time, Step::Event(event));
    }

    pub(super) fn finish_cancel(&mut self, day: u64, time: TimeOfDay, order: &str, refused: bool) {
        self.step(
            day,
            time,
            Step::Event(Event::FinishCancel {
                payment: order.to_owned(),
                refused,
            }),
        );
    }

    /// Makes an order's settlement rows wrong from the start.
    pub(super) fn settlement(
        &mut self,
        order: &str,
        event: SettledEvent,
        change: SettlementChange,
    ) {
        self.settlement_from(order, event, change, Onset::Always);
    }

    pub(super) fn settlement_from(
        &mut self,
        order: &str,
        event: SettledEvent,
        change: SettlementChange,
        onset: Onset,
    ) {
        self.settlement_troubles.push(SettlementTrouble {
            order_id: order.to_owned(),
            event,
            change,
            onset,
        });
    }

    pub(super) fn transactions(&mut self, order: &str, change: TransactionChange) {
        self.transaction_troubles.push(TransactionTrouble {
            order_id: order.to_owned(),
            change,
        });
    }

    pub(super) fn payment(&mut self, order: &str, change: PaymentChange) {
        self.payment_troubles.push(PaymentTrouble {
            order_id: order.to_owned(),
            change,
        });
    }

    /// Puts a second mId under the merchant's keys.
    pub(super) fn link_mid(&mut self, mid: &str) {
        self.linked_mid = Some(mid.to_owned());
    }

    /// Lets the story happen, the earliest step first.
    pub(crate) fn happen(mut self, world: &mut World, now: DateTime<Utc>) {
        if let (Some(linked), Some(merchant)) = (
            self.linked_mid,
            world
                .merchants
                .iter_mut()
                .find(|merchant| merchant.mid == self.mid),
        ) {
            merchant.linked_mid = Some(linked);
        }
        let watched = |trouble| Watched {
            trouble,
            listings: 0,
        };
        world
            .settlement_troubles
            .extend(self.settlement_troubles.into_iter().map(watched));
        world.transaction_troubles.extend(self.transaction_troubles);
        world.payment_troubles.extend(self.payment_troubles);
        self.steps.sort_by_key(|(at, _)| *at);
        for (at, step) in self.steps {
            let event = match step {
                Step::Pay(new) => {
                    let mid = new.mid.clone().unwrap_or_else(|| self.mid.clone());
                    let key = world.reserve_key(&mid, &new, at);
                    Event::Pay {
                        key,
                        mid,
                        new: Box::new(new),
                    }
                }
                Step::Event(event) => event,
            };
            // A step fits the ones before it, or a caller of the API has changed the story: then it is left out.
            let _left_out = world.happen(event, at, now);
        }
    }

    fn cancel_by_hand(&mut self, day: u64, time: TimeOfDay, order: &str, cancel: &CancelByHand) {
        let event = Event::Cancel {
            payment: order.to_owned(),
            order: cancel.order(),
        };
        self.step(day, time, Step::Event(event));
    }

    fn step(&mut self, day: u64, (hour, minute, second): TimeOfDay, step: Step) {
        let time = NaiveTime::from_hms_opt(hour, minute, second).unwrap_or(NaiveTime::MIN);
        self.steps.push((kst_instant(self.date(day), time), step));
    }
}
