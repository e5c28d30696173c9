//! `--from` and `--to`: the days that a command is for.

use chrono::NaiveDate;
use clap::Args;
use reconciliation::KstDate;

use super::CommandError;

/// Online payments are younger, so an earlier day is a slip. Days that were mirrored by one would stand in every report.
const EARLIEST: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day of the calendar");

/// A range of days, both ends included.
#[derive(Args)]
pub(super) struct Days {
    /// The first day in Seoul, yyyy-MM-dd
    #[arg(long, value_name = "DAY")]
    from: String,
    /// The last day, included
    #[arg(long, value_name = "DAY")]
    to: String,
}

impl Days {
    /// The first and the last day.
    ///
    /// # Errors
    /// When a text is no day, or one that cannot be meant, or when the days are the wrong way round.
    pub(super) fn range(&self) -> Result<(KstDate, KstDate), CommandError> {
        let (from, to) = (day("--from", &self.from)?, day("--to", &self.to)?);
        if from > to {
            return Err(CommandError::Usage(format!(
                "--from {from} is after --to {to}: give the earlier day first"
            )));
        }
        Ok((from, to))
    }
}

fn day(name: &str, text: &str) -> Result<KstDate, CommandError> {
    let day =
        KstDate::parse(text).map_err(|error| CommandError::Usage(format!("{name}: {error}")))?;
    if day.naive() < EARLIEST {
        return Err(CommandError::Usage(format!(
            "{name}: {day} is before {EARLIEST}, the earliest day that can be asked for: look at the year"
        )));
    }
    Ok(day)
}
