//! The kinds of errors of cancels that a client can switch on.

use async_graphql::Enum;

/// What kind of obstacle it was, in a closed list. `OTHER` is whatever has no kind of its own, also in versions to come:
/// `code` says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(super) enum CancelErrorKind {
    /// Something in the input cannot be; `field` names it.
    InvalidInput,
    /// There is no such payment.
    NotFound,
    /// The idempotency key was used for something else.
    IdempotencyConflict,
    /// Another cancel of the payment has not ended.
    CancelInFlight,
    /// What is left of the payment is not what was expected.
    BalanceChanged,
    /// It would hand an unpaid virtual account back, and that was not said to be meant.
    VoidNotConfirmed,
    /// The buyer's bank account is needed.
    RefundAccountRequired,
    /// What became of it is not known yet.
    OutcomeUnknown,
    /// It is more than the merchant's own limits let through.
    LimitExceeded,
    /// Another admin must approve it first.
    ApprovalRequired,
    /// It could not be written down, and nothing was sent.
    NotRecorded,
    /// Toss knows cancels that this database does not.
    DatabaseBehind,
    /// It is too early for that.
    TooYoung,
    /// The payment itself has not been read from Toss yet.
    NotReadYet,
    /// Toss refused it; `code` is Toss's.
    RefusedByToss,
    /// Anything else.
    Other,
}

impl CancelErrorKind {
    /// By the code. What is none of this server's own codes is Toss's.
    pub(super) fn of(code: &str) -> Self {
        match code {
            "INVALID_INPUT" => Self::InvalidInput,
            "NOT_FOUND" | "NOT_FOUND_PAYMENT" => Self::NotFound,
            "IDEMPOTENCY_CONFLICT" => Self::IdempotencyConflict,
            "CANCEL_IN_FLIGHT" => Self::CancelInFlight,
            "BALANCE_CHANGED" => Self::BalanceChanged,
            "VOID_NOT_CONFIRMED" => Self::VoidNotConfirmed,
            "REFUND_ACCOUNT_REQUIRED" => Self::RefundAccountRequired,
            "OUTCOME_UNKNOWN" => Self::OutcomeUnknown,
            "LIMIT_EXCEEDED" => Self::LimitExceeded,
            "APPROVAL_REQUIRED" => Self::ApprovalRequired,
            "NOT_RECORDED" => Self::NotRecorded,
            "DATABASE_BEHIND" => Self::DatabaseBehind,
            "TOO_YOUNG" => Self::TooYoung,
            "NOT_READ_YET" => Self::NotReadYet,
            "APPROVAL_EXPIRED"
            | "CANCEL_ABORTED"
            | "FORBIDDEN"
            | "INTERNAL"
            | "KEY_REPLACED"
            | "LIMITS_DIFFER"
            | "NEVER_SENT"
            | "NOT_AWAITING_APPROVAL"
            | "NOT_EXECUTED"
            | "NOT_UNDECIDED"
            | "NO_SUCH_CANCEL"
            | "OWNER_SUSPENDED"
            | "OWN_REQUEST"
            | "UPSTREAM_UNAVAILABLE"
            | "WITHDRAWN" => Self::Other,
            _ => Self::RefusedByToss,
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType as _;

    use super::*;

    #[test]
    fn a_code_with_a_kind_of_its_own_has_that_kind_and_one_that_nobody_knows_is_tosss() {
        for item in CancelErrorKind::items() {
            let expected = match item.name {
                "REFUSED_BY_TOSS" | "OTHER" => continue,
                _ => item.value,
            };
            assert_eq!(CancelErrorKind::of(item.name), expected, "{}", item.name);
        }
        for (code, kind) in [
            ("WITHDRAWN", CancelErrorKind::Other),
            ("UPSTREAM_UNAVAILABLE", CancelErrorKind::Other),
            ("NOT_CANCELABLE_AMOUNT", CancelErrorKind::RefusedByToss),
            ("A_CODE_OF_TOMORROW", CancelErrorKind::RefusedByToss),
            ("NOT_FOUND_PAYMENT", CancelErrorKind::NotFound),
        ] {
            assert_eq!(CancelErrorKind::of(code), kind, "{code}");
        }
    }
}
