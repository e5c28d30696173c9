//! The walk from a payment's transaction rows to what each of them did to the money held.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::cancel::money_had_come;
use crate::named_cancels::unlisted_cancels;
use crate::{
    Cancel, CancelStatus, Coverage, Currency, Money, MoneyError, Payment, PaymentStatus,
    Transaction, TransactionKey, named_cancels,
};

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

impl Event {
    /// What the row is about, positive: what came in, bounced or went back; for a void, what it nominally cancels.
    pub fn amount(&self) -> Money {
        match self.effect {
            Effect::Paid | Effect::PaymentReversed | Effect::Refunded => {
                self.effective_amount.magnitude()
            }
            Effect::None | Effect::Voided => self.transaction.amount.magnitude(),
        }
    }
}

/// How to read the amount of cancel rows, which Toss's documentation leaves open for partial cancels.
#[derive(Clone, Copy, Debug)]
pub enum CancelRowAmounts<'a> {
    /// The row lists the amount of that cancel.
    OfTheCancel,
    /// The row lists the amount of the whole payment; the cancel's own stands in `cancels[]`, under the same key. A
    /// row whose cancel is not among them counts as listed, so read the payment after its rows.
    OfThePayment(&'a [Cancel]),
}

/// Which reading of `PARTIAL_CANCELED` rows is in force: the switch between the two of [`CancelRowAmounts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartialCancelRows {
    /// They list the amount of that cancel.
    #[default]
    CancelAmount,
    /// They list the amount of the whole payment.
    PaymentAmount,
}

impl PartialCancelRows {
    /// How to read the rows of a payment with these cancels.
    pub fn amounts(self, cancels: &[Cancel]) -> CancelRowAmounts<'_> {
        match self {
            Self::CancelAmount => CancelRowAmounts::OfTheCancel,
            Self::PaymentAmount => CancelRowAmounts::OfThePayment(cancels),
        }
    }
}

/// Everything that happened to one payment, in order, with the sums per currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    events: Vec<Event>,
    /// The same with the events that only the payment shows, in the order of the walk; empty when there are none of these.
    known: Vec<Event>,
    /// One per currency, in the order of the currencies.
    purses: Vec<Purse>,
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

    /// The currency of the sums.
    pub fn currency(&self) -> Currency {
        self.paid.currency()
    }

    /// What is left of what was paid: paid − refunded.
    pub fn net(&self) -> Money {
        // The walk lets neither sum become negative, so that their difference always fits.
        Money::from_minor(
            self.paid
                .minor()
                .saturating_sub(self.effective_refund.minor()),
            self.currency(),
        )
    }

    /// The money held after the last event; the same as [`Totals::net`], said of an instant instead of a period.
    pub fn held(&self) -> Money {
        self.net()
    }
}

impl History {
    /// Walks the rows of one payment. Their order, repetition and splitting do not matter: rows are ordered by instant,
    /// life cycle and Toss's listing, and a key counts once. A deposit that bounces within its second comes before its
    /// bounce.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] when a sum does not fit.
    pub fn of(rows: Vec<Transaction>, amounts: CancelRowAmounts<'_>) -> Result<Self, MoneyError> {
        let mut purses = Vec::with_capacity(1);
        let mut events = Vec::with_capacity(rows.len());
        for transaction in in_walk_order(rows) {
            let amount = read_amount(&transaction, amounts);
            let mut purse = take_purse(&mut purses, amount.currency());
            let (effect, effective_amount) = purse.step(&transaction, amount)?;
            purses.push(purse);
            events.push(Event {
                transaction,
                effect,
                effective_amount,
            });
        }
        purses.sort_by_key(|purse| purse.totals.currency());
        Ok(Self {
            events,
            known: Vec::new(),
            purses,
        })
    }

