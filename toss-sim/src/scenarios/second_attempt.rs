//! An order is paid at the second attempt: two payments under one orderId.

use super::{Scenario, Story};
use crate::ledger::order::{NewPayment, Outcome};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "second_attempt",
    summary: "order-second-attempt: a card payment of 28,000 won is refused, and a second one four minutes later is paid",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-second-attempt";

fn tell(story: &mut Story) {
    let refused = NewPayment::card(ORDER, 28_000).ending(Outcome::Aborted);
    story.pay(0, (19, 20, 0), refused);
    story.pay(0, (19, 24, 10), NewPayment::card(ORDER, 28_000));
}
