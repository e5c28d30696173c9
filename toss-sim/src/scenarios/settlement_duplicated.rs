//! One cancel is settled twice under one transaction key.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "settlement_duplicated",
    summary: "order-settled-twice: a card payment of 44,000 won, cancelled on the next day; the cancel's settlement row is listed twice",
    days: 2,
    tell,
};

/// The order.
const ORDER: &str = "order-settled-twice";

fn tell(story: &mut Story) {
    story.pay(0, (14, 20, 9), NewPayment::card(ORDER, 44_000));
    story.cancel(1, (11, 0, 5), ORDER, "고객 변심");
    story.settlement(ORDER, SettledEvent::Cancel(0), SettlementChange::Duplicated);
}
