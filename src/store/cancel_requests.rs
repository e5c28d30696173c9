//! Cancel requests: written before Toss is called, changed by compare-and-swap, never deleted.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use entity::RawText;
use entity::cancel_request::{self, Column};
use reconciliation::{
    CancelRequestStatus, Currency, Money, PaymentKey, RetryAdvice, TransactionKey,
};
use sea_orm::ActiveValue::NotSet;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

use super::keys::among;
use super::rows::{
    CancelRequestRow, WholeCancelRequestRow, cancel_request_model, new_cancel_request, to_millis,
};
use super::write::insert;
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
        }
    }
}

impl CancelRequest {
    /// The request after a change.
    fn after(&self, change: CancelRequestChange) -> Self {
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
            ..self.clone()
        }
    }

    fn conflict(&self) -> StoreError {
        StoreError::Conflict {
            id: self.id.to_string(),
        }
    }
}

impl Store {
    /// Records a request, unless its caller's key has been used or the payment has a request in flight. The database
    /// holds both rules, so they hold across processes.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id or the key for Toss is in use, which new ones never are.
    pub async fn create_cancel_request(
        &self,
        new: &NewCancelRequest,
    ) -> Result<Created, StoreError> {
        let request = new_cancel_request(new);
        let model = cancel_request_model(&request)?;
        // What stands in the way may have ended before it is looked for; then the way is free.
        for _ in 0..CREATE_ATTEMPTS {
            let written = insert::<cancel_request::Entity>(
                &self.writer,
                vec![model.clone()],
                OnConflict::new().do_nothing(),
            )
            .await?;
            if written > 0 {
                return Ok(Created::New(request));
            }
            let by_key = find_whole(
                &self.writer,
                Column::RequestedBy
                    .eq(new.requested_by.as_str())
                    .and(Column::ClientKey.eq(new.client_key.as_str())),
            );
            if let Some(same) = by_key.await? {
                return Ok(Created::SameKey(same));
            }
            let in_flight = find_whole(
                &self.writer,
                Column::PaymentKey
                    .eq(new.payment_key.as_str())
                    .and(is_in(&NOT_ENDED)),
            );
            if let Some(other) = in_flight.await? {
                return Ok(Created::InFlight(other));
            }
        }
        Err(request.conflict())
    }

    /// The request with this id.
    pub async fn cancel_request(
        &self,
        id: &CancelRequestId,
    ) -> Result<Option<CancelRequest>, StoreError> {
        find_whole(&self.reader, Column::Id.eq(id.as_str())).await
    }

    /// The request that a caller's key made.
    pub async fn cancel_request_by_client_key(
        &self,
        requested_by: &str,
        client_key: &str,
    ) -> Result<Option<CancelRequest>, StoreError> {
        find_whole(
            &self.reader,
            Column::RequestedBy
                .eq(requested_by)
                .and(Column::ClientKey.eq(client_key)),
        )
        .await
    }

    /// The requests for these payments, oldest first, without `body` and `raw_reply`; payments without any are missing
    /// from the answer.
    pub async fn cancel_requests_of(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Vec<CancelRequest>>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted = among(
            self.reader.get_database_backend(),
            Column::PaymentKey,
            payments.iter().map(PaymentKey::as_str),
        );
        let rows = cancel_request::Entity::find()
            .filter(wanted)
            .order_by_asc(Column::RequestedAt)
            .order_by_asc(Column::Id)
            .into_partial_model::<CancelRequestRow>()
            .all(&self.reader)
            .await?;
        let mut found: HashMap<PaymentKey, Vec<CancelRequest>> = HashMap::new();
        for row in rows {
            let request = row.cancel_request()?;
            found
                .entry(request.payment_key.clone())
                .or_default()
                .push(request);
        }
        Ok(found)
    }

    /// Every request whose outcome this program has still to find out (`REQUESTED`, `SENT`, `UNKNOWN`), oldest first.
    pub async fn unfinished_cancel_requests(&self) -> Result<Vec<CancelRequest>, StoreError> {
        cancel_request::Entity::find()
            .filter(is_in(&UNFINISHED))
            .order_by_asc(Column::RequestedAt)
            .order_by_asc(Column::Id)
            .into_partial_model::<WholeCancelRequestRow>()
            .all(&self.reader)
            .await?
            .into_iter()
            .map(WholeCancelRequestRow::cancel_request)
            .collect()
    }

    /// Changes a request, provided that it still is as it was read. A final status erases the body.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else changed it, when it has ended, or when it has another body already.
    pub async fn move_cancel_request(
        &self,
        request: &CancelRequest,
        change: CancelRequestChange,
    ) -> Result<CancelRequest, StoreError> {
        if request.status.is_final() {
            return Err(request.conflict());
        }
        let given_body = change.body.clone();
        let new_reply = change.raw_reply.is_some();
        let next = request.after(change);
        let mut row = cancel_request_model(&next)?.into_active_model().reset_all();
        // Both may not have been read with the request: what was not given is left alone.
        if given_body.is_none() && !next.status.is_final() {
            row.body = NotSet;
        }
        if !new_reply {
            row.raw_reply = NotSet;
        }
        let mut unchanged = Column::Id
            .eq(request.id.as_str())
            .and(Column::Version.eq(request.version));
        if let Some(body) = given_body {
            let same_body = Column::Body.eq(RawText(body.expose().to_owned()));
            unchanged = unchanged.and(Column::Body.is_null().or(same_body));
        }
        let outcome = cancel_request::Entity::update_many()
            .set(row)
            .filter(unchanged)
            .exec(&self.writer)
            .await?;
        if outcome.rows_affected == 0 {
            return Err(request.conflict());
        }
        Ok(next)
    }
}

/// How often a request is tried to be recorded while others come and go.
const CREATE_ATTEMPTS: u32 = 5;

/// States that keep a payment from being cancelled again.
const NOT_ENDED: [CancelRequestStatus; 4] = [
    CancelRequestStatus::Requested,
    CancelRequestStatus::Sent,
    CancelRequestStatus::Unknown,
    CancelRequestStatus::NeedsOperator,
];

/// States that this program has to lead out of.
const UNFINISHED: [CancelRequestStatus; 3] = [
    CancelRequestStatus::Requested,
    CancelRequestStatus::Sent,
    CancelRequestStatus::Unknown,
];

fn is_in(states: &[CancelRequestStatus]) -> Expr {
    Column::Status.is_in(states.iter().map(|status| status.as_str()))
}

async fn find_whole(
    connection: &impl ConnectionTrait,
    condition: Expr,
) -> Result<Option<CancelRequest>, StoreError> {
    cancel_request::Entity::find()
        .filter(condition)
        .into_partial_model::<WholeCancelRequestRow>()
        .one(connection)
        .await?
        .map(WholeCancelRequestRow::cancel_request)
        .transpose()
}
