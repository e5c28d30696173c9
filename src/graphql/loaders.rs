//! Batched reads: what several payments of one request need is read in one statement for all of them. One set of
//! loaders lives as long as one request, so that no request sees what was read for another.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use reconciliation::{
    CancelRequestFacts, Currency, FormerSettlement, History, Money, OrderId, PaymentKey,
};
use tokio::sync::OnceCell;
use tracing::Instrument as _;

use super::context::Interpretation;
use super::error::ApiError;
use crate::reconcile::{Reconciled, Reconciler, history, request_facts};
use crate::store::{
    CancelRequest, DeskRecord, DiscrepancyId, SettlementId, Store, StoreError, StoredPayment,
    StoredSettlement, WholePayment,
};

/// What to load of: a payment as it was read at one instant. After another reading it is another key, so that a
/// mutation's answer never shows rows from before it.
#[derive(Clone, Debug)]
struct Reading(Arc<StoredPayment>);

impl PartialEq for Reading {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.read_at == other.0.read_at
                && self.0.payment.payment_key == other.0.payment.payment_key)
    }
}

impl Eq for Reading {}

impl Hash for Reading {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.payment.payment_key.hash(state);
    }
}

/// Loads a payment's rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct WholeOf(Reading);

/// Loads how a payment stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ReconciledOf(Reading);

/// Loads a payment as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct StoredOf(PaymentKey);

/// Loads what a settlement row said before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct VersionsOf(SettlementId);

/// Loads every attempt to pay an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct AttemptsOf(OrderId);

/// Loads our own cancel requests for a payment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct CancelRequestsOf(PaymentKey);

/// Loads what people have made of a discrepancy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct DeskOf(DiscrepancyId);

/// Loads what an admin has asked for in a currency since an instant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct AskedSince {
    admin: String,
    currency: Currency,
    since: DateTime<Utc>,
}

/// Our own cancel requests for one payment, oldest first, and at the same places what tells whether they caused a
/// cancel.
#[derive(Debug, Default)]
pub(super) struct OwnRequests {
    pub(super) requests: Vec<Arc<CancelRequest>>,
    pub(super) facts: Vec<CancelRequestFacts>,
}

/// The loaders of one request. Made by [`super::with_request_data`].
pub struct Loaders {
    /// What belongs to one reading of a payment stays the same for the request.
    rows: DataLoader<Rows, HashMapCache>,
    /// Requests change while a mutation runs, so they are never kept.
    requests: DataLoader<Requests>,
    reconciler: Reconciler,
    interpretation: Interpretation,
    caught_up: OnceCell<Result<(), ApiError>>,
}

/// How long a question about stored verdicts waits for those that are due.
const CATCH_UP_TIME: Duration = Duration::from_secs(1);

impl Loaders {
    /// Loaders that have read nothing yet.
    pub(super) fn new(
        store: Store,
        reconciler: Reconciler,
        interpretation: Interpretation,
    ) -> Self {
        let rows = Rows {
            store: store.clone(),
            reconciler: reconciler.clone(),
        };
        // Without a delay a batch is what the fields of one step ask for; a delay would be added to every answer.
        Self {
            rows: DataLoader::with_cache(rows, spawn, HashMapCache::default())
                .delay(Duration::ZERO),
            requests: DataLoader::new(Requests { store }, spawn).delay(Duration::ZERO),
            reconciler,
            interpretation,
            caught_up: OnceCell::new(),
        }
    }

    /// The loaders of this request.
    pub(super) fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self, ApiError> {
        super::context::part(ctx)
    }

