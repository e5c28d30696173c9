//! What happens without the API: buyers paying, and the merchant, the bank or the card company acting by hand.

use chrono::{DateTime, Utc};

use crate::ledger::cancel::{CancelOrder, CancelStatus};
use crate::ledger::order::NewPayment;
use crate::ledger::payment::Status;
use crate::money::Amount;
use crate::refusal::Refusal;
use crate::server::Sim;
use crate::world::{Event, World};

/// The console of a running stand-in. Payments are named by paymentKey or orderId. Every act takes the instant
/// at which it happens: `None` is now, the past is entered silently, the future is waited for.
pub struct Console<'a> {
    sim: &'a Sim,
}

/// A cancel made by hand.
#[derive(Clone, Debug)]
pub struct CancelByHand {
    /// How much; `None` is all that is left.
    pub amount: Option<Amount>,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

impl CancelByHand {
    /// All that is left, now.
    pub fn everything(reason: impl Into<String>) -> Self {
        Self {
            amount: None,
            reason: reason.into(),
            at: None,
        }
    }

    /// Part of it, now.
    pub fn part(amount: Amount, reason: impl Into<String>) -> Self {
        Self {
            amount: Some(amount),
            reason: reason.into(),
            at: None,
        }
    }

    /// The same, at this instant.
    #[must_use]
    pub fn at(self, instant: DateTime<Utc>) -> Self {
        Self {
            at: Some(instant),
            ..self
        }
    }

    pub(crate) fn order(&self) -> CancelOrder {
        CancelOrder {
            reason: self.reason.clone(),
            amount: self.amount.map(|amount| amount.minor),
            by_hand: true,
            ..CancelOrder::default()
        }
    }
}

/// A cancel that a payment really had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutedCancel {
    /// The key of its transaction.
    pub transaction_key: String,
    /// How much, positive.
    pub amount: Amount,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How far it has come.
    pub status: CancelStatus,
    /// Whether money was held that it gives back.
    pub moves_money: bool,
}

impl<'a> Console<'a> {
    pub(crate) fn new(sim: &'a Sim) -> Self {
        Self { sim }
    }

    /// Pays, or issues a virtual account; answers with the paymentKey. An mId that no merchant has leaves a
    /// payment that nobody can see.
    pub fn pay(&self, new: NewPayment) -> String {
        let now = self.sim.clock.now();
        let key = self.sim.with_world(|world| {
            let at = new.at.unwrap_or(now);
            let mid = new
                .mid
                .clone()
                .unwrap_or_else(|| world.merchants[0].mid.clone());
            let key = world.reserve_key(&mid, &new, at);
            let event = Event::Pay {
                key: key.clone(),
                mid,
                new: Box::new(new),
            };
            // Entering a new payment is never refused.
            let _nothing = world.happen(event, at, now);
            key
        });
        self.sim.clock.moved().notify_waiters();
        key
    }

    /// The buyer pays into a virtual account.
    pub fn deposit(&self, payment: &str, at: Option<DateTime<Utc>>) -> Result<(), Refusal> {
        self.happen(
            Event::Deposit {
                payment: payment.to_owned(),
            },
            at,
        )
        .map(drop)
    }

    /// The bank takes a deposit back: the payment waits again, under a new transaction key.
    pub fn bounce(&self, payment: &str, at: Option<DateTime<Utc>>) -> Result<(), Refusal> {
        self.happen(
            Event::Bounce {
                payment: payment.to_owned(),
            },
            at,
        )
        .map(drop)
    }

    /// A virtual account's due date comes early: it says `expired`, and no row or webhook tells of it.
    pub fn expire(&self, payment: &str, at: Option<DateTime<Utc>>) -> Result<(), Refusal> {
        let payment = payment.to_owned();
        self.happen(Event::Expire { payment }, at).map(drop)
    }

    /// Somebody cancels in Toss's console. The transaction key is answered unless the cancel lies ahead.
    pub fn cancel(&self, payment: &str, cancel: &CancelByHand) -> Result<Option<String>, Refusal> {
        let order = cancel.order();
        self.happen(
            Event::Cancel {
                payment: payment.to_owned(),
                order,
            },
            cancel.at,
        )
    }