    /// The same history, whose sums count as well what the payment itself shows and no row has listed yet: its approval, and
    /// cancels that are done. Events stay those of the rows; [`History::known_events`] has these too.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] when a sum does not fit.
    pub fn completed_by(
        mut self,
        payment: &Payment,
        cancels: &[Cancel],
    ) -> Result<Self, MoneyError> {
        let currency = payment.currency;
        let was_approved = payment.approved_at.is_some()
            && (payment.status == PaymentStatus::Done || payment.status.is_cancel());
        // Rows that hand a virtual account back unpaid, or tell of a bounce, know better than `approvedAt`.
        let was_listed = self.events.iter().any(|event| {
            matches!(
                event.effect,
                Effect::Paid | Effect::Voided | Effect::PaymentReversed
            )
        });
        let paid = payment.total_amount.filter(|_| was_approved && !was_listed);
        let was_there = self.currencies().any(|known| known == currency);
        let mut purse = take_purse(&mut self.purses, currency);
        let mut unlisted = Vec::new();
        if let Some(paid) = paid.filter(|paid| paid.currency() == currency) {
            purse.totals.paid = purse.totals.paid.plus(paid)?;
            unlisted.extend(self.unlisted_approval(payment, cancels, paid));
        }
        let cancels = named_cancels(cancels, self.events.iter().map(|event| &event.transaction));
        // Also with a status that is not known: then the row says what it did, and it did nothing yet.
        for cancel in unlisted_cancels(&cancels.iter(), &self.events) {
            if cancel.status != CancelStatus::Done || cancel.amount.currency() != currency {
                continue;
            }
            let had_come = cancel
                .canceled_at
                .is_none_or(|at| money_had_come(payment, &self.events, at));
            let totals = &mut purse.totals;
            let sum = if had_come {
                &mut totals.effective_refund
            } else {
                &mut totals.voided
            };
            *sum = sum.plus(cancel.amount)?;
            unlisted.extend(unlisted_cancel(payment, cancel, had_come));
        }
        if !unlisted.is_empty() {
            self.known.clone_from(&self.events);
            self.known.append(&mut unlisted);
            self.known
                .sort_by(|a, b| a.transaction.in_walk_order(&b.transaction));
        }
        if was_there || purse.totals != Totals::zero(currency) {
            self.purses.push(purse);
        }
        self.purses.sort_by_key(|purse| purse.totals.currency());
        Ok(self)
    }

    /// The rows in the order of the walk, each with its effect.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The events of the rows and those that only the payment itself shows, in the order of the walk. An approval that only
    /// the payment shows has the payment's key in place of its own where Toss does not tell that one.
    pub fn known_events(&self) -> &[Event] {
        if self.known.is_empty() {
            &self.events
        } else {
            &self.known
        }
    }

    /// The same, without the events that only the payment shows at instants for which the list has been read: what it does
    /// not list then has not happened by it. Sums stay.
    #[must_use]
    pub fn unlisted_only_outside(mut self, coverage: &Coverage) -> Self {
        let unlisted = self.unlisted_events();
        let dropped: Vec<TransactionKey> = unlisted
            .filter(|event| coverage.has_transactions_at(event.transaction.transaction_at))
            .map(|event| event.transaction.transaction_key.clone())
            .collect();
        self.known
            .retain(|event| !dropped.contains(&event.transaction.transaction_key));
        self
    }

    /// Of [`History::known_events`], those that no row has listed.
    pub fn unlisted_events(&self) -> impl Iterator<Item = &Event> {
        self.known.iter().filter(|known| {
            let key = &known.transaction.transaction_key;
            let mut rows = self.events.iter();
            !rows.any(|event| event.transaction.transaction_key == *key)
        })
    }

