//! What may be cancelled, when, and what is left of it.

use chrono::Duration;
use serde_json::Value;
use toss_sim::{Amount, CancelByHand, CancelStatus, Method, NewPayment, Outcome};

use crate::shop::{Shop, seoul};

const FULL: &str = r#"{"cancelReason":"고객 변심"}"#;
const PART: &str = r#"{"cancelReason":"일부 품절","cancelAmount":3000}"#;
const TO_ACCOUNT: &str = r#"{"cancelReason":"환불","refundReceiveAccount":{"bank":"20","accountNumber":"1002123456789","holderName":"김토스"}}"#;

fn new(method: Method) -> NewPayment {
    NewPayment::new("order-rules", method, Amount::won(15_000))
}

/// Each refusal of a cancel: what was paid, what is asked, the code.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[tokio::test]
async fn every_refusal_has_its_code_and_executes_nothing() {
    let card = || new(Method::card());
    let cases: Vec<(&str, NewPayment, &str, u16, &str)> = vec![
        ("no reason", card(), "{}", 400, "INVALID_REQUEST"),
        ("no JSON", card(), "{", 400, "INVALID_REQUEST"),
        (
            "nothing",
            card(),
            r#"{"cancelReason":"x","cancelAmount":0}"#,
            400,
            "INVALID_REQUEST",
        ),
        (
            "negative",
            card(),
            r#"{"cancelReason":"x","cancelAmount":-1}"#,
            400,
            "INVALID_REQUEST",
        ),
        (
            "finer than won",
            card(),
            r#"{"cancelReason":"x","cancelAmount":1.5}"#,
            400,
            "INVALID_REQUEST",
        ),
        (
            "other currency",
            card(),
            r#"{"cancelReason":"x","currency":"USD"}"#,
            400,
            "INVALID_REQUEST",
        ),
        (
            "account for a card",
            card(),
            TO_ACCOUNT,
            400,
            "INVALID_REQUEST",
        ),
        (
            "too much",
            card(),
            r#"{"cancelReason":"x","cancelAmount":15001}"#,
            403,
            "NOT_CANCELABLE_AMOUNT",
        ),
        (
            "lock does not match",
            card(),
            r#"{"cancelReason":"x","cancelAmount":1,"refundableAmount":14999}"#,
            400,
            "NOT_MATCHES_REFUNDABLE_AMOUNT",
        ),
        (
            "partial where only full",
            NewPayment {
                partial_cancelable: false,
                ..card()
            },
            PART,
            403,
            "NOT_ALLOWED_PARTIAL_REFUND",
        ),
        (
            "partial in escrow",
            NewPayment {
                escrow: true,
                ..card()
            },
            PART,
            403,
            "NOT_ALLOWED_PARTIAL_REFUND",
        ),
        (
            "partial with exempt part",
            NewPayment {
                tax_exemption: 300,
                ..card()
            },
            PART,
            403,
            "NOT_ALLOWED_PARTIAL_REFUND",
        ),
        (
            "below the discount",
            NewPayment {
                card_discount: 3_001,
                ..card()
            },
            PART,
            400,
            "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
        ),
        (
            "partial before deposit",
            new(Method::VirtualAccount),
            PART,
            403,
            "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
        ),
        (
            "account before deposit",
            new(Method::VirtualAccount),
            TO_ACCOUNT,
            400,
            "INVALID_REQUEST",
        ),
        (
            "aborted",
            card().ending(Outcome::Aborted),
            FULL,
            403,
            "NOT_CANCELABLE_PAYMENT",
        ),
        (
            "expired",
            card().ending(Outcome::Expired),
            FULL,
            403,
            "NOT_CANCELABLE_PAYMENT",
        ),
        (
            "authenticated",
            card().ending(Outcome::Authenticated),
            FULL,
            403,
            "NOT_CANCELABLE_PAYMENT",
        ),
        (
            "dollars without currency",
            NewPayment::overseas("order-rules", 1_000),
            r#"{"cancelReason":"x","cancelAmount":1.00}"#,
            400,
            "INVALID_REQUEST",
        ),
        (
            "asynchronous without an id",
            new(Method::OverseasEasyPay { asynchronous: true }),
            FULL,
            400,
            "INVALID_REQUEST",
        ),
    ];
    let shop = Shop::open().await;
    for (what, payment, body, status, code) in cases {
        let key = shop.sim.console().pay(payment);
        let before = shop.payment(&key).await;
        let answer = shop.cancel(&key, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{what}"
        );
        assert_eq!(shop.payment(&key).await, before, "{what}");
        assert!(shop.sim.executed_cancels(&key).is_empty(), "{what}");
    }
    assert_eq!(
        shop.cancel("nobody", FULL).await.code(),
        "NOT_FOUND_PAYMENT"
    );
}

