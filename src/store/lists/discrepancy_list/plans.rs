//! Every filter is served by an index of all that it names: no plan of SQLite's reads the table through, sorts a whole list
//! or walks past rows of other merchants or other states, whether it has counted the rows or not.

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

/// What is listed by these states, and how the indexes that serve it are called.
fn tables() -> [(Listed, &'static str); 3] {
    [
        (Listed::Found(vec![DeskState::Open]), "discrepancies_open"),
        (
            Listed::Found(vec![DeskState::Acknowledged]),
            "discrepancies_known",
        ),
        (Listed::Ended, "resolved_discrepancies"),
    ]
}

fn mids() -> [MId; 2] {
    ["small", "large"].map(|mid| MId::parse(mid).expect("an mId"))
}

fn page(past: Option<Vec<Value>>, toward: Toward) -> PageRequest<Vec<Value>> {
    PageRequest {
        rows: 100,
        past,
        toward,
    }
}

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index_of_all_that_it_names() {
    let place = || vec![1_773_000_000_000_i64.into(), "payment-7".into()];
    for database in sqlite_plans::tables().await {
        for (listed, indexes) in tables() {
            for filter in filters() {
                let entry = match &filter.classes {
                    Some(_) => format!("{indexes}_class (mid=? AND class=?"),
                    None => format!("{indexes}_began_at (mid=?"),
                };
                for past in [None, Some(place())] {
                    for toward in [Toward::Older, Toward::Newer] {
                        let order = past.as_ref().map(|_| "(began_at,id)");
                        let walk = walk(&filter, &mids(), &listed).expect("a list");
                        let query = page_of(&walk, &listed, &page(past.clone(), toward));
                        let steps = sqlite_plans::steps(&database, &query).await;
                        sqlite_plans::assert_walks(&steps, &entry, order, &(&filter, &listed));
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_list_by_differences_is_walked_along_the_differences_of_each_merchant() {
    let place = || vec!["KRW".into(), 1_000_i64.into(), "payment-7".into()];
    for database in sqlite_plans::tables().await {
        for (listed, indexes) in tables() {
            for filter in filters() {
                for past in [None, Some(place())] {
                    for toward in [Toward::Older, Toward::Newer] {
                        let order = past.as_ref().map(|_| "(sized_currency,delta_size,id)");
                        let walk = by_delta::walk(&filter, &mids(), &listed).expect("a list");
                        let query = page_of(&walk, &listed, &page(past.clone(), toward));
                        let steps = sqlite_plans::steps(&database, &query).await;
                        let entry = format!("{indexes}_size (mid=?");
                        sqlite_plans::assert_walks(&steps, &entry, order, &(&filter, &listed));
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_somebody_has_and_what_a_payment_has_are_entered_by_that() {
    let of_kim = DiscrepancyFilter {
        assignee: Some("kim".to_owned()),
        classes: Some(vec![DiscrepancyClass::AmountMismatch]),
        ..DiscrepancyFilter::default()
    };
    let of_payment = DiscrepancyFilter {
        payment_key: Some(PaymentKey::parse("payment-7").expect("a key")),
        assignee: None,
        ..of_kim.clone()
    };
    for database in sqlite_plans::tables().await {
        for (listed, _) in tables() {
            let table = match listed {
                Listed::Found(_) => "discrepancies",
                Listed::Ended => "resolved_discrepancies",
            };
            for (filter, entry) in [
                (&of_kim, format!("{table}_assignee (mid=? AND assignee=?")),
                (&of_payment, format!("{table}_subject (subject=?")),
            ] {
                let walk = walk(filter, &mids(), &listed).expect("a list");
                let query = page_of(&walk, &listed, &page(None, Toward::Older));
                let steps = sqlite_plans::steps(&database, &query).await;
                let enters = format!(" INDEX {entry}");
                let is_entered = |step: &String| step.contains(&enters);
                assert!(steps.iter().any(is_entered), "{filter:?}: {steps:#?}");
                let scans = |step: &String| step.starts_with(&format!("SCAN {table}"));
                assert!(!steps.iter().any(scans), "{filter:?}: {steps:#?}");
            }
        }
    }
}

#[tokio::test]
async fn differences_are_added_up_along_an_index_that_has_them_at_hand() {
    for database in sqlite_plans::tables().await {
        for (listed, indexes) in tables() {
            for filter in filters() {
                let entry = format!("COVERING INDEX {indexes}_class (mid=? AND class=?");
                for query in counts::sums(&filter, &mids(), &listed) {
                    let steps = sqlite_plans::steps(&database, &query).await;
                    let reads = |step: &&String| step.contains("discrepancies");
                    let mut read = steps.iter().filter(reads);
                    assert!(
                        read.all(|step| step.contains(&entry)),
                        "{filter:?}: {steps:#?}"
                    );
                }
            }
        }
    }
}
