//! A foreign wallet pays in dollars and cents, and part of it goes back.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "overseas_usd",
    summary: "order-overseas-usd: 726.24 USD, of which 181.56 are cancelled at once",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-overseas-usd";

fn tell(story: &mut Story) {
    story.pay(0, (16, 0, 20), NewPayment::overseas(ORDER, 72_624));
    story.cancel_part(0, (16, 11, 45), ORDER, Amount::usd_cents(18_156), "Customer request");
}
