//! Every filter is served by an index: no plan of SQLite's reads the table through or sorts a whole list.

use super::*;
use crate::store::{Toward, sqlite_plans};

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
                began: given(0).then(|| (at(0), at(2))),
                classes: given(1).then(|| classes[..values].to_vec()),
                mids: given(2).then(|| [mid("a"), mid("b")][..values].to_vec()),
            });
        }
    }
    all
}

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index() {
    let database = sqlite_plans::empty_tables().await;
    let place = || Some((1_i64.into(), "id".into()));
    for filter in filters() {
        for (past, toward) in [
            (None, Toward::Older),
            (place(), Toward::Older),
            (place(), Toward::Newer),
        ] {
            let request = PageRequest {
                rows: 100,
                past,
                toward,
            };
            let query = walk(&filter)
                .expect("a list")
                .statement(discrepancy::Entity, &request);
            let steps = sqlite_plans::steps(&database, &query).await;
            for step in steps.iter().filter(|step| step.contains(" discrepancies")) {
                assert!(
                    step.contains("USING INDEX") || step.contains("USING COVERING INDEX"),
                    "{filter:?}: {steps:#?}"
                );
            }
            if request.past.is_some() {
                // By the place before the page, not by the end of the range: no page passes those before it.
                for step in steps.iter().filter(|step| step.contains(" discrepancies")) {
                    assert!(step.contains("(began_at,id)"), "{filter:?}: {steps:#?}");
                }
            }
            let sorts_a_list = steps.windows(2).any(|steps| {
                steps[0].contains(" discrepancies") && steps[1].contains("TEMP B-TREE")
            });
            assert!(!sorts_a_list, "{filter:?}: {steps:#?}");
        }
    }
}
