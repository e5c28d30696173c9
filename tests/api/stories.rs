//! What the stories of the stand-in look like through the API: deposits, currencies, words that nobody knows.

use chrono::Duration;
use serde_json::{Value, json};
use toss_sim::{Endpoint, NewPayment};

use crate::support::{Shop, on_both_databases};

on_both_databases!(
    a_deposit_that_bounced_was_neither_kept_nor_refunded,
    a_deposit_that_was_given_back_is_refunded_in_full,
    a_payment_drained_by_parts_says_partial_canceled_and_is_fully_canceled,
    dollars_keep_their_cents,
    an_asynchronous_cancel_counts_once_it_is_granted_and_not_when_it_is_refused,
    a_status_that_nobody_knows_is_shown_with_its_label_and_moves_no_money,
    an_expired_payment_in_millionths_of_a_dollar_is_shown_without_a_history,
    a_payment_that_was_refused_has_no_history,
    an_account_transfer_is_refunded_although_its_label_speaks_of_an_account,
);

const MONEY: &str = "
    status fullyCanceled totalAmount { amount currency } balanceAmount { amount }
    history { status statusLabel amount { amount } effect effectiveAmount { amount } }
    cancels { amount { amount currency } refunded origin }
    paidAmount { amount } effectiveRefund { amount } voidedAmount { amount } netAmount { amount }
    settlements { kind amount { amount } match }";

/// Each row as status, amount, effect and signed amount.
fn history(payment: &Value) -> Value {
    let rows = payment["history"].as_array().unwrap().iter();
    rows.map(|row| {
        json!([
            row["status"],
            row["amount"]["amount"],
            row["effect"],
            row["effectiveAmount"]["amount"]
        ])
    })
    .collect()
}

/// Paid, really refunded, voided and net.
fn sums(payment: &Value) -> Value {
    let names = ["paidAmount", "effectiveRefund", "voidedAmount", "netAmount"];
    names
        .iter()
        .map(|&name| payment[name]["amount"].clone())
        .collect()
}

async fn a_deposit_that_bounced_was_neither_kept_nor_refunded(shop: Shop) {
    shop.play("deposit_bounced", "2026-03-10");
    let payment = shop.payment("order-bounced", MONEY).await;
    // The bounce is at an instant that the payment does not name.
    assert_eq!(
        history(&payment),
        json!([
            ["WAITING_FOR_DEPOSIT", "0", "NONE", "0"],
            ["DONE", "31000", "PAID", "31000"],
            ["WAITING_FOR_DEPOSIT", "0", "PAYMENT_REVERSED", "-31000"],
            ["CANCELED", "31000", "VOIDED", "0"],
        ])
    );
    assert_eq!(sums(&payment), json!(["0", "0", "31000", "0"]));
    assert_eq!(payment["cancels"][0]["refunded"], false);
    assert_eq!(payment["settlements"], json!([]));
}

