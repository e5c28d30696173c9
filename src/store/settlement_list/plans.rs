//! Every filter is served by an index: no plan of SQLite's reads the table through or sorts a whole list.

use super::*;
use crate::store::{Toward, sqlite_plans};

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index() {
    let database = sqlite_plans::empty_tables().await;
    let day = |text| KstDate::parse(text).expect("a day");
    let days = Some((day("2026-03-01"), day("2026-03-31")));
    let mid = |text| MId::parse(text).expect("an mId");
    for choice in 0..16_u32 {
        let given = |bit: u32| choice & (1 << bit) != 0;
        let filter = SettlementFilter {
            sold_date: days.filter(|_| given(0)),
            paid_out_date: days.filter(|_| given(1)),
            mids: given(2).then(|| vec![mid("a"), mid("b")]),
            kind: given(3).then_some(SettlementKind::Cancel),
        };
        for toward in [Toward::Older, Toward::Newer] {
            let request = PageRequest {
                rows: 100,
                past: Some((day("2026-03-15").naive().into(), "id".into())),
                toward,
            };
            let query = walk(&filter)
                .expect("a list")
                .statement(settlement::Entity, &request);
            let steps = sqlite_plans::steps(&database, &query).await;
            for step in steps.iter().filter(|step| step.contains(" settlements")) {
                assert!(
                    step.starts_with("SEARCH") && step.contains("INDEX settlements_"),
                    "{filter:?}: {steps:#?}"
                );
                // By the place before the page, not by the end of the days: no page passes those before it.
                let enters_past_the_place = ["_date,id)<", "_date,id)>"]
                    .iter()
                    .any(|bound| step.contains(bound));
                assert!(enters_past_the_place, "{filter:?}: {steps:#?}");
            }
            // What is merged has no more rows than the page.
            let sorts_a_list = steps
                .windows(2)
                .any(|steps| steps[0].contains(" settlements") && steps[1].contains("TEMP B-TREE"));
            assert!(!sorts_a_list, "{filter:?}: {steps:#?}");
        }
    }
}
