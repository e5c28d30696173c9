//! What settled rows teach about a merchant's contract.

use proptest::prelude::*;
use reconciliation::{
    EventDates, HitRate, KstDate, LearnedLag, PayoutDates, SettlementCycle, back_test,
    contradicts_cycle, learn_lag, learn_lags, recognize_cycle,
};

use crate::made_books::{calendar, day};

/// A row per day, of that many business days.
fn rows_from(first: &str, count: u32, lag: u32) -> Vec<PayoutDates> {
    (0..count)
        .map(|offset| {
            let sold = day(first).plus_days(offset);
            let paid_out = calendar().add_business_days(sold, lag).unwrap();
            PayoutDates {
                sold,
                paid_out,
                rows: 1,
            }
        })
        .collect()
}

fn lag(rows: &[PayoutDates]) -> Option<u32> {
    learn_lag(rows, calendar()).map(|lag| lag.business_days)
}

#[test]
fn ten_rows_teach_and_nine_do_not() {
    assert_eq!(lag(&rows_from("2026-03-03", 9, 5)), None);
    let learned = learn_lag(&rows_from("2026-03-03", 10, 5), calendar());
    assert_eq!(
        learned,
        Some(LearnedLag {
            business_days: 5,
            rows: 10,
            agreeing: 10
        })
    );
}

#[test]
fn the_most_frequent_distance_stands() {
    let mut rows = rows_from("2026-03-03", 7, 5);
    rows.extend(rows_from("2026-03-10", 5, 4));
    assert_eq!(lag(&rows), Some(5));
}

#[test]
fn of_equally_frequent_distances_the_one_paid_out_last_stands_and_on_one_day_the_longer() {
    let mut rows = rows_from("2026-03-03", 5, 5);
    rows.extend(rows_from("2026-03-16", 5, 4));
    assert_eq!(lag(&rows), Some(4));
    rows.reverse();
    assert_eq!(lag(&rows), Some(4));
    let same_day = |sold| PayoutDates {
        sold: day(sold),
        paid_out: day("2026-03-13"),
        rows: 1,
    };
    let tied = [
        vec![same_day("2026-03-06"); 5],
        vec![same_day("2026-03-09"); 5],
    ]
    .concat();
    assert_eq!(lag(&tied), Some(5));
}

#[test]
fn a_changed_contract_is_learned_once_the_old_rows_are_sixty_payouts_old() {
    let mut rows = vec![rows_from("2025-01-02", 1, 6); 1_000].concat();
    rows.extend(rows_from("2025-06-02", 89, 5));
    // 60 payout days and more lie after the thousand rows.
    assert_eq!(lag(&rows), Some(5));
    let recent = vec![rows_from("2025-06-02", 1, 6); 1_000].concat();
    rows.extend(recent);
    rows.truncate(1_000 + 89);
    assert_eq!(lag(&rows), Some(5));
}

#[test]
fn payouts_on_closed_days_teach_nothing() {
    let saturday = PayoutDates {
        sold: day("2026-03-03"),
        paid_out: day("2026-03-07"),
        rows: 1,
    };
    assert_eq!(lag(&[saturday; 20]), None);
    let beyond = PayoutDates {
        sold: day("2028-03-03"),
        paid_out: day("2028-03-07"),
        rows: 1,
    };
    assert_eq!(lag(&[beyond; 20]), None);
}

#[test]
fn back_testing_counts_what_would_have_been_foretold() {
    let steady = rows_from("2026-03-03", 30, 5);
    // The first ten rows have nothing to learn from.
    assert_eq!(
        back_test(&steady, calendar()),
        HitRate {
            forecast: 20,
            hits: 20
        }
    );
    let mut moved = steady;
    for row in moved.iter_mut().skip(25) {
        row.paid_out = calendar().add_business_days(row.paid_out, 1).unwrap();
    }
    assert_eq!(
        back_test(&moved, calendar()),
        HitRate {
            forecast: 20,
            hits: 15
        }
    );
}

/// Rows of the days from that one on that are business days, or that are none.
fn rows_of(open: bool, first: &str, count: usize, lag: u32) -> Vec<PayoutDates> {
    let all = rows_from(first, 60, lag).into_iter();
    all.filter(|row| calendar().is_business_day(row.sold) == Some(open))
        .take(count)
        .collect()
}

#[test]
fn ten_rows_of_closed_days_teach_those_apart_and_nine_teach_nothing() {
    let mut rows = rows_of(true, "2026-03-03", 12, 5);
    rows.extend(rows_of(false, "2026-03-03", 9, 4));
    let learned = learn_lags(&rows, calendar());
    assert_eq!(learned.usual.map(|lag| lag.business_days), Some(5));
    assert_eq!(learned.usual.map(|lag| lag.rows), Some(21));
    assert_eq!(
        (learned.weekend, learned.weekend_business_days()),
        (None, None)
    );
    rows.truncate(12);
    rows.extend(rows_of(false, "2026-03-03", 10, 4));
    let learned = learn_lags(&rows, calendar());
    assert_eq!(
        learned.usual.map(|lag| (lag.business_days, lag.rows)),
        Some((5, 12))
    );
    let weekend = LearnedLag {
        business_days: 4,
        rows: 10,
        agreeing: 10,
    };
    assert_eq!(learned.weekend, Some(weekend));
    assert_eq!(learned.weekend_business_days(), Some(4));
}

