//! What may be said of a cancel after it was sent, over real connections: never more than what is proved, and never a
//! second sending.

use std::time::Duration;

use reconciliation::{Currency, Money, PaymentKey};
use toss_recon::toss::{CancelAnswer, CodeClass, Toss, TossCode, UnknownReason};

use crate::fixtures::fixture;
use crate::server::{Reply, Server, nobody};

const BODY: &str = r#"{"cancelReason":"일부 품절",  "cancelAmount":3000,"refundableAmount":15000}"#;

fn key() -> PaymentKey {
    PaymentKey::parse("tdemo20260303101500aB3d1").expect("a payment key")
}

fn canceled() -> String {
    fixture("toss/payment_card_partial_cancel_x2.json")
}

/// Cancels once and counts that once is what arrived.
async fn cancel(reply: Reply) -> CancelAnswer {
    let server = Server::start([reply.clone()]).await;
    let mut settings = server.settings();
    if matches!(reply, Reply::Silence | Reply::HeadThenSilence) {
        settings.timeout = Duration::from_millis(200);
    }
    let answer = Toss::new(settings)
        .expect("a client")
        .cancel(&key(), "cr-1", BODY)
        .await;
    assert_eq!(server.requests().len(), 1, "{reply:?}: {answer:?}");
    answer
}

