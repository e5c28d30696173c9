//! How each outcome of a cancel is told to whoever asked: a code, a sentence, advice. Never anything personal.

use reconciliation::{CancelRefusal, CancelRequestStatus, Money, RetryAdvice};

use super::validation::LONGEST_REASON;
use crate::store::{AccountName, CancelRequest, StoreError, StoredCancelError, TossWords};
use crate::toss::{Refusal, TossError, Unreadable};

/// The error that a request's state stands for; none when it succeeded.
pub(super) fn error_of(request: &CancelRequest) -> Option<StoredCancelError> {
    if request.status == CancelRequestStatus::Succeeded {
        return None;
    }
    let unknown = || not_known_yet(request.toss_words.as_ref());
    Some(request.error.clone().unwrap_or_else(unknown))
}

/// The outcome is being found out.
pub(super) fn not_known_yet(words: Option<&TossWords>) -> StoredCancelError {
    let message = and_words(
        "Toss has not said yet whether the cancel was carried out. Look at the request again; do not make another one.",
        words,
    );
    error("OUTCOME_UNKNOWN", RetryAdvice::Wait, None, &message)
}

/// The payment must be read before it can be said whether anything was sent.
pub(super) fn not_looked_at_yet() -> StoredCancelError {
    error(
        "OUTCOME_UNKNOWN",
        RetryAdvice::Wait,
        None,
        "The server stopped while this cancel was asked for, and Toss has not shown the payment since. Look at the request \
         again; do not make another one.",
    )
}

/// It could not be written down, and nothing was sent.
pub(super) fn not_recorded(cause: &StoreError) -> StoredCancelError {
    let why = match cause {
        StoreError::Unavailable { .. } | StoreError::NoSpace { .. } => cause.to_string(),
        _ => "the server failed".to_owned(),
    };
    let message = format!(
        "The cancel could not be recorded, and nothing was sent: {why}. Ask again with the same idempotency key."
    );
    error("NOT_RECORDED", RetryAdvice::Retry, None, &message)
}

/// Whatever came of it could not be written down, or not be read in time.
pub(super) fn not_readable() -> StoredCancelError {
    error(
        "OUTCOME_UNKNOWN",
        RetryAdvice::Wait,
        None,
        "The database does not answer, so that what became of the cancel cannot be told now. Ask again with the same \
         idempotency key; do not make another one.",
    )
}

/// Toss knows cancels that this database has forgotten.
pub(super) fn database_behind() -> StoredCancelError {
    error(
        "DATABASE_BEHIND",
        RetryAdvice::NeedsPerson,
        None,
        "Toss knows a cancel of this payment that was made by this server and that its database does not know: an older \
         copy of the database was put back. Nothing was sent. Run `toss-recon restored`, then ask again.",
    )
}

/// It is too early to take the request over.
pub(super) fn too_young() -> StoredCancelError {
    error(
        "TOO_YOUNG",
        RetryAdvice::Wait,
        Some("id"),
        "This cancel was asked for less than a minute ago and may still be under way: take it over after that.",
    )
}

/// There is nothing to take over.
pub(super) fn needs_no_takeover() -> StoredCancelError {
    error(
        "NOT_UNDECIDED",
        RetryAdvice::FixInput,
        Some("id"),
        "Only a request in the state UNKNOWN can be taken over: any other is being carried out, waits for a person already, \
         or has ended.",
    )
}

/// A second admin must look, where a second admin must approve.
pub(super) fn not_yours_to_decide() -> StoredCancelError {
    error(
        "OWN_REQUEST",
        RetryAdvice::NeedsPerson,
        Some("id"),
        "You asked for this cancel yourself: another admin must say what became of it.",
    )
}

/// An overseas method has taken the cancel on and not ended it.
pub(super) fn in_progress() -> StoredCancelError {
    error(
        "OUTCOME_UNKNOWN",
        RetryAdvice::Wait,
        None,
        "Toss has taken the cancel on, and the overseas method has not carried it out yet. Look at the request again.",
    )
}

/// An overseas method gave a cancel up.
pub(super) fn aborted() -> StoredCancelError {
    error(
        "CANCEL_ABORTED",
        RetryAdvice::NeedsPerson,
        None,
        "Toss took the cancel on, and the overseas method then gave it up: nothing was given back.",
    )
}

/// Nothing but a person's eyes can tell what became of it.
pub(super) fn needs_operator(message: &str, words: Option<&TossWords>) -> StoredCancelError {
    let message = and_words(message, words);
    error("OUTCOME_UNKNOWN", RetryAdvice::NeedsPerson, None, &message)
}

/// A person found out that it was never carried out.
pub(super) fn decided_not_executed() -> StoredCancelError {
    error(
        "NOT_EXECUTED",
        RetryAdvice::Retry,
        None,
        "A person has found out that this cancel was not carried out. To try again, use a new idempotency key.",
    )
}

