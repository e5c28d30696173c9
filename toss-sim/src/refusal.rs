//! Toss's error codes, each with its HTTP status and its message in both languages.

use std::fmt;

use crate::bodies::json::{Json, Object};
use crate::bodies::literal::Language;

/// A request that Toss refuses: one of its documented codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code in the body, e.g. `NOT_CANCELABLE_AMOUNT`.
    pub code: String,
    /// The HTTP status that goes with it.
    pub status: u16,
}

impl Refusal {
    /// The refusal with this code. An undocumented code is a 400, since a client must survive those too.
    pub fn of(code: &str) -> Self {
        let status = CODES
            .iter()
            .find(|(known, ..)| *known == code)
            .map_or(400, |(_, status, ..)| *status);
        Self {
            code: code.to_owned(),
            status,
        }
    }

    /// `{"code": …, "message": …}`.
    pub(crate) fn body(&self, language: Language) -> Json {
        let message = CODES.iter().find(|(known, ..)| *known == self.code).map_or(
            match language {
                Language::Korean => "요청을 처리할 수 없습니다.",
                Language::English => "The request cannot be processed.",
            },
            |(_, _, korean, english)| match language {
                Language::Korean => korean,
                Language::English => english,
            },
        );
        Object::new()
            .with("code", self.code.as_str())
            .with("message", message)
            .into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Toss refuses with {} (HTTP {})",
            self.code, self.status
        )
    }
}

impl std::error::Error for Refusal {}

