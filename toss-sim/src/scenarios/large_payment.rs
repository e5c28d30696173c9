//! A payment so large that its cancel may need a second person.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "large_payment",
    summary: "order-large: a card payment of 1,250,000 won",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-large";

fn tell(story: &mut Story) {
    story.pay(0, (16, 21, 37), NewPayment::card(ORDER, 1_250_000));
}