#[tokio::test]
async fn near_misses_of_the_refusals_are_cancelled() {
    let card = || new(Method::card());
    let cases = [
        (
            "all by amount",
            card(),
            r#"{"cancelReason":"x","cancelAmount":15000}"#,
        ),
        (
            "amount as a string",
            card(),
            r#"{"cancelReason":"x","cancelAmount":"15000"}"#,
        ),
        (
            "lock matches",
            card(),
            r#"{"cancelReason":"x","cancelAmount":1,"refundableAmount":15000}"#,
        ),
        (
            "full in escrow",
            NewPayment {
                escrow: true,
                ..card()
            },
            FULL,
        ),
        (
            "full where only full",
            NewPayment {
                partial_cancelable: false,
                ..card()
            },
            FULL,
        ),
        (
            "the discount exactly",
            NewPayment {
                card_discount: 3_000,
                ..card()
            },
            PART,
        ),
        ("unpaid account", new(Method::VirtualAccount), FULL),
        (
            "dollars with currency",
            NewPayment::overseas("order-rules", 1_000),
            r#"{"cancelReason":"x","cancelAmount":1.00,"currency":"USD"}"#,
        ),
    ];
    let shop = Shop::open().await;
    for (what, payment, body) in cases {
        let key = shop.sim.console().pay(payment);
        let answer = shop.cancel(&key, body).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        assert_eq!(shop.sim.executed_cancels(&key).len(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_deposited_account_needs_a_refund_account_that_can_be_one() {
    let account = |bank: &str, number: &str, holder: &str| {
        format!(
            r#"{{"cancelReason":"x","refundReceiveAccount":{{"bank":"{bank}","accountNumber":"{number}","holderName":"{holder}"}}}}"#
        )
    };
    let cases = [
        (FULL.to_owned(), "INVALID_REFUND_ACCOUNT_INFO"),
        (account("00", "1002123456789", "김토스"), "INVALID_BANK"),
        (
            account("20", "1002-123-456", "김토스"),
            "INVALID_REFUND_ACCOUNT_NUMBER",
        ),
        (
            account("20", "X6505636518308", "김토스"),
            "INVALID_REFUND_ACCOUNT_NUMBER",
        ),
        (
            account("20", "123456789012345678901", "김토스"),
            "INVALID_REFUND_ACCOUNT_NUMBER",
        ),
        (
            account("20", "1002123456789", " "),
            "INVALID_REFUND_ACCOUNT_INFO",
        ),
    ];
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::VirtualAccount));
    shop.sim.console().deposit(&key, None).unwrap();
    for (body, code) in cases {
        assert_eq!(shop.cancel(&key, &body).await.code(), code, "{body}");
    }
    let refunded = shop.cancel(&key, TO_ACCOUNT).await.json();
    assert_eq!(
        (
            refunded["status"].as_str(),
            refunded["balanceAmount"].as_i64()
        ),
        (Some("CANCELED"), Some(0))
    );
    assert!(shop.sim.executed_cancels(&key)[0].moves_money);
}

#[tokio::test]
async fn draining_by_parts_never_becomes_canceled() {
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::card()));
    shop.cancel(&key, PART).await;
    let drained = shop.cancel(&key, FULL).await.json();
    assert_eq!(
        (
            drained["status"].as_str(),
            drained["balanceAmount"].as_i64()
        ),
        (Some("PARTIAL_CANCELED"), Some(0))
    );
    assert_eq!(
        shop.cancel(&key, FULL).await.code(),
        "NOT_CANCELABLE_AMOUNT"
    );

    let in_one_go = shop.sim.console().pay(new(Method::card()));
    assert_eq!(
        shop.cancel(&in_one_go, FULL).await.json()["status"],
        "CANCELED"
    );
    assert_eq!(
        shop.cancel(&in_one_go, FULL).await.code(),
        "ALREADY_CANCELED_PAYMENT"
    );
}

