//! A virtual account is paid, and the deposit goes back to the buyer in two steps.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "deposit_refunded",
    summary: "order-deposit-refunded: a virtual account over 22,400 won, paid, 5,000 refunded on the next day and 17,400 on the day after",
    days: 3,
    tell,
};

/// The order.
const ORDER: &str = "order-deposit-refunded";

fn tell(story: &mut Story) {
    story.pay(0, (12, 0, 4), NewPayment::virtual_account(ORDER, 22_400));
    story.deposit(0, (18, 12, 45), ORDER);
    story.cancel_part(1, (10, 0, 0), ORDER, Amount::won(5_000), "부분 환불");
    story.cancel(2, (10, 30, 0), ORDER, "잔액 환불");
}
