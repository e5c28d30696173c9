//! A refund is larger than everything else that is paid out with it.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::ledger::payment::Method;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "negative_payout",
    summary: "order-payout-negative: a transfer of 4,800,000 won, cancelled four days later: what is paid out for that day is below zero",
    days: 5,
    tell,
};

/// The order.
const ORDER: &str = "order-payout-negative";

fn tell(story: &mut Story) {
    let new = NewPayment::new(ORDER, Method::Transfer, Amount::won(4_800_000));
    story.pay(0, (15, 33, 0), new);
    story.cancel(4, (10, 20, 0), ORDER, "계약 취소");
}
