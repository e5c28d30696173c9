//! A row as it was seen with test keys: no keys, no card, midnight, a prefix before the orderId.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "degraded_rows",
    summary: "order-degraded: a card payment of 1,600 won whose settlement row has null keys and orderId xxxxx_order-degraded",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-degraded";

fn tell(story: &mut Story) {
    story.pay(0, (14, 20, 9), NewPayment::card(ORDER, 1_600));
    story.settlement(ORDER, SettledEvent::Approval, SettlementChange::Degraded);
}
