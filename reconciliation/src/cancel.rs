//! Cancels: Toss's word for handing money, or an unpaid account number, back.

use chrono::{DateTime, Utc};

use crate::named_cancels::unlisted_cancels;
use crate::{Effect, Event, History, Money, Payment, TransactionKey, named_cancels};

/// How far a cancel has got.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CancelStatus {
    /// Carried out. Domestic cancels are done at once.
    Done,
    /// An overseas method is still working on it.
    InProgress,
    /// An overseas method gave up.
    Aborted,
    /// A status that this program does not know, in Toss's spelling.
    Other(String),
}

impl CancelStatus {
    /// Reads Toss's spelling; a word that is not known survives as itself.
    pub fn from_toss(text: &str) -> Self {
        match text {
            "DONE" => Self::Done,
            "IN_PROGRESS" => Self::InProgress,
            "ABORTED" => Self::Aborted,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Toss's spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Done => "DONE",
            Self::InProgress => "IN_PROGRESS",
            Self::Aborted => "ABORTED",
            Self::Other(text) => text,
        }
    }
}

/// An element of a payment's `cancels[]` (source P).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancel {
    /// The key that its transaction row and its settlement row carry too. `None` in old versions of Toss's API, and while
    /// an overseas method still works on it.
    pub transaction_key: Option<TransactionKey>,
    /// What was cancelled, positive.
    pub amount: Money,
    /// The reason that was given.
    pub reason: Option<String>,
    /// When; `None` while it is not done and Toss does not say.
    pub canceled_at: Option<DateTime<Utc>>,
    /// The balance after this cancel.
    pub refundable_amount: Option<Money>,
    /// How far it has got; old answers say nothing, which means done.
    pub status: CancelStatus,
}

/// A cancel of a payment, put together from the payment and from its transaction rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelEvent {
    /// The key that all sources share; `None` for one that Toss gave without a key and that no row names.
    pub transaction_key: Option<TransactionKey>,
    /// What was cancelled, positive.
    pub amount: Money,
    /// The reason; `None` until the payment itself has been read.
    pub reason: Option<String>,
    /// When; `None` while it is not done and Toss does not say.
    pub canceled_at: Option<DateTime<Utc>>,
    /// Whether money went back. False for a virtual account that was never paid.
    pub refunded: bool,
}

/// Every cancel that either source knows, oldest first.
///
/// The transaction row says whether money went back. A cancel whose row has not been listed yet is judged by the rest:
/// only a virtual account without a deposit, or whose deposit bounced, can be cancelled without giving money back, and a
/// cancel that an overseas method has not finished has not given any back yet.
pub fn cancel_events(payment: &Payment, cancels: &[Cancel], history: &History) -> Vec<CancelEvent> {
    let rows = history.events().iter().map(|event| &event.transaction);
    let cancels = named_cancels(cancels, rows);
    let cancels: Vec<&Cancel> = cancels.iter().collect();
    collect_events(Some(payment), &cancels, history)
}

/// The same, also for a payment that has not been read.
pub(crate) fn collect_events(
    payment: Option<&Payment>,
    cancels: &[&Cancel],
    history: &History,
) -> Vec<CancelEvent> {
    let effect_of = |key: Option<&TransactionKey>| {
        history
            .events()
            .iter()
            .find(|e| {
                Some(&e.transaction.transaction_key) == key && e.transaction.status.is_cancel()
            })
            .map(|e| e.effect)
    };
    let unlisted = unlisted_cancels(&cancels.iter().copied(), history.events());
    // A row that tells of one without a key says all that can be known of it.
    let is_told_by_row = |cancel: &Cancel| {
        cancel.transaction_key.is_none()
            && !unlisted.iter().any(|other| std::ptr::eq(*other, cancel))
    };
    let mut found: Vec<CancelEvent> = cancels
        .iter()
        .filter(|cancel| !is_told_by_row(cancel))
        .map(|cancel| CancelEvent {
            transaction_key: cancel.transaction_key.clone(),
            amount: cancel.amount,
            reason: cancel.reason.clone(),
            canceled_at: cancel.canceled_at,
            refunded: match effect_of(cancel.transaction_key.as_ref()) {
                Some(effect) => effect == Effect::Refunded,
                None => {
                    cancel.status == CancelStatus::Done
                        && payment.is_none_or(|payment| {
                            cancel
                                .canceled_at
                                .is_some_and(|at| money_had_come(payment, history.events(), at))
                        })
                }
            },
        })
        .collect();
    for event in history
        .events()
        .iter()
        .filter(|e| e.transaction.status.is_cancel())
    {
        let row = &event.transaction;
        if !cancels
            .iter()
            .any(|cancel| cancel.transaction_key.as_ref() == Some(&row.transaction_key))
        {
            found.push(CancelEvent {
                transaction_key: Some(row.transaction_key.clone()),
                amount: event.amount(),
                reason: None,
                canceled_at: Some(row.transaction_at),
                refunded: event.effect == Effect::Refunded,
            });
        }
    }
    found.sort_by(|a, b| {
        let key = |event: &CancelEvent| (event.canceled_at.is_none(), event.canceled_at);
        (key(a), &a.transaction_key).cmp(&(key(b), &b.transaction_key))
    });
    found
}

/// Whether there was money to give back at that instant. The rows say so better than the payment, whose `approvedAt`
/// outlives a bounce.
pub(crate) fn money_had_come(payment: &Payment, events: &[Event], at: DateTime<Utc>) -> bool {
    let last_deposit_or_bounce = events
        .iter()
        .rfind(|e| {
            matches!(e.effect, Effect::Paid | Effect::PaymentReversed)
                && e.transaction.transaction_at <= at
        })
        .map(|e| e.effect);
    match last_deposit_or_bounce {
        _ if !payment.is_virtual_account() => true,
        Some(effect) => effect == Effect::Paid,
        None => payment.approved_at.is_some_and(|approved| approved <= at),
    }
}
