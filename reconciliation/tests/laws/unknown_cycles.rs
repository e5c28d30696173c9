//! While nobody knows how often a merchant's sales are closed, its rows may come as late as under any cycle.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Books, Contract, Contracts, Coverage, Language, NoPayoutDate, SettlementCycle, Stretch, Terms,
    Verdict, next_change, reconcile, unsettled,
};

use crate::made::{CARD, rows, settlement, walk};
use crate::made_books::{at, calendar, day, listed, settled};

fn terms_of(cycle: Option<SettlementCycle>) -> Terms {
    Terms {
        calendar: calendar().clone(),
        contracts: Contracts::new(Contract {
            cycle,
            payout_business_days: Some(5),
            ..Contract::default()
        }),
    }
}

/// February and March 2026 of the transactions, and these sold dates, all read at the last instant of March and later.
fn read(sold: &[&str], settlements_at: DateTime<Utc>) -> Arc<Coverage> {
    let all = Stretch {
        from: at("2026-02-01T00:00:00+09:00"),
        until: at("2026-05-01T00:00:00+09:00"),
    };
    let days = sold.iter().map(|text| (day(text), settlements_at));
    Arc::new(Coverage::new([all], days))
}

/// Ten thousand paid on Monday 2 March and no row.
fn waiting() -> Books {
    let sold = ["2026-03-02", "2026-03-08", "2026-03-31"];
    Books {
        history: walk(rows(CARD, &[("DONE", 0, 10_000)])),
        coverage: read(&sold, at(LATE)),
        ..Books::default()
    }
}

/// March ends on a Tuesday: published on Wednesday, with Thursday for grace.
const LATE: &str = "2026-04-03T00:00:00+09:00";

#[test]
fn an_event_is_late_after_the_grace_of_its_months_last_day_and_pending_until_then() {
    let (books, unknown) = (waiting(), terms_of(None));
    let late = at(LATE);
    let before = late - TimeDelta::seconds(1);
    assert_eq!(next_change(&books, &unknown, before), Some(late));
    assert_eq!(
        reconcile(&books, &unknown, before).verdict,
        Verdict::Pending
    );
    let found = reconcile(&books, &unknown, late);
    assert_eq!(
        found.discrepancies[0].class().as_str(),
        "SETTLEMENT_MISSING"
    );
    // Once the cycle is known, so is the day.
    let daily = terms_of(Some(SettlementCycle::Daily));
    let found = reconcile(&books, &daily, at("2026-03-05T00:00:00+09:00"));
    assert_eq!(found.verdict, Verdict::Discrepant);
}

#[test]
fn a_week_that_ends_in_the_next_month_is_waited_for() {
    let monday = at("2026-03-30T10:00:00+09:00");
    let unknown = Contract::default();
    assert_eq!(unknown.latest_sold_date(monday), day("2026-04-05"));
    let before = at("2026-03-27T10:00:00+09:00");
    assert_eq!(unknown.latest_sold_date(before), day("2026-03-31"));
    assert_eq!(unknown.sold_date(before), None);
}

#[test]
fn a_row_is_missing_only_when_each_day_that_it_may_stand_under_was_read_late_enough() {
    let unknown = terms_of(None);
    let late = at(LATE);
    let sold = ["2026-03-02", "2026-03-08", "2026-03-31"];
    for unread in 0..sold.len() {
        let mut books = waiting();
        let mut others = sold.to_vec();
        let day = others.remove(unread);
        books.coverage = read(&others, late);
        let found = reconcile(&books, &unknown, late);
        assert_eq!(found.verdict, Verdict::Incomplete, "{day}");
        let said = found.discrepancies[0].explanation(Language::English);
        assert!(said.contains(&format!("{day} is missing")), "{said}");
    }
    // A day counts from when a row of that day would be late, which is earlier for the earlier ones.
    let mut books = waiting();
    let all = Stretch {
        from: at("2026-02-01T00:00:00+09:00"),
        until: at("2026-05-01T00:00:00+09:00"),
    };
    let days = [
        (day("2026-03-02"), at("2026-03-05T00:00:00+09:00")),
        (day("2026-03-08"), at("2026-03-11T00:00:00+09:00")),
        (day("2026-03-31"), late),
    ];
    books.coverage = Arc::new(Coverage::new([all], days));
    let found = reconcile(&books, &unknown, late);
    assert_eq!(found.verdict, Verdict::Discrepant);
}

#[test]
fn a_payout_has_neither_date_until_its_row_is_there_and_says_why() {
    let (mut books, unknown) = (waiting(), terms_of(None));
    let as_of = at("2026-03-09T12:00:00+09:00");
    let payout = reconcile(&books, &unknown, as_of).payouts.remove(0);
    assert_eq!((payout.sold_date, payout.paid_out_date), (None, None));
    assert_eq!(payout.reason, Some(NoPayoutDate::CycleUnknown));
    assert_eq!(payout.reason.unwrap().as_str(), "settlement cycle unknown");
    assert_eq!(unsettled(&books, &unknown)[0].sold_date, day("2026-03-31"));
    let row = settled("t0", 10_000, "2026-03-08", "2026-03-13");
    books.settlements.push(listed(0, row));
    let found = reconcile(&books, &unknown, as_of);
    assert_eq!(found.verdict, Verdict::Reconciled);
    let payout = &found.payouts[0];
    assert_eq!(payout.sold_date, Some(day("2026-03-08")));
    assert_eq!(payout.reason, None);
}

#[test]
fn the_event_of_a_row_lies_in_the_longest_period_that_its_day_can_close() {
    let unknown = terms_of(None);
    let orphan = |sold: &str, read_from: &str| {
        let mut row = settlement(5_000);
        row.transaction_key = Some(crate::made::key("t9"));
        row.approved_at = None;
        row.sold_date = day(sold);
        let stretch = Stretch {
            from: at(&format!("{read_from}T00:00:00+09:00")),
            until: at("2026-05-01T00:00:00+09:00"),
        };
        let books = Books {
            settlements: vec![listed(0, row)],
            coverage: Arc::new(Coverage::new([stretch], [(day(sold), at(LATE))])),
            ..Books::default()
        };
        let found = reconcile(&books, &unknown, at(LATE)).discrepancies;
        found[0].class().as_str()
    };
    // A Wednesday closes itself alone, a Sunday its week, and the last of a month that month.
    assert_eq!(orphan("2026-03-04", "2026-03-04"), "SETTLEMENT_ORPHAN");
    assert_eq!(orphan("2026-03-08", "2026-03-03"), "SOURCE_GAP");
    assert_eq!(orphan("2026-03-08", "2026-03-02"), "SETTLEMENT_ORPHAN");
    assert_eq!(orphan("2026-03-31", "2026-03-02"), "SOURCE_GAP");
    assert_eq!(orphan("2026-03-31", "2026-03-01"), "SETTLEMENT_ORPHAN");
}
