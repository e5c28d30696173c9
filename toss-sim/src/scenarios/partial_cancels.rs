//! A card payment is cancelled in two parts on later days, each with settlement dates of its own.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "partial_cancels",
    summary: "order-partial-cancels: a card payment of 15,000 won, cancelled by 3,000 on the next day and by 5,000 on the day after; 8,000 refunded, three settlement rows",
    days: 3,
    tell,
};

/// The order.
const ORDER: &str = "order-partial-cancels";

fn tell(story: &mut Story) {
    story.pay(0, (10, 15, 21), NewPayment::card(ORDER, 15_000));
    story.cancel_part(1, (14, 2, 11), ORDER, Amount::won(3_000), "일부 품절");
    story.cancel_part(2, (9, 40, 37), ORDER, Amount::won(5_000), "고객 요청 부분 취소");
}
