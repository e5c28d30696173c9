//! Every filter is served by an index: no plan of SQLite's reads the table through or sorts a whole list.

use reconciliation::Verdict;

use super::*;
use crate::store::{Toward, sqlite_plans};

fn place() -> (sea_orm::Value, sea_orm::Value) {
    (1_i64.into(), "key".into())
}

fn reads_a_table(step: &str) -> bool {
    [" payments", " verdicts"]
        .iter()
        .any(|table| step.contains(table))
}

/// Each of the six filters given or not, with one value or with two.
fn filters() -> Vec<PaymentFilter> {
    let at = |millis| DateTime::from_timestamp_millis(millis).expect("an instant");
    let mid = |text| MId::parse(text).expect("an mId");
    let mut all = Vec::new();
    for choice in 0..64_u32 {
        for values in [1, 2] {
            let given = |bit: u32| choice & (1 << bit) != 0;
            all.push(PaymentFilter {
                began: given(0).then(|| (at(0), at(2))),
                statuses: given(1)
                    .then(|| [PaymentStatus::Done, PaymentStatus::Canceled][..values].to_vec()),
                methods: given(2)
                    .then(|| [PaymentMethod::Card, PaymentMethod::Transfer][..values].to_vec()),
                mids: given(3).then(|| [mid("a"), mid("b")][..values].to_vec()),
                order_id: given(4).then(|| OrderId::parse("order").expect("an order")),
                verdicts: given(5)
                    .then(|| [Verdict::Discrepant, Verdict::Pending][..values].to_vec()),
            });
        }
    }
    all
}

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index() {
    let database = sqlite_plans::empty_tables().await;
    for filter in filters() {
        for (past, toward) in [
            (None, Toward::Older),
            (Some(place()), Toward::Older),
            (Some(place()), Toward::Newer),
        ] {
            let request = PageRequest {
                rows: 100,
                past,
                toward,
            };
            let query = statement(&filter, &request).expect("a list");
            let steps = sqlite_plans::steps(&database, &query).await;
            for step in steps.iter().filter(|step| reads_a_table(step)) {
                assert!(
                    ["INDEX", "PRIMARY KEY"]
                        .iter()
                        .any(|by| step.contains(&format!("USING {by}")))
                        || step.contains("USING COVERING INDEX"),
                    "{filter:?}: {steps:#?}"
                );
            }
            if request.past.is_some() && filter.order_id.is_none() {
                // By the place before the page, not by the end of the range: no page passes those before it.
                let enters = steps.iter().any(|step| step.contains("(began_at,"));
                assert!(enters, "{filter:?}: {steps:#?}");
            }
            // One order has few payments; everything else is read in the order that is answered. What is merged has no
            // more rows than the page.
            let sorts_a_list = steps
                .windows(2)
                .any(|steps| reads_a_table(&steps[0]) && steps[1].contains("TEMP B-TREE"));
            assert!(
                !sorts_a_list || filter.order_id.is_some(),
                "{filter:?}: {steps:#?}"
            );
        }
    }
}
