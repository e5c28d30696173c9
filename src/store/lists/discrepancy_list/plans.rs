//! Every filter is served by an index of all that it names: no plan of SQLite's reads the table through, sorts a whole list
//! or walks past rows of other merchants, whether it has counted the rows or not.

use super::*;
use crate::store::Toward;
use crate::store::db::sqlite_plans;

/// Each of the three filters given or not, with one value or with two.
fn filters() -> Vec<DiscrepancyFilter> {
    let at = |millis| DateTime::from_timestamp_millis(millis).expect("an instant");
    let mid = |text| MId::parse(text).expect("an mId");
    let classes = [
        DiscrepancyClass::AmountMismatch,
        DiscrepancyClass::SourceGap,
    ];
    let mut all = Vec::new();
    for choice in 0..8_u32 {
        for values in [1, 2] {
            let given = |bit: u32| choice & (1 << bit) != 0;
            all.push(DiscrepancyFilter {
                began: given(0).then(|| (at(1_772_323_200_000), at(1_774_000_000_000))),
                classes: given(1).then(|| classes[..values].to_vec()),
                mids: given(2).then(|| [mid("small"), mid("large")][..values].to_vec()),
                ..DiscrepancyFilter::default()
            });
        }
    }
    all
}

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index_of_all_that_it_names() {
    let place = || (1_773_000_000_000_i64.into(), "payment-7".into());
    for database in sqlite_plans::tables().await {
        for filter in filters() {
            let entry = match (&filter.mids, &filter.classes) {
                (Some(_), Some(_)) => "discrepancies_mid_class_began_at (mid=? AND class=?",
                (Some(_), None) => "discrepancies_mid_began_at (mid=?",
                (None, Some(_)) => "discrepancies_class_began_at (class=?",
                (None, None) => "discrepancies_began_at",
            };
            for request in sqlite_plans::pages(place()) {
                let order = request.past.as_ref().map(|_| "(began_at,id)");
                let query = walk(&filter)
                    .expect("a list")
                    .statement(discrepancy::Entity, &request);
                let steps = sqlite_plans::steps(&database, &query).await;
                sqlite_plans::assert_walks(&steps, entry, order, &filter);
            }
        }
    }
}

#[tokio::test]
async fn a_list_by_differences_is_walked_along_the_differences_of_each_merchant() {
    let mids = ["small", "large"].map(|mid| MId::parse(mid).expect("an mId"));
    let place = || vec!["KRW".into(), 1_000_i64.into(), "payment-7".into()];
    for database in sqlite_plans::tables().await {
        for filter in filters() {
            for past in [None, Some(place())] {
                for toward in [Toward::Older, Toward::Newer] {
                    let order = past.as_ref().map(|_| "(sized_currency,delta_size,id)");
                    let request = PageRequest {
                        rows: 100,
                        past: past.clone(),
                        toward,
                    };
                    let walk = by_delta::walk(&filter, &mids).expect("a list");
                    let query = walk.page(discrepancy::Entity, &request);
                    let steps = sqlite_plans::steps(&database, &query).await;
                    let entry = "discrepancies_mid_size (mid=?";
                    sqlite_plans::assert_walks(&steps, entry, order, &filter);
                }
            }
        }
    }
}