/// A decision without a reason.
pub(super) fn invalid_note(longest: usize) -> StoredCancelError {
    let message =
        format!("The note must say what the decision rests on, in 1 to {longest} characters.");
    error(
        "INVALID_INPUT",
        RetryAdvice::FixInput,
        Some("note"),
        &message,
    )
}

/// A person says that it was carried out, and the payment shows nothing of it.
pub(super) fn no_such_cancel() -> StoredCancelError {
    error(
        "NO_SUCH_CANCEL",
        RetryAdvice::FixInput,
        Some("transactionKey"),
        "The payment shows no single cancel of this amount that was made since the request was sent and belongs to no \
         other request. Give the transactionKey of one of those that it shows, or say that it was not carried out.",
    )
}

/// There is nothing to decide.
pub(super) fn needs_no_decision() -> StoredCancelError {
    error(
        "NOT_UNDECIDED",
        RetryAdvice::FixInput,
        Some("id"),
        "Only a request in the state NEEDS_OPERATOR can be decided: any other ends by itself, or has ended.",
    )
}

/// It is above the merchant's threshold.
pub(super) fn approval_required() -> StoredCancelError {
    error(
        "APPROVAL_REQUIRED",
        RetryAdvice::NeedsPerson,
        None,
        "Nothing has been sent: a cancel of this amount needs the approval of another admin. It ends by itself when nobody \
         gives it in time.",
    )
}

/// Nobody approved it in time.
pub(super) fn approval_expired() -> StoredCancelError {
    error(
        "APPROVAL_EXPIRED",
        RetryAdvice::Retry,
        None,
        "No other admin approved this cancel in time: nothing was sent. To ask again, use a new idempotency key.",
    )
}

/// An admin thought better of it before it was approved.
pub(super) fn withdrawn(admin: &str) -> StoredCancelError {
    let message = format!("{admin} withdrew this cancel before it was approved: nothing was sent.");
    error("WITHDRAWN", RetryAdvice::Retry, None, &message)
}

/// The requester is not another admin.
pub(super) fn not_yours_to_approve() -> StoredCancelError {
    error(
        "OWN_REQUEST",
        RetryAdvice::NeedsPerson,
        Some("id"),
        "You asked for this cancel yourself: another admin must approve it.",
    )
}

/// Whoever asked for it has not been confirmed since an older copy of the database was put back.
pub(super) fn owner_suspended() -> StoredCancelError {
    error(
        "OWNER_SUSPENDED",
        RetryAdvice::NeedsPerson,
        None,
        "The tokens of whoever asked for this cancel wait to be confirmed, because an older copy of the database was put \
         back: nothing was sent. Approve it again after `toss-recon token confirm`, or withdraw it.",
    )
}

/// There is nothing to approve or to withdraw.
pub(super) fn awaits_no_approval() -> StoredCancelError {
    error(
        "NOT_AWAITING_APPROVAL",
        RetryAdvice::FixInput,
        Some("id"),
        "Only a request in the state AWAITING_APPROVAL can be approved or withdrawn: this one has gone on, or has ended.",
    )
}

/// The payment is not what it was when the cancel was asked for.
pub(super) fn balance_changed(was: Option<Money>, is: Money) -> StoredCancelError {
    let was = was.map_or_else(|| "another balance".to_owned(), |was| was.to_string());
    let message = format!(
        "{was} was left of this payment when the cancel was asked for, and {is} is left now: nothing was sent. Look at \
         it again and decide anew."
    );
    error("BALANCE_CHANGED", RetryAdvice::FixInput, None, &message)
}

/// What was kept for sending cannot be opened any more.
pub(super) fn key_replaced() -> StoredCancelError {
    error(
        "KEY_REPLACED",
        RetryAdvice::Retry,
        None,
        "The merchant's secret key was replaced after this cancel was asked for, and what was kept for sending can only be \
         opened with the old one: nothing was sent. Ask again with a new idempotency key.",
    )
}

/// The reason and the mark together are more than Toss takes.
pub(super) fn reason_too_long(longest: usize) -> StoredCancelError {
    let message = format!(
        "The reason may have {longest} characters at most: a mark is appended to it, and Toss takes {LONGEST_REASON}."
    );
    error(
        "INVALID_INPUT",
        RetryAdvice::FixInput,
        Some("reason"),
        &message,
    )
}

/// The server ended between recording the request and calling Toss.
pub(super) fn never_sent() -> StoredCancelError {
    error(
        "NEVER_SENT",
        RetryAdvice::Retry,
        None,
        "The server stopped before Toss was called: nothing was sent. Try again with a new idempotency key.",
    )
}

/// Toss knows no such payment.
pub(super) fn not_found() -> StoredCancelError {
    error(
        "NOT_FOUND_PAYMENT",
        RetryAdvice::FixInput,
        Some("paymentKey"),
        "Toss knows no payment with this key.",
    )
}

/// The payment was read with a key that is not configured any more.
pub(super) fn merchant_not_configured(account: &AccountName) -> StoredCancelError {
    let message = format!(
        "The key of merchant {account}, which this payment belongs to, is not in the settings."
    );
    error(
        "FORBIDDEN_REQUEST",
        RetryAdvice::NeedsPerson,
        None,
        &message,
    )
}

