//! A payment's own fields, and the lists within it.

use reconciliation::PartialCancelRows;
use serde_json::json;

use super::books::{REQUEST_ID, TestBooks};
use super::{Interpretation, answer, assert_same};
use crate::graphql::node_id::NodeId;
use crate::store::CancelRequestId;

const AMOUNTS: &str = "paidAmount { amount currency } effectiveRefund { amount } voidedAmount { amount } \
                       netAmount { amount } fullyCanceled";

async fn stored(query: &str) -> async_graphql::Value {
    answer(&TestBooks::open().await, Interpretation::default(), query).await
}

#[tokio::test]
async fn an_unpaid_virtual_account_that_was_cancelled_refunds_nothing() {
    let query = format!(
        "{{ payment(key: \"void\") {{ status method methodLabel {AMOUNTS} balanceAmount {{ amount }} \
         history {{ transactionKey status effect amount {{ amount }} effectiveAmount {{ amount }} }} \
         cancels {{ transactionKey amount {{ amount }} reason refunded origin request {{ id }} }} settlements {{ id }} }} }}"
    );
    assert_same(
        &stored(&query).await,
        &json!({ "payment": {
            "status": "CANCELED", "method": "VIRTUAL_ACCOUNT", "methodLabel": "가상계좌",
            "paidAmount": { "amount": "0", "currency": "KRW" }, "effectiveRefund": { "amount": "0" },
            "voidedAmount": { "amount": "22400" }, "netAmount": { "amount": "0" }, "fullyCanceled": true,
            "balanceAmount": { "amount": "0" },
            "history": [
                { "transactionKey": "void-1", "status": "WAITING_FOR_DEPOSIT", "effect": "NONE",
                  "amount": { "amount": "0" }, "effectiveAmount": { "amount": "0" } },
                { "transactionKey": "void-2", "status": "CANCELED", "effect": "VOIDED",
                  "amount": { "amount": "22400" }, "effectiveAmount": { "amount": "0" } },
            ],
            "cancels": [{ "transactionKey": "void-2", "amount": { "amount": "22400" }, "reason": "changed their mind",
                          "refunded": false, "origin": "ELSEWHERE", "request": null }],
            "settlements": [],
        } }),
    );
}

#[tokio::test]
async fn a_row_that_does_not_say_how_it_was_paid_is_judged_by_its_payments_method() {
    let query = format!(
        "{{ payment(key: \"unlabelled\") {{ {AMOUNTS} history {{ effect }} cancels {{ refunded }} }} }}"
    );
    assert_same(
        &stored(&query).await,
        &json!({ "payment": {
            "paidAmount": { "amount": "0", "currency": "KRW" }, "effectiveRefund": { "amount": "0" },
            "voidedAmount": { "amount": "22400" }, "netAmount": { "amount": "0" }, "fullyCanceled": true,
            "history": [{ "effect": "VOIDED" }], "cancels": [{ "refunded": false }],
        } }),
    );
}

#[tokio::test]
async fn a_payment_drained_by_partial_cancels_is_fully_cancelled_and_each_cancel_has_its_origin() {
    let query = format!(
        "{{ payment(key: \"drained\") {{ status {AMOUNTS} asOf stale history {{ transactionKey effect }} \
         cancels {{ transactionKey canceledAt refunded origin request {{ id status requestedBy error {{ code }} }} }} }} }}"
    );
    let request = NodeId::CancelRequest(CancelRequestId::new(REQUEST_ID))
        .to_id()
        .0;
    assert_same(
        &stored(&query).await,
        &json!({ "payment": {
            "status": "PARTIAL_CANCELED",
            "paidAmount": { "amount": "10000", "currency": "KRW" }, "effectiveRefund": { "amount": "10000" },
            "voidedAmount": { "amount": "0" }, "netAmount": { "amount": "0" }, "fullyCanceled": true,
            "asOf": "2026-03-06T10:00:00+09:00", "stale": false,
            "history": [
                { "transactionKey": "drained-1", "effect": "PAID" },
                { "transactionKey": "drained-2", "effect": "REFUNDED" },
                { "transactionKey": "drained-3", "effect": "REFUNDED" },
            ],
            "cancels": [
                { "transactionKey": "drained-2", "canceledAt": "2026-03-04T10:00:00+09:00", "refunded": true,
                  "origin": "OURS",
                  "request": { "id": request, "status": "SUCCEEDED", "requestedBy": "admin", "error": null } },
                { "transactionKey": "drained-3", "canceledAt": "2026-03-05T10:00:00+09:00", "refunded": true,
                  "origin": "ELSEWHERE", "request": null },
            ],
        } }),
    );
}

