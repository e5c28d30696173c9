//! Foreign wallets that decide later: one cancel is granted, another refused.

use super::{Scenario, Story};
use crate::ledger::order::NewPayment;
use crate::ledger::payment::Method;
use crate::money::Amount;

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "overseas_async_cancel",
    summary: "order-async-granted and order-async-refused: 120.00 USD each, 30.50 cancelled; IN_PROGRESS becomes DONE on the next day, or ABORTED with the balance restored",
    days: 2,
    tell,
};

/// The order whose cancel is granted.
const GRANTED: &str = "order-async-granted";
/// The order whose cancel is refused.
const REFUSED: &str = "order-async-refused";

fn tell(story: &mut Story) {
    for (order, refused) in [(GRANTED, false), (REFUSED, true)] {
        let new = NewPayment {
            method: Method::OverseasEasyPay { asynchronous: true },
            ..NewPayment::overseas(order, 12_000)
        };
        story.pay(0, (15, 10, 20), new);
        story.cancel_part(0, (15, 15, 0), order, Amount::usd_cents(3_050), "Customer request");
        story.finish_cancel(1, (11, 20, 0), order, refused);
    }
}