#[test]
fn where_closed_days_teach_the_same_all_rows_count_together() {
    let learned = learn_lags(&rows_from("2026-03-03", 60, 5), calendar());
    assert_eq!(learned.usual.map(|lag| lag.rows), Some(60));
    assert!(learned.weekend.is_some_and(|lag| lag.rows < 20));
    assert_eq!(learned.weekend_business_days(), None);
    // A weekly cycle books on Sundays alone; their rows are all that there are.
    let sundays = rows_of(false, "2026-03-03", 10, 3);
    let learned = learn_lags(&sundays, calendar());
    assert_eq!(learned.usual.map(|lag| lag.business_days), Some(3));
}

#[test]
fn back_testing_follows_closed_days_apart() {
    let mut rows = rows_of(true, "2026-03-03", 30, 5);
    rows.extend(rows_of(false, "2026-03-03", 12, 4));
    let rate = back_test(&rows, calendar());
    let later = rows_of(true, "2026-04-13", 20, 5);
    let weekends = rows_of(false, "2026-04-13", 5, 4);
    rows.extend(later.into_iter().chain(weekends));
    let more = back_test(&rows, calendar());
    assert_eq!(
        (more.forecast - rate.forecast, more.hits - rate.hits),
        (25, 25)
    );
}

#[test]
fn a_row_that_is_booked_later_contradicts_a_daily_cycle_before_any_can_be_learned() {
    let monday = day("2026-03-02");
    let weekly = [dates(monday, day("2026-03-08"), 1)];
    assert!(contradicts_cycle(&weekly, SettlementCycle::Daily));
    assert!(contradicts_cycle(&weekly, SettlementCycle::Monthly));
    assert!(!contradicts_cycle(&weekly, SettlementCycle::Weekly));
    assert!(!contradicts_cycle(&[], SettlementCycle::Daily));
    let mut nearly = sold_under(SettlementCycle::Daily, 9);
    nearly.push(weekly[0]);
    assert!(!contradicts_cycle(&nearly, SettlementCycle::Daily));
    nearly.push(weekly[0]);
    assert!(contradicts_cycle(&nearly, SettlementCycle::Daily));
}

fn dates(event: KstDate, sold: KstDate, rows: u32) -> EventDates {
    EventDates { event, sold, rows }
}

fn sold_under(cycle: SettlementCycle, days: u32) -> Vec<EventDates> {
    (0..days)
        .map(|offset| day("2026-03-02").plus_days(offset))
        .map(|event| dates(event, cycle.sold_date(event), 1))
        .collect()
}

#[test]
fn each_cycle_is_recognised_from_its_rows() {
    for cycle in [
        SettlementCycle::Daily,
        SettlementCycle::Weekly,
        SettlementCycle::Monthly,
    ] {
        assert_eq!(recognize_cycle(&sold_under(cycle, 14)), Some(cycle));
        assert_eq!(recognize_cycle(&sold_under(cycle, 9)), None, "too few");
    }
}

#[test]
fn rows_that_do_not_decide_recognise_nothing() {
    // Sundays fit the daily and the weekly cycle alike.
    let sundays: Vec<_> = (0..12)
        .map(|week| day("2026-03-08").plus_days(7 * week))
        .map(|sunday| dates(sunday, sunday, 1))
        .collect();
    assert_eq!(recognize_cycle(&sundays), None);
    let mut mixed = sold_under(SettlementCycle::Daily, 12);
    mixed.extend(sold_under(SettlementCycle::Monthly, 12));
    assert_eq!(recognize_cycle(&mixed), None);
    // One stray row in fifteen does not matter, two do.
    let mut nearly = sold_under(SettlementCycle::Daily, 14);
    nearly.push(dates(day("2026-03-02"), day("2026-03-05"), 1));
    assert_eq!(recognize_cycle(&nearly), Some(SettlementCycle::Daily));
    nearly.push(dates(day("2026-03-02"), day("2026-03-05"), 1));
    assert_eq!(recognize_cycle(&nearly), None);
}

proptest! {
    #[test]
    fn counted_rows_teach_what_the_rows_themselves_do(
        counted in prop::collection::vec((0_u32..40, 1_u32..5, 1_u32..6), 0..30),
    ) {
        let rows: Vec<PayoutDates> = counted.iter().flat_map(|(offset, lag, rows)| {
            let first = day("2026-03-02").plus_days(*offset).to_string();
            rows_from(&first, 1, *lag).into_iter().map(|dates| PayoutDates { rows: *rows, ..dates })
        }).collect();
        let each: Vec<PayoutDates> = rows.iter().flat_map(|dates| {
            std::iter::repeat_n(PayoutDates { rows: 1, ..*dates }, usize::try_from(dates.rows).unwrap())
        }).collect();
        prop_assert_eq!(learn_lag(&rows, calendar()), learn_lag(&each, calendar()));
        prop_assert_eq!(back_test(&rows, calendar()), back_test(&each, calendar()));
        let events = |rows: &[PayoutDates]| -> Vec<EventDates> {
            rows.iter().map(|row| dates(row.sold, row.paid_out.minus_days(1).max(row.sold), row.rows)).collect()
        };
        prop_assert_eq!(recognize_cycle(&events(&rows)), recognize_cycle(&events(&each)));
    }

    #[test]
    fn the_order_of_the_rows_teaches_nothing(
        mut rows in prop::collection::vec((0_u32..40, 1_u32..5), 0..40)
            .prop_map(|rows| rows.into_iter().flat_map(|(offset, lag)| {
                let first = day("2026-03-02").plus_days(offset).to_string();
                rows_from(&first, 1, lag)
            }).collect::<Vec<_>>()),
    ) {
        let (learned, tested) = (learn_lag(&rows, calendar()), back_test(&rows, calendar()));
        rows.reverse();
        prop_assert_eq!(learn_lag(&rows, calendar()), learned);
        prop_assert_eq!(back_test(&rows, calendar()), tested);
    }
}
