//! A settlement row pays for a thousand won less than was approved.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "amount_mismatch",
    summary: "order-amount-off: a card payment of 52,000 won, settled as 51,000",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-amount-off";

fn tell(story: &mut Story) {
    story.pay(0, (14, 20, 9), NewPayment::card(ORDER, 52_000));
    story.settlement(ORDER, SettledEvent::Approval, SettlementChange::Amount(-1_000));
}
