//! Rows of `cancel_requests`.

use chrono::{DateTime, Utc};
use entity::{RawText, cancel_request};
use reconciliation::{
    CancelMark, CancelRequestStatus, Money, PaymentKey, RetryAdvice, TransactionKey,
};
use sea_orm::ActiveValue::Set;
use sea_orm::DerivePartialModel;
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::columns::placed;
use super::{Row, instant, storable, to_millis};
use crate::store::{
    AccountName, Approval, CancelRequest, CancelRequestId, ContentDigest, Decision, Lease,
    NewCancelRequest, SecretBody, StoreError, StoredCancelError, TossWords,
};

/// A cancel request without its bodies.
#[derive(Debug, DerivePartialModel)]
#[sea_orm(entity = "cancel_request::Entity")]
pub(in crate::store) struct CancelRequestRow {
    id: String,
    payment_key: String,
    account: String,
    amount: Option<i64>,
    currency: String,
    reason: String,
    requested_by: String,
    client_key: String,
    content_hash: Vec<u8>,
    idempotency_key: String,
    baseline_balance: Option<i64>,
    baseline_cancel_keys: String,
    status: String,
    version: i64,
    attempts: i32,
    first_sent_at: Option<ChronoUnixTimestampMillis>,
    last_sent_at: Option<ChronoUnixTimestampMillis>,
    error_code: Option<String>,
    error_message: Option<String>,
    error_advice: Option<String>,
    error_field: Option<String>,
    transaction_key: Option<String>,
    upstream_http_status: Option<i32>,
    requested_at: ChronoUnixTimestampMillis,
    resolved_at: Option<ChronoUnixTimestampMillis>,
    lease_owner: Option<String>,
    lease_until: Option<ChronoUnixTimestampMillis>,
    next_at: Option<ChronoUnixTimestampMillis>,
    api_key: Option<String>,
    decided_by: Option<String>,
    decision_note: Option<String>,
    approved_by: Option<String>,
    approved_at: Option<ChronoUnixTimestampMillis>,
    owner: String,
    content_key: Option<String>,
    mark: Option<String>,
    toss_code: Option<String>,
    toss_message: Option<String>,
    same_answers: i32,
    same_answer_since: Option<ChronoUnixTimestampMillis>,
    may_repeat: bool,
}

placed!(CancelRequestRow, from "cancel_requests", id, payment_key, account, amount, currency, reason, requested_by,
    client_key, content_hash, idempotency_key, baseline_balance, baseline_cancel_keys, status, version, attempts,
    first_sent_at, last_sent_at, error_code, error_message, error_advice, error_field, transaction_key,
    upstream_http_status, requested_at, resolved_at, lease_owner, lease_until, next_at, api_key, decided_by, decision_note,
    approved_by, approved_at, owner, content_key, mark, toss_code, toss_message, same_answers, same_answer_since,
    may_repeat);

/// A cancel request with its bodies.
#[derive(Debug, DerivePartialModel)]
#[sea_orm(entity = "cancel_request::Entity")]
pub(in crate::store) struct WholeCancelRequestRow {
    #[sea_orm(nested)]
    request: CancelRequestRow,
    body: Option<RawText>,
    raw_reply: Option<RawText>,
}

impl WholeCancelRequestRow {
    /// The row's value.
    pub(in crate::store) fn cancel_request(self) -> Result<CancelRequest, StoreError> {
        let secret = |text: RawText| SecretBody::new(text.0);
        Ok(CancelRequest {
            body: self.body.map(secret),
            raw_reply: self.raw_reply.map(secret),
            ..self.request.cancel_request()?
        })
    }
}

