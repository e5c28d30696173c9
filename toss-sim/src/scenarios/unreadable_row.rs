//! A settlement row is in a currency that nobody knows.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::odd_row::OddRow;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "unreadable_row",
    summary: "order-unreadable: a card payment of 23,000 won whose settlement row is in ZZZ",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-unreadable";

fn tell(story: &mut Story) {
    story.pay(0, (13, 20, 41), NewPayment::card(ORDER, 23_000));
    let change = SettlementChange::Odd(OddRow::UnknownCurrency);
    story.settlement(ORDER, SettledEvent::Approval, change);
}
