//! The points that Toss's documentation leaves open: which of the readings of each a merchant's own rows show.

mod of_lists;
mod of_settlements;

use std::collections::BTreeMap;

use crate::{
    BusinessCalendar, Cancel, KstDate, PartialCancelRows, Payment, Settlement, Transaction,
};

/// What was read of one merchant's payments, to be looked at.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// Rows of the transactions list, in Toss's order.
    pub transactions: &'a [Transaction],
    /// Rows of the settlements list, in Toss's order.
    pub settlements: &'a [Settlement],
    /// Payments with their cancels.
    pub payments: &'a [(Payment, Vec<Cancel>)],
    /// The versions of the API that answers about these payments named.
    pub versions: &'a [String],
    /// How Toss answered certain questions.
    pub answers: Answers,
    /// The day in Seoul on which all that was read.
    pub read_on: KstDate,
    /// Whether the key is a test key.
    pub has_test_key: bool,
    /// The business days, with the settings' own.
    pub calendar: &'a BusinessCalendar,
    /// How the settings read rows of partial cancels.
    pub partial_cancel_rows: PartialCancelRows,
}

/// How Toss answered questions whose rows do not matter. None where it was not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Whether a list goes on right behind its first row.
    pub goes_on_behind_a_row: Option<bool>,
    /// How many days of a list were answered at once.
    pub days_at_once: Option<u32>,
    /// Whether the latest of several attempts answered for their order.
    pub latest_attempt_answers: Option<bool>,
}

/// A point that is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenPoint {
    /// Its number, as in `U1`.
    pub number: u8,
    /// What is open.
    pub question: &'static str,
}

/// What is found of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The point.
    pub point: OpenPoint,
    /// What holds here.
    pub here: Here,
    /// What the settings say of it.
    pub settings: SettingsSay,
}

/// What holds at this merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Here {
    /// The readings that were seen, each with how often; several where rows differ.
    Seen(BTreeMap<String, usize>),
    /// Nothing that was read tells.
    NotSeen,
    /// Reading cannot tell: somebody would have to cancel, to send too much, or to wait for a webhook.
    NotByReading,
}

/// What the settings say of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsSay {
    /// No setting decides it: every reading is taken.
    Nothing,
    /// What was seen, or nothing was seen against them.
    Agree,
    /// Something else: what to change.
    Differ(String),
}

impl Here {
    /// Each reading that was seen, in any order and as often as it was seen.
    fn of<T: Into<String>>(readings: impl IntoIterator<Item = T>) -> Self {
        let mut seen = BTreeMap::new();
        for reading in readings {
            *seen.entry(reading.into()).or_insert(0) += 1;
        }
        if seen.is_empty() {
            Self::NotSeen
        } else {
            Self::Seen(seen)
        }
    }

    /// How often this reading was seen.
    fn count(&self, reading: &str) -> usize {
        match self {
            Self::Seen(seen) => seen.get(reading).copied().unwrap_or_default(),
            Self::NotSeen | Self::NotByReading => 0,
        }
    }
}

/// What is open of each, in the order of their numbers from 1.
const QUESTIONS: [&str; 23] = [
    "what a row of a partial cancel lists",
    "the row when a deposit turns out wrong",
    "the order of transactions",
    "whether a list goes on behind any of its rows",
    "how much may be asked for at once",
    "how too many calls are refused",
    "whether the instalment fee is within the fee",
    "the sold date of a cancel on a later day",
    "whether a cancel gives the fee back",
    "whether money moves on business days alone",
    "settlements of a test key",
    "the version of the API",
    "whether an idempotency key keeps a failure",
    "which of several attempts answers for its order",
    "the status after a deposit was refunded at once",
    "how a refund to an account goes on",
    "the spelling of methods",
    "which check refuses a cancel first",
    "what a webhook's answer may be",
    "the code for what is cancelled already",
    "when sales of weekends are paid out",
    "whether an event has several rows",
    "rows with a sold date to come",
];

/// What the sample shows of every point, in their order.
pub fn look(sample: &Sample<'_>) -> Vec<Finding> {
    let numbered = (1..).zip(QUESTIONS);
    numbered
        .map(|(number, question)| {
            let here = here(number, sample);
            Finding {
                settings: settings_say(number, &here, sample),
                point: OpenPoint { number, question },
                here,
            }
        })
        .collect()
}

fn here(number: u8, sample: &Sample<'_>) -> Here {
    match number {
        1 => of_lists::partial_cancels(sample),
        2 => of_lists::wrong_deposits(sample),
        3 => of_lists::order(sample),
        4 => Here::of(
            sample
                .answers
                .goes_on_behind_a_row
                .map(|goes_on| if goes_on { "it does" } else { "it does not" }),
        ),
        5 => Here::of(sample.answers.days_at_once.map(|days| {
            if days == 1 {
                "one day at once".to_owned()
            } else {
                format!("{days} days at once are answered")
            }
        })),
        7 => of_settlements::instalment_fees(sample),
        8 => of_settlements::sold_dates_of_cancels(sample),
        9 => of_settlements::fees_of_cancels(sample),
        10 => of_settlements::payout_days(sample),
        11 if sample.has_test_key => Here::of([if sample.settlements.is_empty() {
            "none are listed"
        } else {
            "some are listed"
        }]),
        11 => Here::NotSeen,
        12 => Here::of(sample.versions.iter().cloned()),
        14 => Here::of(sample.answers.latest_attempt_answers.map(|latest| {
            if latest {
                "the latest"
            } else {
                "another than the latest"
            }
        })),
        15 => of_lists::refunded_deposits(sample),
        17 => of_lists::methods(sample),
        21 => of_settlements::weekends(sample),
        22 => of_settlements::rows_of_one_event(sample),
        23 => of_settlements::sold_dates_to_come(sample),
        _ => Here::NotByReading,
    }
}

fn settings_say(number: u8, here: &Here, sample: &Sample<'_>) -> SettingsSay {
    match number {
        1 => of_lists::partial_cancel_setting(here, sample.partial_cancel_rows),
        10 => of_settlements::calendar_setting(here),
        _ => SettingsSay::Nothing,
    }
}
