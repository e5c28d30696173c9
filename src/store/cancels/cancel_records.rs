//! Recording cancel requests: written before Toss is called, changed by compare-and-swap, never deleted, each step with its
//! entry in the audit log.

use chrono::{DateTime, Utc};
use entity::RawText;
use entity::cancel_request::{self, Column};
use reconciliation::{CancelRequestStatus, Money, TransactionKey};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::fail_points;
use crate::store::cancels::audit::{PROGRAM, Said};
use crate::store::cancels::cancel_requests::{
    NOT_ENDED, asked_since, find_by_client_key, find_whole, is_in,
};
use crate::store::db::advisory_locks::Turn;
use crate::store::db::transaction::Transaction;
use crate::store::db::upsert::insert;
use crate::store::dirty::mark_payment;
use crate::store::rows::{cancel_request_model, changed_columns, new_cancel_request};
use crate::store::{
    CancelRequest, CancelRequestChange, Created, DayLimit, Lease, NewCancelRequest, Store,
    StoreError,
};

/// How often a request is tried to be recorded while others come and go.
const CREATE_ATTEMPTS: u32 = 5;

impl Store {
    /// Records a request, unless its caller's key is in use, the payment has a request in flight, or it is more than
    /// its day's limit lets through. The database holds these rules, so they hold across processes.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id or the key for Toss is in use, which new ones never are.
    pub async fn create_cancel_request(
        &self,
        new: &NewCancelRequest,
    ) -> Result<Created, StoreError> {
        let request = new_cancel_request(new);
        let day_limit = new.day_limit.as_ref().filter(|_| !new.voids);
        let model = cancel_request_model(&request)?;
        // What stands in the way may have ended before it is looked for; then the way is free.
        for _ in 0..CREATE_ATTEMPTS {
            let transaction = self.begin().await?;
            if day_limit.is_some() {
                Turn::CountRequests.wait(&transaction).await?;
            }
            let written = insert::<cancel_request::Entity>(
                &transaction,
                vec![model.clone()],
                OnConflict::new().do_nothing(),
            )
            .await?;
            if written > 0 {
                if let Some(limit) = day_limit
                    && let Some(asked) = asked_before(&transaction, &request, limit).await?
                {
                    transaction.rollback().await?;
                    let most = limit.most;
                    return Ok(Created::OverDayLimit { most, asked });
                }
                transaction.note(|changed| changed.cancel_request(&request.id));
                mark_payment(&transaction, new.payment_key.as_str()).await?;
                self.add_audit_entry(&transaction, requested(&request))
                    .await?;
                fail_points::dies("cancel-request-not-committed");
                transaction.commit().await?;
                return Ok(Created::New(request));
            }
            transaction.rollback().await?;
            let by_key = find_by_client_key(&self.writer, &new.owner, &new.client_key);
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

    /// Says that whoever works on the request still does, provided that nobody has changed it since it was read. Nothing else
    /// changes by it.
    pub async fn renew_cancel_lease(
        &self,
        request: &CancelRequest,
        lease: &Lease,
    ) -> Result<bool, StoreError> {
        let lease = lease.to_millis();
        let renewed = cancel_request::Entity::update_many()
            .set(cancel_request::ActiveModel {
                lease_owner: Set(Some(lease.owner.clone())),
                lease_until: Set(Some(lease.until.into())),
                ..Default::default()
            })
            .filter(Column::Id.eq(request.id.as_str()))
            .filter(Column::Version.eq(request.version))
            .exec(&self.writer)
            .await?;
        Ok(renewed.rows_affected > 0)
    }

    /// Changes a request, provided that it still is as it was read, and says so in the audit log, as of the given instant.
    /// A final status erases the body.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else changed it, when it has ended, or when it has another body already.
    pub async fn move_cancel_request(
        &self,
        request: &CancelRequest,
        change: CancelRequestChange,
        at: DateTime<Utc>,
    ) -> Result<CancelRequest, StoreError> {
        let transaction = self.begin().await?;
        let by = change.by.clone();
        // In a place of its own: everything that waits for it would carry its size.
        let next = Box::pin(record_change(&transaction, request, change)).await?;
        if tells_of_a_change(request, &next) {
            let said = changed(request, &next, by.as_deref(), at);
            self.add_audit_entry(&transaction, said).await?;
        }
        fail_points::dies("cancel-change-not-committed");
        transaction.commit().await?;
        Ok(next)
    }
}

/// Changes a row, provided that it still is as it was read, and marks its payment. What it tells of is for the caller to add
/// to the audit log.
pub(in crate::store) async fn record_change(
    transaction: &Transaction,
    request: &CancelRequest,
    change: CancelRequestChange,
) -> Result<CancelRequest, StoreError> {
    if request.status.is_final() {
        return Err(request.conflict());
    }
    let given_body = change.body.clone();
    let given_reply = change.raw_reply.is_some();
    let next = request.after(change);
    let mut row = changed_columns(&next)?;
    // Both may not have been read with the request: what was not given is left alone.
    if given_body.is_none() && !next.status.is_final() {
        row.body = NotSet;
    }
    if !given_reply {
        row.raw_reply = NotSet;
    }
    let mut unchanged = Column::Id
        .eq(request.id.as_str())
        .and(Column::Version.eq(request.version));
    if let Some(body) = given_body {
        let same_body = Column::Body.eq(RawText(body.expose().to_owned()));
        unchanged = unchanged.and(Column::Body.is_null().or(same_body));
    }
    let update = cancel_request::Entity::update_many()
        .set(row)
        .filter(unchanged);
    let outcome = Box::pin(update.exec(transaction)).await?;
    if outcome.rows_affected == 0 {
        return Err(request.conflict());
    }
    transaction.note(|changed| changed.cancel_request(&request.id));
    if tells_of_a_change(request, &next) {
        mark_payment(transaction, request.payment_key.as_str()).await?;
    }
    Ok(next)
}

fn tells_of_a_change(before: &CancelRequest, after: &CancelRequest) -> bool {
    let said = |request: &CancelRequest| {
        let words = request.toss_words.as_ref();
        words.map(|words| (words.code.clone(), words.message.clone()))
    };
    after.status != before.status
        || after.transaction_key != before.transaction_key
        || said(after) != said(before)
}

/// What the admin had asked for within the day before this request, which is recorded already, if the two together are
/// more than the limit.
async fn asked_before(
    transaction: &Transaction,
    request: &CancelRequest,
    limit: &DayLimit,
) -> Result<Option<Money>, StoreError> {
    let (owner, currency) = (&request.owner, request.currency);
    let together = asked_since(transaction, owner, currency, limit.since).await?;
    if together.minor() <= limit.most.minor() {
        return Ok(None);
    }
    let own = request.amount.or(request.baseline_balance);
    let own = own.map_or(0, Money::minor);
    let before = together.minor().saturating_sub(own);
    Ok(Some(Money::from_minor(before, currency)))
}

/// What the audit log says of a new request.
fn requested(request: &CancelRequest) -> Said<'_> {
    Said {
        at: request.requested_at,
        actor: &request.requested_by,
        action: "CANCEL_REQUESTED",
        subject: request.id.as_str(),
        detail: json!({
            "paymentKey": request.payment_key.as_str(),
            "account": request.account.to_string(),
            "amount": request.amount.map(|amount| amount.to_string()),
        }),
    }
}

/// What the audit log says of a change. Reasons are free text, in which people write names: they stay out. Of Toss's answer
/// the code and the words are kept, with long numbers masked.
pub(in crate::store) fn changed<'a>(
    before: &CancelRequest,
    after: &'a CancelRequest,
    by: Option<&'a str>,
    at: DateTime<Utc>,
) -> Said<'a> {
    let decision = after
        .decision
        .as_ref()
        .filter(|_| before.decision.is_none());
    let words = after.toss_words.as_ref();
    Said {
        at,
        actor: by.unwrap_or(PROGRAM),
        action: match after.status {
            // Nothing else leads back to it.
            CancelRequestStatus::Requested => "CANCEL_APPROVED",
            CancelRequestStatus::AwaitingApproval => "CANCEL_AWAITING_APPROVAL",
            CancelRequestStatus::Sent => "CANCEL_SENT",
            CancelRequestStatus::Succeeded => "CANCEL_SUCCEEDED",
            CancelRequestStatus::Rejected => "CANCEL_REJECTED",
            CancelRequestStatus::Unknown => "CANCEL_UNKNOWN",
            CancelRequestStatus::NeedsOperator => "CANCEL_NEEDS_OPERATOR",
        },
        subject: after.id.as_str(),
        detail: json!({
            "attempt": after.attempts,
            "from": before.status.as_str(),
            "code": after.error.as_ref().map(|error| error.code.as_str()),
            "tossCode": words.map(|words| words.code.as_str()),
            "tossMessage": words.map(|words| words.message.as_str()),
            "transactionKey": after.transaction_key.as_ref().map(TransactionKey::as_str),
            "balance": after.baseline_balance.map(|balance| balance.to_string()),
            "note": decision.map(|decision| decision.note.as_str()),
        }),
    }
}
