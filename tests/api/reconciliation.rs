//! How payments stand, one by one and added up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use reqwest::StatusCode;
use serde_json::{Value, json};
use toss_sim::{CancelByHand, Endpoint, FaultKind, NewPayment};

use crate::mirrored::{MONTH, Month, minor, text};
use crate::support::{Shop, code, instant, on_both_databases};

on_both_databases!(
    the_sums_of_a_period_are_those_of_the_payments_listed_for_it,
    the_sums_of_one_merchant_leave_the_others_out,
    the_list_of_a_verdict_has_the_payments_that_say_it_of_themselves,
    what_was_just_read_counts_at_once,
    a_clean_month_is_reconciled_or_pending_with_nothing_to_look_at,
    a_viewer_may_read_all_of_it_and_nobody_without_a_token,
);

/// What a payment adds to the sums.
const OF_A_PAYMENT: &str = "mId orderId currency paidAmount { amount } effectiveRefund { amount } voidedAmount { amount }
    netAmount { amount } settlements { amount { amount currency } fee { amount } payOutAmount { amount } }
    reconciliation { verdict }";

const SUMS: [&str; 8] = [
    "paidAmount",
    "effectiveRefund",
    "voidedAmount",
    "netAmount",
    "settledAmount",
    "fee",
    "payOutAmount",
    "unsettledAmount",
];

const VERDICTS: [&str; 4] = ["RECONCILED", "PENDING", "DISCREPANT", "INCOMPLETE"];

/// By merchant and currency: the sums in minor units, the number of payments, and of those that stand in each way.
type Sums = BTreeMap<(String, String), BTreeMap<String, i64>>;

/// The answer of `reconciliation`.
async fn told(shop: &Shop, (from, to): (&str, &str), more: &str) -> Sums {
    let sums = SUMS.map(|sum| format!("{sum} {{ amount currency }}"));
    let query = format!(
        "{{ reconciliation(range: {{ from: \"{from}\", to: \"{to}\" }} {more}) {{ mId currency paymentCount {} \
         verdicts {{ verdict count }} }} }}",
        sums.join(" ")
    );
    let answer = shop.ask(&query).await["reconciliation"].take();
    let summaries = answer.as_array().unwrap();
    let found: Sums = summaries
        .iter()
        .map(|summary| {
            let mut numbers = BTreeMap::new();
            numbers.insert(
                "payments".to_owned(),
                summary["paymentCount"].as_i64().unwrap(),
            );
            for sum in SUMS {
                assert_eq!(summary[sum]["currency"], summary["currency"], "{sum}");
                numbers.insert(sum.to_owned(), minor(&summary[sum]));
            }
            for verdict in summary["verdicts"].as_array().unwrap() {
                numbers.insert(text(verdict, "verdict"), verdict["count"].as_i64().unwrap());
            }
            ((text(summary, "mId"), text(summary, "currency")), numbers)
        })
        .collect();
    assert_eq!(
        found.len(),
        summaries.len(),
        "one for each merchant and currency"
    );
    found
}

/// The same, added up from the payments themselves.
fn added_up(payments: &[Value]) -> Sums {
    let mut sums = Sums::new();
    for payment in payments {
        let currency = text(payment, "currency");
        let numbers = sums
            .entry((text(payment, "mId"), currency.clone()))
            .or_insert_with(|| SUMS.map(|sum| (sum.to_owned(), 0)).into());
        let mut add =
            |name: &str, number: i64| *numbers.entry(name.to_owned()).or_default() += number;
        add("payments", 1);
        add(&text(&payment["reconciliation"], "verdict"), 1);
        for sum in &SUMS[..4] {
            add(sum, minor(&payment[sum]));
        }
        add("unsettledAmount", minor(&payment["netAmount"]));
        for row in payment["settlements"].as_array().unwrap() {
            // Nothing ever adds two currencies: a row in another one is a discrepancy.
            if row["amount"]["currency"] == currency.as_str() {
                add("settledAmount", minor(&row["amount"]));
                add("unsettledAmount", -minor(&row["amount"]));
                add("fee", minor(&row["fee"]));
                add("payOutAmount", minor(&row["payOutAmount"]));
            }
        }
    }
    sums
}

async fn listed(shop: &Shop, (from, to): (&str, &str)) -> Vec<Value> {
    let filter = format!("transactionDate: {{ from: \"{from}\", to: \"{to}\" }}");
    shop.all("payments", &filter, 100, OF_A_PAYMENT).await
}

async fn the_sums_of_a_period_are_those_of_the_payments_listed_for_it(Month(shop): Month) {
    for days in [
        MONTH,
        ("2026-02-25", "2026-03-05"),
        ("2026-03-04", "2026-03-04"),
    ] {
        let payments = listed(&shop, days).await;
        let expected = added_up(&payments);
        assert!(!expected.is_empty());
        assert_eq!(told(&shop, days, "").await, expected, "{days:?}");
    }
    let all = listed(&shop, MONTH).await;
    assert!(all.len() > 200, "{}", all.len());
    assert!(added_up(&all).len() > 2, "several merchants and currencies");
    assert_eq!(
        told(&shop, ("2026-04-01", "2026-04-30"), "").await,
        Sums::new()
    );
}

async fn the_sums_of_one_merchant_leave_the_others_out(Month(shop): Month) {
    let mut expected = told(&shop, MONTH, "").await;
    expected.retain(|(mid, _), _| mid == "tdemoshop02");
    assert_eq!(expected.len(), 1);
    let found = told(&shop, MONTH, ", mId: [\"tdemoshop02\", \"nobody\"]").await;
    assert_eq!(found, expected);
    assert_eq!(told(&shop, MONTH, ", mId: []").await, Sums::new());
}

