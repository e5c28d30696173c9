//! Somebody cancels in Toss's console: no request of the merchant's own knows of it.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "console_cancel",
    summary: "order-console-cancel: a card payment of 39,000 won, cancelled in full in the console on the next day",
    days: 2,
    tell,
};

/// The order.
const ORDER: &str = "order-console-cancel";

fn tell(story: &mut Story) {
    story.pay(0, (13, 5, 44), NewPayment::card(ORDER, 39_000));
    story.cancel(1, (10, 12, 30), ORDER, "상점관리자 취소");
}