async fn a_deposit_that_was_given_back_is_refunded_in_full(shop: Shop) {
    shop.play("deposit_refunded", "2026-03-10");
    let payment = shop.payment("order-deposit-refunded", MONEY).await;
    assert_eq!(
        history(&payment),
        json!([
            ["WAITING_FOR_DEPOSIT", "0", "NONE", "0"],
            ["DONE", "22400", "PAID", "22400"],
            ["PARTIAL_CANCELED", "5000", "REFUNDED", "-5000"],
            ["PARTIAL_CANCELED", "17400", "REFUNDED", "-17400"],
        ])
    );
    assert_eq!(sums(&payment), json!(["22400", "22400", "0", "0"]));
    let refunded: Vec<&Value> = payment["cancels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cancel| &cancel["refunded"])
        .collect();
    assert_eq!(refunded, [true, true]);
}

async fn a_payment_drained_by_parts_says_partial_canceled_and_is_fully_canceled(shop: Shop) {
    shop.play("partial_cancels_to_zero", "2026-03-03");
    let payment = shop.payment("order-drained", MONEY).await;
    assert_eq!(payment["status"], "PARTIAL_CANCELED");
    assert_eq!(payment["fullyCanceled"], true);
    assert_eq!(payment["balanceAmount"]["amount"], "0");
    assert_eq!(sums(&payment), json!(["15000", "15000", "0", "0"]));
    assert_eq!(payment["settlements"].as_array().unwrap().len(), 4);
}

async fn dollars_keep_their_cents(shop: Shop) {
    shop.play("overseas_usd", "2026-03-10");
    let payment = shop.payment("order-overseas-usd", MONEY).await;
    assert_eq!(
        payment["totalAmount"],
        json!({ "amount": "726.24", "currency": "USD" })
    );
    assert_eq!(
        sums(&payment),
        json!(["726.24", "181.56", "0.00", "544.68"])
    );
    assert_eq!(
        payment["cancels"][0]["amount"],
        json!({ "amount": "181.56", "currency": "USD" })
    );
    let settled: Vec<&Value> = payment["settlements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["amount"]["amount"])
        .collect();
    assert_eq!(settled, ["726.24", "-181.56"]);
}

async fn an_asynchronous_cancel_counts_once_it_is_granted_and_not_when_it_is_refused(shop: Shop) {
    // Cancelled on this day after noon; the wallets decide on the next day, and list it then.
    shop.play("overseas_async_cancel", "2026-03-20");
    shop.pass(Duration::hours(8));
    let open = shop.payment("order-async-granted", MONEY).await;
    assert_eq!(sums(&open), json!(["120.00", "0.00", "0.00", "120.00"]));
    assert_eq!(open["cancels"][0]["refunded"], false);
    shop.pass(Duration::hours(30));
    let granted = shop.payment("order-async-granted", MONEY).await;
    assert_eq!(sums(&granted), json!(["120.00", "30.50", "0.00", "89.50"]));
    assert_eq!(granted["balanceAmount"]["amount"], "89.50");
    assert_eq!(granted["cancels"][0]["refunded"], true);
    let settled: Vec<&Value> = granted["settlements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["amount"]["amount"])
        .collect();
    assert_eq!(
        settled,
        ["120.00", "-30.50"],
        "each on the day of its own row"
    );
    let refused = shop.payment("order-async-refused", MONEY).await;
    assert_eq!(sums(&refused), json!(["120.00", "0.00", "0.00", "120.00"]));
    assert_eq!(refused["balanceAmount"]["amount"], "120.00");
    assert_eq!(refused["status"], "DONE");
    assert_eq!(refused["cancels"][0]["refunded"], false);
}

async fn a_status_that_nobody_knows_is_shown_with_its_label_and_moves_no_money(shop: Shop) {
    shop.play("unknown_status", "2026-03-10");
    let payment = shop.payment("order-unknown-status", MONEY).await;
    let strange = payment["history"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["status"] == "UNKNOWN")
        .unwrap();
    assert_eq!(strange["statusLabel"], "UNDER_REVIEW");
    assert_eq!(strange["effect"], "NONE");
    assert_eq!(strange["effectiveAmount"]["amount"], "0");
    assert_eq!(
        payment["netAmount"]["amount"],
        payment["paidAmount"]["amount"]
    );
}

async fn an_expired_payment_in_millionths_of_a_dollar_is_shown_without_a_history(shop: Shop) {
    shop.play("clean_month", "2026-02-10");
    let payment = shop.payment("clean-expired-04", MONEY).await;
    assert_eq!(payment["status"], "EXPIRED");
    assert_eq!(
        payment["totalAmount"],
        json!({ "amount": "50000.000000", "currency": "MUSD" })
    );
    assert_eq!(payment["history"], json!([]));
    assert_eq!(payment["fullyCanceled"], false);
    assert_eq!(
        shop.calls_of(Endpoint::Settlements),
        0,
        "{:?}",
        shop.calls()
    );
}

async fn a_payment_that_was_refused_has_no_history(shop: Shop) {
    shop.play("clean_month", "2026-02-10");
    let payment = shop.payment("clean-aborted-04", MONEY).await;
    assert_eq!(payment["status"], "ABORTED");
    assert_eq!(payment["history"], json!([]));
    assert_eq!(sums(&payment), json!(["0", "0", "0", "0"]));
}

async fn an_account_transfer_is_refunded_although_its_label_speaks_of_an_account(shop: Shop) {
    let console = shop.sim.console();
    let transfer = toss_sim::NewPayment {
        method: toss_sim::Method::Transfer,
        ..NewPayment::card("order-transfer", 12_000)
    };
    console.pay(transfer);
    console
        .cancel(
            "order-transfer",
            &toss_sim::CancelByHand::everything("취소"),
        )
        .unwrap();
    let payment = shop
        .payment("order-transfer", &format!("method methodLabel {MONEY}"))
        .await;
    assert_eq!(
        (&payment["method"], &payment["methodLabel"]),
        (&json!("TRANSFER"), &json!("계좌이체"))
    );
    assert_eq!(sums(&payment), json!(["12000", "12000", "0", "0"]));
}
