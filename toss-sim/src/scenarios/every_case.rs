//! Everything at once: the month, and beside it the rarer cases, each once. `split_row_off` shows nothing that is not
//! there already.

use super::{Scenario, Story};

/// The story.
pub(super) const STORY: Scenario = Scenario {
    name: "every_case",
    summary: "33 days: month from the fourth day on, and beside it the rarer stories once; order-cancelled-later is \
              paid before the month and cancelled within it",
    days: 33,
    tell,
};

/// Which story begins how many days in. Nothing else has its trouble on the day of the unreadable row.
const PARTS: &[(u64, &Scenario)] = &[
    (0, &super::cancelled_later::STORY),
    (3, &super::month::STORY),
    (9, &super::negative_payout::STORY),
    (12, &super::second_attempt::STORY),
    (15, &super::split_row::STORY),
    (17, &super::refund_failed::STORY),
    (18, &super::over_refunded::STORY),
    (19, &super::wallet_unsettled::STORY),
    (24, &super::unreadable_row::STORY),
    (26, &super::large_payment::STORY),
    (27, &super::cancel_unanswered::STORY),
];

fn tell(story: &mut Story) {
    for (days, part) in PARTS {
        story.embed(*days, part);
    }
}
