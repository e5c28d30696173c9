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
