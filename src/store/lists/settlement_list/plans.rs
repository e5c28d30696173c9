//! Every filter is served by an index of all that it names: no plan of SQLite's reads the table through, sorts a whole list
//! or walks past rows of other merchants, whether it has counted the rows or not.

use super::*;
use crate::store::db::sqlite_plans;

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index_of_all_that_it_names() {
    let day = |text| KstDate::parse(text).expect("a day");
    let days = Some((day("2026-03-01"), day("2026-03-31")));
    let mid = |text| MId::parse(text).expect("an mId");
    let place = || (day("2026-03-15").naive().into(), "payment-7".into());
    for database in sqlite_plans::tables().await {
        for choice in 0..16_u32 {
            let given = |bit: u32| choice & (1 << bit) != 0;
            let filter = SettlementFilter {
                sold_date: days.filter(|_| given(0)),
                paid_out_date: days.filter(|_| given(1)),
                mids: Some(
                    vec![mid("small"), mid("large")][..if given(2) { 1 } else { 2 }].to_vec(),
                ),
                kind: given(3).then_some(SettlementKind::Cancel),
                ..SettlementFilter::default()
            };
            let (entry, order) = match filter.order() {
                SettlementOrder::Sold => (
                    "settlements_mid_kind_sold_date (mid=? AND kind=?",
                    "(sold_date,id)",
                ),
                SettlementOrder::PaidOut => (
                    "settlements_mid_kind_paid_out_date (mid=? AND kind=?",
                    "(paid_out_date,id)",
                ),
            };
            for request in sqlite_plans::pages(place()) {
                let order = request.past.as_ref().map(|_| order);
                let query = walk(&filter)
                    .expect("a list")
                    .statement(settlement::Entity, &request);
                let steps = sqlite_plans::steps(&database, &query).await;
                sqlite_plans::assert_walks(&steps, entry, order, &filter);
            }
        }
    }
}

#[tokio::test]
async fn rows_that_do_not_surely_match_are_walked_among_themselves() {
    let day = |text| KstDate::parse(text).expect("a day");
    let days = Some((day("2026-03-01"), day("2026-03-31")));
    let place = || (day("2026-03-15").naive().into(), "payment-7".into());
    for database in sqlite_plans::tables().await {
        for (sold_date, paid_out_date) in [(None, None), (days, None), (None, days), (days, days)] {
            let filter = SettlementFilter {
                sold_date,
                paid_out_date,
                mids: Some(vec![MId::parse("small").expect("an mId")]),
                matches: Some(vec![MatchStrength::Weak, MatchStrength::None]),
                ..SettlementFilter::default()
            };
            let (entry, order) = match filter.order() {
                SettlementOrder::Sold => (
                    "settlement_matches_sold_date (mid=? AND kind=? AND strength=?",
                    "(sold_date,id)",
                ),
                SettlementOrder::PaidOut => (
                    "settlement_matches_paid_out_date (mid=? AND kind=? AND strength=?",
                    "(paid_out_date,id)",
                ),
            };
            for request in sqlite_plans::pages(place()) {
                let order = request.past.as_ref().map(|_| order);
                let query = Rows::of(&filter).expect("a list").page(&request);
                let steps = sqlite_plans::steps(&database, &query).await;
                sqlite_plans::assert_walks(&steps, entry, order, &filter);
            }
        }
    }
}

#[tokio::test]
async fn rows_that_surely_match_are_walked_among_all_and_looked_up_among_the_others() {
    let place = || {
        let day = KstDate::parse("2026-03-15").expect("a day");
        (day.naive().into(), "payment-7".into())
    };
    for database in sqlite_plans::tables().await {
        let filter = SettlementFilter {
            mids: Some(vec![MId::parse("small").expect("an mId")]),
            matches: Some(vec![MatchStrength::Exact]),
            ..SettlementFilter::default()
        };
        for request in sqlite_plans::pages(place()) {
            let query = Rows::of(&filter).expect("a list").page(&request);
            let steps = sqlite_plans::steps(&database, &query).await;
            let text = steps.join("\n");
            assert!(
                text.contains("settlements_mid_kind_sold_date (mid=? AND kind=?"),
                "{text}"
            );
            assert!(
                text.contains("sqlite_autoindex_settlement_matches_1 (id=?)"),
                "{text}"
            );
            assert!(!text.contains("SCAN settlement"), "{text}");
        }
    }
}
