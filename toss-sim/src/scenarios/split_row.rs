//! One event is settled by two rows under one transaction key that add up to it.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "split_row",
    summary: "order-split: a card payment of 80,000 won, settled in two rows of 40,000",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-split";

fn tell(story: &mut Story) {
    story.pay(0, (11, 40, 8), NewPayment::card(ORDER, 80_000));
    let change = SettlementChange::Split { rows: 2, off: 0 };
    story.settlement(ORDER, SettledEvent::Approval, change);
}
