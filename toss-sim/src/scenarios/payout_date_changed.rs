//! A settlement row's payout moves between two reads.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{Onset, SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "payout_date_changed",
    summary: "order-payout-moved: a card payment of 29,000 won; once its settlement row has been listed, it is paid out seven days later",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-payout-moved";

fn tell(story: &mut Story) {
    story.pay(0, (12, 34, 56), NewPayment::card(ORDER, 29_000));
    let change = SettlementChange::PayoutDate(7);
    story.settlement_from(ORDER, SettledEvent::Approval, change, Onset::AfterListings(1));
}
