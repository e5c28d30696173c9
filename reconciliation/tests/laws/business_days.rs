//! Business days in Seoul, and the dates that follow from them.

use proptest::prelude::*;
use reconciliation::{
    BusinessCalendar, Contract, Contracts, InvalidCalendar, MId, NoPayoutDate, PaymentMethod,
    RowWait, SettlementCycle, late_from, row_wait,
};

use crate::made_books::{at, calendar, day};

/// Sold and paid-out dates of rows that merchants published, with the business days between them.
const PUBLISHED: [(&str, &str, u32); 7] = [
    ("2023-11-25", "2023-11-30", 4),
    ("2025-02-09", "2025-02-13", 4),
    ("2025-06-18", "2025-06-25", 5),
    ("2025-10-20", "2025-10-27", 5),
    ("2025-11-21", "2025-11-28", 5),
    // Over Labour Day, Children's Day and its substitute.
    ("2025-04-25", "2025-05-08", 6),
    ("2025-09-17", "2025-09-25", 6),
];

#[test]
fn published_rows_are_paid_out_a_whole_number_of_business_days_after_they_are_sold() {
    let calendar = calendar();
    for (sold, paid_out, days) in PUBLISHED {
        let (sold, paid_out) = (day(sold), day(paid_out));
        assert_eq!(calendar.add_business_days(sold, days), Some(paid_out));
        assert_eq!(calendar.business_days_between(sold, paid_out), Some(days));
        assert!(calendar.add_business_days(sold, days - 1) < Some(paid_out));
        assert!(calendar.add_business_days(sold, days + 1) > Some(paid_out));
    }
}

#[test]
fn banks_are_closed_on_weekends_holidays_substitutes_and_labour_day() {
    let closed = [
        "2025-05-01", // Labour Day, a holiday of banks only
        "2026-05-01", // Labour Day, a public holiday since
        "2027-05-03", // its substitute
        "2020-08-17", // a temporary holiday
        "2025-01-27", // another
        "2024-04-10", // an election
        "2025-06-03", // a special one
        "2026-06-03", // a local one
        "2026-03-02", // substitute for Independence Movement Day
        "2025-10-08", // substitute within Chuseok
        "2026-07-17", // Constitution Day, a holiday again since 2026
        "2027-02-09", // substitute after Seollal
        "2026-03-07", // a Saturday
        "2026-03-08", // a Sunday
    ];
    let open = [
        "2025-07-17", // Constitution Day before 2026
        "2026-03-03",
        "2025-05-02",
        "2026-12-31",
        "2020-08-18",
        "2027-02-10",
    ];
    let calendar = calendar();
    for text in closed {
        assert_eq!(calendar.is_business_day(day(text)), Some(false), "{text}");
    }
    for text in open {
        assert_eq!(calendar.is_business_day(day(text)), Some(true), "{text}");
    }
}

#[test]
fn a_holiday_has_its_korean_name_and_a_day_of_ones_own_has_none() {
    let name = |text| calendar().holiday_name(day(text));
    assert_eq!(name("2025-05-01"), Some("근로자의날"));
    assert_eq!(name("2020-08-17"), Some("임시공휴일"));
    // A Saturday, and a Friday.
    assert_eq!(name("2026-03-07"), None);
    assert_eq!(name("2026-03-06"), None);
    let changed = calendar()
        .clone()
        .with_overrides(&[day("2026-03-06")], &[day("2025-05-01")]);
    assert_eq!(changed.holiday_name(day("2026-03-06")), None);
    assert_eq!(changed.holiday_name(day("2025-05-01")), None);
}

