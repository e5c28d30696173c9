//! A request to cancel, and what went wrong with it, as clients see them.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use reconciliation::{Language, RetryAdvice as Advice, TransactionKey};

use super::books::Books;
use super::cancel_error_kind::CancelErrorKind;
use super::cancel_error_texts::korean;
use super::error::ApiError;
use super::guard::require;
use super::locale::Locale;
use super::money::Money;
use super::node_id::NodeId;
use super::payment::Payment;
use super::records::AuditEntry;
use super::scalars::DateTime;
use super::scoped::Scoped;
use crate::access;
use crate::store::{self, StoredCancelError};

/// How far a cancel request has got. Treat values you do not know as `UNKNOWN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::CancelRequestStatus")]
pub(super) enum CancelRequestStatus {
    /// Recorded; Toss has not been called yet.
    Requested,
    /// Recorded; another admin must approve it before Toss is called: `Mutation.approveCancelRequest`. It ends as `REJECTED`
    /// when it is withdrawn, or when `expiresAt` comes first.
    AwaitingApproval,
    /// Toss is being called.
    Sent,
    /// Toss carried it out. Final.
    Succeeded,
    /// It was refused and nothing was carried out; `error` says why. Final: to try again, use a new idempotency key, or the
    /// same one where `error.code` is `UPSTREAM_UNAVAILABLE`, which makes a new request.
    Rejected,
    /// Toss was called, and what became of it is not known yet. The server goes on finding out: read the request again
    /// later, and do not ask for the same cancel under another key.
    Unknown,
    /// What became of it cannot be found out by asking Toss. A person must look it up in Toss's console.
    NeedsOperator,
}

/// What to do about a cancel that did not succeed. Treat values you do not know as `NEEDS_PERSON`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Advice")]
pub(super) enum RetryAdvice {
    /// Temporary: the same cancel may succeed later. `message` says whether under the same idempotency key or a new one.
    Retry,
    /// Change the input; `field` names what is at fault, if one field is.
    FixInput,
    /// What was asked for is already so. Nothing is left to do.
    AlreadyDone,
    /// Somebody must look at it, or talk to Toss.
    NeedsPerson,
    /// The outcome is not known yet. Read the request again later; sending the same input with the same idempotency key
    /// is safe, another key is not.
    Wait,
}

/// A request as it is recorded.
#[derive(Debug)]
pub(super) struct CancelRequest(Arc<store::CancelRequest>);

impl From<Arc<store::CancelRequest>> for CancelRequest {
    fn from(request: Arc<store::CancelRequest>) -> Self {
        Self(request)
    }
}

impl From<store::CancelRequest> for CancelRequest {
    fn from(request: store::CancelRequest) -> Self {
        Self(Arc::new(request))
    }
}

/// A cancel that somebody asked for through this API, recorded before Toss was called.
#[Object]
impl CancelRequest {
    /// Opaque and stable: keep it, pass it on, never take it apart.
    pub(super) async fn id(&self) -> ID {
        NodeId::CancelRequest(self.0.id.clone()).to_id()
    }

    /// Toss's key of the payment.
    async fn payment_key(&self) -> &str {
        self.0.payment_key.as_str()
    }

    /// How far it has got.
    async fn status(&self) -> CancelRequestStatus {
        self.0.status.into()
    }

    /// What was asked for. Null: everything that was left.
    async fn amount(&self) -> Option<Money> {
        self.0.amount.map(Money)
    }

    /// The reason that was given.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The name of the access token that asked.
    async fn requested_by(&self) -> &str {
        &self.0.requested_by
    }

    /// When it was recorded.
    async fn requested_at(&self) -> DateTime {
        DateTime(self.0.requested_at)
    }

    /// The name of the access token that approved it. Null when it needs no approval, or has none.
    async fn approved_by(&self) -> Option<&str> {
        let approval = self.0.approval.as_ref();
        approval.map(|approval| approval.by.as_str())
    }

    /// When it was approved.
    async fn approved_at(&self) -> Option<DateTime> {
        let approval = self.0.approval.as_ref();
        approval.map(|approval| DateTime(approval.at))
    }

