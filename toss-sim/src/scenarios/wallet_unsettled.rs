//! A foreign wallet pays the merchant itself: Toss settles nothing.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "wallet_unsettled",
    summary: "order-wallet-unsettled: 49.90 USD by a foreign wallet, without a settlement row",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-wallet-unsettled";

fn tell(story: &mut Story) {
    story.pay(0, (22, 14, 5), NewPayment::overseas(ORDER, 4_990));
    story.settlement(ORDER, SettledEvent::Every, SettlementChange::Missing);
}