async fn the_list_of_a_verdict_has_the_payments_that_say_it_of_themselves(Month(shop): Month) {
    // One is not settled yet, and one is older than everything that was mirrored, and its settlements cannot be read.
    let console = shop.sim.console();
    console.pay(NewPayment::card("order-today", 10_000));
    shop.pass(Duration::minutes(1));
    shop.mirror(("2026-03-20", "2026-03-20")).await;
    let before = instant("2026-02-10T10:00:00+09:00");
    console.pay(NewPayment::card("order-before", 10_000).at(before));
    shop.always(Endpoint::Settlements, FaultKind::CutOff);
    shop.payment("order-before", "id").await;
    shop.sim.faults().clear();
    let all = shop.all("payments", "", 100, OF_A_PAYMENT).await;
    let mut of_each = BTreeMap::new();
    for verdict in VERDICTS {
        let own: Vec<String> = all
            .iter()
            .filter(|payment| payment["reconciliation"]["verdict"] == verdict)
            .map(|payment| text(payment, "orderId"))
            .collect();
        for rows in [7, 200] {
            let found = shop
                .all(
                    "payments",
                    &format!("verdict: [{verdict}]"),
                    rows,
                    "orderId",
                )
                .await;
            let orders: Vec<String> = found
                .iter()
                .map(|payment| text(payment, "orderId"))
                .collect();
            assert_eq!(orders, own, "{verdict}");
        }
        of_each.insert(verdict, own.len());
    }
    assert!(of_each.values().all(|count| *count > 0), "{of_each:?}");
    let filter =
        "verdict: [DISCREPANT, RECONCILED], mId: [\"tdemoshop01\"], method: [CARD], status: [DONE],
                  transactionDate: { from: \"2026-03-01\", to: \"2026-03-10\" }";
    let some = shop
        .all(
            "payments",
            filter,
            5,
            "orderId reconciliation { verdict } method status",
        )
        .await;
    assert!(!some.is_empty());
    for payment in &some {
        assert!(
            ["DISCREPANT", "RECONCILED"]
                .contains(&payment["reconciliation"]["verdict"].as_str().unwrap())
        );
        assert_eq!(
            (&payment["method"], &payment["status"]),
            (&json!("CARD"), &json!("DONE"))
        );
    }
    assert_eq!(
        shop.all("payments", "verdict: []", 50, "id").await,
        [Value::Null; 0]
    );
}

async fn what_was_just_read_counts_at_once(Month(shop): Month) {
    let days = ("2026-03-20", "2026-03-20");
    assert_eq!(told(&shop, days, "").await, Sums::new());
    shop.sim
        .console()
        .pay(NewPayment::card("order-now", 10_000));
    shop.payment("order-now", "id").await;
    let paid = told(&shop, days, "").await;
    let [(_, numbers)] = paid.iter().collect::<Vec<_>>()[..] else {
        panic!("one merchant: {paid:?}");
    };
    assert_eq!(
        (numbers["paidAmount"], numbers["unsettledAmount"]),
        (10_000, 10_000)
    );
    let cancel = CancelByHand::everything("고객 변심");
    shop.sim.console().cancel("order-now", &cancel).unwrap();
    shop.payment("order-now", "id").await;
    let found = told(&shop, days, "").await;
    let numbers = found.values().next().unwrap();
    assert_eq!(
        (numbers["effectiveRefund"], numbers["netAmount"]),
        (10_000, 0)
    );
    let filter = "class: [CANCELED_ELSEWHERE], transactionDate: { from: \"2026-03-20\", to: \"2026-03-20\" }";
    let elsewhere = shop
        .all("discrepancies", filter, 5, "payment { orderId }")
        .await;
    assert_eq!(
        elsewhere,
        [json!({ "payment": { "orderId": "order-now" } })]
    );
}

async fn a_clean_month_is_reconciled_or_pending_with_nothing_to_look_at(shop: Shop) {
    // Its last day is today, whose settlement rows are not due yet.
    let days = ("2026-02-19", "2026-03-20");
    shop.play("clean_month", days.0);
    shop.mirror(days).await;
    let payments = listed(&shop, days).await;
    let verdicts: BTreeSet<String> = payments
        .iter()
        .map(|payment| text(&payment["reconciliation"], "verdict"))
        .collect();
    let expected = ["PENDING", "RECONCILED"].map(str::to_owned);
    assert_eq!(verdicts, BTreeSet::from(expected));
    // The cancels of the month were made in the console, which is no disagreement.
    let found = shop.all("discrepancies", "", 200, "class").await;
    assert!(
        found
            .iter()
            .all(|found| found["class"] == "CANCELED_ELSEWHERE"),
        "{found:?}"
    );
}

async fn a_viewer_may_read_all_of_it_and_nobody_without_a_token(Month(shop): Month) {
    let range = "range: { from: \"2026-03-01\", to: \"2026-03-31\" }";
    for query in [
        format!("{{ reconciliation({range}) {{ mId }} }}"),
        format!("{{ payoutDays({range}) {{ mId }} }}"),
        "{ discrepancies { nodes { id } } }".to_owned(),
        "{ settlementCycle { mId } }".to_owned(),
        "{ payments(filter: { verdict: [PENDING] }) { nodes { reconciliation { verdict } payouts { basis } } } }".to_owned(),
    ] {
        shop.ask(&query).await;
        let answer = shop
            .client()
            .post(shop.url("/graphql"))
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{query}");
        assert_eq!(code(&answer.json().await.unwrap()), "UNAUTHENTICATED");
    }
}
