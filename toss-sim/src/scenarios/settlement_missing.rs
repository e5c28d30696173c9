//! A payment is approved and Toss never lists its settlement.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "settlement_missing",
    summary: "order-unsettled: a card payment of 27,000 won without a settlement row",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-unsettled";

fn tell(story: &mut Story) {
    story.pay(0, (14, 20, 9), NewPayment::card(ORDER, 27_000));
    story.settlement(ORDER, SettledEvent::Approval, SettlementChange::Missing);
}