#[tokio::test]
async fn deadlines_follow_the_method() {
    let cases = [
        (
            "card, years later",
            Method::card(),
            "2026-03-03T12:00:00",
            "2028-01-01T00:00:00",
            "",
        ),
        (
            "transfer, on day 180",
            Method::Transfer,
            "2026-03-03T12:00:00",
            "2026-08-30T12:00:00",
            "",
        ),
        (
            "transfer, after it",
            Method::Transfer,
            "2026-03-03T12:00:00",
            "2026-08-30T12:00:01",
            "EXCEED_MAX_REFUND_DUE",
        ),
        (
            "phone, end of month",
            Method::MobilePhone,
            "2026-03-05T10:00:00",
            "2026-03-31T23:59:59",
            "",
        ),
        (
            "phone, next month in Seoul",
            Method::MobilePhone,
            "2026-03-05T10:00:00",
            "2026-04-01T00:00:00",
            "EXCEED_MAX_REFUND_DUE",
        ),
    ];
    for (what, method, paid, cancelled, code) in cases {
        let shop = Shop::open().await;
        shop.sim.clock().set(seoul(paid));
        let key = shop.sim.console().pay(new(method));
        shop.sim.clock().set(seoul(cancelled));
        assert_eq!(shop.cancel(&key, FULL).await.code(), code, "{what}");
    }
    for (days, code) in [(365, ""), (366, "EXCEED_MAX_REFUND_DUE")] {
        let shop = Shop::open().await;
        let key = shop.sim.console().pay(new(Method::VirtualAccount));
        shop.sim.console().deposit(&key, None).unwrap();
        shop.pass_days(days);
        assert_eq!(
            shop.cancel(&key, TO_ACCOUNT).await.code(),
            code,
            "account after {days} days"
        );
    }
}

#[tokio::test]
async fn two_cancels_within_a_second_are_refused_by_switch() {
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::card()));
    shop.sim
        .faults()
        .behave(|behaviour| behaviour.refuses_consecutive_cancels = true);
    assert_eq!(shop.cancel(&key, PART).await.status, 200);
    assert_eq!(
        shop.cancel(&key, PART).await.code(),
        "FORBIDDEN_CONSECUTIVE_REQUEST"
    );
    shop.sim.clock().advance(Duration::seconds(1));
    assert_eq!(shop.cancel(&key, PART).await.status, 200);
}

