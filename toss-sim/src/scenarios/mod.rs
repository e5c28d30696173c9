//! Stories that are played on the stand-in, one per file, each with orderIds that a caller can ask for.

mod story;

use std::fmt::Write;

pub(crate) use story::Story;

/// Declares the files of this folder and lists their stories.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every story, in alphabetical order.
        const ALL: &[Scenario] = &[$($name::STORY),+];
    };
}

stories!(
    account_never_paid,
    amount_mismatch,
    balance_mismatch,
    cancel_unanswered,
    cancelled_later,
    clean_month,
    console_cancel,
    currency_mismatch,
    degraded_rows,
    deposit_bounced,
    deposit_refunded,
    every_case,
    fee_off_by_one,
    large_payment,
    month,
    negative_day,
    negative_payout,
    over_refunded,
    overseas_async_cancel,
    overseas_usd,
    partial_cancels,
    partial_cancels_to_zero,
    payout_date_changed,
    refund_failed,
    second_attempt,
    settled_void,
    settlement_duplicated,
    settlement_missing,
    settlement_orphan,
    settlement_restated,
    split_row,
    split_row_off,
    status_mismatch,
    two_mids,
    unknown_status,
    unreadable_row,
    wallet_unsettled,
);

/// A story: what happens to one payment, or to many, over some days.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// The name for `--scenario`.
    pub name: &'static str,
    /// What happens, with orderIds and amounts.
    pub summary: &'static str,
    /// How many days it takes, from the KST day it starts on.
    pub days: u32,
    pub(crate) tell: fn(&mut Story),
}

/// A name that no story has.
#[derive(Debug, thiserror::Error)]
#[error("there is no scenario '{name}'; there are: {known}")]
pub struct UnknownScenario {
    /// The name asked for.
    pub name: String,
    /// The names there are.
    pub known: String,
}

impl Scenario {
    /// Every story, in alphabetical order.
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// The story with this name.
    pub fn by_name(name: &str) -> Result<&'static Self, UnknownScenario> {
        ALL.iter()
            .find(|scenario| scenario.name == name)
            .ok_or_else(|| {
                let mut known = String::new();
                for (nth, scenario) in ALL.iter().enumerate() {
                    // Writing to a String cannot fail.
                    let _never = write!(
                        known,
                        "{}{}",
                        if nth == 0 { "" } else { ", " },
                        scenario.name
                    );
                }
                UnknownScenario {
                    name: name.to_owned(),
                    known,
                }
            })
    }
}
