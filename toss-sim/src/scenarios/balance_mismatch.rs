//! A payment says that more is left than its cancels leave.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;
use crate::row_trouble::PaymentChange;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "balance_mismatch",
    summary: "order-balance-off: a card payment of 20,000 won, cancelled by 4,000, whose balanceAmount says 17,000",
    days: 2,
    tell,
};

/// The order.
const ORDER: &str = "order-balance-off";

fn tell(story: &mut Story) {
    story.pay(0, (18, 0, 12), NewPayment::card(ORDER, 20_000));
    story.cancel_part(1, (10, 10, 10), ORDER, Amount::won(4_000), "부분 취소");
    story.payment(ORDER, PaymentChange::Balance(1_000));
}
