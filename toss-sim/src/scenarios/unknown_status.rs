//! A transaction row has a status that no documentation knows.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;
use crate::row_trouble::TransactionChange;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "unknown_status",
    summary: "order-unknown-status: a card payment of 12,000 won whose second row, of a cancel, says UNDER_REVIEW",
    days: 2,
    tell,
};

/// The order.
const ORDER: &str = "order-unknown-status";

fn tell(story: &mut Story) {
    story.pay(0, (9, 15, 0), NewPayment::card(ORDER, 12_000));
    story.cancel_part(1, (9, 45, 0), ORDER, Amount::won(2_000), "부분 취소");
    story.transactions(ORDER, TransactionChange::Status("UNDER_REVIEW".into()));
}
