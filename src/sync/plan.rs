//! Which days of Toss's lists are to be read, given what has been read and what time it is.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{KstDate, SettlementCycle};

use crate::listing::{complete_from, rest as rest_of_day};
use crate::store::{Source, WindowRead};

pub use crate::listing::is_complete;

/// The days from the first to the last, both included, that have not been read completely, oldest first. Days that
/// cannot be complete yet are among them.
pub fn unread(
    source: Source,
    first: KstDate,
    last: KstDate,
    known: &BTreeMap<KstDate, WindowRead>,
) -> Vec<KstDate> {
    days(first, last)
        .filter(|day| {
            known
                .get(day)
                .is_none_or(|window| !is_complete(source, *day, window.read_at))
        })
        .collect()
}

/// The last day that a reading now could be complete for.
pub fn last_completable(source: Source, now: DateTime<Utc>) -> KstDate {
    let today = KstDate::of(now);
    let lag = match source {
        Source::Transactions => 1,
        Source::Settlements => 2,
    };
    today.minus_days(lag)
}

/// The last sold date that rows of today's events can be listed under: a week or a month is booked on its last day, and a
/// merchant whose cycle is not configured may have either.
pub fn last_sold_date(configured: Option<SettlementCycle>, today: KstDate) -> KstDate {
    configured.map_or_else(|| today.latest_sold_date(), |cycle| cycle.sold_date(today))
}

/// What a background pass goes by.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Which list.
    pub source: Source,
    /// How many days, today counted, are read again after they were complete.
    pub trailing_days: u32,
    /// The first day that is followed, when one is known: no day after it stays unread.
    pub since: Option<KstDate>,
    /// The last day that rows can be listed for by now; a week or a month is booked on its last day.
    pub last: KstDate,
    /// The pause between passes.
    pub interval: TimeDelta,
}

/// The days that a background pass reads now: today's transactions first; then, oldest first, what has never been read
/// completely, and what of the trailing span has rested long enough. Just after midnight the end of yesterday's
/// transactions comes before today's: otherwise there would be a hole for a moment, and no verdict could be given.
pub fn pass(
    span: &Span,
    known: &BTreeMap<KstDate, WindowRead>,
    now: DateTime<Utc>,
) -> Vec<KstDate> {
    let Span {
        source, interval, ..
    } = *span;
    let today = KstDate::of(now);
    let span_begins = today.minus_days(span.trailing_days.saturating_sub(1));
    let first = span
        .since
        .map_or(span_begins, |since| span_begins.min(since));
    let is_due = |day: KstDate| {
        let Some(window) = known.get(&day) else {
            return true;
        };
        if now < window.read_at {
            // Read by a clock that was ahead; it says nothing about when to read again.
            return true;
        }
        let became_completable = now >= complete_from(source, day);
        if !is_complete(source, day, window.read_at) && became_completable {
            return true;
        }
        day >= span_begins && now - window.read_at >= rest(source, day, window, interval, today)
    };
    let newest = (source == Source::Transactions).then_some(today);
    let yesterday = today.minus_days(1);
    let is_unfinished = |window: &&WindowRead| !is_complete(source, yesterday, window.read_at);
    let unfinished = newest
        .and(known.get(&yesterday).filter(is_unfinished))
        .map(|_| yesterday);
    let is_older = |day: &KstDate| Some(*day) != newest && Some(*day) != unfinished;
    let older = days(first, span.last).filter(|day| is_older(day) && is_due(*day));
    unfinished.into_iter().chain(newest).chain(older).collect()
}

/// How long a day is left alone; today's transactions are read in every pass.
fn rest(
    source: Source,
    day: KstDate,
    window: &WindowRead,
    interval: TimeDelta,
    today: KstDate,
) -> TimeDelta {
    if source == Source::Transactions && day == today {
        return interval;
    }
    rest_of_day(window, interval)
}

