//! A settlement row is other on a second read than on the first.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{Onset, SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "settlement_restated",
    summary: "order-restated: a card payment of 61,000 won; once its settlement row has been listed, the fee is 100 won higher",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-restated";

fn tell(story: &mut Story) {
    story.pay(0, (17, 45, 12), NewPayment::card(ORDER, 61_000));
    let change = SettlementChange::Fee(100);
    story.settlement_from(ORDER, SettledEvent::Approval, change, Onset::AfterListings(1));
}
