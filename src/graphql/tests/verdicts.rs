//! How payments stand, from rows in a real database, through the real schema.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::books::TestBooks;
use super::{Interpretation, answer, asked, assert_same};

/// What a query of the real schema answers over these books.
async fn ask(books: &TestBooks, query: &str) -> Value {
    let response = asked(books, query).await;
    assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    serde_json::to_value(response.data).unwrap()
}

#[tokio::test]
async fn each_event_that_moved_money_says_when_it_is_paid_out_or_deducted() {
    let books = TestBooks::open().await;
    let query = "{ payment(key: \"drained\") { payouts { transactionKey kind amount { amount currency } soldDate \
                 paidOutDate basis } } }";
    let payout = |key: &str, kind: &str, amount: &str, sold: &str, paid_out: &str| {
        json!({ "transactionKey": key, "kind": kind, "amount": { "amount": amount, "currency": "KRW" },
                "soldDate": sold, "paidOutDate": paid_out, "basis": "SETTLED" })
    };
    assert_same(
        &answer(&books, Interpretation::default(), query).await,
        &json!({ "payment": { "payouts": [
            payout("drained-1", "PAYMENT", "10000", "2026-03-02", "2026-03-10"),
            payout("drained-2", "CANCEL", "-3000", "2026-03-04", "2026-03-12"),
            payout("drained-3", "CANCEL", "-7000", "2026-03-05", "2026-03-13"),
        ] } }),
    );
}

#[tokio::test]
async fn an_event_without_a_row_or_a_contract_has_no_day_and_a_void_has_no_payout() {
    let books = TestBooks::open().await;
    let query = "{ whole: payment(key: \"whole\") { payouts { transactionKey soldDate paidOutDate reason basis } } \
                 void: payment(key: \"void\") { payouts { transactionKey } } }";
    let payout = |key: &str| {
        json!({ "transactionKey": key, "soldDate": null, "paidOutDate": null, "reason": "settlement cycle unknown",
                "basis": "FORECAST" })
    };
    assert_same(
        &answer(&books, Interpretation::default(), query).await,
        &json!({
            "whole": { "payouts": [payout("whole-1"), payout("whole-2")] },
            "void": { "payouts": [] },
        }),
    );
}

#[tokio::test]
async fn days_that_were_not_read_make_a_verdict_incomplete_and_are_named() {
    let books = TestBooks::open().await;
    books.keep_deposited().await;
    let query = "{ payment(key: \"deposited\") { reconciliation { verdict discrepancies { class mId paymentKey \
                 payment { orderId } expected { amount } detectedAt } } } }";
    let found = answer(&books, Interpretation::default(), query).await;
    let found = serde_json::to_value(found).unwrap();
    let reconciliation = &found["payment"]["reconciliation"];
    assert_eq!(reconciliation["verdict"], "INCOMPLETE");
    let first = &reconciliation["discrepancies"][0];
    assert_eq!(
        *first,
        json!({ "class": "SOURCE_GAP", "mId": "shop", "paymentKey": "deposited", "payment": { "orderId": "order-deposited" },
                "expected": null, "detectedAt": "2026-03-20T12:00:00+09:00" })
    );
}

#[tokio::test]
async fn a_payment_read_after_its_events_vouches_for_them_where_no_list_was_read() {
    let books = TestBooks::open().await;
    let query = "{ payment(key: \"drained\") { reconciliation { verdict } } }";
    assert_same(
        &answer(&books, Interpretation::default(), query).await,
        &json!({ "payment": { "reconciliation": { "verdict": "RECONCILED" } } }),
    );
}

#[tokio::test]
async fn the_work_list_tells_of_payments_that_nobody_asked_for_yet_and_each_is_found_by_its_id() {
    let books = TestBooks::open().await;
    let selection = "id class mId paymentKey transactionKey explanation expected { amount } observed { amount } \
                     delta { amount } detectedAt payment { orderId }";
    let listed = ask(
        &books,
        &format!("{{ discrepancies {{ nodes {{ {selection} }} }} }}"),
    )
    .await;
    let listed = listed["discrepancies"]["nodes"].as_array().unwrap().clone();
    assert!(listed.len() >= 5, "{listed:#?}");
    for found in &listed {
        let query = format!(
            "{{ node(id: {}) {{ ... on Discrepancy {{ {selection} }} }} }}",
            found["id"]
        );
        assert_eq!(&ask(&books, &query).await["node"], found);
        let own = format!(
            "{{ payment(key: {}) {{ reconciliation {{ discrepancies {{ {selection} }} }} }} }}",
            found["paymentKey"]
        );
        let own = answer(&books, Interpretation::default(), &own).await;
        let own = serde_json::to_value(own).unwrap();
        let own = &own["payment"]["reconciliation"]["discrepancies"];
        assert!(own.as_array().unwrap().contains(found), "{own:#}");
    }
}

#[tokio::test]
async fn what_belongs_to_a_page_is_read_with_as_many_statements_as_what_belongs_to_one_payment() {
    let mut statements = Vec::new();
    for rows in [1, 2, 5] {
        // Nothing has been asked for before.
        let mut books = TestBooks::open().await;
        let reads = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&reads);
        books.store = books.store.counting_reads(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let query = format!(
            "{{ payments(first: {rows}) {{ nodes {{ history {{ id }} settlements {{ match }} cancels {{ origin }} \
             payouts {{ basis }} reconciliation {{ verdict discrepancies {{ class payment {{ id }} }} }} }} }} }}"
        );
        let page = ask(&books, &query).await;
        assert_eq!(page["payments"]["nodes"].as_array().unwrap().len(), rows);
        statements.push(reads.load(Ordering::Relaxed));
    }
    assert!(statements[0] > 5, "{statements:?}");
    assert_eq!(statements, [statements[0]; 3]);
}

#[tokio::test]
async fn the_payments_of_a_work_list_are_read_together() {
    let mut books = TestBooks::open().await;
    let reads = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reads);
    books.store = books.store.counting_reads(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let selection = "nodes { payment { orderId history { id } } }";
    ask(&books, &format!("{{ discrepancies {{ {selection} }} }}")).await;
    let mut statements = Vec::new();
    for rows in [1, 5] {
        reads.store(0, Ordering::Relaxed);
        ask(
            &books,
            &format!("{{ discrepancies(first: {rows}) {{ {selection} }} }}"),
        )
        .await;
        statements.push(reads.load(Ordering::Relaxed));
    }
    assert_eq!(statements[0], statements[1]);
}
