//! What the codes of cancels' errors say in Korean. The English sentences are made where the errors are, with what they
//! know; these say the same without numbers.

use reconciliation::{Language, RetryAdvice};

/// This server's own codes, each with its sentence.
const TEXTS: [(&str, &str); 31] = [
    ("INVALID_INPUT", "입력한 값을 사용할 수 없습니다."),
    ("NOT_FOUND", "그런 항목이 없습니다."),
    (
        "NOT_FOUND_PAYMENT",
        "그런 결제가 없습니다. 결제 키를 확인하세요.",
    ),
    (
        "IDEMPOTENCY_CONFLICT",
        "같은 멱등키가 다른 취소에 사용되었습니다. 새 키를 사용하세요.",
    ),
    (
        "CANCEL_IN_FLIGHT",
        "이 결제의 다른 취소가 아직 끝나지 않았습니다.",
    ),
    (
        "BALANCE_CHANGED",
        "취소 가능 금액이 화면에 보이던 금액과 다릅니다. 결제를 다시 확인하세요.",
    ),
    (
        "VOID_NOT_CONFIRMED",
        "입금 전 가상계좌입니다. 계좌를 돌려주는 취소이고 환불이 아니라는 것을 확인해야 합니다.",
    ),
    ("REFUND_ACCOUNT_REQUIRED", "환불받을 계좌가 필요합니다."),
    (
        "OUTCOME_UNKNOWN",
        "취소가 실제로 되었는지 아직 확인 중입니다.",
    ),
    ("LIMIT_EXCEEDED", "상점의 취소 한도를 넘습니다."),
    ("APPROVAL_REQUIRED", "다른 관리자의 승인이 필요합니다."),
    (
        "NOT_RECORDED",
        "취소 요청을 기록하지 못해 토스에 보내지 않았습니다.",
    ),
    (
        "DATABASE_BEHIND",
        "토스에는 이 데이터베이스가 모르는 취소가 있습니다. `toss-recon restored`를 실행한 뒤 다시 요청하세요.",
    ),
    ("TOO_YOUNG", "요청한 지 1분이 지나지 않았습니다."),
    (
        "NOT_READ_YET",
        "목록으로만 알려진 결제입니다. 토스에서 결제를 먼저 읽으세요.",
    ),
    (
        "APPROVAL_EXPIRED",
        "승인되지 않은 채 기한이 지나 끝났습니다. 토스에 보내지 않았습니다.",
    ),
    (
        "CANCEL_ABORTED",
        "해외 결제수단이 취소를 중단했습니다. 돌려준 돈은 없습니다.",
    ),
    ("FORBIDDEN", "취소하려면 관리자(ADMIN) 권한이 필요합니다."),
    ("INTERNAL", "서버에서 처리하지 못했습니다."),
    (
        "KEY_REPLACED",
        "기다리는 동안 상점의 시크릿 키가 바뀌어 보내지 않았습니다.",
    ),
    (
        "LIMITS_DIFFER",
        "이 서버의 취소 한도가 다른 서버보다 느슨해 취소하지 않습니다.",
    ),
    (
        "NEVER_SENT",
        "토스에 보내기 전에 서버가 멈췄습니다. 보낸 것이 없습니다.",
    ),
    ("NOT_AWAITING_APPROVAL", "승인을 기다리는 요청이 아닙니다."),
    ("NOT_EXECUTED", "담당자가 확인한 결과 취소되지 않았습니다."),
    ("NOT_UNDECIDED", "결과를 정할 수 있는 상태가 아닙니다."),
    ("NO_SUCH_CANCEL", "결제에 그런 취소가 없습니다."),
    (
        "OWNER_SUSPENDED",
        "요청한 사람의 접속 토큰이 확인을 기다리고 있습니다.",
    ),
    (
        "OWN_REQUEST",
        "직접 요청한 취소는 스스로 승인하거나 정할 수 없습니다.",
    ),
    (
        "UPSTREAM_UNAVAILABLE",
        "토스에 물어보지 못해 보내지 않았습니다.",
    ),
    (
        "WITHDRAWN",
        "요청이 철회되었습니다. 토스에 보내지 않았습니다.",
    ),
    ("RATE_LIMITED", "요청이 너무 많습니다."),
];

/// What an error says in Korean, with what to do. A code that is none of this server's is Toss's.
pub(super) fn korean(code: &str, advice: RetryAdvice) -> String {
    let known = TEXTS.iter().find(|(known, _)| *known == code);
    let what = known.map_or_else(
        || format!("토스가 취소를 거절했습니다({code})."),
        |(_, text)| (*text).to_owned(),
    );
    format!("{what} {}", advice.sentence(Language::Korean))
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType as _;

    use super::super::cancel_error_kind::CancelErrorKind;
    use super::*;

    #[test]
    fn every_code_of_our_own_has_a_sentence_and_another_is_tosss() {
        for item in CancelErrorKind::items() {
            if matches!(item.name, "REFUSED_BY_TOSS" | "OTHER") {
                continue;
            }
            assert!(
                TEXTS.iter().any(|(code, _)| *code == item.name),
                "{}",
                item.name
            );
        }
        for (code, text) in TEXTS {
            assert!(text.ends_with('.'), "{code}");
            let of_ours = CancelErrorKind::of(code) != CancelErrorKind::RefusedByToss;
            assert!(of_ours || code == "RATE_LIMITED", "{code}");
        }
        let told = korean("NOT_CANCELABLE_AMOUNT", RetryAdvice::FixInput);
        assert_eq!(
            told,
            "토스가 취소를 거절했습니다(NOT_CANCELABLE_AMOUNT). 입력을 고치세요."
        );
    }
}