/// Every day between the two, both included.
pub(super) fn days(first: KstDate, last: KstDate) -> impl Iterator<Item = KstDate> {
    std::iter::successors(Some(first), |day| {
        let next = day.next();
        (next > *day).then_some(next)
    })
    .take_while(move |day| *day <= last)
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

    fn window(read: &str, changed: &str) -> WindowRead {
        WindowRead {
            read_at: at(read),
            changed_at: at(changed),
            rows: 1,
        }
    }

    fn span(source: Source, trailing_days: u32) -> Span {
        Span {
            source,
            trailing_days,
            since: None,
            last: day(20),
            interval: TimeDelta::minutes(1),
        }
    }

    #[test]
    fn a_day_of_transactions_is_complete_from_the_midnight_that_ends_it() {
        for (read, complete) in [
            ("10T23:59:59", false),
            ("11T00:00:00", true),
            ("10T12:00:00", false),
        ] {
            assert_eq!(
                is_complete(Source::Transactions, day(10), at(read)),
                complete,
                "{read}"
            );
        }
    }

    #[test]
    fn a_day_of_settlements_is_complete_a_day_later() {
        for (read, complete) in [("11T23:59:59", false), ("12T00:00:00", true)] {
            assert_eq!(
                is_complete(Source::Settlements, day(10), at(read)),
                complete,
                "{read}"
            );
        }
    }

    #[test]
    fn what_was_read_completely_is_not_imported_again_and_the_rest_is_in_order() {
        let known = BTreeMap::from([
            (day(2), window("05T00:00:00", "05T00:00:00")),
            (day(3), window("03T12:00:00", "03T12:00:00")),
        ]);
        assert_eq!(
            unread(Source::Transactions, day(1), day(4), &known),
            [day(1), day(3), day(4)]
        );
    }

    #[test]
    fn a_first_pass_reads_today_and_then_the_span_oldest_first() {
        assert_eq!(
            pass(
                &span(Source::Transactions, 3),
                &BTreeMap::new(),
                at("20T12:00:00")
            ),
            [day(20), day(18), day(19)]
        );
        assert_eq!(
            pass(
                &span(Source::Settlements, 2),
                &BTreeMap::new(),
                at("20T12:00:00")
            ),
            [day(19), day(20)]
        );
    }

    #[test]
    fn after_midnight_the_end_of_yesterday_is_read_before_today() {
        let read = |yesterday: &str, source| {
            let known = BTreeMap::from([(day(19), window(yesterday, yesterday))]);
            pass(&span(source, 3), &known, at("20T00:00:30"))
        };
        let unfinished = read("19T23:59:30", Source::Transactions);
        assert_eq!(unfinished, [day(19), day(20), day(18)]);
        let finished = read("20T00:00:00", Source::Transactions);
        assert_eq!(finished, [day(20), day(18)]);
        let settlements = read("19T23:59:30", Source::Settlements);
        assert_eq!(settlements, [day(18), day(19), day(20)]);
    }

    #[test]
    fn a_gap_before_the_span_is_closed_back_to_the_day_that_following_began() {
        let now = at("20T12:00:00");
        let old = window("12T00:00:00", "12T00:00:00");
        let fresh = window("20T11:59:30", "20T11:59:30");
        let known = BTreeMap::from([(day(11), old), (day(13), old), (day(19), fresh)]);
        let since = Span {
            since: Some(day(11)),
            ..span(Source::Transactions, 2)
        };
        let read = pass(&since, &known, now);
        assert_eq!(
            read,
            [
                day(20),
                day(12),
                day(13),
                day(14),
                day(15),
                day(16),
                day(17),
                day(18)
            ],
            "13 was read before it ended"
        );
    }

    #[test]
    fn a_day_rests_a_quarter_of_the_time_for_which_it_has_not_changed() {
        let known = BTreeMap::from([
            (day(18), window("20T00:00:00", "19T20:00:00")),
            (day(19), window("20T00:00:00", "20T00:00:00")),
        ]);
        let read = |now: &str| pass(&span(Source::Transactions, 3), &known, at(now));
        assert_eq!(read("20T00:00:59"), [day(20)]);
        assert_eq!(read("20T00:01:00"), [day(20), day(19)]);
        assert_eq!(read("20T00:59:59"), [day(20), day(19)]);
        assert_eq!(read("20T01:00:00"), [day(20), day(18), day(19)]);
    }

    #[test]
    fn a_day_that_left_the_span_is_never_read_again() {
        let known = BTreeMap::from([(day(10), window("13T00:00:00", "13T00:00:00"))]);
        let read = |now: &str| pass(&span(Source::Transactions, 7), &known, at(now));
        assert!(read("16T12:00:00").contains(&day(10)));
        assert!(!read("17T00:00:00").contains(&day(10)));
    }

    #[test]
    fn a_week_that_is_not_over_is_read_under_its_last_day() {
        let weekly = Span {
            last: day(22),
            ..span(Source::Settlements, 2)
        };
        let read = pass(&weekly, &BTreeMap::new(), at("20T12:00:00"));
        assert_eq!(read, [day(19), day(20), day(21), day(22)]);
    }

    #[test]
    fn rows_are_looked_for_as_far_ahead_as_the_cycle_reaches_and_an_unknown_one_to_the_later_end() {
        let weekly = Some(SettlementCycle::Weekly);
        assert_eq!(
            last_sold_date(Some(SettlementCycle::Daily), day(20)),
            day(20)
        );
        assert_eq!(last_sold_date(weekly, day(20)), day(22));
        assert_eq!(last_sold_date(None, day(20)), day(31));
        let april = KstDate::parse("2026-04-05").unwrap();
        assert_eq!(last_sold_date(None, day(31)), april, "its Sunday is later");
    }

    #[test]
    fn the_last_day_that_can_be_complete_ended_before_now() {
        let now = at("20T00:00:00");
        assert_eq!(last_completable(Source::Transactions, now), day(19));
        assert_eq!(last_completable(Source::Settlements, now), day(18));
    }
}