impl CancelRequestRow {
    /// The row's value, without its bodies.
    pub(in crate::store) fn cancel_request(self) -> Result<CancelRequest, StoreError> {
        let row = Row {
            table: "cancel_requests",
            key: &self.id,
        };
        let currency = row.currency(&self.currency)?;
        let error = self.error(row)?;
        Ok(CancelRequest {
            id: CancelRequestId::new(&self.id),
            payment_key: row.read("payment_key", PaymentKey::parse(&self.payment_key))?,
            account: AccountName::new(&self.account),
            amount: self.amount.map(|minor| Money::from_minor(minor, currency)),
            currency,
            content: content(row, self.content_key, self.content_hash)?,
            idempotency_key: self.idempotency_key,
            body: None,
            baseline_balance: self
                .baseline_balance
                .map(|minor| Money::from_minor(minor, currency)),
            baseline_cancel_keys: self
                .baseline_cancel_keys
                .split_whitespace()
                .map(|key| row.read("baseline_cancel_keys", TransactionKey::parse(key)))
                .collect::<Result<_, _>>()?,
            status: CancelRequestStatus::parse(&self.status)
                .ok_or_else(|| row.inconsistent("status"))?,
            version: self.version,
            attempts: self.attempts,
            first_sent_at: instant(self.first_sent_at),
            last_sent_at: instant(self.last_sent_at),
            error,
            transaction_key: row.read_some(
                "transaction_key",
                self.transaction_key.as_deref(),
                TransactionKey::parse,
            )?,
            upstream_http_status: self
                .upstream_http_status
                .map(|status| row.read("upstream_http_status", u16::try_from(status)))
                .transpose()?,
            raw_reply: None,
            requested_at: self.requested_at.0,
            resolved_at: instant(self.resolved_at),
            lease: Option::zip(self.lease_owner, instant(self.lease_until))
                .map(|(owner, until)| Lease { owner, until }),
            next_at: instant(self.next_at),
            api_key: self.api_key,
            decision: Option::zip(self.decided_by, self.decision_note)
                .map(|(by, note)| Decision { by, note }),
            approval: Option::zip(self.approved_by, instant(self.approved_at))
                .map(|(by, at)| Approval { by, at }),
            mark: self.mark.as_deref().map(CancelMark::recorded),
            toss_words: toss_words(
                self.toss_code,
                self.toss_message,
                self.same_answers,
                instant(self.same_answer_since),
            ),
            may_repeat: self.may_repeat,
            reason: self.reason,
            requested_by: self.requested_by,
            owner: self.owner,
            client_key: self.client_key,
        })
    }

    fn error(&self, row: Row<'_>) -> Result<Option<StoredCancelError>, StoreError> {
        let Some(code) = &self.error_code else {
            return Ok(None);
        };
        let advice = self.error_advice.as_deref().and_then(RetryAdvice::parse);
        Ok(Some(StoredCancelError {
            code: code.clone(),
            message: self
                .error_message
                .clone()
                .ok_or_else(|| row.inconsistent("error_message"))?,
            advice: advice.ok_or_else(|| row.inconsistent("error_advice"))?,
            field: self.error_field.clone(),
        }))
    }
}

/// What is there of the digest. One without the name of its key had to be erased.
fn content(
    row: Row<'_>,
    key: Option<String>,
    digest: Vec<u8>,
) -> Result<Option<ContentDigest>, StoreError> {
    key.map(|key| {
        let digest = row.read("content_hash", digest.try_into())?;
        Ok(ContentDigest { key, digest })
    })
    .transpose()
}

fn toss_words(
    code: Option<String>,
    message: Option<String>,
    times: i32,
    since: Option<DateTime<Utc>>,
) -> Option<TossWords> {
    Some(TossWords {
        code: code?,
        message: message?,
        times,
        since: since?,
    })
}

/// A new request as it will be read.
pub(in crate::store) fn new_cancel_request(new: &NewCancelRequest) -> CancelRequest {
    CancelRequest {
        id: new.id.clone(),
        payment_key: new.payment_key.clone(),
        account: new.account.clone(),
        amount: new.amount,
        currency: new.currency,
        reason: new.reason.clone(),
        requested_by: new.requested_by.clone(),
        owner: new.owner.clone(),
        client_key: new.client_key.clone(),
        content: Some(new.content.clone()),
        idempotency_key: new.idempotency_key.clone(),
        body: None,
        baseline_balance: new.baseline_balance,
        baseline_cancel_keys: Vec::new(),
        status: CancelRequestStatus::Requested,
        version: 1,
        attempts: 0,
        first_sent_at: None,
        last_sent_at: None,
        error: None,
        transaction_key: None,
        upstream_http_status: None,
        raw_reply: None,
        requested_at: to_millis(new.requested_at),
        resolved_at: None,
        lease: Some(new.lease.to_millis()),
        next_at: None,
        api_key: None,
        decision: None,
        approval: None,
        mark: new.mark.clone(),
        toss_words: None,
        may_repeat: false,
    }
}

