//! The walk from a payment's transaction rows to what each of them did to the money held.

use std::collections::BTreeMap;

use crate::{Cancel, Currency, Money, MoneyError, PaymentMethod, PaymentStatus, Transaction};

/// What a row did to the money that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// No money moved, and none was meant to.
    None,
    /// Money came in.
    Paid,
    /// A deposit bounced: the money that was held is gone again.
    PaymentReversed,
    /// Money went back to the buyer.
    Refunded,
    /// A virtual account was handed back before any money came: no refund.
    Voided,
}

/// A transaction row with its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The row.
    pub transaction: Transaction,
    /// What it did.
    pub effect: Effect,
    /// Signed: positive when paid, negative when refunded or reversed, 0 otherwise.
    pub effective_amount: Money,
}

/// How to read the amount of `PARTIAL_CANCELED` rows, which Toss's documentation leaves open.
#[derive(Clone, Copy, Debug)]
pub enum CancelRowAmounts<'a> {
    /// The row lists the amount of that cancel.
    OfTheCancel,
    /// The row lists the amount of the whole payment; the cancel's own stands in `cancels[]`, under the same key.
    OfThePayment(&'a [Cancel]),
}

/// Everything that happened to one payment, in order, with the sums per currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    events: Vec<Event>,
    totals: BTreeMap<Currency, Totals>,
}

/// Sums over one payment's events of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Σ paid − Σ payments reversed.
    pub paid: Money,
    /// Σ refunded, positive: money really given back.
    pub effective_refund: Money,
    /// Σ voided, positive: nominal cancels that moved no money.
    pub voided: Money,
}

impl Totals {
    fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            paid: zero,
            effective_refund: zero,
            voided: zero,
        }
    }

    /// What is left of what was paid: paid − refunded.
    pub fn net(&self) -> Money {
        Money::from_minor(
            self.paid
                .minor()
                .saturating_sub(self.effective_refund.minor()),
            self.paid.currency(),
        )
    }

    /// The money held after the last event; the same as [`Totals::net`], said of an instant instead of a period.
    pub fn held(&self) -> Money {
        self.net()
    }
}

impl History {
    /// Walks the rows of one payment. Their order, repetition and splitting do not matter: rows are ordered by instant,
    /// life cycle and Toss's listing, and a key counts once.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] when a sum does not fit.
    pub fn of(rows: Vec<Transaction>, amounts: CancelRowAmounts<'_>) -> Result<Self, MoneyError> {
        let mut walk = Walk::default();
        let mut events = Vec::with_capacity(rows.len());
        for transaction in in_walk_order(rows) {
            let amount = read_amount(&transaction, amounts);
            let (effect, effective_amount) = walk.step(&transaction, amount)?;
            events.push(Event {
                transaction,
                effect,
                effective_amount,
            });
        }
        let totals = walk
            .purses
            .into_iter()
            .map(|(currency, purse)| (currency, purse.totals))
            .collect();
        Ok(Self { events, totals })
    }

    /// The rows in the order of the walk, each with its effect.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The sums of one currency; zeros when no row has it.
    pub fn totals(&self, currency: Currency) -> Totals {
        self.totals
            .get(&currency)
            .copied()
            .unwrap_or_else(|| Totals::zero(currency))
    }

    /// The currencies that rows have.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.totals.keys().copied()
    }
}

/// Each key once, in the order of the walk. Of rows that claim one key, the first in that order stands.
fn in_walk_order(mut rows: Vec<Transaction>) -> Vec<Transaction> {
    rows.sort_by(|a, b| {
        (&a.mid, &a.transaction_key)
            .cmp(&(&b.mid, &b.transaction_key))
            .then_with(|| a.walk_order().cmp(&b.walk_order()))
    });
    rows.dedup_by(|later, earlier| {
        later.mid == earlier.mid && later.transaction_key == earlier.transaction_key
    });
    rows.sort_by(|a, b| a.walk_order().cmp(&b.walk_order()));
    rows
}

fn read_amount(row: &Transaction, amounts: CancelRowAmounts<'_>) -> Money {
    match amounts {
        CancelRowAmounts::OfThePayment(cancels) if row.status == PaymentStatus::PartialCanceled => {
            cancels
                .iter()
                .find(|cancel| cancel.transaction_key == row.transaction_key)
                .map_or(row.amount, |cancel| cancel.amount)
        }
        _ => row.amount,
    }
}

/// What the walk carries from row to row.
#[derive(Default)]
struct Walk {
    purses: BTreeMap<Currency, Purse>,
}

/// The money held of one currency.
struct Purse {
    held: Money,
    /// Whether money has come since the beginning or since the last bounce. "Any payment somewhere before" would call
    /// a cancel after a bounced deposit a refund.
    deposited: bool,
    totals: Totals,
}

impl Walk {
    fn step(&mut self, row: &Transaction, amount: Money) -> Result<(Effect, Money), MoneyError> {
        let currency = amount.currency();
        let purse = self.purses.entry(currency).or_insert_with(|| Purse {
            held: Money::zero(currency),
            deposited: false,
            totals: Totals::zero(currency),
        });
        let is_virtual_account = row.method() == Some(PaymentMethod::VirtualAccount);
        let zero = Money::zero(currency);
        match &row.status {
            PaymentStatus::Done => {
                purse.held = purse.held.plus(amount)?;
                purse.deposited = true;
                purse.totals.paid = purse.totals.paid.plus(amount)?;
                Ok((Effect::Paid, amount))
            }
            PaymentStatus::WaitingForDeposit if is_virtual_account && purse.held.minor() > 0 => {
                let bounced = purse.held;
                purse.held = zero;
                purse.deposited = false;
                purse.totals.paid = purse.totals.paid.minus(bounced)?;
                Ok((Effect::PaymentReversed, bounced.negated()))
            }
            PaymentStatus::Canceled | PaymentStatus::PartialCanceled
                if is_virtual_account && !purse.deposited =>
            {
                purse.totals.voided = purse.totals.voided.plus(amount)?;
                Ok((Effect::Voided, zero))
            }
            PaymentStatus::Canceled | PaymentStatus::PartialCanceled => {
                purse.held = purse.held.minus(amount)?;
                purse.totals.effective_refund = purse.totals.effective_refund.plus(amount)?;
                Ok((Effect::Refunded, amount.negated()))
            }
            PaymentStatus::Ready
            | PaymentStatus::InProgress
            | PaymentStatus::WaitingForDeposit
            | PaymentStatus::Aborted
            | PaymentStatus::Expired
            | PaymentStatus::Other(_) => Ok((Effect::None, zero)),
        }
    }
}
