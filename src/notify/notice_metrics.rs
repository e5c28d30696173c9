//! What an operator sees of notices: what came of each attempt, and how long the oldest has been waiting, by the address's
//! name in the settings.

use chrono::{DateTime, Utc};
use metrics::{Counter, Gauge, Unit, counter, describe_counter, describe_gauge, gauge};

use crate::store::OpenNotices;

const SENT: &str = "toss_recon_notices_sent_total";
const OPEN: &str = "toss_recon_notices_open";
const AGE: &str = "toss_recon_notice_oldest_age_seconds";

/// Counts in the recorder that was in force when it was made.
pub(super) struct NoticeMetrics {
    pub(super) taken: Counter,
    pub(super) refused: Counter,
    pub(super) given_up: Counter,
    open: Gauge,
    age: Gauge,
}

impl NoticeMetrics {
    pub(super) fn of(target: &str) -> Self {
        describe_counter!(
            SENT,
            "Attempts to tell an address of the settings, by what came of them; given_up is a notice that is not told any more"
        );
        describe_gauge!(
            OPEN,
            "Notices that are still to be told, as the process knows that tells them"
        );
        describe_gauge!(
            AGE,
            Unit::Seconds,
            "Age of the oldest notice that is still to be told; 0 without one, and in processes that do not tell"
        );
        let sent = |outcome: &'static str| counter!(SENT, "target" => target.to_owned(), "outcome" => outcome);
        Self {
            taken: sent("ok"),
            refused: sent("refused"),
            given_up: sent("given_up"),
            open: gauge!(OPEN, "target" => target.to_owned()),
            age: gauge!(AGE, "target" => target.to_owned()),
        }
    }

    /// Shows what is still to be told.
    pub(super) fn show(&self, open: Option<&OpenNotices>, now: DateTime<Utc>) {
        let count = open.map_or(0, |open| open.count);
        self.open
            .set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        let age = open.map_or(0.0, |open| (now - open.oldest).as_seconds_f64().max(0.0));
        self.age.set(age);
    }
}
