//! A virtual account is issued, nobody pays, and the order is cancelled two minutes later.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "account_never_paid",
    summary: "order-never-paid: a virtual account over 22,400 won, cancelled unpaid; rows WAITING_FOR_DEPOSIT 0 and CANCELED 22400, no refund, no settlement",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-never-paid";

fn tell(story: &mut Story) {
    story.pay(0, (16, 8, 45), NewPayment::virtual_account(ORDER, 22_400));
    story.cancel(0, (16, 10, 40), ORDER, "입금 전 주문 취소");
}