/// The five bodies on which the rule was verified, as (balance, VAT).
#[tokio::test]
async fn vat_is_an_eleventh_of_what_is_left() {
    let shop = Shop::open().await;
    for (won, vat) in [(37_400, 3_400), (9_026, 821), (30_000, 2_727)] {
        let key = shop
            .sim
            .console()
            .pay(NewPayment::card("order-tax", won + 500));
        let cancelled = shop
            .cancel(&key, r#"{"cancelReason":"x","cancelAmount":500}"#)
            .await
            .json();
        assert_eq!(
            (
                cancelled["vat"].as_i64(),
                cancelled["suppliedAmount"].as_i64()
            ),
            (Some(vat), Some(won - vat))
        );
    }
    let key = shop
        .sim
        .console()
        .pay(NewPayment::overseas("order-tax-usd", 72_624));
    let body = r#"{"cancelReason":"x","cancelAmount":181.56,"currency":"USD"}"#;
    let text = shop.cancel(&key, body).await.text;
    for part in [
        r#""balanceAmount":544.68"#,
        r#""vat":49.52"#,
        r#""suppliedAmount":495.16"#,
        r#""taxFreeAmount":0.0"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn tax_free_money_leaves_with_its_cancel() {
    let shop = Shop::open().await;
    let payment = NewPayment {
        tax_free: 4_000,
        ..NewPayment::card("order-mixed", 15_000)
    };
    let key = shop.sim.console().pay(payment);
    let body = r#"{"cancelReason":"x","cancelAmount":4000,"taxFreeAmount":4000}"#;
    let left = shop.cancel(&key, body).await.json();
    let parts = |field: &str| left[field].as_i64().unwrap();
    assert_eq!(
        (
            parts("taxFreeAmount"),
            parts("vat"),
            parts("suppliedAmount")
        ),
        (0, 1_000, 10_000)
    );
    assert_eq!(
        shop.cancel(
            &key,
            r#"{"cancelReason":"x","cancelAmount":1,"taxFreeAmount":1}"#
        )
        .await
        .code(),
        "NOT_CANCELABLE_AMOUNT"
    );
}

#[tokio::test]
async fn an_asynchronous_cancel_ends_later_and_lists_its_row_then() {
    for (refused, status, balance, rows) in
        [(false, "DONE", 544.68, 2), (true, "ABORTED", 726.24, 1)]
    {
        let shop = Shop::open().await;
        let method = Method::OverseasEasyPay { asynchronous: true };
        let key = shop.sim.console().pay(NewPayment {
            method,
            ..NewPayment::overseas("order-async", 72_624)
        });
        let body = r#"{"cancelReason":"x","cancelAmount":181.56,"currency":"USD","cancelRequestId":"cancel-req-0001"}"#;
        let asked = shop.cancel(&key, body).await.json();
        assert_eq!(asked["cancels"][0]["cancelStatus"], "IN_PROGRESS");
        assert_eq!(asked["cancels"][0]["cancelRequestId"], "cancel-req-0001");
        assert_eq!(shop.rows("").await.len(), 1);
        shop.sim.clock().advance(Duration::minutes(5));
        shop.sim
            .console()
            .finish_cancel(&key, refused, None)
            .unwrap();
        let ended = shop.payment(&key).await;
        assert_eq!(ended["cancels"][0]["cancelStatus"], status);
        assert_eq!(ended["balanceAmount"], Value::from(balance));
        assert_eq!(shop.rows("").await.len(), rows);
    }
}

#[tokio::test]
async fn a_cancel_by_hand_is_like_any_other_but_has_no_request() {
    let shop = Shop::open().await;
    let key = shop.sim.console().pay(new(Method::VirtualAccount));
    shop.sim.console().deposit("order-rules", None).unwrap();
    let part = CancelByHand::part(Amount::won(5_000), "상점관리자 취소");
    let transaction = shop.sim.console().cancel(&key, &part).unwrap().unwrap();
    let executed = shop.sim.executed_cancels(&key);
    assert_eq!(
        (executed[0].transaction_key.as_str(), executed[0].status),
        (transaction.as_str(), CancelStatus::Done)
    );
    assert_eq!(
        shop.payment(&key).await["cancels"][0]["transactionKey"],
        transaction.as_str()
    );
    assert!(
        shop.sim
            .requests()
            .iter()
            .all(|request| request.method == "GET")
    );
    assert_eq!(
        shop.sim
            .console()
            .card_company_cancel(&key, None)
            .unwrap()
            .map(|key| key.len()),
        Some(32)
    );
    assert_eq!(
        shop.sim.console().cancel(&key, &part).unwrap_err().code,
        "NOT_CANCELABLE_AMOUNT"
    );
}
