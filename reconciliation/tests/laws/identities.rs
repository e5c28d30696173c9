//! What a discrepancy is the same by, and what makes it say something else.

use reconciliation::{
    BalanceEquation, CancelRequestStatus, Concerned, Discrepancy, Evidence, Gap, Pair, Settlement,
    Source, Version,
};

use crate::made::{key, krw, second};
use crate::made_books::{day, settled};

fn found(transaction_key: Option<&str>, evidence: Evidence) -> Discrepancy {
    Discrepancy {
        payment_key: None,
        transaction_key: transaction_key.map(key),
        evidence,
    }
}

fn row(won: i64) -> Settlement {
    settled("t0", won, "2026-03-02", "2026-03-09")
}

fn amounts(between: Pair, observed: i64) -> Discrepancy {
    found(
        Some("t0"),
        Evidence::AmountMismatch {
            between,
            expected: krw(10_000),
            observed: krw(observed),
        },
    )
}

fn moved(read_at: i64, to: &str) -> Discrepancy {
    let version = |paid_out: &str| {
        Box::new(Version {
            settlement: settled("t0", 10_000, "2026-03-02", paid_out),
            read_at: second(read_at),
        })
    };
    found(
        Some("t0"),
        Evidence::PayoutDateChanged {
            before: version("2026-03-09"),
            after: version(to),
        },
    )
}

fn request(event: Option<&str>, status: CancelRequestStatus, id: &str) -> Discrepancy {
    found(
        event,
        Evidence::CancelUnresolved {
            request: id.to_owned(),
            status,
            amount: None,
            allowed_at: second(0),
        },
    )
}

#[test]
fn the_same_cause_is_the_same_whatever_it_comes_to() {
    let unknown = CancelRequestStatus::Unknown;
    for (one, other) in [
        (
            amounts(Pair::Settlement, 9_000),
            amounts(Pair::Settlement, 8_000),
        ),
        (
            amounts(Pair::Settlement, 9_000),
            amounts(Pair::Settlements, 9_500),
        ),
        (moved(0, "2026-03-10"), moved(60, "2026-03-11")),
        (
            request(None, CancelRequestStatus::Sent, "r1"),
            request(Some("t1"), unknown, "r1"),
        ),
    ] {
        assert_eq!(one.cause(), other.cause());
        assert_ne!(one.content(), other.content(), "{}", one.cause());
    }
}

#[test]
fn causes_that_stand_side_by_side_are_told_apart() {
    let balance = |equation| {
        let evidence = Evidence::BalanceMismatch {
            equation,
            expected: krw(0),
            observed: krw(1),
        };
        found(None, evidence)
    };
    let gap = |source| {
        let evidence = Evidence::SourceGap {
            source,
            gaps: vec![Gap::Unavailable],
            both_lists: false,
        };
        found(None, evidence)
    };
    let orphan = |transaction_key: Option<&str>, sold: &str| {
        let mut row = settled("t0", 10_000, sold, "2026-03-09");
        row.transaction_key = transaction_key.map(key);
        found(
            transaction_key,
            Evidence::SettlementOrphan { rows: vec![row] },
        )
    };
    let unknown = CancelRequestStatus::Unknown;
    for (one, other) in [
        (
            amounts(Pair::Settlement, 9_000),
            amounts(Pair::Payment, 9_000),
        ),
        (
            balance(BalanceEquation::TotalLessCancels),
            balance(BalanceEquation::PaidLessRefunded),
        ),
        (gap(Source::Transactions), gap(Source::Settlements)),
        (orphan(None, "2026-03-02"), orphan(None, "2026-03-03")),
        (
            orphan(Some("t0"), "2026-03-02"),
            orphan(Some("t1"), "2026-03-02"),
        ),
        (request(None, unknown, "r1"), request(None, unknown, "r2")),
    ] {
        assert_ne!(one.cause(), other.cause());
    }
    // What names its event needs nothing more.
    assert_eq!(
        orphan(Some("t0"), "2026-03-02").cause(),
        orphan(Some("t0"), "2026-03-03").cause()
    );
}

#[test]
fn reading_the_same_again_changes_nothing_and_any_number_does() {
    assert_eq!(
        moved(0, "2026-03-10").content(),
        moved(60, "2026-03-10").content()
    );
    let missing = |last_seen: Option<i64>, late_from: i64| {
        let evidence = Evidence::SettlementMissing {
            candidates: vec![key("t0")],
            missing: 1,
            amount: krw(10_000),
            sold: day("2026-03-02"),
            late_from: second(late_from),
            last_seen: last_seen.map(second),
        };
        found(Some("t0"), evidence).content()
    };
    assert_eq!(missing(Some(0), 0), missing(Some(60), 0));
    assert_ne!(missing(None, 0), missing(Some(0), 0));
    let twice = |rows: Vec<Settlement>| {
        let evidence = Evidence::SettlementDuplicated {
            events: 1,
            expected: krw(10_000),
            rows,
        };
        found(Some("t0"), evidence).content()
    };
    assert_eq!(
        twice(vec![row(10_000), row(9_000)]),
        twice(vec![row(9_000), row(10_000)])
    );
    assert_ne!(
        twice(vec![row(10_000), row(10_000)]),
        twice(vec![row(10_000), row(10_000), row(10_000)])
    );
}

#[test]
fn the_evidence_names_the_events_rows_and_days_that_somebody_would_look_at() {
    let of_event = amounts(Pair::Settlement, 9_000);
    assert_eq!(of_event.concerned(), Concerned::Events(vec![key("t0")]));
    let of_all = found(
        None,
        Evidence::BalanceMismatch {
            equation: BalanceEquation::PaidLessRefunded,
            expected: krw(0),
            observed: krw(1),
        },
    );
    assert_eq!(of_all.concerned(), Concerned::WholeHistory);
    let changed = moved(60, "2026-03-10");
    assert_eq!(changed.rows()[0].paid_out_date, day("2026-03-10"));
    let (before, until) = changed.former_row().unwrap();
    assert_eq!(before.settlement.paid_out_date, day("2026-03-09"));
    assert_eq!(until, second(60));
    assert_eq!(of_event.former_row(), None);
    let unread = found(
        None,
        Evidence::SourceGap {
            source: Source::Transactions,
            gaps: vec![
                Gap::Unavailable,
                Gap::Before(day("2026-03-02")),
                Gap::Days(day("2026-03-04"), day("2026-03-05")),
            ],
            both_lists: false,
        },
    );
    let first = day("2026-03-01");
    let days = [(first, first), (day("2026-03-04"), day("2026-03-05"))];
    assert_eq!(unread.unread_days(), days);
    assert_eq!(of_event.unread_days(), []);
    let open = request(None, CancelRequestStatus::Unknown, "r1");
    assert_eq!(open.open_request(), Some("r1"));
    assert_eq!(of_event.open_request(), None);
}