/// The row of a request.
pub(in crate::store) fn cancel_request_model(
    request: &CancelRequest,
) -> Result<cancel_request::Model, StoreError> {
    let row = Row {
        table: "cancel_requests",
        key: request.id.as_str(),
    };
    let currency = request.currency;
    let error = request.error.as_ref();
    let (content, words) = (request.content.as_ref(), request.toss_words.as_ref());
    let raw = |body: &SecretBody| RawText(body.expose().to_owned());
    Ok(cancel_request::Model {
        id: request.id.to_string(),
        payment_key: request.payment_key.to_string(),
        account: request.account.to_string(),
        amount: row.minor_some("amount", request.amount, currency)?,
        currency: currency.code().to_owned(),
        reason: request.reason.clone(),
        requested_by: request.requested_by.clone(),
        client_key: request.client_key.clone(),
        content_hash: content.map_or_else(Vec::new, |content| content.digest.to_vec()),
        content_key: content.map(|content| content.key.clone()),
        owner: request.owner.clone(),
        may_repeat: request.may_repeat,
        mark: request.mark.as_ref().map(ToString::to_string),
        toss_code: words.map(|words| storable(&words.code)),
        toss_message: words.map(|words| storable(&words.message)),
        same_answers: words.map_or(0, |words| words.times),
        same_answer_since: words.map(|words| words.since.into()),
        idempotency_key: request.idempotency_key.clone(),
        body: request.body.as_ref().map(raw),
        baseline_balance: row.minor_some("baseline_balance", request.baseline_balance, currency)?,
        baseline_cancel_keys: spaced(&request.baseline_cancel_keys),
        status: request.status.as_str().to_owned(),
        version: request.version,
        attempts: request.attempts,
        first_sent_at: request.first_sent_at.map(Into::into),
        last_sent_at: request.last_sent_at.map(Into::into),
        error_code: error.map(|error| storable(&error.code)),
        error_message: error.map(|error| storable(&error.message)),
        error_advice: error.map(|error| error.advice.as_str().to_owned()),
        error_field: error.and_then(|error| error.field.clone()),
        transaction_key: request.transaction_key.as_ref().map(ToString::to_string),
        upstream_http_status: request.upstream_http_status.map(i32::from),
        raw_reply: request
            .raw_reply
            .as_ref()
            .map(|reply| RawText(storable(reply.expose()))),
        requested_at: request.requested_at.into(),
        resolved_at: request.resolved_at.map(Into::into),
        lease_owner: request.lease.as_ref().map(|lease| lease.owner.clone()),
        lease_until: request.lease.as_ref().map(|lease| lease.until.into()),
        next_at: request.next_at.map(Into::into),
        api_key: request.api_key.clone(),
        decided_by: request
            .decision
            .as_ref()
            .map(|decision| decision.by.clone()),
        decision_note: request
            .decision
            .as_ref()
            .map(|decision| storable(&decision.note)),
        approved_by: request
            .approval
            .as_ref()
            .map(|approval| approval.by.clone()),
        approved_at: request.approval.as_ref().map(|approval| approval.at.into()),
    })
}

/// The columns of a request that may change, as they are to be.
pub(in crate::store) fn changed_columns(
    request: &CancelRequest,
) -> Result<cancel_request::ActiveModel, StoreError> {
    let model = cancel_request_model(request)?;
    Ok(cancel_request::ActiveModel {
        body: Set(model.body),
        baseline_balance: Set(model.baseline_balance),
        baseline_cancel_keys: Set(model.baseline_cancel_keys),
        status: Set(model.status),
        version: Set(model.version),
        attempts: Set(model.attempts),
        first_sent_at: Set(model.first_sent_at),
        last_sent_at: Set(model.last_sent_at),
        error_code: Set(model.error_code),
        error_message: Set(model.error_message),
        error_advice: Set(model.error_advice),
        error_field: Set(model.error_field),
        transaction_key: Set(model.transaction_key),
        upstream_http_status: Set(model.upstream_http_status),
        raw_reply: Set(model.raw_reply),
        resolved_at: Set(model.resolved_at),
        lease_owner: Set(model.lease_owner),
        lease_until: Set(model.lease_until),
        next_at: Set(model.next_at),
        api_key: Set(model.api_key),
        decided_by: Set(model.decided_by),
        decision_note: Set(model.decision_note),
        approved_by: Set(model.approved_by),
        approved_at: Set(model.approved_at),
        may_repeat: Set(model.may_repeat),
        toss_code: Set(model.toss_code),
        toss_message: Set(model.toss_message),
        same_answers: Set(model.same_answers),
        same_answer_since: Set(model.same_answer_since),
        ..Default::default()
    })
}

/// Keys with a space between: no key holds one.
fn spaced(keys: &[TransactionKey]) -> String {
    keys.iter()
        .map(TransactionKey::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}
