//! More is given back than was paid.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "over_refunded",
    summary: "order-over-refunded: a card payment of 20,000 won of which 15,000 and then 10,000 are given back",
    days: 3,
    tell,
};

/// The order.
const ORDER: &str = "order-over-refunded";

fn tell(story: &mut Story) {
    story.pay(0, (10, 12, 30), NewPayment::card(ORDER, 20_000));
    story.cancel_part(1, (14, 5, 0), ORDER, Amount::won(15_000), "일부 품절");
    story.refund_beyond(2, (9, 50, 0), ORDER, Amount::won(10_000), "추가 환불");
}
