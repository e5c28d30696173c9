//! The bank takes a deposit back a minute later; the buyer never pays again and the order is cancelled.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "deposit_bounced",
    summary: "order-bounced: a virtual account over 31,000 won; DONE goes back to WAITING_FOR_DEPOSIT, then CANCELED; no money was ever kept, no settlement",
    days: 2,
    tell,
};

/// The order.
const ORDER: &str = "order-bounced";

fn tell(story: &mut Story) {
    story.pay(0, (13, 0, 3), NewPayment::virtual_account(ORDER, 31_000));
    story.deposit(0, (15, 12, 45), ORDER);
    story.bounce(0, (15, 13, 58), ORDER);
    story.cancel(1, (9, 20, 40), ORDER, "입금 오류로 주문 취소");
}
