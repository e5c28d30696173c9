//! A payment's own status contradicts its transactions.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::row_trouble::PaymentChange;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "status_mismatch",
    summary: "order-status-off: a card payment of 16,500 won, never cancelled, whose body says CANCELED",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-status-off";

fn tell(story: &mut Story) {
    story.pay(0, (19, 8, 7), NewPayment::card(ORDER, 16_500));
    story.payment(ORDER, PaymentChange::Status("CANCELED".into()));
}