#[test]
fn beyond_its_years_the_calendar_refuses_instead_of_guessing() {
    let calendar = calendar();
    let (first, last) = (calendar.first_day(), calendar.last_day());
    assert_eq!((first, last), (day("2020-01-01"), day("2027-12-31")));
    assert_eq!(calendar.add_business_days(last, 0), Some(last));
    assert_eq!(calendar.add_business_days(last, 1), None);
    assert_eq!(calendar.add_business_days(last.next(), 0), None);
    assert_eq!(calendar.add_business_days(first, u32::MAX), None);
    assert_eq!(calendar.add_business_days(day("2019-12-31"), 1), None);
    assert_eq!(calendar.business_days_between(last, last.next()), None);
    assert_eq!(calendar.business_days_between(last, first), None);
    assert_eq!(calendar.is_business_day(day("2028-01-03")), None);
    assert_eq!(late_from(last, calendar), None);
    let long_after = at("2030-01-01T00:00:00+09:00");
    assert_eq!(row_wait(last, calendar, long_after), RowWait::Grace);
}

#[test]
fn no_business_days_after_a_closed_day_is_the_next_open_one() {
    let calendar = calendar();
    for (from, expected) in [
        ("2026-03-06", "2026-03-06"),
        ("2026-03-07", "2026-03-09"),
        ("2026-03-01", "2026-03-03"),
    ] {
        assert_eq!(
            calendar.add_business_days(day(from), 0),
            Some(day(expected))
        );
    }
}

#[test]
fn days_of_ones_own_come_before_the_table_and_closed_before_open() {
    let (tuesday, sunday) = (day("2026-03-03"), day("2026-03-08"));
    let holiday = day("2026-03-02");
    let changed = calendar()
        .clone()
        .with_overrides(&[tuesday], &[sunday, holiday, tuesday]);
    assert_eq!(changed.is_business_day(tuesday), Some(false));
    assert_eq!(changed.is_business_day(sunday), Some(true));
    assert_eq!(changed.is_business_day(holiday), Some(true));
    let friday = day("2026-03-06");
    assert_eq!(changed.add_business_days(friday, 1), Some(sunday));
    assert_eq!(
        calendar().add_business_days(friday, 1),
        Some(day("2026-03-09"))
    );
    let outside = calendar()
        .clone()
        .with_overrides(&[day("2031-01-02")], &[day("2031-01-04")]);
    assert_eq!(outside.is_business_day(day("2031-01-04")), None);
}

#[test]
fn a_table_that_cannot_be_read_is_refused_with_its_line() {
    let years = "# years\t2026\t2026\n";
    let parse = |days: &str| BusinessCalendar::parse(&format!("{years}{days}"));
    assert!(parse("2026-03-01\t삼일절\tpublic\n\n# note\n").is_ok());
    for days in [
        "2026-03-01\t삼일절",
        "2026-03-01\t\tpublic",
        "2026-03-01\t삼일절\tschool",
        "2026-03-01\t삼일절\tpublic\tmore",
        "2027-03-01\t삼일절\tpublic",
        "2026-3-1\t삼일절\tpublic",
    ] {
        assert_eq!(
            parse(days),
            Err(InvalidCalendar::Line { line: 2 }),
            "{days}"
        );
    }
    for header in [
        "",
        "# years\t2026\n",
        "# years\t2027\t2026\n",
        "# years\tx\ty\n",
    ] {
        assert_eq!(BusinessCalendar::parse(header), Err(InvalidCalendar::Years));
    }
}

#[test]
fn a_row_is_expected_through_the_next_day_then_has_one_business_day_of_grace() {
    // Sold on a Thursday: published on Friday, the grace is Monday.
    let cases = [
        ("2026-03-12", "2026-03-13T23:59:59+09:00", RowWait::Expected),
        ("2026-03-12", "2026-03-14T00:00:00+09:00", RowWait::Grace),
        ("2026-03-12", "2026-03-16T23:59:59+09:00", RowWait::Grace),
        ("2026-03-12", "2026-03-17T00:00:00+09:00", RowWait::Late),
        // Over Labour Day, a weekend and Children's Day.
        ("2025-04-30", "2025-05-02T23:59:59+09:00", RowWait::Grace),
        ("2025-04-30", "2025-05-03T00:00:00+09:00", RowWait::Late),
        ("2025-05-02", "2025-05-07T23:59:59+09:00", RowWait::Grace),
        ("2025-05-02", "2025-05-08T00:00:00+09:00", RowWait::Late),
    ];
    for (sold, as_of, expected) in cases {
        assert_eq!(
            row_wait(day(sold), calendar(), at(as_of)),
            expected,
            "{sold} {as_of}"
        );
    }
}

