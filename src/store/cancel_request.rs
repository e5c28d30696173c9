//! A cancel request: what was asked for, and what became of it.

use std::fmt;

use chrono::{DateTime, Utc};
use reconciliation::{
    CancelRequestStatus, Currency, Money, PaymentKey, RetryAdvice, TransactionKey,
};

use super::rows::to_millis;
use super::{AccountName, SecretBody, StoreError};

/// The id of a cancel request: the text of a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CancelRequestId(String);

impl CancelRequestId {
    /// Takes the id as it is; one that was never given out finds nothing.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CancelRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request to cancel a payment, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRequest {
    /// Its id.
    pub id: CancelRequestId,
    /// The payment.
    pub payment_key: PaymentKey,
    /// The merchant whose key cancels.
    pub account: AccountName,
    /// What to cancel; `None` is everything that is left.
    pub amount: Option<Money>,
    /// The payment's currency.
    pub currency: Currency,
    /// The reason that was given.
    pub reason: String,
    /// The name of the token that asked.
    pub requested_by: String,
    /// The key that the caller gave: the same one never makes a second request.
    pub client_key: String,
    /// SHA-256 of everything that the caller asked for.
    pub content_hash: [u8; 32],
    /// The key sent to Toss, one for the life of the request.
    pub idempotency_key: String,
    /// The exact bytes sent to Toss; erased when the request ends, since they may hold a bank account.
    pub body: Option<SecretBody>,
    /// The balance that was read before sending.
    pub baseline_balance: Option<Money>,
    /// The cancels that the payment had before sending; one that is not among them came later.
    pub baseline_cancel_keys: Vec<TransactionKey>,
    /// How far it has got.
    pub status: CancelRequestStatus,
    /// Counts changes, for the compare-and-swap.
    pub version: i64,
    /// How often Toss was called.
    pub attempts: i32,
    /// When Toss was first called.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// When Toss was last called.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// What went wrong.
    pub error: Option<StoredCancelError>,
    /// The cancel that Toss's answer named.
    pub transaction_key: Option<TransactionKey>,
    /// The HTTP status of Toss's last answer.
    pub upstream_http_status: Option<u16>,
    /// Toss's last answer word for word.
    pub raw_reply: Option<SecretBody>,
    /// When it was recorded.
    pub requested_at: DateTime<Utc>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who works on it, and until when nobody else does.
    pub lease: Option<Lease>,
    /// When it is to be asked about again.
    pub next_at: Option<DateTime<Utc>>,
    /// Names the API key that it was sent with: under another one, the idempotency key would be a new one for Toss.
    pub api_key: Option<String>,
    /// The admin who decided what became of it, and what the decision rests on.
    pub decision: Option<Decision>,
}

/// The right to work on a request, for a while: a process that dies leaves it to run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The process.
    pub owner: String,
    /// When somebody else may take the request up.
    pub until: DateTime<Utc>,
}

/// What a change does to the lease.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LeaseChange {
    /// Nobody works on the request any more.
    #[default]
    Release,
    /// Whoever works on it goes on.
    Keep,
    /// Somebody begins to.
    Take(Lease),
}

/// What a person found out about a request whose outcome could not be had by asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The name of the admin's token.
    pub by: String,
    /// What it rests on, in the admin's words.
    pub note: String,
}

/// What went wrong with a cancel, as the caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCancelError {
    /// Toss's code, or one of ours.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub advice: RetryAdvice,
    /// The input field at fault, in the API's spelling.
    pub field: Option<String>,
}

/// A request to record. It starts as `REQUESTED`.
#[derive(Clone, Debug)]
pub struct NewCancelRequest {
    /// Its id: a UUID of version 7, so that ids are in the order of time.
    pub id: CancelRequestId,
    /// See [`CancelRequest`], here and below.
    pub payment_key: PaymentKey,
    /// The merchant whose key cancels.
    pub account: AccountName,
    /// What to cancel; `None` is everything that is left.
    pub amount: Option<Money>,
    /// The payment's currency.
    pub currency: Currency,
    /// The reason that was given.
    pub reason: String,
    /// The name of the token that asked.
    pub requested_by: String,
    /// The key that the caller gave.
    pub client_key: String,
    /// SHA-256 of everything that the caller asked for.
    pub content_hash: [u8; 32],
    /// The key to send to Toss.
    pub idempotency_key: String,
    /// Now.
    pub requested_at: DateTime<Utc>,
    /// For whoever carries it out.
    pub lease: Lease,
}

