//! Every filter is served by an index of all that it names: no plan of SQLite's reads the table through, sorts a whole list
//! or walks past rows of other merchants, whether it has counted the rows or not.

use super::*;
use crate::store::db::sqlite_plans;

const ORDER: &str = "(began_at,";

/// Each of the filters given or not, with one value or with two; verdicts that are the exception, and those that are not.
fn filters() -> Vec<PaymentFilter> {
    let at = |millis| DateTime::from_timestamp_millis(millis).expect("an instant");
    let mid = |text| MId::parse(text).expect("an mId");
    let verdicts = [
        None,
        Some([Verdict::Discrepant, Verdict::Pending]),
        Some([Verdict::Reconciled, Verdict::Pending]),
    ];
    let mut all = Vec::new();
    for choice in 0..32_u32 {
        for (verdicts, values) in verdicts.iter().flat_map(|list| [(list, 1), (list, 2)]) {
            let given = |bit: u32| choice & (1 << bit) != 0;
            all.push(PaymentFilter {
                began: given(0).then(|| (at(1_772_323_200_000), at(1_774_000_000_000))),
                statuses: given(1)
                    .then(|| [PaymentStatus::Done, PaymentStatus::Canceled][..values].to_vec()),
                methods: given(2)
                    .then(|| [PaymentMethod::Card, PaymentMethod::Transfer][..values].to_vec()),
                mids: given(3).then(|| [mid("small"), mid("large")][..values].to_vec()),
                order_id: given(4).then(|| OrderId::parse("order-7").expect("an order")),
                verdicts: verdicts.map(|list| list[..values].to_vec()),
            });
        }
    }
    all
}

/// The index that a list is walked along, and the columns of it that have one value.
fn entry(filter: &PaymentFilter) -> &'static str {
    let by_mid = filter.mids.is_some();
    let by_kind = filter.statuses.is_some() || filter.methods.is_some();
    let reconciled = |verdicts: &Vec<Verdict>| verdicts.contains(&Verdict::Reconciled);
    let by_verdict = |verdicts| !(by_kind && reconciled(verdicts));
    if filter.order_id.is_some() {
        return "payments_order_id (order_id=?)";
    }
    match (by_mid, filter.verdicts.as_ref().is_some_and(by_verdict)) {
        (true, true) => "verdicts_mid_verdict_began_at (mid=? AND verdict=?",
        (false, true) => "verdicts_verdict_began_at (verdict=?",
        (true, false) if by_kind => {
            "payments_mid_status_method_began_at (mid=? AND status_kind=? AND method_kind=?"
        }
        (false, false) if by_kind => {
            "payments_status_method_began_at (status_kind=? AND method_kind=?"
        }
        // Without merchants the store names them all.
        (_, false) => "payments_mid_began_at (mid=?",
    }
}

fn place() -> (Value, Value) {
    (1_773_000_000_000_i64.into(), "payment-7".into())
}

/// The steps for a page.
async fn steps(
    database: &sea_orm::DatabaseConnection,
    filter: &PaymentFilter,
    request: &PageRequest<(Value, Value)>,
) -> Vec<String> {
    let query = statement(filter, request).expect("a list");
    sqlite_plans::steps(database, &query).await
}

#[tokio::test]
async fn every_combination_of_filters_is_served_by_an_index_of_all_that_it_names() {
    for database in sqlite_plans::tables().await {
        for filter in filters() {
            let filter = if filter.names_nothing_indexed() {
                let mids = ["small", "large"].map(|mid| MId::parse(mid).expect("an mId"));
                PaymentFilter {
                    mids: Some(mids.to_vec()),
                    ..filter
                }
            } else {
                filter
            };
            for request in sqlite_plans::pages(place()) {
                let steps = steps(&database, &filter, &request).await;
                let entry = entry(&filter);
                if filter.order_id.is_some() {
                    // One order has few payments, which are sorted.
                    let enters = steps.iter().any(|step| step.contains(entry));
                    assert!(enters, "{filter:?}: {steps:#?}");
                } else {
                    let order = request.past.as_ref().map(|_| ORDER);
                    sqlite_plans::assert_walks(&steps, entry, order, &filter);
                }
            }
        }
    }
}

#[tokio::test]
async fn of_many_merchants_the_list_is_walked_by_what_else_is_asked_for() {
    let names = 0..50;
    let mids: Vec<MId> = names
        .map(|number| MId::parse(&format!("mid{number}")).expect("an mId"))
        .collect();
    let of_many = PaymentFilter {
        mids: Some(mids),
        ..PaymentFilter::default()
    };
    let by_status = PaymentFilter {
        statuses: Some(vec![PaymentStatus::Done]),
        ..of_many.clone()
    };
    let by_verdict = PaymentFilter {
        verdicts: Some(vec![
            Verdict::Discrepant,
            Verdict::Pending,
            Verdict::Incomplete,
        ]),
        ..of_many.clone()
    };
    for database in sqlite_plans::tables().await {
        for (filter, entry) in [
            (&of_many, "payments_mid_began_at (mid=?"),
            (
                &by_status,
                "payments_status_method_began_at (status_kind=? AND method_kind=?",
            ),
            (&by_verdict, "verdicts_verdict_began_at (verdict=?"),
        ] {
            let [_, _, older, newer] = sqlite_plans::pages(place());
            for request in [older, newer] {
                let steps = steps(&database, filter, &request).await;
                sqlite_plans::assert_walks(&steps, entry, Some(ORDER), &entry);
            }
        }
    }
}