/// Code, HTTP status, Korean message, English message.
#[rustfmt::skip]
const CODES: &[(&str, u16, &str, &str)] = &[
    ("ALREADY_CANCELED_PAYMENT", 400, "이미 취소된 결제 입니다.", "The payment is already canceled."),
    ("ALREADY_REFUND_PAYMENT", 400, "이미 환불된 결제입니다.", "The payment is already refunded."),
    ("INVALID_REFUND_ACCOUNT_INFO", 400, "환불 계좌번호와 예금주명이 일치하지 않습니다.", "The refund account and its holder do not match."),
    ("INVALID_REFUND_ACCOUNT_NUMBER", 400, "잘못된 환불 계좌번호입니다.", "The refund account number is malformed."),
    ("INVALID_BANK", 400, "유효하지 않은 은행입니다.", "The bank is unknown."),
    ("FORBIDDEN_BANK_REFUND_REQUEST", 400, "고객 계좌가 입금이 되지 않는 상태입니다.", "The customer's account cannot receive money."),
    ("EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT", 400, "즉시할인금액보다 적은 금액은 부분취소가 불가능합니다.", "Less than the instant discount cannot be canceled."),
    ("NOT_MATCHES_REFUNDABLE_AMOUNT", 400, "잔액 결과가 일치하지 않습니다.", "The refundable amount does not match."),
    ("INVALID_REQUEST", 400, "잘못된 요청입니다.", "The request is malformed."),
    ("REFUND_REJECTED", 400, "환불이 거절됐습니다. 결제사에 문의 부탁드립니다.", "The provider refused the refund."),
    ("PROVIDER_ERROR", 400, "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.", "A temporary error occurred. Try again later."),
    ("INVALID_IDEMPOTENCY_KEY", 400, "멱등키는 300자 이하여야 합니다.", "An idempotency key has at most 300 characters."),
    ("INVALID_API_KEY", 400, "잘못된 시크릿키 연동 정보 입니다.", "The secret key does not fit."),
    ("INVALID_DATE", 400, "날짜 데이터가 잘못 되었습니다.", "The date is malformed."),
    ("INVALID_TRANSACTION_KEY", 400, "잘못된 페이징 키 입니다.", "The paging key is wrong."),
    ("INVALID_PAGING_KEY", 400, "잘못된 페이징 키 입니다.", "The paging key is wrong."),
    ("INVALID_ISO_DATE_FORMAT", 400, "잘못된 날짜 형식입니다.", "The date has a wrong format."),
    ("INVALID_REFUND_AMOUNT", 400, "잘못된 환불 금액입니다.", "The refund amount is wrong."),
    ("ALREADY_REFUNDING_PAYMENT", 400, "이미 환불이 진행중인 결제입니다.", "The payment is being refunded."),
    ("ALREADY_PROCESSED_PAYMENT", 400, "이미 처리된 결제 입니다.", "The payment is already processed."),
    ("DUPLICATED_ORDER_ID", 400, "이미 승인 및 취소가 진행된 중복된 주문번호 입니다.", "The order was already paid."),
    ("API_VERSION_UPDATE_NEEDED", 400, "API 버전 업데이트가 필요합니다.", "The API version must be updated."),
    ("EXCEED_MAX_QUERY_LIMIT", 400, "조회 가능 최대 수를 초과했습니다.", "More is asked for than can be listed."),
    ("MAINTAINED_METHOD", 400, "현재 점검 중 입니다.", "Under maintenance."),
    ("UNAUTHORIZED_KEY", 401, "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다.", "The key is unknown."),
    ("INCORRECT_BASIC_AUTH_FORMAT", 403, "잘못된 요청입니다. ':' 를 포함해 인코딩해주세요.", "The credentials lack their ':'."),
    ("NOT_CANCELABLE_AMOUNT", 403, "취소 할 수 없는 금액 입니다.", "The amount cannot be canceled."),
    ("NOT_CANCELABLE_PAYMENT", 403, "취소 할 수 없는 결제 입니다.", "The payment cannot be canceled."),
    ("NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER", 403, "휴면 처리된 회원의 결제는 취소할 수 없습니다.", "The wallet's user is dormant."),
    ("FORBIDDEN_REQUEST", 403, "허용되지 않은 요청입니다.", "The request is not allowed."),
    ("FORBIDDEN_CONSECUTIVE_REQUEST", 403, "반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요.", "Repeated requests are not allowed. Try again later."),
    ("EXCEED_MAX_REFUND_DUE", 403, "환불 가능한 기간이 지났습니다.", "The refund period is over."),
    ("EXCEED_CANCEL_LIMIT", 403, "취소 한도를 초과했습니다.", "The cancel limit is exceeded."),
    ("EXCEED_MAX_REFUND_AMOUNT", 403, "환불 가능한 금액을 초과했습니다.", "The refundable amount is exceeded."),
    ("NOT_ALLOWED_REFUND_BANK", 403, "환불이 불가능한 은행입니다.", "The bank takes no refunds."),
    ("NOT_SUPPORTED_REFUND", 403, "환불을 지원하지 않습니다.", "Refunds are not supported."),
    ("NOT_ALLOWED_PARTIAL_REFUND", 403, "에스크로 주문, 현금 카드 결제는 부분 환불이 불가합니다.", "Partial refunds are not possible here."),
    ("NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT", 403, "입금 대기중인 결제는 부분 환불이 불가합니다.", "No partial refund before the deposit."),
    ("NOT_AVAILABLE_BANK", 403, "은행 서비스 시간이 아닙니다.", "Outside the bank's service hours."),
    ("NOT_FOUND_PAYMENT", 404, "존재하지 않는 결제 정보 입니다.", "There is no such payment."),
    ("NOT_FOUND_PAYMENT_SESSION", 404, "결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.", "The payment session is over."),
    ("NOT_FOUND", 404, "존재하지 않는 정보 입니다.", "There is no such information."),
    ("NOT_FOUND_METHOD", 404, "존재하지 않는 결제 수단 입니다.", "There is no such payment method."),
    ("NOT_FOUND_HTTP_METHOD", 404, "지원하지 않는 HTTP 메소드 입니다.", "The HTTP method is not supported."),
    ("IDEMPOTENT_REQUEST_PROCESSING", 409, "이전 멱등 요청이 처리중입니다.", "The first request with this key is still running."),
    ("TOO_MANY_REQUESTS", 429, "요청이 너무 많습니다. 잠시 후 다시 시도해주세요.", "Too many requests. Try again later."),
    ("FAILED_INTERNAL_SYSTEM_PROCESSING", 500, "내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요.", "Internal processing failed. Try again later."),
    ("FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING", 500, "결제가 완료되지 않았어요. 다시 시도해주세요.", "Internal processing failed. Try again."),
    ("FAILED_REFUND_PROCESS", 500, "은행 응답시간 지연이나 일시적인 오류로 환불요청에 실패했습니다.", "The bank did not answer in time."),
    ("FAILED_METHOD_HANDLING_CANCEL", 500, "취소 중 결제 시 사용한 결제 수단 처리과정에서 일시적인 오류가 발생했습니다.", "The payment method failed for a moment."),
    ("FAILED_PARTIAL_REFUND", 500, "은행 점검, 해약 계좌 등의 사유로 부분 환불이 실패했습니다.", "The partial refund failed at the bank."),
    ("FAILED_DB_PROCESSING", 500, "잘못된 요청 값으로 처리 중 DB 에러가 발생했습니다.", "A database error occurred."),
    ("COMMON_ERROR", 500, "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요.", "A temporary error occurred. Try again later."),
    ("UNKNOWN_ERROR", 500, "알 수 없는 에러입니다.", "An unknown error occurred."),
];
