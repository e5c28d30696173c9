//! A payment in won is settled as if it had been made in yen.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};
use crate::money::Currency;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "currency_mismatch",
    summary: "order-currency-off: a card payment of 18,000 won, settled in JPY",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-currency-off";

fn tell(story: &mut Story) {
    story.pay(0, (14, 20, 9), NewPayment::card(ORDER, 18_000));
    story.settlement(ORDER, SettledEvent::Approval, SettlementChange::Currency(Currency::Jpy));
}
