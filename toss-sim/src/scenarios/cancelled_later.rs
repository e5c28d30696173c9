//! A payment is cancelled days later: who reads the days in between alone knows half of it.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "cancelled_later",
    summary: "order-cancelled-later: a virtual account over 26,000 won, paid on the first day and cancelled on the sixth",
    days: 6,
    tell,
};

/// The order.
const ORDER: &str = "order-cancelled-later";

fn tell(story: &mut Story) {
    story.pay(0, (11, 5, 9), NewPayment::virtual_account(ORDER, 26_000));
    story.deposit(0, (11, 31, 20), ORDER);
    story.cancel(5, (16, 10, 0), ORDER, "고객 변심");
}
