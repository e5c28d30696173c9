//! What became of a cancel cannot be learned.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::row_trouble::PaymentChange;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "cancel_unanswered",
    summary: "order-unanswered: a card payment of 17,000 won whose cancels are never answered",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-unanswered";

fn tell(story: &mut Story) {
    story.pay(0, (12, 48, 19), NewPayment::card(ORDER, 17_000));
    story.payment(ORDER, PaymentChange::CancelsDropped);
}