#[tokio::test]
async fn the_body_and_the_key_arrive_byte_for_byte() {
    let server = Server::start([Reply::json(200, &canceled())]).await;
    server.toss().cancel(&key(), "cr-0193-ab", BODY).await;
    let request = server.only_request();
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.target,
        "/v1/payments/tdemo20260303101500aB3d1/cancel"
    );
    assert_eq!(request.header("idempotency-key"), Some("cr-0193-ab"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert!(
        request
            .header("authorization")
            .is_some_and(|value| value.starts_with("Basic "))
    );
    assert_eq!(request.body, BODY.as_bytes());
}

#[tokio::test]
async fn the_payment_as_answer_means_done() {
    let CancelAnswer::Done {
        reading,
        raw,
        http_status,
    } = cancel(Reply::json(200, &canceled())).await
    else {
        panic!("not done");
    };
    assert_eq!(http_status, 200);
    assert_eq!(reading.cancels.len(), 2);
    assert_eq!(
        reading.payment.balance_amount,
        Some(Money::from_minor(7_000, Currency::KRW))
    );
    assert_eq!(raw.as_str(), canceled());
}

#[tokio::test]
async fn a_documented_refusal_is_definitive_also_a_temporary_one() {
    for (status, code, class) in [
        (400, "ALREADY_CANCELED_PAYMENT", CodeClass::AlreadyDone),
        (400, "INVALID_REFUND_ACCOUNT_INFO", CodeClass::FixInput),
        (400, "NOT_MATCHES_REFUNDABLE_AMOUNT", CodeClass::FixInput),
        (400, "PROVIDER_ERROR", CodeClass::Retry),
        (403, "FORBIDDEN_CONSECUTIVE_REQUEST", CodeClass::Retry),
        (403, "NOT_AVAILABLE_BANK", CodeClass::Retry),
        (403, "NOT_CANCELABLE_AMOUNT", CodeClass::FixInput),
        (403, "EXCEED_CANCEL_LIMIT", CodeClass::NeedsPerson),
        (404, "NOT_FOUND_PAYMENT", CodeClass::FixInput),
        (401, "UNAUTHORIZED_KEY", CodeClass::Unauthorized),
        (403, "INCORRECT_BASIC_AUTH_FORMAT", CodeClass::Unauthorized),
        (400, "CODE_OF_TOMORROW", CodeClass::Unknown),
        (403, "CODE_OF_TOMORROW", CodeClass::Unknown),
    ] {
        let answer = cancel(Reply::error(status, code)).await;
        let CancelAnswer::Refused { refusal, raw } = answer else {
            panic!("{code}: {answer:?}");
        };
        assert_eq!((refusal.code.as_str(), refusal.http_status), (code, status));
        assert_eq!(refusal.code.class(), class);
        assert!(raw.as_str().contains(code));
    }
}

#[tokio::test]
async fn every_known_code_is_definitive_only_where_toss_documents_a_refusal() {
    for code in TossCode::all_known() {
        let documented = code.documented_status().expect("a status");
        for status in [documented, 400, 409, 429, 500, 503] {
            let answer = cancel(Reply::error(status, code.as_str())).await;
            let is_refusal = (400..409).contains(&status) && (400..409).contains(&documented);
            let is_as_told = match &answer {
                CancelAnswer::Refused { .. } => is_refusal,
                CancelAnswer::Unknown {
                    reason: UnknownReason::Undecided(_),
                    raw: Some(_),
                } => !is_refusal,
                _ => false,
            };
            assert!(is_as_told, "{code} as {status}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn what_proves_nothing_is_unknown_and_sent_once() {
    let text = canceled();
    let another = fixture("toss/payment_card_canceled.json");
    let silence = UnknownReason::Silence {
        after: Duration::from_millis(200),
    };
    let failed = |http_status| UnknownReason::Failed { http_status };
    for (reply, expected, has_raw) in [
        (Reply::Silence, Some(silence.clone()), false),
        (Reply::HeadThenSilence, Some(silence), false),
        (Reply::html(502), Some(failed(502)), true),
        (Reply::html(400), Some(failed(400)), true),
        (
            Reply::Whole(500, "application/json", Vec::new()),
            Some(failed(500)),
            true,
        ),
        (
            Reply::Whole(429, "text/plain", Vec::new()),
            Some(failed(429)),
            true,
        ),
        (
            Reply::Redirect("http://127.0.0.1:9/".to_owned()),
            Some(failed(307)),
            true,
        ),
        (
            Reply::error(409, "IDEMPOTENT_REQUEST_PROCESSING"),
            None,
            true,
        ),
        (Reply::error(429, "CODE_OF_TOMORROW"), None, true),
        (Reply::error(500, "FAILED_REFUND_PROCESS"), None, true),
        (Reply::html(200), None, true),
        (Reply::json(200, ""), None, true),
        (Reply::json(200, r#"{"result":true}"#), None, true),
        (Reply::json(200, &text[..text.len() / 2]), None, true),
        (Reply::json(200, &another), None, true),
        (
            Reply::Whole(200, "application/json", vec![0xff]),
            None,
            false,
        ),
        (Reply::Large(5 * 1024 * 1024), None, false),
        // The cancel was carried out, and its answer was lost on the way.
        (Reply::Reset, None, false),
        (Reply::Half(200, text.clone()), None, false),
        (Reply::Half(400, text.clone()), None, false),
    ] {
        let answer = cancel(reply.clone()).await;
        let CancelAnswer::Unknown { reason, raw } = &answer else {
            panic!("{reply:?}: {answer:?}");
        };
        if let Some(expected) = expected {
            assert_eq!(*reason, expected, "{reply:?}");
        }
        assert_eq!(raw.is_some(), has_raw, "{reply:?}");
    }
}

#[tokio::test]
async fn the_reasons_of_not_knowing_are_told_apart() {
    let half = Reply::Half(200, canceled());
    for reply in [Reply::Reset, half] {
        let answer = cancel(reply).await;
        assert!(
            matches!(
                &answer,
                CancelAnswer::Unknown {
                    reason: UnknownReason::BrokenOff { .. },
                    ..
                }
            ),
            "{answer:?}"
        );
    }
    let another = cancel(Reply::json(
        200,
        &fixture("toss/payment_card_canceled.json"),
    ))
    .await;
    assert!(
        matches!(&another, CancelAnswer::Unknown { reason: UnknownReason::Unreadable(what), .. }
        if what.path == "paymentKey"),
        "{another:?}"
    );
    let running = cancel(Reply::error(409, "IDEMPOTENT_REQUEST_PROCESSING")).await;
    assert!(
        matches!(&running, CancelAnswer::Unknown { reason: UnknownReason::Undecided(refusal), .. }
        if refusal.code.class() == CodeClass::StillRunning),
        "{running:?}"
    );
}

#[tokio::test]
async fn a_connection_that_was_never_made_sent_nothing() {
    let answer = nobody().await.cancel(&key(), "cr-1", BODY).await;
    assert!(
        matches!(&answer, CancelAnswer::NotSent { reason } if reason.starts_with("no connection")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_connection_in_use_that_breaks_is_not_sent_to_again() {
    let payment = fixture("toss/payment_card_done.json");
    let replies = [
        Reply::Kept(200, payment),
        Reply::Reset,
        Reply::json(200, &canceled()),
    ];
    let server = Server::start(replies).await;
    let toss = server.toss();
    toss.payment(&key()).await.expect("a payment");
    let answer = toss.cancel(&key(), "cr-1", BODY).await;
    let reason = UnknownReason::BrokenOff {
        reason: String::new(),
    };
    assert!(
        matches!(&answer, CancelAnswer::Unknown { reason: found, .. }
            if std::mem::discriminant(found) == std::mem::discriminant(&reason)),
        "{answer:?}"
    );
    assert_eq!(server.requests().len(), 2, "the cancel was sent twice");
}

#[tokio::test]
async fn an_idempotency_key_that_cannot_be_sent_sends_nothing() {
    let server = Server::start([Reply::json(200, &canceled())]).await;
    for bad in ["", "a\nb", "a\u{0}b", &"k".repeat(301)] {
        let answer = server.toss().cancel(&key(), bad, BODY).await;
        assert!(matches!(answer, CancelAnswer::NotSent { .. }), "{bad:?}");
    }
    assert!(server.requests().is_empty());
    server.toss().cancel(&key(), &"k".repeat(300), BODY).await;
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn nothing_personal_shows() {
    let body = fixture("toss/payment_va_partial_refund.json");
    let server = Server::start([Reply::json(200, &body)]).await;
    let key = PaymentKey::parse("tdemo20260303120000Va001").expect("a payment key");
    let answer = server.toss().cancel(&key, "cr-1", BODY).await;
    let shown = format!("{answer:?}");
    assert!(matches!(answer, CancelAnswer::Done { .. }), "{shown}");
    for personal in ["X6505636518308", "김토스", "부분 환불", "ps_Example"] {
        assert!(!shown.contains(personal), "{personal}: {shown}");
    }
    let CancelAnswer::Done { reading, .. } = answer else {
        unreachable!("it was done above")
    };
    let account = reading.account_number.expect("an account");
    assert!(account.is_named_by("X6505-636-518308") && account.is_named_by("x6505636518308"));
    assert!(!account.is_named_by("6505636518308"));
}