    /// The approval as the payment shows it. `None` when it does not say when that was.
    fn unlisted_approval(
        &self,
        payment: &Payment,
        cancels: &[Cancel],
        paid: Money,
    ) -> Option<Event> {
        let is_free = |key: &&TransactionKey| {
            let mut rows = self.events.iter();
            cancels.is_empty() && !rows.any(|event| event.transaction.transaction_key == **key)
        };
        // Each cancel puts its own key in the place of the approval's.
        let named = payment.last_transaction_key.as_ref().filter(is_free);
        let key = match named {
            Some(key) => key.clone(),
            None => TransactionKey::parse(payment.payment_key.as_str()).ok()?,
        };
        let approved_at = payment.approved_at?;
        Some(Event {
            transaction: unlisted_row(payment, key, PaymentStatus::Done, approved_at, paid),
            effect: Effect::Paid,
            effective_amount: paid,
        })
    }

    /// The sums of one currency; zeros when no row has it.
    pub fn totals(&self, currency: Currency) -> Totals {
        self.purses
            .iter()
            .map(|purse| purse.totals)
            .find(|totals| totals.currency() == currency)
            .unwrap_or_else(|| Totals::zero(currency))
    }

    /// The currencies that rows have.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.purses.iter().map(|purse| purse.totals.currency())
    }
}

/// A cancel as the payment shows it. `None` of one without a key or an instant: it is in the sums alone.
fn unlisted_cancel(payment: &Payment, cancel: &Cancel, is_refund: bool) -> Option<Event> {
    let (key, at) = (cancel.transaction_key.clone()?, cancel.canceled_at?);
    let status = match payment.status {
        PaymentStatus::Canceled => PaymentStatus::Canceled,
        _ => PaymentStatus::PartialCanceled,
    };
    let (effect, effective_amount) = if is_refund {
        (Effect::Refunded, cancel.amount.negated())
    } else {
        (Effect::Voided, Money::zero(cancel.amount.currency()))
    };
    Some(Event {
        transaction: unlisted_row(payment, key, status, at, cancel.amount),
        effect,
        effective_amount,
    })
}

/// The row that the list will have, as far as the payment tells.
fn unlisted_row(
    payment: &Payment,
    transaction_key: TransactionKey,
    status: PaymentStatus,
    transaction_at: DateTime<Utc>,
    amount: Money,
) -> Transaction {
    Transaction {
        mid: payment.mid.clone(),
        transaction_key,
        payment_key: payment.payment_key.clone(),
        order_id: payment.order_id.clone(),
        method_label: payment.method_label.clone(),
        status,
        transaction_at,
        amount,
        listed_position: u32::MAX,
    }
}

/// The rows in the order of the walk, each key once: of rows that claim one key, the first in that order stands.
fn in_walk_order(mut rows: Vec<Transaction>) -> Vec<Transaction> {
    // Toss lists in this order, so that sorting is the exception.
    if !rows.is_sorted_by(|a, b| a.walk_order() <= b.walk_order()) {
        rows.sort_by(|a, b| a.walk_order().cmp(&b.walk_order()));
    }
    if may_repeat_a_key(&rows) {
        let mut seen = HashSet::with_capacity(rows.len());
        rows.retain(|row| seen.insert((row.mid.clone(), row.transaction_key.clone())));
    }
    with_bounces_after_deposits(rows)
}

/// An account waits once before its deposit, and again only after a deposit has bounced. So a later row that says that it
/// waits, in the second of a deposit, comes after the deposit, although the life cycle has it before.
fn with_bounces_after_deposits(rows: Vec<Transaction>) -> Vec<Transaction> {
    let waits = |row: &Transaction| {
        row.status == PaymentStatus::WaitingForDeposit && row.is_virtual_account()
    };
    if rows.iter().filter(|row| waits(row)).nth(1).is_none() {
        return rows;
    }
    let mut issued: Vec<Currency> = Vec::new();
    let mut ranked: Vec<(u8, Transaction)> = Vec::with_capacity(rows.len());
    for row in rows {
        let currency = row.amount.currency();
        let rank = 2 * row.status.life_cycle_rank();
        if !waits(&row) {
            ranked.push((rank, row));
        } else if issued.contains(&currency) {
            ranked.push((2 * PaymentStatus::Done.life_cycle_rank() + 1, row));
        } else {
            issued.push(currency);
            ranked.push((rank, row));
        }
    }
    // Stable: everything else stays as it is.
    ranked.sort_by_key(|(rank, row)| (row.transaction_at, *rank));
    ranked.into_iter().map(|(_, row)| row).collect()
}

