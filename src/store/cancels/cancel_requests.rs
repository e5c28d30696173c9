//! Finding cancel requests.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::cancel_request::{self, Column};
use reconciliation::{CancelRequestStatus, Currency, Money, PaymentKey};
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Func, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::store::db::keys::among;
use crate::store::lists::keyset::MOST_COUNTED;
use crate::store::lists::scoped_lists::is_of_payment_among;
use crate::store::rows::{CancelRequestRow, WholeCancelRequestRow};
use crate::store::{
    CancelRequest, CancelRequestFilter, CancelRequestId, Page, PageRequest, Store, StoreError,
    StoredCancelError, Toward,
};

impl Store {
    /// The request with this id.
    pub async fn cancel_request(
        &self,
        id: &CancelRequestId,
    ) -> Result<Option<CancelRequest>, StoreError> {
        find_whole(&self.reader, Column::Id.eq(id.as_str())).await
    }

    /// The request that a key of this owner made; none when every one that it made has given it back.
    pub async fn cancel_request_by_client_key(
        &self,
        owner: &str,
        client_key: &str,
    ) -> Result<Option<CancelRequest>, StoreError> {
        find_by_client_key(&self.reader, owner, client_key).await
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

    /// A page of the requests that fit a filter, newest first; without `body` and `raw_reply`.
    pub async fn cancel_requests(
        &self,
        filter: &CancelRequestFilter,
        page: &PageRequest<CancelRequestId>,
    ) -> Result<Page<CancelRequest>, StoreError> {
        // Ids are in the order of time.
        let order = match page.toward {
            Toward::Older => Order::Desc,
            Toward::Newer => Order::Asc,
        };
        let mut wanted = fitting(filter);
        if let Some(id) = &page.past {
            wanted = wanted.filter(match page.toward {
                Toward::Older => Column::Id.lt(id.as_str()),
                Toward::Newer => Column::Id.gt(id.as_str()),
            });
        }
        let found = wanted
            .order_by(Column::Id, order)
            .limit(page.rows.saturating_add(1))
            .into_partial_model::<CancelRequestRow>()
            .all(&self.reader)
            .await?
            .into_iter()
            .map(CancelRequestRow::cancel_request);
        let found = found.collect::<Result<_, _>>()?;
        Ok(Page::of(found, page.rows, page.toward))
    }

    /// How many requests fit a filter; `None` when they are more than a hundred thousand.
    pub async fn count_cancel_requests(
        &self,
        filter: &CancelRequestFilter,
    ) -> Result<Option<u64>, StoreError> {
        let found = fitting(filter)
            .select_only()
            .column(Column::Id)
            .limit(MOST_COUNTED.saturating_add(1))
            .into_query();
        let statement = Query::select()
            .expr(Func::count(Expr::col(Asterisk)))
            .from_subquery(found, "counted")
            .to_owned();
        self.counted(&statement).await
    }

    /// Requests that nobody works on and that are to be taken up now: sendings that were abandoned, unknown outcomes whose
    /// pause is over, and what has waited for approval long enough. Oldest first, at most that many. A row that cannot be read is logged and left out: it must not
    /// keep the others from ending.
    pub async fn due_cancel_requests(
        &self,
        now: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<CancelRequest>, StoreError> {
        let now = ChronoUnixTimestampMillis::from(now);
        let unattended = Column::LeaseUntil.is_null().or(Column::LeaseUntil.lte(now));
        let pause_is_over = is_in(&PAUSING)
            .not()
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

    /// Whether the request stands as sent in this version, read over another connection than the one that writes: then what
    /// was committed is committed for everybody.
    pub async fn sent_is_readable(
        &self,
        id: &CancelRequestId,
        version: i64,
    ) -> Result<bool, StoreError> {
        let found: Option<String> = cancel_request::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.eq(id.as_str()))
            .filter(Column::Version.eq(version))
            .filter(Column::Status.eq(CancelRequestStatus::Sent.as_str()))
            .into_tuple()
            .one(&self.witness)
            .await?;
        Ok(found.is_some())
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

    /// What this owner has asked for in this currency since an instant, with any token and for any payment, whatever became
    /// of it but for what was refused or moved no money. A request for everything counts with the balance that was read.
    pub async fn cancels_asked_since(
        &self,
        owner: &str,
        currency: Currency,
        since: DateTime<Utc>,
    ) -> Result<Money, StoreError> {
        asked_since(&self.reader, owner, currency, since).await
    }

    /// The same of one payment alone, without the request that is being looked at.
    pub async fn asked_of_payment_since(
        &self,
        owner: &str,
        payment: &PaymentKey,
        currency: Currency,
        since: DateTime<Utc>,
        besides: Option<&CancelRequestId>,
    ) -> Result<Money, StoreError> {
        let mut of_payment = Column::PaymentKey.eq(payment.as_str());
        if let Some(id) = besides {
            of_payment = of_payment.and(Column::Id.ne(id.as_str()));
        }
        asked(&self.reader, owner, currency, since, Some(of_payment)).await
    }
}

/// Requests that fit a filter, in no order.
fn fitting(filter: &CancelRequestFilter) -> Select<cancel_request::Entity> {
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
    if let Some(merchants) = &filter.mids {
        wanted = wanted.filter(is_of_payment_among(merchants));
    }
    if let Some((from, until)) = filter.requested_at {
        let at = Column::RequestedAt;
        wanted = wanted
            .filter(at.gte(ChronoUnixTimestampMillis::from(from)))
            .filter(at.lt(ChronoUnixTimestampMillis::from(until)));
    }
    wanted
}

/// States that keep a payment from being cancelled again.
pub(in crate::store) const NOT_ENDED: [CancelRequestStatus; 5] = [
    CancelRequestStatus::Requested,
    CancelRequestStatus::AwaitingApproval,
    CancelRequestStatus::Sent,
    CancelRequestStatus::Unknown,
    CancelRequestStatus::NeedsOperator,
];

/// States that this program has to lead out of.
const UNFINISHED: [CancelRequestStatus; 4] = [
    CancelRequestStatus::Requested,
    CancelRequestStatus::AwaitingApproval,
    CancelRequestStatus::Sent,
    CancelRequestStatus::Unknown,
];

/// States that last until an instant which the row names.
const PAUSING: [CancelRequestStatus; 2] = [
    CancelRequestStatus::AwaitingApproval,
    CancelRequestStatus::Unknown,
];

pub(in crate::store) fn is_in(states: &[CancelRequestStatus]) -> Expr {
    Column::Status.is_in(states.iter().map(|status| status.as_str()))
}

pub(in crate::store) async fn find_whole(
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

/// As [`Store::cancel_request_by_client_key`], over any connection.
pub(in crate::store) async fn find_by_client_key(
    connection: &impl ConnectionTrait,
    owner: &str,
    client_key: &str,
) -> Result<Option<CancelRequest>, StoreError> {
    let of_key = Column::Owner
        .eq(owner)
        .and(Column::ClientKey.eq(client_key));
    find_whole(connection, of_key.and(holds_its_keys())).await
}

/// A request that ended because Toss could not be asked has given its keys back: the index that keeps them apart says the
/// same.
fn holds_its_keys() -> Expr {
    Column::Status
        .ne(CancelRequestStatus::Rejected.as_str())
        .or(Column::ErrorCode.is_null())
        .or(Column::ErrorCode.ne(StoredCancelError::TOSS_NOT_ASKED))
}

/// As [`Store::cancels_asked_since`], also within a transaction.
pub(in crate::store) async fn asked_since(
    connection: &impl ConnectionTrait,
    owner: &str,
    currency: Currency,
    since: DateTime<Utc>,
) -> Result<Money, StoreError> {
    asked(connection, owner, currency, since, None).await
}

/// What an owner has asked for in a currency since an instant, of requests that fit one more condition.
async fn asked(
    connection: &impl ConnectionTrait,
    owner: &str,
    currency: Currency,
    since: DateTime<Utc>,
    more: Option<Expr>,
) -> Result<Money, StoreError> {
    let counted = Func::coalesce([
        Column::Amount.into_expr(),
        Column::BaselineBalance.into_expr(),
    ]);
    let sum: Option<Option<i64>> = cancel_request::Entity::find()
        .select_only()
        .column_as(Expr::from(counted).sum().cast_as("bigint"), "asked")
        .filter(Column::Owner.eq(owner))
        .filter(Column::RequestedAt.gte(ChronoUnixTimestampMillis::from(since)))
        .filter(Column::Currency.eq(currency.code()))
        .filter(Column::Status.ne(CancelRequestStatus::Rejected.as_str()))
        .filter(Column::Voids.eq(false))
        .filter(more.unwrap_or_else(|| Expr::value(true)))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(Money::from_minor(sum.flatten().unwrap_or(0), currency))
}
