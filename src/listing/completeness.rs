//! When a day of a list can have been read completely, and when it is worth reading again.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::KstDate;

use crate::store::{Source, WindowRead};

/// A day that has stopped changing is still read again so often.
const LONGEST_REST: TimeDelta = TimeDelta::hours(12);
/// Instants of readings are kept to the millisecond.
const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);

/// The first instant at which a reading can begin that sees everything that belongs to the day.
///
/// Transactions are listed at once, so it must begin after the day ended. Settlement rows of a day are listed during the
/// day after it, so it must begin after that one ended too.
pub fn complete_from(source: Source, day: KstDate) -> DateTime<Utc> {
    match source {
        Source::Transactions => day.next().start(),
        Source::Settlements => day.plus_days(2).start(),
    }
}

/// Whether a reading that began at that instant can have seen everything that belongs to the day.
pub fn is_complete(source: Source, day: KstDate, read_at: DateTime<Utc>) -> bool {
    read_at >= complete_from(source, day)
}

/// How long a day is left alone after a reading: a quarter of the time for which it has not changed.
pub fn rest(window: &WindowRead, interval: TimeDelta) -> TimeDelta {
    ((window.read_at - window.changed_at) / 4)
        .min(LONGEST_REST)
        .max(interval)
}

/// What a single payment's question asks of the days that its rows may be listed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    /// When it was asked.
    pub(crate) now: DateTime<Utc>,
    /// How old a reading may be of a day that may still change.
    pub(crate) max_age: TimeDelta,
    /// How many sold dates, today counted, are read again after they were complete.
    pub(crate) settlement_days: u32,
    /// A day of so many rows or more takes several pages, and each of them twice.
    pub(crate) large: u64,
    /// The shortest pause between two readings of a large day.
    pub(crate) interval: TimeDelta,
}

impl Demand {
    /// The instant that a reading of a sold date must be younger than; `None` when the one that is stored is.
    ///
    /// A day that was read since it became complete and is past the days that are read again is never asked for. A large
    /// day that may still change is asked for no more often than whoever follows the list reads it. A day on which a row could
    /// not be read may always still change: what Toss leaves out of a row today, it may say later.
    pub(crate) fn of_sold_date(
        &self,
        day: KstDate,
        window: Option<&WindowRead>,
        has_unreadable: bool,
    ) -> Option<DateTime<Utc>> {
        let complete = complete_from(Source::Settlements, day);
        let is_completable = complete <= self.now;
        let last_unchanging = KstDate::of(self.now).minus_days(self.settlement_days);
        let since_complete = complete - MILLISECOND;
        let younger_than = if is_completable && day <= last_unchanging && !has_unreadable {
            since_complete
        } else {
            let age = window
                .filter(|window| window.rows >= self.large)
                .map_or(self.max_age, |window| {
                    rest(window, self.interval).max(self.max_age)
                });
            let recent = self
                .now
                .checked_sub_signed(age)
                .unwrap_or(DateTime::<Utc>::MIN_UTC);
            if is_completable {
                recent.max(since_complete)
            } else {
                recent
            }
        };
        // One of an instant still to come is of a clock that was ahead.
        let is_young =
            |window: &WindowRead| window.read_at > younger_than && window.read_at <= self.now;
        (!window.is_some_and(is_young)).then_some(younger_than)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("2026-03-{text}+09:00"))
            .unwrap()
            .to_utc()
    }

    fn day(number: u32) -> KstDate {
        KstDate::parse(&format!("2026-03-{number:02}")).unwrap()
    }

    fn window(read: &str, changed: &str, rows: u64) -> WindowRead {
        WindowRead {
            read_at: at(read),
            changed_at: at(changed),
            rows,
        }
    }

    /// At noon of the 20th; fourteen sold dates are read again, and a thousand rows are many.
    fn demand(max_age_seconds: i64) -> Demand {
        Demand {
            now: at("20T12:00:00"),
            max_age: TimeDelta::seconds(max_age_seconds),
            settlement_days: 14,
            large: 1_000,
            interval: TimeDelta::minutes(1),
        }
    }

    fn asks(demand: &Demand, number: u32, window: &WindowRead) -> bool {
        demand
            .of_sold_date(day(number), Some(window), false)
            .is_some()
    }

    #[test]
    fn a_day_that_is_never_read_again_is_asked_for_once_it_is_complete_and_never_after() {
        let read_since = window("08T00:00:00", "08T00:00:00", 5);
        let read_before = window("07T23:59:59", "07T23:59:59", 5);
        for max_age in [0, 60] {
            assert!(!asks(&demand(max_age), 6, &read_since));
            assert!(asks(&demand(max_age), 6, &read_before));
        }
        let odd = |max_age| demand(max_age).of_sold_date(day(6), Some(&read_since), true);
        assert!(odd(0).is_some(), "a row could not be read");
        assert_eq!(odd(30 * 24 * 3_600), None, "it was read lately enough");
        assert_eq!(
            demand(0).of_sold_date(day(6), None, false),
            Some(at("08T00:00:00") - MILLISECOND)
        );
    }

    #[test]
    fn a_day_that_is_read_again_is_asked_for_when_its_reading_is_too_old() {
        let read = window("20T11:59:30", "20T11:59:30", 999);
        assert!(!asks(&demand(60), 7, &read));
        assert!(asks(&demand(30), 7, &read));
        assert!(asks(&demand(0), 7, &read));
    }

    #[test]
    fn a_day_that_cannot_be_complete_yet_is_asked_for_when_its_reading_is_too_old() {
        let read = window("20T11:00:00", "20T11:00:00", 5);
        assert!(asks(&demand(60), 19, &read));
        assert!(
            asks(&demand(60), 31, &read),
            "a month's last day is listed ahead"
        );
        assert!(!asks(&demand(3_601), 19, &read));
    }

    #[test]
    fn a_large_day_rests_as_long_as_the_list_itself_is_not_read_again() {
        let read = |rows| window("20T11:00:00", "20T05:00:00", rows);
        assert!(
            !asks(&demand(0), 7, &read(1_000)),
            "six hours unchanged, an hour and a half of rest"
        );
        assert!(asks(&demand(0), 7, &read(999)));
        let longer_ago = window("20T10:00:00", "20T05:00:00", 1_000);
        assert!(asks(&demand(0), 7, &longer_ago));
        let changed_lately = window("20T11:58:30", "20T11:58:30", 1_000);
        assert!(asks(&demand(0), 7, &changed_lately));
    }

    #[test]
    fn a_large_day_that_was_not_read_since_it_became_complete_does_not_rest() {
        let read = window("19T23:59:59", "15T00:00:00", 1_000);
        assert!(asks(&demand(0), 18, &read));
        let read = window("20T11:00:00", "15T00:00:00", 1_000);
        assert!(!asks(&demand(0), 18, &read));
    }

    #[test]
    fn a_reading_of_an_instant_to_come_is_young_for_nobody() {
        let read = window("20T12:00:01", "08T00:00:00", 5);
        assert!(asks(&demand(60), 6, &read));
    }
}
