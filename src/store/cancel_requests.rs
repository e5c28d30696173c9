//! Cancel requests: written before Toss is called, changed by compare-and-swap, never deleted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::RawText;
use entity::cancel_request::{self, Column};
use reconciliation::{CancelRequestStatus, PaymentKey, TransactionKey};
use sea_orm::ActiveValue::NotSet;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::audit::{self, PROGRAM, Said};
use super::keys::among;
use super::marks::mark_payment;
use super::rows::{
    CancelRequestRow, WholeCancelRequestRow, cancel_request_model, changed_columns,
    new_cancel_request,
};
use super::write::insert;
use super::{
    CancelRequest, CancelRequestChange, CancelRequestFilter, CancelRequestId, Created,
    NewCancelRequest, Store, StoreError,
};

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
            let transaction = self.begin().await?;
            let written = insert::<cancel_request::Entity>(
                &transaction,
                vec![model.clone()],
                OnConflict::new().do_nothing(),
            )
            .await?;
            if written > 0 {
                mark_payment(&transaction, new.payment_key.as_str()).await?;
                audit::add(&transaction, requested(&request)).await?;
                transaction.commit().await?;
                return Ok(Created::New(request));
            }
            transaction.rollback().await?;
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

    /// The request for this payment that has not ended; there is at most one.
    pub async fn cancel_in_flight(
        &self,
        payment: &PaymentKey,
    ) -> Result<Option<CancelRequest>, StoreError> {
        let in_flight = Column::PaymentKey
            .eq(payment.as_str())
            .and(is_in(&NOT_ENDED));
        find_whole(&self.reader, in_flight).await
    }

    /// Requests that fit a filter, newest first, at most that many, from before the given one; without `body` and
    /// `raw_reply`.
    pub async fn cancel_requests(
        &self,
        filter: &CancelRequestFilter,
        before: Option<&CancelRequestId>,
        most: u64,
    ) -> Result<Vec<CancelRequest>, StoreError> {
        let mut wanted = cancel_request::Entity::find();
        if let Some(payment) = &filter.payment_key {
            wanted = wanted.filter(Column::PaymentKey.eq(payment.as_str()));
        }
        if let Some(name) = &filter.requested_by {
            wanted = wanted.filter(Column::RequestedBy.eq(name.as_str()));
        }
        if let Some(states) = &filter.status {
            wanted = wanted.filter(is_in(states));
        }
        if let Some(before) = before {
            wanted = wanted.filter(Column::Id.lt(before.as_str()));
        }
        // Ids are in the order of time.
        wanted
            .order_by_desc(Column::Id)
            .limit(most)
            .into_partial_model::<CancelRequestRow>()
            .all(&self.reader)
            .await?
            .into_iter()
            .map(CancelRequestRow::cancel_request)
            .collect()
    }

    /// Requests that nobody works on and that are to be taken up now: sendings that were abandoned, and unknown outcomes
    /// whose pause is over. Oldest first, at most that many. A row that cannot be read is logged and left out: it must not
    /// keep the others from ending.
    pub async fn due_cancel_requests(
        &self,
        now: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<CancelRequest>, StoreError> {
        let now = ChronoUnixTimestampMillis::from(now);
        let unattended = Column::LeaseUntil.is_null().or(Column::LeaseUntil.lte(now));
        let pause_is_over = Column::Status
            .ne(CancelRequestStatus::Unknown.as_str())
            .or(Column::NextAt.is_null())
            .or(Column::NextAt.lte(now));
        let rows = cancel_request::Entity::find()
            .filter(is_in(&UNFINISHED))
            .filter(unattended)
            .filter(pause_is_over)
            .order_by_asc(Column::RequestedAt)
            .order_by_asc(Column::Id)
            .limit(most)
            .into_partial_model::<WholeCancelRequestRow>()
            .all(&self.reader)
            .await?;
        let readable = |row: WholeCancelRequestRow| {
            row.cancel_request()
                .inspect_err(|error| tracing::error!(%error, "a cancel request cannot be taken up"))
                .ok()
        };
        Ok(rows.into_iter().filter_map(readable).collect())
    }

    /// When Toss can last have been at work on a cancel of this payment that was asked for here: the latest instant at
    /// which one was sent, or its end was recorded.
    pub async fn last_cancel_at(
        &self,
        payment: &PaymentKey,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        type Instants = (
            Option<ChronoUnixTimestampMillis>,
            Option<ChronoUnixTimestampMillis>,
        );
        let last: Option<Instants> = cancel_request::Entity::find()
            .select_only()
            .column_as(Column::LastSentAt.max(), "sent")
            .column_as(Column::ResolvedAt.max(), "ended")
            .filter(Column::PaymentKey.eq(payment.as_str()))
            .filter(Column::LastSentAt.is_not_null())
            .into_tuple()
            .one(&self.reader)
            .await?;
        let (sent, ended) = last.unwrap_or_default();
        Ok(Ord::max(sent.map(|at| at.0), ended.map(|at| at.0)))
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
        let transaction = self.begin().await?;
        let outcome = cancel_request::Entity::update_many()
            .set(row)
            .filter(unchanged)
            .exec(&transaction)
            .await?;
        if outcome.rows_affected == 0 {
            return Err(request.conflict());
        }
        if next.status != request.status || next.transaction_key != request.transaction_key {
            mark_payment(&transaction, request.payment_key.as_str()).await?;
            audit::add(&transaction, changed(request, &next, at)).await?;
        }
        transaction.commit().await?;
        Ok(next)
    }
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

/// What the audit log says of a change. Reasons and answers are free text, in which people write names: they stay out.
fn changed<'a>(before: &CancelRequest, after: &'a CancelRequest, at: DateTime<Utc>) -> Said<'a> {
    let decision = after
        .decision
        .as_ref()
        .filter(|_| before.decision.is_none());
    Said {
        at,
        actor: decision.map_or(PROGRAM, |decision| decision.by.as_str()),
        action: match after.status {
            CancelRequestStatus::Requested => "CANCEL_REQUESTED",
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
            "transactionKey": after.transaction_key.as_ref().map(TransactionKey::as_str),
            "balance": after.baseline_balance.map(|balance| balance.to_string()),
            "note": decision.map(|decision| decision.note.as_str()),
        }),
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