    /// What happened to a payment.
    pub(super) fn history<'w>(
        &self,
        whole: &'w WholePayment,
    ) -> Result<&'w Arc<History>, ApiError> {
        let reading = self.interpretation.partial_cancel_rows;
        whole
            .history(|rows, stored| history(rows, Some(stored), reading))
            .map_err(|error| ApiError::internal(&error))
    }

    /// A payment with its rows.
    pub(super) async fn whole(
        &self,
        payment: &Arc<StoredPayment>,
    ) -> Result<Arc<WholePayment>, ApiError> {
        let key = WholeOf(Reading(Arc::clone(payment)));
        match self.rows.load_one(key).await {
            Ok(Some(whole)) => Ok(whole),
            Ok(None) => Ok(Arc::new(WholePayment::without_rows(Arc::clone(payment)))),
            Err(error) => Err(ApiError::internal(&*error)),
        }
    }

    pub(super) async fn reconciled(
        &self,
        payment: &Arc<StoredPayment>,
    ) -> Result<Arc<Reconciled>, ApiError> {
        let key = ReconciledOf(Reading(Arc::clone(payment)));
        match self.rows.load_one(key).await {
            Ok(Some(reconciled)) => Ok(reconciled),
            Ok(None) => Err(ApiError::internal(&NotReconciled)),
            Err(error) => Err(ApiError::internal(&*error)),
        }
    }

    /// Whoever asks must be asked whether they may see it: `Scoped::stored_payment`.
    pub(super) async fn stored_payment(
        &self,
        payment: &PaymentKey,
    ) -> Result<Option<Arc<StoredPayment>>, ApiError> {
        let stored = self.rows.load_one(StoredOf(payment.clone())).await;
        stored.map_err(|error| ApiError::internal(&*error))
    }

    /// Every attempt to pay an order that is stored, of all merchants, newest first.
    pub(super) async fn attempts(
        &self,
        order: &OrderId,
    ) -> Result<Arc<[Arc<StoredPayment>]>, ApiError> {
        match self.rows.load_one(AttemptsOf(order.clone())).await {
            Ok(attempts) => Ok(attempts.unwrap_or_default()),
            Err(error) => Err(ApiError::internal(&*error)),
        }
    }

    /// What the row at that place said before, oldest first. Those of the others are read along: whoever asks for one row's
    /// asks for theirs next.
    pub(super) async fn versions(
        &self,
        rows: &[StoredSettlement],
        place: usize,
    ) -> Result<Arc<[FormerSettlement]>, ApiError> {
        let of_each = rows.iter().map(|row| VersionsOf(row.id.clone()));
        let mut versions = self
            .rows
            .load_many(of_each)
            .await
            .map_err(|error| ApiError::internal(&*error))?;
        let row = rows.get(place);
        let found = row.and_then(|row| versions.remove(&VersionsOf(row.id.clone())));
        Ok(found.unwrap_or_default())
    }

    /// Makes the verdicts that are due, so that what is answered from stored ones tells of what was just written; once for
    /// all fields of a request. Those that are still due after a second are told as they were.
    pub(super) async fn catch_up(&self) -> Result<(), ApiError> {
        self.caught_up
            .get_or_init(|| async {
                self.reconciler.catch_up(CATCH_UP_TIME).await?;
                Ok(())
            })
            .await
            .clone()
    }

    pub(super) async fn own_requests(
        &self,
        payment: &PaymentKey,
    ) -> Result<Arc<OwnRequests>, ApiError> {
        match self
            .requests
            .load_one(CancelRequestsOf(payment.clone()))
            .await
        {
            Ok(requests) => Ok(requests.unwrap_or_default()),
            Err(error) => Err(ApiError::internal(&*error)),
        }
    }

    /// What people have made of a discrepancy.
    pub(super) async fn desk(&self, id: &DiscrepancyId) -> Result<DeskRecord, ApiError> {
        match self.requests.load_one(DeskOf(id.clone())).await {
            Ok(record) => Ok(record.unwrap_or_default()),
            Err(error) => Err(ApiError::internal(&*error)),
        }
    }

    /// What the holder of the token of that name has asked to cancel in a currency since an instant.
    pub(super) async fn cancels_asked_since(
        &self,
        admin: &str,
        currency: Currency,
        since: DateTime<Utc>,
    ) -> Result<Money, ApiError> {
        let key = AskedSince {
            admin: admin.to_owned(),
            currency,
            since,
        };
        match self.requests.load_one(key).await {
            Ok(asked) => Ok(asked.unwrap_or_else(|| Money::zero(currency))),
            Err(error) => Err(ApiError::internal(&*error)),
        }
    }
}

/// Runs a batch beside the request's own task, within the request's span.
pub(super) fn spawn(batch: BoxFuture<'static, ()>) {
    tokio::spawn(batch.in_current_span());
}

/// The one reason for which a payment cannot be reconciled.
#[derive(Debug, thiserror::Error)]
#[error("the amounts of a payment's rows are too large to be added up")]
struct NotReconciled;

struct Rows {
    store: Store,
    reconciler: Reconciler,
}

impl Loader<WholeOf> for Rows {
    type Value = Arc<WholePayment>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[WholeOf]) -> Result<HashMap<WholeOf, Self::Value>, Self::Error> {
        let payments: Vec<PaymentKey> = keys
            .iter()
            .map(|WholeOf(Reading(stored))| stored.payment.payment_key.clone())
            .collect();
        let whole = self
            .store
            .whole_payments(&payments)
            .await
            .map_err(Arc::new)?;
        let found = keys.iter().zip(&payments);
        Ok(found
            .filter_map(|(key, payment)| Some((key.clone(), Arc::clone(whole.get(payment)?))))
            .collect())
    }
}

