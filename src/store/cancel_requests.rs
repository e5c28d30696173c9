//! Cancel requests: written before Toss is called, changed by compare-and-swap, never deleted.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use reconciliation::{
    CancelRequestStatus, Currency, Money, PaymentKey, RetryAdvice, TransactionKey,
};

use super::{AccountName, SecretBody, Store, StoreError};

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
    /// The exact bytes to send, when they are known already.
    pub body: Option<SecretBody>,
    /// The balance that was read, when it has been already.
    pub baseline_balance: Option<Money>,
    /// Now.
    pub requested_at: DateTime<Utc>,
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
}

impl CancelRequestChange {
    /// A change of the status alone.
    pub fn to(status: CancelRequestStatus) -> Self {
        Self {
            status,
            sent_at: None,
            body: None,
            baseline_balance: None,
            error: None,
            transaction_key: None,
            upstream_http_status: None,
            raw_reply: None,
            resolved_at: None,
        }
    }
}

impl Store {
    /// Records a request, unless its caller's key has been used or the payment has a request in flight. The database
    /// holds both rules, so they hold across processes.
    pub async fn create_cancel_request(
        &self,
        new: &NewCancelRequest,
    ) -> Result<Created, StoreError> {
        todo!()
    }

    /// The request with this id.
    pub async fn cancel_request(
        &self,
        id: &CancelRequestId,
    ) -> Result<Option<CancelRequest>, StoreError> {
        todo!()
    }

    /// The request that a caller's key made.
    pub async fn cancel_request_by_client_key(
        &self,
        requested_by: &str,
        client_key: &str,
    ) -> Result<Option<CancelRequest>, StoreError> {
        todo!()
    }

    /// The requests for these payments, oldest first; payments without any are missing from the answer.
    pub async fn cancel_requests_of(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Vec<CancelRequest>>, StoreError> {
        todo!()
    }

    /// Every request whose outcome this program still has to find out (`REQUESTED`, `SENT`, `UNKNOWN`), oldest first.
    pub async fn unfinished_cancel_requests(&self) -> Result<Vec<CancelRequest>, StoreError> {
        todo!()
    }

    /// Changes a request, provided that it still is as it was read. A final status erases the body.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else changed it, or when it has ended.
    pub async fn move_cancel_request(
        &self,
        request: &CancelRequest,
        change: CancelRequestChange,
    ) -> Result<CancelRequest, StoreError> {
        todo!()
    }
}