/// What became of recording a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It was recorded.
    New(CancelRequest),
    /// The caller's key has been used: this is the request it made. Compare the content.
    SameKey(CancelRequest),
    /// Another request for the payment has not ended.
    InFlight(CancelRequest),
}

/// Which requests are asked for: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancelRequestFilter {
    /// Of this payment.
    pub payment_key: Option<PaymentKey>,
    /// By the token of this name.
    pub requested_by: Option<String>,
    /// In one of these states.
    pub status: Option<Vec<CancelRequestStatus>>,
}

/// A change of a cancel request. What is `None` stays as it is, but for the error, which belongs to the status.
#[derive(Clone, Debug)]
pub struct CancelRequestChange {
    /// The new status.
    pub status: CancelRequestStatus,
    /// Set when Toss is about to be called: counts as an attempt.
    pub sent_at: Option<DateTime<Utc>>,
    /// The exact bytes to send. Once stored they are not replaced.
    pub body: Option<SecretBody>,
    /// The balance that was read before sending.
    pub baseline_balance: Option<Money>,
    /// The cancels that the payment had before sending.
    pub baseline_cancel_keys: Option<Vec<TransactionKey>>,
    /// What went wrong; `None` clears it.
    pub error: Option<StoredCancelError>,
    /// The cancel that Toss's answer named.
    pub transaction_key: Option<TransactionKey>,
    /// The HTTP status of Toss's answer.
    pub upstream_http_status: Option<u16>,
    /// Toss's answer word for word.
    pub raw_reply: Option<SecretBody>,
    /// When it ended; to be given with a final status.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who works on it from now on.
    pub lease: LeaseChange,
    /// When it is to be asked about again; `None` clears it.
    pub next_at: Option<DateTime<Utc>>,
    /// Names the API key that it is sent with. Once stored it is not replaced.
    pub api_key: Option<String>,
    /// A person's decision.
    pub decision: Option<Decision>,
}

impl CancelRequestChange {
    /// A change of the status alone.
    pub fn to(status: CancelRequestStatus) -> Self {
        Self {
            status,
            sent_at: None,
            body: None,
            baseline_balance: None,
            baseline_cancel_keys: None,
            error: None,
            transaction_key: None,
            upstream_http_status: None,
            raw_reply: None,
            resolved_at: None,
            lease: LeaseChange::Release,
            next_at: None,
            api_key: None,
            decision: None,
        }
    }
}

impl Lease {
    /// The lease as a column holds it.
    pub(super) fn to_millis(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            until: to_millis(self.until),
        }
    }
}

impl CancelRequest {
    /// Whether somebody works on it.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }

    /// The request after a change.
    pub(crate) fn after(&self, change: CancelRequestChange) -> Self {
        let ends = change.status.is_final();
        let sent_at = change.sent_at.map(to_millis);
        Self {
            status: change.status,
            version: self.version.saturating_add(1),
            attempts: self.attempts.saturating_add(i32::from(sent_at.is_some())),
            first_sent_at: self.first_sent_at.or(sent_at),
            last_sent_at: sent_at.or(self.last_sent_at),
            body: change.body.or_else(|| self.body.clone()).filter(|_| !ends),
            baseline_balance: change.baseline_balance.or(self.baseline_balance),
            baseline_cancel_keys: change
                .baseline_cancel_keys
                .unwrap_or_else(|| self.baseline_cancel_keys.clone()),
            error: change.error,
            transaction_key: change
                .transaction_key
                .or_else(|| self.transaction_key.clone()),
            upstream_http_status: change.upstream_http_status.or(self.upstream_http_status),
            raw_reply: change.raw_reply.or_else(|| self.raw_reply.clone()),
            resolved_at: change.resolved_at.map(to_millis).or(self.resolved_at),
            lease: match change.lease {
                LeaseChange::Release => None,
                LeaseChange::Keep => self.lease.clone(),
                LeaseChange::Take(lease) => Some(lease.to_millis()),
            },
            next_at: change.next_at.map(to_millis),
            api_key: self.api_key.clone().or(change.api_key),
            decision: change.decision.or_else(|| self.decision.clone()),
            ..self.clone()
        }
    }

    pub(super) fn conflict(&self) -> StoreError {
        StoreError::Conflict {
            id: self.id.to_string(),
        }
    }
}
