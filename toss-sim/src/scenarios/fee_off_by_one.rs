//! A settlement row's fee is one won off what its parts add up to.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "fee_off_by_one",
    summary: "order-fee-off: a card payment of 33,000 won whose fee is not supplyAmount + vat",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-fee-off";

fn tell(story: &mut Story) {
    story.pay(0, (14, 20, 9), NewPayment::card(ORDER, 33_000));
    story.settlement(ORDER, SettledEvent::Approval, SettlementChange::FeeOffByOne);
}