#[test]
fn a_contract_dates_an_event_by_its_own_day() {
    let contract = |cycle, days| Contract {
        cycle: Some(cycle),
        payout_business_days: days,
        ..Contract::default()
    };
    // Late in the evening in Seoul, still the day before in UTC is the same day there.
    let event = at("2026-03-04T23:59:59+09:00");
    let cases = [
        (SettlementCycle::Daily, "2026-03-04", "2026-03-11"),
        (SettlementCycle::Weekly, "2026-03-08", "2026-03-13"),
        (SettlementCycle::Monthly, "2026-03-31", "2026-04-07"),
    ];
    for (cycle, sold, paid_out) in cases {
        let contract = contract(cycle, Some(5));
        assert_eq!(contract.sold_date(event), Some(day(sold)));
        assert_eq!(
            contract.paid_out_date(day(sold), calendar()),
            Ok(day(paid_out))
        );
    }
    let unknown = contract(SettlementCycle::Daily, None);
    assert_eq!(
        unknown.paid_out_date(day("2026-03-04"), calendar()),
        Err(NoPayoutDate::LagUnknown)
    );
}

#[test]
fn sales_of_closed_days_follow_their_own_number_where_it_differs() {
    let contract = Contract {
        cycle: Some(SettlementCycle::Daily),
        payout_business_days: Some(5),
        weekend_business_days: Some(4),
        ..Contract::default()
    };
    let cases = [
        ("2026-03-06", "2026-03-13"),
        ("2026-03-07", "2026-03-12"),
        ("2026-03-08", "2026-03-12"),
        ("2026-03-09", "2026-03-16"),
    ];
    for (sold, paid_out) in cases {
        let dated = contract.paid_out_date(day(sold), calendar());
        assert_eq!(dated, Ok(day(paid_out)), "{sold}");
    }
}

#[test]
fn the_nearest_contract_applies() {
    let days = |days| Contract {
        payout_business_days: Some(days),
        ..Contract::default()
    };
    let mid = |text| MId::parse(text).unwrap();
    let mut contracts = Contracts::new(days(1));
    contracts.set(mid("a"), None, days(2));
    contracts.set(mid("a"), Some(PaymentMethod::Card), days(3));
    contracts.set(mid("b"), Some(PaymentMethod::Card), days(4));
    let of = |merchant, method: Option<PaymentMethod>| {
        let contract = contracts.of(&mid(merchant), method.as_ref());
        contract.payout_business_days.unwrap()
    };
    assert_eq!(of("a", Some(PaymentMethod::Card)), 3);
    assert_eq!(of("a", Some(PaymentMethod::Transfer)), 2);
    assert_eq!(of("a", None), 2);
    assert_eq!(of("b", Some(PaymentMethod::Card)), 4);
    assert_eq!(of("b", None), 1);
    assert_eq!(of("c", Some(PaymentMethod::Card)), 1);
}

proptest! {
    #[test]
    fn adding_and_counting_business_days_undo_each_other(offset in 0_u32..2_800, count in 1_u32..60) {
        let calendar = calendar();
        let from = calendar.first_day().plus_days(offset);
        let to = calendar.add_business_days(from, count).unwrap();
        prop_assert_eq!(calendar.is_business_day(to), Some(true));
        prop_assert_eq!(calendar.business_days_between(from, to), Some(count));
        // An independent count, day by day.
        let mut day = from;
        let mut open = 0;
        while day < to {
            day = day.next();
            open += u32::from(calendar.is_business_day(day).unwrap());
        }
        prop_assert_eq!(open, count);
    }
}
