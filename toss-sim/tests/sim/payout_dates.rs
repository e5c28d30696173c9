//! When a sale is sold and when it is paid out.

use toss_sim::{
    Contract, NewPayment, SettlementCycle, business_days_after, is_business_day, sold_date,
};

use crate::shop::{Shop, date};

/// Sold date, contract days, payout: the pairs that merchants published.
#[test]
fn payout_dates_are_those_of_published_rows() {
    for (sold, days, paid) in [
        ("2025-04-25", 6, "2025-05-08"),
        ("2025-09-17", 6, "2025-09-25"),
        ("2023-11-25", 4, "2023-11-30"),
        ("2025-02-09", 4, "2025-02-13"),
        ("2025-06-18", 5, "2025-06-25"),
        ("2025-10-20", 5, "2025-10-27"),
        ("2026-03-03", 5, "2026-03-10"),
        ("2025-10-02", 1, "2025-10-10"),
        ("2026-02-13", 1, "2026-02-19"),
        ("2027-12-24", 1, "2027-12-28"),
    ] {
        assert_eq!(
            business_days_after(date(sold), days),
            date(paid),
            "{sold} + {days}"
        );
    }
}

#[test]
fn holidays_are_closed_and_their_neighbours_open() {
    for (day, open) in [
        ("2024-05-06", false),
        ("2024-05-07", true),
        ("2025-05-01", false),
        ("2025-05-02", true),
        ("2026-03-02", false),
        ("2026-05-25", false),
        ("2026-10-05", false),
        ("2026-10-06", true),
        ("2026-03-07", false),
    ] {
        assert_eq!(is_business_day(date(day)), open, "{day}");
    }
}

#[test]
fn sold_dates_follow_the_cycle() {
    let cases: [(&str, SettlementCycle, &str); 7] = [
        ("2026-03-07", SettlementCycle::Daily, "2026-03-07"),
        ("2026-03-02", SettlementCycle::Weekly, "2026-03-08"),
        ("2026-03-08", SettlementCycle::Weekly, "2026-03-08"),
        ("2026-03-09", SettlementCycle::Weekly, "2026-03-15"),
        ("2026-02-01", SettlementCycle::Monthly, "2026-02-28"),
        ("2024-02-29", SettlementCycle::Monthly, "2024-02-29"),
        ("2026-12-31", SettlementCycle::Monthly, "2026-12-31"),
    ];
    for (day, cycle, sold) in cases {
        assert_eq!(sold_date(date(day), cycle), date(sold), "{day} {cycle:?}");
    }
}

#[tokio::test]
async fn a_weekly_merchants_rows_carry_the_coming_sunday() {
    let shop = Shop::with(|settings| {
        settings.merchants[0].contract = Contract {
            cycle: SettlementCycle::Weekly,
            payout_business_days: 2,
            ..Contract::default()
        };
    })
    .await;
    shop.sim
        .console()
        .pay(NewPayment::card("order-weekly", 1_000));
    shop.pass_days(1);
    let row = &shop.settled("").await[0];
    assert_eq!(
        (row["soldDate"].as_str(), row["paidOutDate"].as_str()),
        (Some("2026-03-08"), Some("2026-03-10"))
    );
}