    /// When it ends unless it is approved before. Null unless it is `AWAITING_APPROVAL`.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at().map(DateTime)
    }

    /// When it ended. Null while its outcome is open.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.0.resolved_at.map(DateTime)
    }

    /// Toss's key of the cancel that it caused. Null unless it succeeded.
    async fn transaction_key(&self) -> Option<&str> {
        self.0.transaction_key.as_ref().map(TransactionKey::as_str)
    }

    /// Toss's own code, as last heard, such as `PROVIDER_ERROR`; it may be one that Toss has not documented yet. Null while
    /// Toss has refused nothing.
    async fn toss_code(&self) -> Option<&str> {
        let words = self.0.toss_words.as_ref();
        words.map(|words| words.code.as_str())
    }

    /// Toss's own words, as last heard, in Korean as a rule. Runs of six digits or more are masked.
    async fn toss_message(&self) -> Option<&str> {
        let words = self.0.toss_words.as_ref();
        words.map(|words| words.message.as_str())
    }

    /// The payment, as it was last read; Toss is not asked. Null when none is stored.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Payment>, ApiError> {
        let stored = Scoped::of(ctx)?.stored_payment(&self.0.payment_key).await?;
        Ok(stored.map(|stored| Payment::from(Books::as_stored(stored))))
    }

    /// Whether whoever is asking may approve it now: it is `AWAITING_APPROVAL` and has not expired, they have the role `ADMIN`,
    /// and its owner is somebody else. The payment is checked again when it is approved.
    #[expect(
        clippy::unused_async,
        reason = "resolvers are asynchronous by their trait"
    )]
    async fn viewer_can_approve(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let Ok(viewer) = require(ctx, access::Role::Admin) else {
            return Ok(false);
        };
        let Some(expires) = self.0.expires_at() else {
            return Ok(false);
        };
        let now = Scoped::of(ctx)?.rules()?.now();
        Ok(now < expires && viewer.owner != self.0.owner)
    }

    /// What was done about it, by whom, oldest first. Needs the role `ACCOUNTANT` or `ADMIN`.
    #[graphql(complexity = "super::LIST_COST * child_complexity + super::STATEMENT_COST")]
    async fn audit_entries(&self, ctx: &Context<'_>) -> Result<Vec<AuditEntry>, ApiError> {
        require(ctx, access::Role::Accountant)?;
        let entries = Scoped::of(ctx)?.audit_entries_of(&self.0.id).await?;
        Ok(entries.into_iter().map(AuditEntry::from).collect())
    }

    /// What went wrong. Null when it succeeded, and while nothing has.
    async fn error(&self) -> Option<CancelError> {
        self.0.error.clone().map(CancelError)
    }
}

/// Why a cancel has not succeeded.
#[derive(Debug)]
pub(super) struct CancelError(StoredCancelError);

impl CancelError {
    /// An input that cannot be: nothing was recorded, Toss was not asked.
    pub(super) fn invalid_input(field: &'static str, message: String) -> Self {
        Self(StoredCancelError {
            code: "INVALID_INPUT".to_owned(),
            message,
            advice: Advice::FixInput,
            field: Some(field.to_owned()),
        })
    }

    /// Whoever asks may look only.
    pub(super) fn needs_admin() -> Self {
        Self(StoredCancelError {
            code: "FORBIDDEN".to_owned(),
            message: "Cancelling needs a token with the role ADMIN.".to_owned(),
            advice: Advice::NeedsPerson,
            field: None,
        })
    }

    /// Only Toss's lists have told of the payment: nothing is known of what can be cancelled.
    pub(super) fn not_read_yet() -> Self {
        Self(StoredCancelError {
            code: "NOT_READ_YET".to_owned(),
            message: "Only Toss's lists have told of this payment, so that it is not known what can be cancelled. Ask for it \
                      with maxAgeSeconds: 0 to have it read."
                .to_owned(),
            advice: Advice::Retry,
            field: None,
        })
    }

    #[cfg(test)]
    pub(super) fn is_invalid_input_of(&self, field: &str) -> bool {
        self.0.code == "INVALID_INPUT"
            && self.0.advice == Advice::FixInput
            && self.0.field.as_deref() == Some(field)
            && !self.0.message.is_empty()
    }
}

impl From<StoredCancelError> for CancelError {
    fn from(error: StoredCancelError) -> Self {
        Self(error)
    }
}

/// Why a cancel has not succeeded. Decide by `advice`, show `message`, report `code`.
#[Object]
impl CancelError {
    /// Toss's code, or one of ours: `IDEMPOTENCY_CONFLICT` (the idempotency key was used for something else),
    /// `CANCEL_IN_FLIGHT` (another cancel of the payment has not ended), `BALANCE_CHANGED` (not `expectedBalance`),
    /// `VOID_NOT_CONFIRMED` (`voidUnpaid` is needed), `REFUND_ACCOUNT_REQUIRED`, `OUTCOME_UNKNOWN`, `INVALID_INPUT`,
    /// `NOT_FOUND_PAYMENT`, `NEVER_SENT` (the server stopped before Toss was called), `CANCEL_ABORTED` (an overseas method
    /// gave it up), `NOT_EXECUTED` (a person found out), `LIMIT_EXCEEDED` (more than the merchant's own limits let through),
    /// `APPROVAL_REQUIRED` (another admin must approve it), `APPROVAL_EXPIRED`, `WITHDRAWN`, `OWN_REQUEST` (the requester
    /// cannot approve), `NOT_AWAITING_APPROVAL`, `NOT_UNDECIDED`, `NO_SUCH_CANCEL`, `KEY_REPLACED` (the merchant's secret
    /// key changed while it waited), `NOT_READ_YET` (only Toss's lists have told of the payment). Codes may be added.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The kind of it, in a closed list: for a switch over all of them.
    async fn kind(&self) -> CancelErrorKind {
        CancelErrorKind::of(&self.0.code)
    }

    /// A sentence for whoever asked.
    async fn message(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The language. Without it, the one that the request's Accept-Language prefers, else English."
        )]
        locale: Option<Locale>,
    ) -> Cow<'_, str> {
        match Locale::or_preferred(locale, ctx) {
            Language::Korean => Cow::Owned(korean(&self.0.code, self.0.advice)),
            Language::English => Cow::Borrowed(&self.0.message),
        }
    }

    /// What to do about it.
    async fn advice(&self) -> RetryAdvice {
        self.0.advice.into()
    }

    /// The field of `CancelPaymentInput` at fault, if one is.
    async fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }
}
