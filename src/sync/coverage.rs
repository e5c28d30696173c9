//! What has been read of each merchant's lists, and what has not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use super::plan::{days, is_complete, last_completable};
use crate::store::{Source, WindowRead};

/// Days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// The first.
    pub from: KstDate,
    /// The last.
    pub to: KstDate,
}

/// What of one list has been read with one merchant's key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The first day that was read completely.
    pub from: Option<KstDate>,
    /// The last day up to which every day since then was.
    pub through: Option<KstDate>,
    /// Every day since the first that could have been read completely by now and was not.
    pub gaps: Vec<DaySpan>,
    /// When anything was read last.
    pub last_read_at: Option<DateTime<Utc>>,
}

impl Extent {
    /// What the windows cover as of now, from the given day on.
    pub fn of(
        source: Source,
        since: Option<KstDate>,
        windows: &BTreeMap<KstDate, WindowRead>,
        now: DateTime<Utc>,
    ) -> Self {
        let last_read_at = windows.values().map(|window| window.read_at).max();
        let is_read = |day: &KstDate| {
            windows
                .get(day)
                .is_some_and(|window| is_complete(source, *day, window.read_at))
        };
        let counted = |day: &&KstDate| since.is_none_or(|since| **day >= since);
        let Some(first_known) = windows.keys().find(counted).copied() else {
            return Self {
                last_read_at,
                ..Self::default()
            };
        };
        let from = windows
            .keys()
            .filter(counted)
            .find(|day| is_read(day))
            .copied();
        let mut gaps: Vec<DaySpan> = Vec::new();
        let begin = since.unwrap_or(first_known);
        for day in days(begin, last_completable(source, now)).filter(|day| !is_read(day)) {
            match gaps.last_mut() {
                Some(gap) if gap.to.next() == day => gap.to = day,
                _ => gaps.push(DaySpan { from: day, to: day }),
            }
        }
        let through = from.and_then(|from| {
            let end = windows.keys().next_back().copied().unwrap_or(from);
            days(from, end).take_while(is_read).last()
        });
        Self {
            from,
            through,
            gaps,
            last_read_at,
        }
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

    fn windows(read: &[(u32, &str)]) -> BTreeMap<KstDate, WindowRead> {
        let window = |text: &str| WindowRead {
            read_at: at(text),
            changed_at: at(text),
            rows: 0,
        };
        read.iter()
            .map(|(number, text)| (day(*number), window(text)))
            .collect()
    }

    fn span(from: u32, to: u32) -> DaySpan {
        DaySpan {
            from: day(from),
            to: day(to),
        }
    }

    #[test]
    fn nothing_read_covers_nothing() {
        let extent = Extent::of(
            Source::Transactions,
            None,
            &BTreeMap::new(),
            at("20T12:00:00"),
        );
        assert_eq!(extent, Extent::default());
    }

    #[test]
    fn days_in_a_row_are_covered_and_today_is_no_gap() {
        let read = windows(&[
            (17, "20T01:00:00"),
            (18, "20T01:00:00"),
            (19, "20T01:00:00"),
        ]);
        let extent = Extent::of(Source::Transactions, None, &read, at("20T12:00:00"));
        assert_eq!(
            extent,
            Extent {
                from: Some(day(17)),
                through: Some(day(19)),
                gaps: Vec::new(),
                last_read_at: Some(at("20T01:00:00")),
            }
        );
    }

    #[test]
    fn a_day_between_and_a_day_read_before_it_ended_are_gaps() {
        let read = windows(&[
            (15, "20T01:00:00"),
            (17, "20T01:00:00"),
            (19, "19T23:00:00"),
        ]);
        let extent = Extent::of(Source::Transactions, None, &read, at("20T12:00:00"));
        assert_eq!(
            (extent.from, extent.through),
            (Some(day(15)), Some(day(15)))
        );
        assert_eq!(extent.gaps, [span(16, 16), span(18, 19)]);
    }

    #[test]
    fn days_that_nobody_read_since_are_a_gap() {
        let read = windows(&[(10, "11T00:00:00")]);
        let extent = Extent::of(Source::Transactions, None, &read, at("20T12:00:00"));
        assert_eq!(extent.gaps, [span(11, 19)]);
    }

    #[test]
    fn settlements_of_yesterday_are_not_due_and_those_of_the_day_before_are() {
        let read = windows(&[(17, "20T01:00:00")]);
        let extent = Extent::of(Source::Settlements, None, &read, at("20T12:00:00"));
        assert_eq!(extent.gaps, [span(18, 18)]);
    }

    #[test]
    fn days_before_following_began_do_not_count() {
        let read = windows(&[(2, "20T01:00:00"), (18, "20T01:00:00")]);
        let extent = Extent::of(Source::Settlements, Some(day(17)), &read, at("20T12:00:00"));
        assert_eq!(
            (extent.from, extent.through),
            (Some(day(18)), Some(day(18)))
        );
        assert_eq!(extent.gaps, [span(17, 17)]);
    }
}
