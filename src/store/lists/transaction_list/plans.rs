//! Every filter is served by an index of all that it names: no plan of SQLite's reads the table through, sorts a whole list
//! or walks past rows of other merchants, whether it has counted the rows or not.

use sea_orm::sea_query::Value;

use super::walking::kinds;
use super::*;
use crate::store::db::sqlite_plans;

const ORDER: &str = "(listed_at,id)";
const BY_KIND: &str = "booked_lines_mid_kind_method_listed_at (mid=? AND kind=? AND method=?";
const BY_PAYOUT: &str = "booked_lines_mid_payout_day_kind_method_listed_at \
    (mid=? AND payout_day=? AND kind=? AND method=?";
const BY_MID: &str = "booked_lines_mid_listed_at (mid=?";

fn day(text: &str) -> KstDate {
    KstDate::parse(text).expect("a day")
}

fn mids() -> [String; 2] {
    ["small", "large"].map(str::to_owned)
}

fn planned(filter: &TransactionFilter, mids: &[String]) -> Walk<Column> {
    let wanted = Wanted::by(filter).expect("some kinds");
    let by_days = walk_payout_days(filter, &wanted, mids);
    by_days.unwrap_or_else(|| {
        walk(
            filter,
            &wanted,
            mids,
            filter.payout_day.map(|_| (0, 1 << 50)),
        )
    })
}

fn place() -> (Value, Value) {
    (1_773_000_000_000_i64.into(), "payment-7/0".into())
}

/// Each of the filters given or not. A currency, and whether it is a forecast, is asked for of one payout day alone.
fn filters() -> impl Iterator<Item = TransactionFilter> {
    (0..64_u32).map(|choice| {
        let given = |bit: u32| choice & (1 << bit) != 0;
        TransactionFilter {
            at: given(0).then(|| (day("2026-03-01").start(), day("2026-03-20").start())),
            payout_day: given(1).then(|| (day("2026-03-10"), day("2026-03-10"))),
            effects: given(2).then(|| vec![Effect::Refunded, Effect::Voided]),
            origins: given(3).then(|| vec![CancelOrigin::Elsewhere]),
            methods: given(4).then(|| vec![PaymentMethod::Card, PaymentMethod::Transfer]),
            currency: (choice == 34).then_some(Currency::KRW),
            is_forecast: (choice == 34).then_some(true),
            ..TransactionFilter::default()
        }
    })
}

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index_of_all_that_it_names() {
    for database in sqlite_plans::tables().await {
        for filter in filters() {
            let is_by_kind =
                filter.effects.is_some() || filter.origins.is_some() || filter.methods.is_some();
            let entry = match (filter.payout_day, is_by_kind) {
                (Some(_), _) => BY_PAYOUT,
                (None, true) => BY_KIND,
                (None, false) => BY_MID,
            };
            for mids in [&mids()[..1], &mids()] {
                let walk = planned(&filter, mids);
                for request in sqlite_plans::pages(place()) {
                    let order = request.past.as_ref().map(|_| ORDER);
                    let query = walk.statement(booked_line::Entity, &request);
                    let steps = sqlite_plans::steps(&database, &query).await;
                    sqlite_plans::assert_walks(&steps, entry, order, &filter);
                }
                let counting = walk.count(booked_line::Entity);
                let steps = sqlite_plans::steps(&database, &counting).await;
                let mut reads = steps.iter().filter(|step| step.contains("booked_lines"));
                let enters = |step: &String| step.contains(&format!(" INDEX {entry}"));
                assert!(reads.all(enters), "{filter:?}: {steps:#?}");
                let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE"));
                assert!(!sorts, "{filter:?}: {steps:#?}");
            }
        }
    }
}

#[tokio::test]
async fn many_days_and_many_merchants_are_walked_merchant_by_merchant() {
    let year = TransactionFilter {
        payout_day: Some((day("2026-01-01"), day("2026-12-31"))),
        ..TransactionFilter::default()
    };
    let of_many: Vec<String> = (0..50).map(|number| format!("mid{number}")).collect();
    let refunds = TransactionFilter {
        effects: Some(vec![Effect::Refunded]),
        ..TransactionFilter::default()
    };
    for database in sqlite_plans::tables().await {
        for (filter, mids) in [(&year, &mids()[..]), (&refunds, &of_many)] {
            let walk = planned(filter, mids);
            let [_, _, older, newer] = sqlite_plans::pages(place());
            for request in [older, newer] {
                let query = walk.statement(booked_line::Entity, &request);
                let steps = sqlite_plans::steps(&database, &query).await;
                sqlite_plans::assert_walks(&steps, BY_MID, Some(ORDER), filter);
            }
        }
    }
}

#[tokio::test]
async fn the_transactions_of_an_order_are_those_of_its_payments() {
    let database = sqlite_plans::empty_tables().await;
    for filter in filters() {
        let wanted = Wanted::by(&filter).expect("some kinds");
        let subjects = ["payment-7".to_owned(), "payment-8".to_owned()];
        let walk = walk_subjects(&filter, &wanted, &subjects).expect("a list");
        let [first, ..] = sqlite_plans::pages(place());
        let query = walk.statement(booked_line::Entity, &first);
        let steps = sqlite_plans::steps(&database, &query).await;
        let enters = |step: &String| step.contains("booked_lines_subject (subject=?)");
        assert!(steps.iter().any(enters), "{filter:?}: {steps:#?}");
    }
}

#[test]
fn what_can_match_nothing_is_not_looked_for() {
    let nothing = [
        TransactionFilter {
            effects: Some(vec![Effect::Paid]),
            origins: Some(vec![CancelOrigin::Ours]),
            ..TransactionFilter::default()
        },
        TransactionFilter {
            effects: Some(vec![Effect::Voided]),
            payout_day: Some((day("2026-03-10"), day("2026-03-10"))),
            ..TransactionFilter::default()
        },
        TransactionFilter {
            methods: Some(Vec::new()),
            ..TransactionFilter::default()
        },
    ];
    for filter in nothing {
        assert!(Wanted::by(&filter).is_none(), "{filter:?}");
    }
    let cancels = TransactionFilter {
        origins: Some(vec![CancelOrigin::Elsewhere]),
        ..TransactionFilter::default()
    };
    assert_eq!(
        kinds(&cancels),
        Some(vec![
            "REFUNDED ELSEWHERE".to_owned(),
            "VOIDED ELSEWHERE".to_owned()
        ])
    );
    assert_eq!(kinds(&TransactionFilter::default()), None);
}