#[tokio::test]
async fn each_event_is_settled_on_its_own_day_and_says_how_surely_it_is_the_payments() {
    let query = "{ payment(key: \"drained\") { settlements { kind transactionKey soldDate paidOutDate amount { amount } \
                 interestFee { amount } fee { amount } vat { amount } fees { type fee { amount } } payOutAmount { amount } \
                 match matchCandidates } } }";
    assert_same(
        &stored(query).await,
        &json!({ "payment": { "settlements": [
            { "kind": "PAYMENT", "transactionKey": "drained-1", "soldDate": "2026-03-02", "paidOutDate": "2026-03-10",
              "amount": { "amount": "10000" }, "interestFee": { "amount": "0" }, "fee": { "amount": "300" }, "vat": null,
              "fees": [{ "type": "BASE", "fee": { "amount": "300" } }], "payOutAmount": { "amount": "9700" },
              "match": "EXACT", "matchCandidates": ["drained-1"] },
            { "kind": "CANCEL", "transactionKey": "drained-2", "soldDate": "2026-03-04", "paidOutDate": "2026-03-12",
              "amount": { "amount": "-3000" }, "interestFee": { "amount": "0" }, "fee": { "amount": "-90" }, "vat": null,
              "fees": [{ "type": "BASE", "fee": { "amount": "-90" } }], "payOutAmount": { "amount": "-2910" },
              "match": "EXACT", "matchCandidates": ["drained-2"] },
            { "kind": "CANCEL", "transactionKey": null, "soldDate": "2026-03-05", "paidOutDate": "2026-03-13",
              "amount": { "amount": "-7000" }, "interestFee": { "amount": "0" }, "fee": { "amount": "-210" },
              "vat": null, "fees": null, "payOutAmount": { "amount": "-6790" },
              "match": "WEAK", "matchCandidates": ["drained-3"] },
        ] } }),
    );
}

#[tokio::test]
async fn words_that_nobody_knows_are_unknown_and_shown_as_toss_spells_them() {
    let query = "{ payment(key: \"unknown\") { status statusLabel method methodLabel fullyCanceled \
                 history { status statusLabel method methodLabel effect } } }";
    let words = |more: serde_json::Value| {
        let mut words = json!({ "status": "UNKNOWN", "statusLabel": "HELD_FOR_REVIEW",
                                "method": "UNKNOWN", "methodLabel": "새로운결제" });
        words
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        words
    };
    let row = words(json!({ "effect": "NONE" }));
    let expected = words(json!({ "fullyCanceled": false, "history": [row] }));
    assert_same(&stored(query).await, &json!({ "payment": expected }));
}

#[tokio::test]
async fn several_payments_of_one_request_each_get_their_own_rows() {
    let query = "{ a: payment(key: \"void\") { ...P } b: payment(key: \"drained\") { ...P } \
                 c: payment(key: \"void\") { ...P } } \
                 fragment P on Payment { history { transactionKey } settlements { transactionKey } cancels { origin } }";
    let void = json!({ "history": [{ "transactionKey": "void-1" }, { "transactionKey": "void-2" }],
                       "settlements": [], "cancels": [{ "origin": "ELSEWHERE" }] });
    let drained = json!({
        "history": [{ "transactionKey": "drained-1" }, { "transactionKey": "drained-2" },
                    { "transactionKey": "drained-3" }],
        "settlements": [{ "transactionKey": "drained-1" }, { "transactionKey": "drained-2" },
                        { "transactionKey": null }],
        "cancels": [{ "origin": "OURS" }, { "origin": "ELSEWHERE" }],
    });
    assert_same(
        &stored(query).await,
        &json!({ "a": void, "b": drained, "c": void }),
    );
}

#[tokio::test]
async fn what_a_partial_cancels_row_lists_is_read_as_the_settings_say() {
    let query = "{ payment(key: \"whole\") { effectiveRefund { amount } } }";
    for (partial_cancel_rows, refunded) in [
        (PartialCancelRows::CancelAmount, "10000"),
        (PartialCancelRows::PaymentAmount, "3000"),
    ] {
        // The settings of a server are those that it began with.
        let books = TestBooks::open().await;
        let interpretation = Interpretation {
            partial_cancel_rows,
        };
        let expected = json!({ "payment": { "effectiveRefund": { "amount": refunded } } });
        assert_same(&answer(&books, interpretation, query).await, &expected);
    }
}
