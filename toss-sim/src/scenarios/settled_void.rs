//! An unpaid virtual account is cancelled, and Toss settles the cancel as if money had gone back.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::payouts::trouble::{SettledEvent, SettlementChange};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "settled_void",
    summary: "order-settled-void: a virtual account over 19,800 won, cancelled unpaid, with a settlement row of -19,800",
    days: 1,
    tell,
};

/// The order.
const ORDER: &str = "order-settled-void";

fn tell(story: &mut Story) {
    story.pay(0, (10, 2, 0), NewPayment::virtual_account(ORDER, 19_800));
    story.cancel(0, (10, 40, 0), ORDER, "입금 전 주문 취소");
    story.settlement(ORDER, SettledEvent::Cancel(0), SettlementChange::Settled);
}