/// Another request for the payment has not ended.
pub(super) fn in_flight(other: &CancelRequest) -> StoredCancelError {
    let by = &other.requested_by;
    let (advice, message) = if other.status == CancelRequestStatus::AwaitingApproval {
        (
            RetryAdvice::NeedsPerson,
            format!(
                "Another cancel of this payment, asked for by {by}, waits for approval. Approve or withdraw it first."
            ),
        )
    } else {
        (
            RetryAdvice::Wait,
            format!(
                "Another cancel of this payment, asked for by {by}, has not ended yet. Wait for it, then decide anew."
            ),
        )
    };
    error("CANCEL_IN_FLIGHT", advice, None, &message)
}

/// The caller's key stands for another order.
pub(super) fn idempotency_conflict() -> StoredCancelError {
    error(
        "IDEMPOTENCY_CONFLICT",
        RetryAdvice::FixInput,
        Some("idempotencyKey"),
        "This idempotency key was used for another cancel. Use a new key for each intent.",
    )
}

/// The refund would go to the payment's own virtual account.
pub(super) fn own_account() -> StoredCancelError {
    error(
        "INVALID_REFUND_ACCOUNT_NUMBER",
        RetryAdvice::FixInput,
        Some("refundAccount"),
        "This is the payment's own virtual account: give the buyer's bank account.",
    )
}

/// The body could not be written or sealed.
pub(super) fn unwritable() -> StoredCancelError {
    error(
        "INVALID_INPUT",
        RetryAdvice::NeedsPerson,
        None,
        "The cancel could not be written as JSON; nothing was sent.",
    )
}

/// One of our own checks refused.
pub(super) fn refused_by_us(refusal: &CancelRefusal) -> StoredCancelError {
    error(
        refusal.code,
        refusal.advice,
        refusal.field,
        &refusal.message,
    )
}

/// The payment could not be read before sending.
pub(super) fn unsent(cause: &TossError) -> StoredCancelError {
    match cause {
        TossError::Refused(refusal) if !cause.is_outage() => told_by_toss(refusal),
        _ => match cause.unreadable_field() {
            Some(reason) => unreadable(reason),
            None => unavailable(&cause.to_string()),
        },
    }
}

/// Toss shows the payment in a way that this program cannot read, and nothing was sent. Asking again is of no use.
pub(super) fn unreadable(reason: &Unreadable) -> StoredCancelError {
    let message = format!(
        "Toss's answer about the payment could not be read ({} {}), and so this request was not sent. Asking again does not help: \
         look at the payment in Toss's console, and report what could not be read.",
        reason.path, reason.reason
    );
    error(
        "UPSTREAM_UNAVAILABLE",
        RetryAdvice::NeedsPerson,
        None,
        &message,
    )
}

/// Toss could not be reached, and nothing was sent.
pub(super) fn unavailable(reason: &str) -> StoredCancelError {
    let message = format!(
        "Toss could not be asked ({reason}), and so this request was not sent. Ask again with the same idempotency key once \
         Toss answers."
    );
    error(
        StoredCancelError::TOSS_NOT_ASKED,
        RetryAdvice::Retry,
        None,
        &message,
    )
}

/// Toss could not be asked about the payment; what was recorded stays as it is.
pub(super) fn not_asked(reason: &str) -> StoredCancelError {
    let message = format!("Toss could not be asked ({reason}); nothing was sent. Try again.");
    error(
        StoredCancelError::TOSS_NOT_ASKED,
        RetryAdvice::Retry,
        None,
        &message,
    )
}

/// Toss refused.
pub(super) fn told_by_toss(refusal: &Refusal) -> StoredCancelError {
    let code = &refusal.code;
    let words = &refusal.message;
    let message = match code.explanation() {
        Some(explanation) => format!("{explanation} Toss says: {words}"),
        None => format!("Toss refused with {code}: {words}"),
    };
    error(code.as_str(), code.class().advice(), code.field(), &message)
}

/// A sentence of ours, with what Toss said last.
fn and_words(message: &str, words: Option<&TossWords>) -> String {
    match words {
        Some(words) => format!(
            "{message} Toss said last: {}: {}",
            words.code, words.message
        ),
        None => message.to_owned(),
    }
}

fn error(code: &str, advice: RetryAdvice, field: Option<&str>, message: &str) -> StoredCancelError {
    StoredCancelError {
        code: code.to_owned(),
        message: message.to_owned(),
        advice,
        field: field.map(ToOwned::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::super::machine_samples;
    use super::*;

    #[test]
    fn every_state_but_success_stands_for_an_error() {
        for status in CancelRequestStatus::ALL {
            let request = CancelRequest {
                status,
                ..machine_samples::request(None)
            };
            assert_eq!(
                error_of(&request).is_none(),
                status == CancelRequestStatus::Succeeded,
                "{status:?}"
            );
        }
    }
}
