//! Which transaction row a settlement row settles.

use crate::{Event, Settlement, SettlementKind, TransactionKey};

/// How surely a settlement row belongs to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MatchStrength {
    /// By the transaction's key, or by payment, direction and amount.
    Exact,
    /// By the order alone, with equal direction and amount.
    Weak,
    /// Several events fit equally well; none is chosen.
    Ambiguous,
    /// No event fits.
    None,
}

/// The outcome of matching one settlement row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementMatch {
    /// How surely.
    pub strength: MatchStrength,
    /// The events that fit: one when the match is exact or weak, several when it is ambiguous.
    pub candidates: Vec<TransactionKey>,
}

/// Matches one settlement row against events. The keys are tried in this order, and the first that any event fits
/// decides: `(mId, transactionKey)`; `(mId, paymentKey, direction, amount)`; `(mId, orderId)` as it stands, then without
/// its prefix, with equal direction and amount.
pub fn match_settlement(row: &Settlement, events: &[Event]) -> SettlementMatch {
    let same_merchant = || {
        events
            .iter()
            .filter(|event| event.transaction.mid == row.mid)
    };
    let same_money = |event: &&Event| {
        kind_of(event) == Some(row.kind)
            && event.transaction.amount.currency() == row.amount.currency()
            && event.transaction.amount.minor().unsigned_abs() == row.amount.minor().unsigned_abs()
    };
    let by_transaction_key = || {
        same_merchant()
            .filter(|event| {
                row.transaction_key.as_ref() == Some(&event.transaction.transaction_key)
            })
            .collect::<Vec<_>>()
    };
    let by_payment_key = || {
        same_merchant()
            .filter(|event| row.payment_key.as_ref() == Some(&event.transaction.payment_key))
            .filter(same_money)
            .collect::<Vec<_>>()
    };
    let by_order = |order: Option<&str>| {
        same_merchant()
            .filter(|event| order == Some(event.transaction.order_id.as_str()))
            .filter(same_money)
            .collect::<Vec<_>>()
    };
    let exact = first_that_fits([by_transaction_key(), by_payment_key()]);
    if let Some(candidates) = exact {
        return outcome(&candidates, MatchStrength::Exact);
    }
    let weak = first_that_fits([
        by_order(Some(row.order_id.as_str())),
        by_order(row.order_id.without_prefix()),
    ]);
    match weak {
        Some(candidates) => outcome(&candidates, MatchStrength::Weak),
        None => SettlementMatch {
            strength: MatchStrength::None,
            candidates: Vec::new(),
        },
    }
}

fn first_that_fits(attempts: [Vec<&Event>; 2]) -> Option<Vec<&Event>> {
    attempts
        .into_iter()
        .find(|candidates| !candidates.is_empty())
}

fn outcome(candidates: &[&Event], strength: MatchStrength) -> SettlementMatch {
    SettlementMatch {
        strength: if candidates.len() == 1 {
            strength
        } else {
            MatchStrength::Ambiguous
        },
        candidates: candidates
            .iter()
            .map(|event| event.transaction.transaction_key.clone())
            .collect(),
    }
}

/// What a settlement row of this event would be; `None` for rows that no money follows, such as an account's issue.
fn kind_of(event: &Event) -> Option<SettlementKind> {
    match &event.transaction.status {
        crate::PaymentStatus::Done => Some(SettlementKind::Payment),
        status if status.is_cancel() => Some(SettlementKind::Cancel),
        _ => None,
    }
}
