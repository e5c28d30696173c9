//! A month with the common cases: the ordinary payments of `clean_month` and each story whose rows all readers read.

use super::{Scenario, Story};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "month",
    summary: "thirty days: clean_month and within it the common cases, each with its own orderIds \
              (order-never-paid and order-partial-cancels among them)",
    days: 30,
    tell,
};

/// Which story begins how many days into the month. All that can be late have time to become so.
const PARTS: &[(u64, &Scenario)] = &[
    (0, &super::clean_month::STORY),
    (3, &super::two_mids::STORY),
    (4, &super::account_never_paid::STORY),
    (5, &super::partial_cancels::STORY),
    (6, &super::partial_cancels_to_zero::STORY),
    (7, &super::console_cancel::STORY),
    (8, &super::deposit_bounced::STORY),
    (9, &super::deposit_refunded::STORY),
    (10, &super::overseas_usd::STORY),
    (10, &super::overseas_async_cancel::STORY),
    (11, &super::settlement_missing::STORY),
    (12, &super::settlement_duplicated::STORY),
    (12, &super::settlement_restated::STORY),
    (13, &super::payout_date_changed::STORY),
    (13, &super::settled_void::STORY),
    (14, &super::fee_off_by_one::STORY),
    (15, &super::degraded_rows::STORY),
    (15, &super::amount_mismatch::STORY),
    (16, &super::currency_mismatch::STORY),
    (16, &super::settlement_orphan::STORY),
    (17, &super::unknown_status::STORY),
    (18, &super::balance_mismatch::STORY),
    (18, &super::status_mismatch::STORY),
    (19, &super::negative_day::STORY),
];

fn tell(story: &mut Story) {
    for (days, part) in PARTS {
        story.embed(*days, part);
    }
}