    /// Toss gives back more than was left: the amount is taken as it is, and the balance ends at 0.
    pub fn refund_beyond(
        &self,
        payment: &str,
        cancel: &CancelByHand,
    ) -> Result<Option<String>, Refusal> {
        let order = CancelOrder {
            beyond: true,
            ..cancel.order()
        };
        self.happen(
            Event::Cancel {
                payment: payment.to_owned(),
                order,
            },
            cancel.at,
        )
    }

    /// The card company cancels everything that is left.
    pub fn card_company_cancel(
        &self,
        payment: &str,
        at: Option<DateTime<Utc>>,
    ) -> Result<Option<String>, Refusal> {
        self.cancel(
            payment,
            &CancelByHand {
                at,
                ..CancelByHand::everything("카드사 요청 취소")
            },
        )
    }

    /// A foreign wallet ends the cancel that is in progress: `refused` gives the balance back.
    pub fn finish_cancel(
        &self,
        payment: &str,
        refused: bool,
        at: Option<DateTime<Utc>>,
    ) -> Result<(), Refusal> {
        self.happen(
            Event::FinishCancel {
                payment: payment.to_owned(),
                refused,
            },
            at,
        )
        .map(drop)
    }

    /// Where a payment stands.
    pub fn status(&self, payment: &str) -> Option<Status> {
        self.read(payment, |world, index| world.ledger.payment(index).status)
    }

    /// What can still be cancelled of a payment.
    pub fn balance(&self, payment: &str) -> Option<Amount> {
        self.read(payment, |world, index| {
            let payment = world.ledger.payment(index);
            payment.amount(payment.balance)
        })
    }

    /// The key of the latest attempt at an order.
    pub fn payment_key(&self, order_id: &str) -> Option<String> {
        self.read(order_id, |world, index| {
            world.ledger.payment(index).payment_key.clone()
        })
    }

    /// The keys of all attempts at an order, in the order in which they were entered.
    pub fn attempts(&self, order_id: &str) -> Vec<String> {
        let now = self.sim.clock.now();
        self.sim.with_world(|world| {
            world.catch_up(now);
            world
                .ledger
                .payments()
                .iter()
                .filter(|payment| payment.order_id == order_id)
                .map(|payment| payment.payment_key.clone())
                .collect()
        })
    }

    /// The keys of all payments, in the order in which they were entered.
    pub fn payment_keys(&self) -> Vec<String> {
        let now = self.sim.clock.now();
        self.sim.with_world(|world| {
            world.catch_up(now);
            world
                .ledger
                .payments()
                .iter()
                .map(|payment| payment.payment_key.clone())
                .collect()
        })
    }

    /// Every cancel that a payment really had, in order; empty for an unknown payment.
    pub fn executed_cancels(&self, payment: &str) -> Vec<ExecutedCancel> {
        let cancels = self.read(payment, |world, index| {
            let payment = world.ledger.payment(index);
            let executed = payment.cancels.iter().map(|cancel| ExecutedCancel {
                transaction_key: cancel.transaction_key.clone(),
                amount: payment.amount(cancel.amount),
                reason: cancel.reason.clone(),
                at: cancel.at,
                status: cancel.status,
                moves_money: cancel.moves_money,
            });
            executed.collect()
        });
        cancels.unwrap_or_default()
    }

    fn happen(&self, event: Event, at: Option<DateTime<Utc>>) -> Result<Option<String>, Refusal> {
        let now = self.sim.clock.now();
        let result = self
            .sim
            .with_world(|world| world.happen(event, at.unwrap_or(now), now));
        self.sim.clock.moved().notify_waiters();
        result
    }

    fn read<T>(&self, payment: &str, read: impl FnOnce(&World, usize) -> T) -> Option<T> {
        let now = self.sim.clock.now();
        self.sim.with_world(|world| {
            world.catch_up(now);
            let index = world.find(payment)?;
            Some(read(world, index))
        })
    }
}
