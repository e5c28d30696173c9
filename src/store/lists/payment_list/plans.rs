//! Every filter is served by an index of all that it names: no plan of SQLite's reads the table through, sorts a whole list
//! or walks past rows of other merchants, whether it has counted the rows or not.

use super::conditions::AmountRange;
use super::*;
use crate::store::Toward;
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
                more: PaymentConditions::default(),
            });
        }
    }
    all
}

/// The filter with the merchants that the store names where nothing else is named.
fn of_all(filter: PaymentFilter) -> PaymentFilter {
    if !filter.names_nothing_indexed() {
        return filter;
    }
    let mids = ["small", "large"].map(|mid| MId::parse(mid).expect("an mId"));
    PaymentFilter {
        mids: Some(mids.to_vec()),
        ..filter
    }
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
            let filter = of_all(filter);
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

#[tokio::test]
async fn a_list_by_amounts_is_walked_along_the_amounts_of_each_merchant() {
    let mids = ["small", "large"].map(|mid| MId::parse(mid).expect("an mId"));
    let place = || vec!["KRW".into(), 1_000_i64.into(), "payment-7".into()];
    let range = AmountRange {
        currency: reconciliation::Currency::KRW,
        from: Some(10),
        to: None,
    };
    for database in sqlite_plans::tables().await {
        for filter in filters() {
            for (paid, entry) in [
                (None, "verdicts_mid_paid (mid=?"),
                (Some(range), "verdicts_mid_paid (mid=? AND currency=?"),
            ] {
                let mut filter = filter.clone();
                filter.more.paid = paid;
                for past in [None, Some(place())] {
                    let order = past.as_ref().map(|_| match paid {
                        None => "(currency,paid,subject)",
                        Some(_) => "paid",
                    });
                    for toward in [Toward::Older, Toward::Newer] {
                        let request = PageRequest {
                            rows: 100,
                            past: past.clone(),
                            toward,
                        };
                        let query = by_amount::statement(&filter, &mids, &request).expect("a list");
                        let steps = sqlite_plans::steps(&database, &query).await;
                        sqlite_plans::assert_walks(&steps, entry, order, &filter);
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_count_is_made_along_the_index_of_the_list() {
    for database in sqlite_plans::tables().await {
        for filter in filters() {
            let filter = of_all(filter);
            let query = counting(&filter).expect("a list");
            let steps = sqlite_plans::steps(&database, &query).await;
            let entry = entry(&filter);
            let enters = steps.iter().any(|step| step.contains(entry));
            assert!(enters, "{filter:?}: {steps:#?}");
        }
    }
}

#[tokio::test]
async fn what_is_found_first_is_found_along_an_index() {
    let mids = ["small", "large"].map(|mid| MId::parse(mid).expect("an mId"));
    let at = |millis| DateTime::from_timestamp_millis(millis).expect("an instant");
    let day = |text| reconciliation::KstDate::parse(text).expect("a day");
    let more = PaymentConditions {
        search: Some("ord".to_owned()),
        paid: Some(AmountRange {
            currency: reconciliation::Currency::KRW,
            from: None,
            to: Some(10),
        }),
        cancelled: Some((at(1_772_323_200_000), at(1_774_000_000_000))),
        paid_out: Some((day("2026-03-01"), day("2026-03-31"))),
        ..PaymentConditions::default()
    };
    for database in sqlite_plans::tables().await {
        for statement in conditions::searches(&more, &mids, sea_orm::DbBackend::Sqlite) {
            let steps = sqlite_plans::steps_of(&database, statement).await;
            let scans = |step: &String| {
                step.starts_with("SCAN ")
                    && !step.starts_with("SCAN by_")
                    && !step.contains("of_")
                    && !step.contains("own")
                    && !step.contains("found")
            };
            assert!(!steps.iter().any(scans), "{steps:#?}");
        }
    }
}

#[tokio::test]
async fn payments_that_were_found_first_are_looked_up_by_their_keys() {
    let keys =
        ["payment-1", "payment-2", "payment-3"].map(|key| PaymentKey::parse(key).expect("a key"));
    for database in sqlite_plans::tables().await {
        for mut filter in filters() {
            filter.more.keys = Some(keys.to_vec());
            for request in sqlite_plans::pages(place()) {
                let steps = steps(&database, &filter, &request).await;
                let by_key = "payments USING INDEX sqlite_autoindex_payments_1 (payment_key=?)";
                let enters = steps.iter().any(|step| step.contains(by_key));
                assert!(enters, "{filter:?}: {steps:#?}");
            }
        }
    }
}
