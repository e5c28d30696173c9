//! Every code that Toss documents for these calls has a meaning, and no other has one.

use std::collections::BTreeSet;

use reconciliation::RetryAdvice;
use toss_recon::toss::CodeClass::{
    AlreadyDone, FixInput, NeedsPerson, Retry, StillRunning, Unauthorized, Unknown,
};
use toss_recon::toss::{CodeClass, TossCode};

const DOCUMENTED: &[(&str, u16, CodeClass, Option<&str>)] = &[
    ("ALREADY_CANCELED_PAYMENT", 400, AlreadyDone, None),
    ("ALREADY_PROCESSED_PAYMENT", 400, AlreadyDone, None),
    ("ALREADY_REFUNDING_PAYMENT", 400, NeedsPerson, None),
    ("ALREADY_REFUND_PAYMENT", 400, AlreadyDone, None),
    ("API_VERSION_UPDATE_NEEDED", 400, NeedsPerson, None),
    ("COMMON_ERROR", 500, Retry, None),
    ("DUPLICATED_ORDER_ID", 400, FixInput, None),
    (
        "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
        400,
        FixInput,
        Some("amount"),
    ),
    ("EXCEED_CANCEL_LIMIT", 403, NeedsPerson, None),
    ("EXCEED_MAX_QUERY_LIMIT", 400, FixInput, None),
    ("EXCEED_MAX_REFUND_AMOUNT", 403, FixInput, Some("amount")),
    ("EXCEED_MAX_REFUND_DUE", 403, NeedsPerson, None),
    ("FAILED_DB_PROCESSING", 500, Retry, None),
    ("FAILED_INTERNAL_SYSTEM_PROCESSING", 500, Retry, None),
    ("FAILED_METHOD_HANDLING_CANCEL", 500, Retry, None),
    ("FAILED_PARTIAL_REFUND", 500, Retry, None),
    (
        "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
        500,
        Retry,
        None,
    ),
    ("FAILED_REFUND_PROCESS", 500, Retry, None),
    (
        "FORBIDDEN_BANK_REFUND_REQUEST",
        400,
        FixInput,
        Some("refundAccount"),
    ),
    ("FORBIDDEN_CONSECUTIVE_REQUEST", 403, Retry, None),
    ("FORBIDDEN_REQUEST", 403, NeedsPerson, None),
    ("IDEMPOTENT_REQUEST_PROCESSING", 409, StillRunning, None),
    ("INCORRECT_BASIC_AUTH_FORMAT", 403, Unauthorized, None),
    ("INVALID_API_KEY", 400, Unauthorized, None),
    ("INVALID_BANK", 400, FixInput, Some("refundAccount")),
    ("INVALID_DATE", 400, FixInput, None),
    ("INVALID_IDEMPOTENCY_KEY", 400, NeedsPerson, None),
    ("INVALID_ISO_DATE_FORMAT", 400, FixInput, None),
    ("INVALID_PAGING_KEY", 400, FixInput, None),
    (
        "INVALID_REFUND_ACCOUNT_INFO",
        400,
        FixInput,
        Some("refundAccount"),
    ),
    (
        "INVALID_REFUND_ACCOUNT_NUMBER",
        400,
        FixInput,
        Some("refundAccount"),
    ),
    ("INVALID_REFUND_AMOUNT", 400, FixInput, Some("amount")),
    ("INVALID_REQUEST", 400, FixInput, None),
    ("INVALID_TRANSACTION_KEY", 400, FixInput, None),
    ("MAINTAINED_METHOD", 400, Retry, None),
    ("NOT_ALLOWED_PARTIAL_REFUND", 403, FixInput, Some("amount")),
    (
        "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
        403,
        FixInput,
        Some("amount"),
    ),
    (
        "NOT_ALLOWED_REFUND_BANK",
        403,
        FixInput,
        Some("refundAccount"),
    ),
    ("NOT_AVAILABLE_BANK", 403, Retry, None),
    ("NOT_CANCELABLE_AMOUNT", 403, FixInput, Some("amount")),
    ("NOT_CANCELABLE_PAYMENT", 403, NeedsPerson, None),
    (
        "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
        403,
        NeedsPerson,
        None,
    ),
    ("NOT_FOUND", 404, FixInput, Some("paymentKey")),
    ("NOT_FOUND_HTTP_METHOD", 404, NeedsPerson, None),
    ("NOT_FOUND_METHOD", 404, NeedsPerson, None),
    ("NOT_FOUND_PAYMENT", 404, FixInput, Some("paymentKey")),
    ("NOT_FOUND_PAYMENT_SESSION", 404, NeedsPerson, None),
    (
        "NOT_MATCHES_REFUNDABLE_AMOUNT",
        400,
        FixInput,
        Some("expectedBalance"),
    ),
    ("NOT_SUPPORTED_REFUND", 403, NeedsPerson, None),
    ("PROVIDER_ERROR", 400, Retry, None),
    ("REFUND_REJECTED", 400, NeedsPerson, None),
    ("UNAUTHORIZED_KEY", 401, Unauthorized, None),
    ("UNKNOWN_ERROR", 500, Retry, None),
];

#[test]
fn every_documented_code_has_its_class_field_and_explanation() {
    for (text, status, class, field) in DOCUMENTED {
        let code = TossCode::from_toss(text);
        assert_eq!(code.as_str(), *text);
        assert_eq!(code.class(), *class, "{text}");
        assert_eq!(code.field(), *field, "{text}");
        assert_eq!(code.documented_status(), Some(*status), "{text}");
        let explanation = code.explanation().expect(text);
        assert!(
            explanation.ends_with('.') && explanation.len() >= 20,
            "{text}: {explanation}"
        );
    }
}

#[test]
fn the_table_holds_the_documented_codes_once_and_no_others() {
    let known: Vec<String> = TossCode::all_known().map(|code| code.to_string()).collect();
    let unique: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    assert_eq!(unique.len(), known.len(), "a code is there twice");
    let documented: BTreeSet<&str> = DOCUMENTED.iter().map(|(code, ..)| *code).collect();
    assert_eq!(unique, documented);
}

#[test]
fn a_code_that_is_not_known_stays_visible_and_is_for_a_person() {
    for text in [
        "",
        "NEW_CODE_OF_2027",
        "not_found_payment",
        "NOT_FOUND_PAYMENT ",
    ] {
        let code = TossCode::from_toss(text);
        assert_eq!((code.as_str(), code.class()), (text, Unknown));
        assert_eq!((code.field(), code.explanation()), (None, None));
        assert_eq!(code.class().advice(), RetryAdvice::NeedsPerson);
    }
    let endless = TossCode::from_toss(&"X".repeat(10_000));
    assert_eq!(endless.as_str().len(), 100);
}

#[test]
fn each_class_has_its_advice() {
    for (class, advice) in [
        (Retry, RetryAdvice::Retry),
        (FixInput, RetryAdvice::FixInput),
        (AlreadyDone, RetryAdvice::AlreadyDone),
        (NeedsPerson, RetryAdvice::NeedsPerson),
        (StillRunning, RetryAdvice::Wait),
        (Unauthorized, RetryAdvice::NeedsPerson),
        (Unknown, RetryAdvice::NeedsPerson),
    ] {
        assert_eq!(class.advice(), advice, "{class:?}");
    }
}