/// Whether two rows share a transaction key, be it under two merchants.
fn may_repeat_a_key(rows: &[Transaction]) -> bool {
    /// Up to here comparing each with each is faster than hashing.
    const FEW: usize = 8;
    if rows.len() <= FEW {
        return rows.iter().enumerate().any(|(place, row)| {
            let mut before = rows.iter().take(place);
            before.any(|other| other.transaction_key == row.transaction_key)
        });
    }
    let mut seen = HashSet::with_capacity(rows.len());
    !rows.iter().all(|row| seen.insert(&row.transaction_key))
}

/// The row's amount without its sign: the status alone tells which way the money went.
fn read_amount(row: &Transaction, amounts: CancelRowAmounts<'_>) -> Money {
    let own_amount = match amounts {
        CancelRowAmounts::OfThePayment(cancels) if row.status.is_cancel() => cancels
            .iter()
            .find(|cancel| cancel.transaction_key.as_ref() == Some(&row.transaction_key))
            .map(|cancel| cancel.amount)
            .filter(|amount| amount.currency() == row.amount.currency()),
        _ => None,
    };
    own_amount.unwrap_or(row.amount).magnitude()
}

/// Takes the currency's purse out, an empty one the first time. A payment hardly ever has a second currency.
fn take_purse(purses: &mut Vec<Purse>, currency: Currency) -> Purse {
    let known = purses
        .iter()
        .position(|purse| purse.totals.currency() == currency);
    match known {
        Some(place) => purses.swap_remove(place),
        None => Purse {
            totals: Totals::zero(currency),
            deposited: false,
        },
    }
}

/// What the walk carries from row to row: the money of one currency. What is held is [`Totals::held`] so far.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Purse {
    totals: Totals,
    /// Whether money has come since the beginning or since the last bounce. "Any payment somewhere before" would call
    /// a cancel after a bounced deposit a refund; "anything held now" would call one that gives back more than came a
    /// void, and hide it.
    deposited: bool,
}

impl Purse {
    /// Applies one row: the table of effects.
    fn step(&mut self, row: &Transaction, amount: Money) -> Result<(Effect, Money), MoneyError> {
        let nothing = Money::zero(amount.currency());
        let totals = &mut self.totals;
        match &row.status {
            PaymentStatus::Done => {
                totals.paid = totals.paid.plus(amount)?;
                self.deposited |= !amount.is_zero();
                Ok((Effect::Paid, amount))
            }
            PaymentStatus::WaitingForDeposit
                if totals.held().minor() > 0 && row.is_virtual_account() =>
            {
                let bounced = totals.held();
                totals.paid = totals.paid.minus(bounced)?;
                self.deposited = false;
                Ok((Effect::PaymentReversed, bounced.negated()))
            }
            PaymentStatus::Canceled | PaymentStatus::PartialCanceled
                if !self.deposited && row.is_virtual_account() =>
            {
                totals.voided = totals.voided.plus(amount)?;
                Ok((Effect::Voided, nothing))
            }
            PaymentStatus::Canceled | PaymentStatus::PartialCanceled => {
                totals.effective_refund = totals.effective_refund.plus(amount)?;
                Ok((Effect::Refunded, amount.negated()))
            }
            PaymentStatus::Ready
            | PaymentStatus::InProgress
            | PaymentStatus::WaitingForDeposit
            | PaymentStatus::Aborted
            | PaymentStatus::Expired
            | PaymentStatus::Other(_) => Ok((Effect::None, nothing)),
        }
    }
}
