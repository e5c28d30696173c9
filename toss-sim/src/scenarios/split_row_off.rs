//! One event is settled by two rows under one transaction key that come to too much, or to too little.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "split_row_off",
    summary: "order-split-surplus and order-split-short: card payments of 36,000 and 45,000 won, each settled in two rows that come to 42,000 and 40,000",
    days: 1,
    tell,
};

/// Order, won, and by how much the rows come to more.
const ORDERS: [(&str, i64, i64); 2] = [
    ("order-split-surplus", 36_000, 6_000),
    ("order-split-short", 45_000, -5_000),
];

fn tell(story: &mut Story) {
    for (order, won, off) in ORDERS {
        story.pay(0, (11, 40, 8), NewPayment::card(order, won));
        let change = SettlementChange::Split { rows: 2, off };
        story.settlement(order, SettledEvent::Approval, change);
    }
}