impl Loader<ReconciledOf> for Rows {
    type Value = Arc<Reconciled>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[ReconciledOf],
    ) -> Result<HashMap<ReconciledOf, Self::Value>, Self::Error> {
        let payments: Vec<Arc<StoredPayment>> = keys
            .iter()
            .map(|ReconciledOf(Reading(stored))| Arc::clone(stored))
            .collect();
        let reconciled = self
            .reconciler
            .of_payments(&payments)
            .await
            .map_err(Arc::new)?;
        let found = keys.iter().filter_map(|key| {
            let ReconciledOf(Reading(stored)) = key;
            let reconciled = reconciled.get(&stored.payment.payment_key)?;
            Some((key.clone(), Arc::clone(reconciled)))
        });
        Ok(found.collect())
    }
}

impl Loader<StoredOf> for Rows {
    type Value = Arc<StoredPayment>;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[StoredOf]) -> Result<HashMap<StoredOf, Self::Value>, Self::Error> {
        let payments: Vec<PaymentKey> = keys.iter().map(|StoredOf(key)| key.clone()).collect();
        let stored = self.store.payments(&payments).await.map_err(Arc::new)?;
        let found = stored.into_iter();
        Ok(found.map(|(key, stored)| (StoredOf(key), stored)).collect())
    }
}

impl Loader<AttemptsOf> for Rows {
    type Value = Arc<[Arc<StoredPayment>]>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[AttemptsOf],
    ) -> Result<HashMap<AttemptsOf, Self::Value>, Self::Error> {
        let orders: Vec<OrderId> = keys.iter().map(|AttemptsOf(order)| order.clone()).collect();
        let attempts = self.store.attempts(&orders).await.map_err(Arc::new)?;
        let found = attempts.into_iter();
        Ok(found
            .map(|(order, attempts)| (AttemptsOf(order), Arc::from(attempts)))
            .collect())
    }
}

impl Loader<VersionsOf> for Rows {
    type Value = Arc<[FormerSettlement]>;
    type Error = Arc<StoreError>;

    /// Rows that never changed have none, which is remembered too.
    async fn load(
        &self,
        keys: &[VersionsOf],
    ) -> Result<HashMap<VersionsOf, Self::Value>, Self::Error> {
        let ids = keys.iter().map(|VersionsOf(id)| id.as_str());
        let mut versions = self.store.versions_of(ids).await.map_err(Arc::new)?;
        let of_each = keys.iter().map(|key| {
            let versions = versions.remove(&key.0).unwrap_or_default();
            (key.clone(), Arc::from(versions))
        });
        Ok(of_each.collect())
    }
}

struct Requests {
    store: Store,
}

impl Loader<CancelRequestsOf> for Requests {
    type Value = Arc<OwnRequests>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[CancelRequestsOf],
    ) -> Result<HashMap<CancelRequestsOf, Self::Value>, Self::Error> {
        let payments: Vec<PaymentKey> = keys
            .iter()
            .map(|CancelRequestsOf(key)| key.clone())
            .collect();
        let found = self
            .store
            .cancel_requests_of(&payments)
            .await
            .map_err(Arc::new)?;
        Ok(found
            .into_iter()
            .map(|(payment, requests)| {
                (
                    CancelRequestsOf(payment),
                    Arc::new(OwnRequests::of(requests)),
                )
            })
            .collect())
    }
}

impl Loader<DeskOf> for Requests {
    type Value = DeskRecord;
    type Error = Arc<StoreError>;

    async fn load(&self, keys: &[DeskOf]) -> Result<HashMap<DeskOf, Self::Value>, Self::Error> {
        let ids: Vec<DiscrepancyId> = keys.iter().map(|DeskOf(id)| id.clone()).collect();
        let found = self.store.desk_of(&ids).await.map_err(Arc::new)?;
        let found = found.into_iter();
        Ok(found.map(|(id, record)| (DeskOf(id), record)).collect())
    }
}

impl Loader<AskedSince> for Requests {
    type Value = Money;
    type Error = Arc<StoreError>;

    /// Payments of one request share an admin and mostly a currency, so a batch is a statement or two.
    async fn load(
        &self,
        keys: &[AskedSince],
    ) -> Result<HashMap<AskedSince, Self::Value>, Self::Error> {
        let mut found = HashMap::with_capacity(keys.len());
        for key in keys {
            let asked = self
                .store
                .cancels_asked_since(&key.admin, key.currency, key.since)
                .await
                .map_err(Arc::new)?;
            found.insert(key.clone(), asked);
        }
        Ok(found)
    }
}

impl OwnRequests {
    pub(super) fn of(requests: Vec<CancelRequest>) -> Self {
        let facts = requests.iter().map(request_facts).collect();
        Self {
            requests: requests.into_iter().map(Arc::new).collect(),
            facts,
        }
    }
}
