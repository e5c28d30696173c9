//! Partial cancels use a payment up; its status says `PARTIAL_CANCELED` for ever.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "partial_cancels_to_zero",
    summary: "order-drained: a card payment of 15,000 won, cancelled by 3,000, 5,000 and 7,000; balance 0, status PARTIAL_CANCELED",
    days: 4,
    tell,
};

/// The order.
const ORDER: &str = "order-drained";

fn tell(story: &mut Story) {
    story.pay(0, (11, 30, 2), NewPayment::card(ORDER, 15_000));
    for (day, won) in [(1, 3_000), (2, 5_000), (3, 7_000)] {
        story.cancel_part(day, (16, 20, 0), ORDER, Amount::won(won), "부분 취소");
    }
}
