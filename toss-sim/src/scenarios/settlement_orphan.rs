//! A settlement row stands for a payment that the transaction list does not know.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::row_trouble::TransactionChange;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "settlement_orphan",
    summary: "order-orphan: a card payment of 24,000 won that is settled but in no transaction list",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-orphan";

fn tell(story: &mut Story) {
    story.pay(0, (15, 30, 30), NewPayment::card(ORDER, 24_000));
    story.transactions(ORDER, TransactionChange::Hidden);
}
