//! Days in Seoul, and the day on which an event is booked.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use reconciliation::{KstDate, SettlementCycle};

fn day(text: &str) -> KstDate {
    KstDate::parse(text).unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_day_turns_at_midnight_in_seoul() {
    let cases = [
        ("2026-03-01T14:59:59Z", "2026-03-01"),
        ("2026-03-01T14:59:59.999999999Z", "2026-03-01"),
        ("2026-03-01T15:00:00Z", "2026-03-02"),
        ("2026-03-02T00:00:00+09:00", "2026-03-02"),
        ("2025-12-31T23:59:59+09:00", "2025-12-31"),
        ("2025-12-31T15:00:00Z", "2026-01-01"),
        ("2024-02-29T23:59:59+09:00", "2024-02-29"),
    ];
    for (at, expected) in cases {
        assert_eq!(KstDate::of(instant(at)), day(expected), "{at}");
    }
    assert_eq!(day("2026-03-02").start(), instant("2026-03-01T15:00:00Z"));
}

#[test]
fn only_days_that_exist_in_one_spelling_are_read() {
    for text in [
        "2026-03-31",
        "2024-02-29",
        "2000-02-29",
        "0001-01-01",
        "9999-12-31",
    ] {
        assert_eq!(day(text).to_string(), text);
    }
    for text in [
        "",
        "2026-02-29",
        "1900-02-29",
        "2026-04-31",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2026-3-1",
        "2026-03-1 ",
        " 2026-03-1",
        "26-03-0001",
        "-026-03-31",
        "+026-03-31",
        "2026--3-31",
        "2026-03--1",
        "2026/03/31",
        "20260331",
        "2026-03-31T00:00:00",
        "2026-03-31 ",
        "２０２６-03-31",
        "2026.03.31",
        "31-03-2026",
    ] {
        assert!(KstDate::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_days_refusal_says_how_to_write_it() {
    let refused = KstDate::parse("2026-02-29").unwrap_err().to_string();
    assert_eq!(
        refused,
        "\"2026-02-29\" is not a day: write it as 2026-03-31"
    );
}

#[test]
fn days_follow_one_another_over_month_and_leap_ends() {
    let cases = [
        ("2026-02-28", "2026-03-01"),
        ("2024-02-28", "2024-02-29"),
        ("2025-12-31", "2026-01-01"),
    ];
    for (today, tomorrow) in cases {
        assert_eq!(day(today).next(), day(tomorrow));
        assert_eq!(day(today).plus_days(1), day(tomorrow));
    }
    assert_eq!(day("2026-03-01").plus_days(0), day("2026-03-01"));
    assert_eq!(day("2026-03-01").plus_days(u32::MAX), day("2026-03-01"));
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let edge = KstDate::of(at);
        for cycle in [
            SettlementCycle::Daily,
            SettlementCycle::Weekly,
            SettlementCycle::Monthly,
        ] {
            assert!(cycle.sold_date(edge) >= edge);
        }
        assert!(edge.next() >= edge);
        let _ = edge.start();
    }
}

#[test]
fn a_daily_merchants_sold_date_is_the_day_itself_weekends_too() {
    // Saturday, Sunday: both are sold dates of published rows.
    for text in ["2023-11-25", "2025-02-09", "2025-06-18"] {
        assert_eq!(SettlementCycle::Daily.sold_date(day(text)), day(text));
    }
    assert_eq!(SettlementCycle::default(), SettlementCycle::Daily);
}

#[test]
fn a_weekly_merchants_sold_date_is_the_sunday_of_the_week() {
    let cases = [
        ("2026-03-02", "2026-03-08"), // Monday
        ("2026-03-07", "2026-03-08"), // Saturday
        ("2026-03-08", "2026-03-08"), // the Sunday itself
        ("2026-03-09", "2026-03-15"), // the next Monday
        ("2026-12-30", "2027-01-03"), // over the year's end
        ("2024-02-28", "2024-03-03"), // over a leap day
    ];
    for (event, sold) in cases {
        assert_eq!(
            SettlementCycle::Weekly.sold_date(day(event)),
            day(sold),
            "{event}"
        );
    }
}

#[test]
fn a_monthly_merchants_sold_date_is_the_months_last_day() {
    let cases = [
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-28"),
        ("2024-02-29", "2024-02-29"),
        ("2024-02-10", "2024-02-29"),
        ("2000-02-10", "2000-02-29"),
        ("2100-02-10", "2100-02-28"),
        ("2026-04-30", "2026-04-30"),
        ("2026-12-31", "2026-12-31"),
    ];
    for (event, sold) in cases {
        assert_eq!(
            SettlementCycle::Monthly.sold_date(day(event)),
            day(sold),
            "{event}"
        );
    }
}

proptest! {
    #[test]
    fn an_instant_lies_within_its_day(seconds in -62_000_000_000_i64..250_000_000_000) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let day = KstDate::of(at);
        prop_assert!(day.start() <= at && at < day.next().start());
        prop_assert_eq!(KstDate::from_naive(day.naive()), day);
    }

    #[test]
    fn no_text_makes_the_reader_of_days_panic(text in prop_oneof![any::<String>(), "[-+0-9 ]{10}"]) {
        if let Ok(day) = KstDate::parse(&text) {
            prop_assert_eq!(day.to_string(), text);
        }
    }
}
