//! Until the instant that is named, time changes nothing; at it, something may.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use reconciliation::{
    Books, CancelRequestStatus, Coverage, Stretch, Verdict, next_change, reconcile,
};

use crate::made::{CARD, rows, second, walk};
use crate::made_books::{at, classes_as_of, day, in_order, request, terms};
use crate::reconcile_properties::any_known;

/// Ten thousand paid on Monday 2 March 2026 and no row, the settlements read when the row is late and a second before.
fn waiting() -> Books {
    let all = Stretch {
        from: at("2026-02-01T00:00:00+09:00"),
        until: at("2026-05-01T00:00:00+09:00"),
    };
    Books {
        history: walk(rows(CARD, &[("DONE", 0, 10_000)])),
        coverage: std::sync::Arc::new(Coverage::new(
            [all],
            [(day("2026-03-02"), LATE.parse().unwrap())],
        )),
        ..Books::default()
    }
}

/// Published on Tuesday, with Wednesday for grace.
const LATE: &str = "2026-03-05T00:00:00+09:00";

#[test]
fn a_row_becomes_missing_at_the_instant_that_is_named_and_not_a_second_before() {
    let (books, late) = (waiting(), at(LATE));
    let noon = at("2026-03-02T12:00:00+09:00");
    assert_eq!(next_change(&books, terms(), noon), Some(late));
    let before = late - TimeDelta::seconds(1);
    assert_eq!(next_change(&books, terms(), before), Some(late));
    assert_eq!(reconcile(&books, terms(), before).verdict, Verdict::Pending);
    assert_eq!(classes_as_of(&books, late), ["SETTLEMENT_MISSING"]);
    assert_eq!(next_change(&books, terms(), late), None);
}

#[test]
fn a_request_takes_too_long_at_the_instant_that_is_named() {
    let mut books = in_order();
    let asked = second(200_000);
    let open = request("r2", CancelRequestStatus::Unknown, asked, None);
    books.requests.push(open);
    let overdue = asked + TimeDelta::minutes(5);
    assert_eq!(next_change(&books, terms(), asked), Some(overdue));
    let before = overdue - TimeDelta::seconds(1);
    assert!(classes_as_of(&books, before).is_empty());
    assert_eq!(classes_as_of(&books, overdue), ["CANCEL_UNRESOLVED"]);
    assert_eq!(next_change(&books, terms(), overdue), None);
}

#[test]
fn books_in_order_never_change_by_themselves() {
    assert_eq!(next_change(&in_order(), terms(), second(0)), None);
}

#[test]
fn settlements_that_cannot_be_had_never_become_late() {
    let mut books = waiting();
    let coverage = (*books.coverage).clone().without_settlements();
    books.coverage = std::sync::Arc::new(coverage);
    assert_eq!(next_change(&books, terms(), second(0)), None);
}

/// Seconds until just before the next change, or for a month when there is none.
fn until(next: Option<DateTime<Utc>>, as_of: DateTime<Utc>) -> i64 {
    let until = next.unwrap_or(as_of + TimeDelta::days(30));
    (until - as_of).num_seconds()
}

proptest! {
    #[test]
    fn the_result_stays_the_same_until_the_instant_that_is_named(
        known in any_known(),
        share in 0_i64..1_000,
    ) {
        let books = known.books();
        let as_of = second(0) + TimeDelta::hours(known.as_of);
        let next = next_change(&books, terms(), as_of);
        prop_assert!(next.is_none_or(|next| next > as_of));
        let result = reconcile(&books, terms(), as_of);
        let seconds = until(next, as_of);
        let somewhere = as_of + TimeDelta::seconds(seconds / 1_000 * share);
        let last = as_of + TimeDelta::seconds(seconds) - TimeDelta::nanoseconds(1);
        prop_assert_eq!(&result, &reconcile(&books, terms(), somewhere));
        prop_assert_eq!(&result, &reconcile(&books, terms(), last.max(as_of)));
    }
}
