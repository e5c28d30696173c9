//! A large payment is cancelled on a day with few sales: that day's settlement is negative.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::ledger::payment::Method;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "negative_day",
    summary: "order-negative-day: a transfer of 480,000 won, cancelled in full three days later, on which it is the merchant's largest row",
    days: 4,
    tell,
};

/// The order.
const ORDER: &str = "order-negative-day";

fn tell(story: &mut Story) {
    let new = NewPayment::new(ORDER, Method::Transfer, Amount::won(480_000));
    story.pay(0, (10, 0, 10), new);
    story.cancel(3, (16, 30, 0), ORDER, "고객 변심");
}
