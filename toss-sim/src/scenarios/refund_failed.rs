//! The bank refuses the refund of a deposit.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::row_trouble::PaymentChange;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "refund_failed",
    summary: "order-refund-failed: a virtual account over 31,500 won, paid and cancelled on the next day; its refundStatus says FAILED",
    days: 2,
    tell,
};

/// The order.
const ORDER: &str = "order-refund-failed";

fn tell(story: &mut Story) {
    story.pay(0, (9, 30, 4), NewPayment::virtual_account(ORDER, 31_500));
    story.deposit(0, (12, 2, 45), ORDER);
    story.cancel(1, (10, 45, 0), ORDER, "주문 취소");
    story.payment(ORDER, PaymentChange::RefundStatus("FAILED".to_owned()));
}
