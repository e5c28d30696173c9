//! Toss's error answers over HTTP: each with its code, its class, its status and its trace id.

use reconciliation::PaymentKey;
use toss_recon::toss::{CodeClass, TossCode, TossError};

use crate::fixtures::{fixture, names};
use crate::server::{Reply, Server, TRACE};

fn key() -> PaymentKey {
    PaymentKey::parse("tdemo20260303101500aB3d1").expect("a payment key")
}

async fn ask(reply: Reply) -> TossError {
    let server = Server::start([reply]).await;
    server.toss().payment(&key()).await.expect_err("no payment")
}

#[tokio::test]
async fn every_documented_error_is_a_refusal_with_its_code() {
    let files = names("error_");
    assert_eq!(files.len(), 15);
    for name in files {
        let status: u16 = name
            .split('_')
            .nth(1)
            .and_then(|text| text.parse().ok())
            .expect("a status");
        let body = fixture(&format!("toss/{name}"));
        let written: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let TossError::Refused(refusal) = ask(Reply::json(status, &body)).await else {
            panic!("{name} is no refusal");
        };
        assert_eq!(refusal.code.as_str(), written["code"], "{name}");
        assert_eq!(refusal.message, written["message"], "{name}");
        assert_eq!(refusal.http_status, status, "{name}");
        assert_eq!(refusal.code.documented_status(), Some(status), "{name}");
        assert_eq!(refusal.trace_id.as_deref(), Some(TRACE), "{name}");
        assert_ne!(refusal.code.class(), CodeClass::Unknown, "{name}");
        let shown = format!("{refusal} {refusal:?}");
        assert!(
            shown.contains(refusal.code.as_str()) && !shown.contains(&refusal.message),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn the_code_decides_and_not_the_status() {
    for (status, code, class, is_outage) in [
        (400, "PROVIDER_ERROR", CodeClass::Retry, true),
        (
            400,
            "ALREADY_CANCELED_PAYMENT",
            CodeClass::AlreadyDone,
            false,
        ),
        (403, "FORBIDDEN_CONSECUTIVE_REQUEST", CodeClass::Retry, true),
        (403, "FORBIDDEN_REQUEST", CodeClass::NeedsPerson, false),
        (
            403,
            "INCORRECT_BASIC_AUTH_FORMAT",
            CodeClass::Unauthorized,
            true,
        ),
        (401, "UNAUTHORIZED_KEY", CodeClass::Unauthorized, true),
        (400, "INVALID_API_KEY", CodeClass::Unauthorized, true),
        (400, "INVALID_DATE", CodeClass::FixInput, false),
        (500, "INVALID_DATE", CodeClass::FixInput, true),
        (429, "INVALID_DATE", CodeClass::FixInput, true),
        (400, "CODE_OF_TOMORROW", CodeClass::Unknown, true),
    ] {
        let error = ask(Reply::error(status, code)).await;
        assert_eq!(
            error.code().map(TossCode::class),
            Some(class),
            "{status} {code}"
        );
        assert_eq!(error.is_outage(), is_outage, "{status} {code}");
        assert!(!error.is_not_found(), "{status} {code}");
    }
}

#[tokio::test]
async fn a_payment_that_is_not_there_is_no_outage() {
    for code in ["NOT_FOUND_PAYMENT", "NOT_FOUND"] {
        let error = ask(Reply::error(404, code)).await;
        assert!(error.is_not_found() && !error.is_outage(), "{error}");
    }
    // A gateway's 404 says nothing about the payment.
    let error = ask(Reply::html(404)).await;
    assert!(!error.is_not_found() && error.is_outage(), "{error}");
}

#[tokio::test]
async fn a_failure_without_tosss_words_says_so() {
    for reply in [
        Reply::html(502),
        Reply::Whole(500, "application/json", Vec::new()),
        Reply::json(429, "Too Many Requests"),
        Reply::json(503, "{}"),
        Reply::json(400, r#"{"code":null,"message":"x"}"#),
        Reply::json(400, r#"{"code":"","message":"x"}"#),
        Reply::Whole(403, "text/plain", vec![0xff, 0xfe]),
    ] {
        let error = ask(reply.clone()).await;
        let Reply::Whole(status, ..) = reply else {
            unreachable!("only whole answers are in the table")
        };
        assert!(
            matches!(&error, TossError::Failed { http_status, trace_id, .. }
            if *http_status == status && trace_id.as_deref() == Some(TRACE)),
            "{reply:?}: {error}"
        );
        assert!(error.is_outage() && error.code().is_none());
        let sentence = format!(
            "GET /v1/payments/{{paymentKey}}: HTTP {status} without one of Toss's error codes"
        );
        assert_eq!(error.to_string(), sentence);
    }
}

#[tokio::test]
async fn an_answer_about_another_payment_is_never_taken() {
    let body = fixture("toss/payment_card_canceled.json");
    let error = ask(Reply::json(200, &body)).await;
    assert!(
        matches!(&error, TossError::Unreadable { reason, .. } if reason.path == "paymentKey"),
        "{error}"
    );
    assert!(error.is_outage() && !error.is_not_found());

    let server = Server::start([Reply::json(200, &body)]).await;
    let order = reconciliation::OrderId::parse("order-20260303-0001").expect("an order");
    let error = server
        .toss()
        .payment_by_order(&order)
        .await
        .expect_err("another order");
    assert!(
        matches!(&error, TossError::Unreadable { reason, .. } if reason.path == "orderId"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_beyond_all_measure_is_not_read_to_its_end() {
    let error = ask(Reply::Large(5 * 1024 * 1024)).await;
    assert!(
        matches!(&error, TossError::Unreadable { reason, .. } if reason.reason == "is larger than 4 MiB"),
        "{error}"
    );
    // As many blanks as fit are read, and found to be no payment.
    let error = ask(Reply::Large(4 * 1024 * 1024)).await;
    assert!(
        matches!(&error, TossError::Unreadable { reason, .. } if reason.reason.starts_with("ends")),
        "{error}"
    );
}
