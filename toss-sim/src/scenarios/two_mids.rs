//! One key lists the rows of two mIds: a second shop pays under its own.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "two_mids",
    summary: "order-mid2-01 to order-mid2-12: card payments of 10,000 won and more, one a day, at a second mId that is linked to the first one's keys",
    days: 12,
    tell,
};

fn tell(story: &mut Story) {
    let second = second_mid(story.mid());
    story.link_mid(&second);
    for day in 0..12_u32 {
        let order = format!("order-mid2-{:02}", day + 1);
        let won = 10_000 + 1_500 * i64::from(day);
        story.pay(u64::from(day), (12, 12, 12), NewPayment::card(order, won).for_mid(second.as_str()));
    }
}

/// The linked shop's mId: the first one's with its last two characters replaced.
fn second_mid(first: &str) -> String {
    let head: String = first.chars().take(first.chars().count().saturating_sub(2)).collect();
    let tail = if first.ends_with("02") { "03" } else { "02" };
    format!("{head}{tail}")
}
