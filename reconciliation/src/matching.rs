//! Which transaction row a settlement row settles.

use crate::{Event, PaymentStatus, Settlement, SettlementKind, Transaction, TransactionKey};

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

impl MatchStrength {
    /// Every strength, the surest first.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Weak, Self::Ambiguous, Self::None];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "EXACT",
            Self::Weak => "WEAK",
            Self::Ambiguous => "AMBIGUOUS",
            Self::None => "NONE",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|strength| strength.as_str() == text)
    }
}

/// The outcome of matching one settlement row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementMatch {
    /// How surely.
    pub strength: MatchStrength,
    /// The events that fit: one when the match is exact or weak, several when it is ambiguous. In the order of the keys.
    pub candidates: Vec<TransactionKey>,
}

/// Matches one settlement row against events. The keys are tried in this order, and the first that any event fits
/// decides: `(mId, transactionKey)`; `(mId, paymentKey, direction, amount)`; `(mId, orderId)` as it stands, then without
/// its prefix, with equal direction and amount.
///
/// A key that several events fit ends the search too: a weaker one could only choose among them by chance. The order and
/// the repetition of the events do not matter.
pub fn match_settlement(row: &Settlement, events: &[Event]) -> SettlementMatch {
    for key in Key::IN_ORDER {
        let mut candidates: Vec<TransactionKey> = events
            .iter()
            .filter(|event| event.transaction.mid == row.mid && key.fits(row, event))
            .map(|event| event.transaction.transaction_key.clone())
            .collect();
        candidates.sort();
        candidates.dedup();
        let strength = match candidates.len() {
            0 => continue,
            1 => key.strength(),
            _ => MatchStrength::Ambiguous,
        };
        return SettlementMatch {
            strength,
            candidates,
        };
    }
    SettlementMatch {
        strength: MatchStrength::None,
        candidates: Vec::new(),
    }
}

/// What a settlement row and an event of one merchant may have in common.
#[derive(Clone, Copy)]
enum Key {
    Transaction,
    Payment,
    Order,
    OrderWithoutPrefix,
}

impl Key {
    const IN_ORDER: [Self; 4] = [
        Self::Transaction,
        Self::Payment,
        Self::Order,
        Self::OrderWithoutPrefix,
    ];

    fn strength(self) -> MatchStrength {
        match self {
            Self::Transaction | Self::Payment => MatchStrength::Exact,
            Self::Order | Self::OrderWithoutPrefix => MatchStrength::Weak,
        }
    }

    fn fits(self, row: &Settlement, event: &Event) -> bool {
        let Transaction {
            transaction_key,
            payment_key,
            order_id,
            ..
        } = &event.transaction;
        match self {
            Self::Transaction => row.transaction_key.as_ref() == Some(transaction_key),
            Self::Payment => {
                row.payment_key.as_ref() == Some(payment_key) && same_money(row, event)
            }
            Self::Order => row.order_id == *order_id && same_money(row, event),
            Self::OrderWithoutPrefix => {
                row.order_id.without_prefix() == Some(order_id.as_str()) && same_money(row, event)
            }
        }
    }
}

/// Whether the row pays out or deducts what the event moved.
fn same_money(row: &Settlement, event: &Event) -> bool {
    kind_of(event) == Some(row.kind) && event.amount() == row.amount.magnitude()
}

/// What a settlement row of this event would be; `None` for rows that no money follows, such as an account's issue.
fn kind_of(event: &Event) -> Option<SettlementKind> {
    match &event.transaction.status {
        PaymentStatus::Done => Some(SettlementKind::Payment),
        status if status.is_cancel() => Some(SettlementKind::Cancel),
        _ => None,
    }
}
