//! Which days of a report's range have not been read completely.

use chrono::{DateTime, Utc};
use reconciliation::KstDate;

use crate::store::Source;
use crate::sync::plan::last_completable;
use crate::sync::{DaySpan, Extent};

/// The days of the range, both ends included, that have not been read completely, oldest first: before reading began,
/// in a gap, or too young to be complete.
pub fn unread_days(
    source: Source,
    extent: &Extent,
    (from, to): (KstDate, KstDate),
    now: DateTime<Utc>,
) -> Vec<DaySpan> {
    let Some(first_read) = extent.from else {
        return vec![DaySpan { from, to }];
    };
    let before = (first_read > from).then(|| DaySpan {
        from,
        to: first_read.minus_days(1),
    });
    let too_young = DaySpan {
        from: last_completable(source, now).next(),
        to,
    };
    // A gap before the first day that was read is part of what comes before it.
    let gaps = extent.gaps.iter().filter(|gap| gap.from > first_read);
    let mut spans: Vec<DaySpan> = Vec::new();
    for span in before.into_iter().chain(gaps.copied()).chain([too_young]) {
        let span = DaySpan {
            from: span.from.max(from),
            to: span.to.min(to),
        };
        match spans.last_mut() {
            _ if span.from > span.to => {}
            Some(last) if last.to.next() >= span.from => last.to = last.to.max(span.to),
            _ => spans.push(span),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> KstDate {
        KstDate::parse(&format!("2026-03-{number:02}")).unwrap()
    }

    fn span(from: u32, to: u32) -> DaySpan {
        DaySpan {
            from: day(from),
            to: day(to),
        }
    }

    /// What of the 5th to the 15th is unread at noon of a day, when reading began on the first of March given.
    fn unread(first: Option<u32>, gaps: &[(u32, u32)], today: u32) -> Vec<DaySpan> {
        let extent = Extent {
            from: first.map(day),
            gaps: gaps.iter().map(|(from, to)| span(*from, *to)).collect(),
            ..Extent::default()
        };
        let noon = day(today).start() + chrono::TimeDelta::hours(12);
        unread_days(Source::Transactions, &extent, (day(5), day(15)), noon)
    }

    #[test]
    fn a_range_that_was_read_has_none() {
        assert_eq!(unread(Some(1), &[], 20), []);
        assert_eq!(unread(Some(5), &[], 16), []);
        assert_eq!(unread(Some(2), &[(3, 4), (16, 18)], 20), []);
    }

    #[test]
    fn nothing_read_leaves_the_whole_range() {
        assert_eq!(unread(None, &[], 20), [span(5, 15)]);
    }

    #[test]
    fn gaps_are_cut_to_the_range() {
        assert_eq!(
            unread(Some(1), &[(4, 5), (7, 8), (15, 17)], 20),
            [span(5, 5), span(7, 8), span(15, 15)]
        );
    }

    #[test]
    fn what_lies_before_the_first_reading_or_is_too_young_counts() {
        assert_eq!(unread(Some(7), &[(1, 6)], 20), [span(5, 6)]);
        assert_eq!(unread(Some(1), &[], 15), [span(15, 15)]);
        assert_eq!(unread(Some(1), &[(13, 14)], 15), [span(13, 15)]);
        assert_eq!(unread(Some(18), &[], 20), [span(5, 15)]);
    }

    #[test]
    fn a_young_day_that_becomes_a_gap_is_told_alike() {
        assert_eq!(unread(Some(1), &[], 15), unread(Some(1), &[(15, 15)], 16));
    }

    #[test]
    fn settlements_are_complete_a_day_later() {
        let extent = Extent {
            from: Some(day(1)),
            ..Extent::default()
        };
        let noon = day(16).start() + chrono::TimeDelta::hours(12);
        let found = unread_days(Source::Settlements, &extent, (day(5), day(15)), noon);
        assert_eq!(found, [span(15, 15)]);
    }
}
