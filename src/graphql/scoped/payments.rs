//! Payments, and lists and single ones of what belongs to them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reconciliation::OrderId;
use reconciliation::PaymentKey;

use super::Scoped;
use crate::graphql::error::ApiError;
use crate::graphql::live_reads::LiveReads;
use crate::graphql::loaders::Loaders;
use crate::graphql::node_id::TransactionId;
use crate::lookup::FoundPayment;
use crate::lookup::Lookup;
use crate::lookup::PaymentRef;
use crate::reconcile::Reconciler;
use crate::reconcile::UsualRates;
use crate::request_notes::note_payment;
use crate::store::AmountPlace;
use crate::store::ListedTransaction;
use crate::store::Page;
use crate::store::PageRequest;
use crate::store::PaymentFilter;
use crate::store::PaymentPlace;
use crate::store::StoredPayment;
use crate::store::TransactionFilter;
use crate::store::TransactionPlace;

impl Scoped<'_, '_> {
    /// As [`Lookup::payment_within`] what this token may ask of Toss. Of an order that several merchants have, the payment of one that may be seen.
    pub(in crate::graphql) async fn payment(
        &self,
        by: &PaymentRef,
        max_age: Duration,
    ) -> Result<Option<FoundPayment>, ApiError> {
        let lookup: &Lookup = self.opened()?;
        let own = match (by, self.scope.merchants()) {
            (PaymentRef::Order(order), Some(merchants)) => {
                let stored = self.store()?.payment_by_order_among(order, &merchants);
                let stored = stored.await?;
                stored.map(|stored| PaymentRef::Key(stored.payment.payment_key.clone()))
            }
            _ => None,
        };
        let live_reads: &LiveReads = crate::graphql::context::part(self.ctx)?;
        let may_ask = || live_reads.take(self.principal);
        let by = own.as_ref().unwrap_or(by);
        let found = lookup.payment_within(by, max_age, may_ask).await?;
        Ok(found.filter(|found| self.sees(&found.stored)))
    }

    /// As [`Store::payments`].
    pub(in crate::graphql) async fn payments(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<StoredPayment>>, ApiError> {
        let mut found = self.store()?.payments(keys).await?;
        found.retain(|_, stored| self.sees(stored));
        Ok(found)
    }

    /// As [`Store::payments_of_orders`].
    pub(in crate::graphql) async fn payments_of_orders(
        &self,
        orders: &[&str],
    ) -> Result<HashMap<OrderId, PaymentKey>, ApiError> {
        let merchants = self.scope.merchants();
        Ok(self
            .store()?
            .payments_of_orders(orders, merchants.as_deref())
            .await?)
    }

    /// As [`Store::payment_by_order`].
    pub(in crate::graphql) async fn payment_by_order(
        &self,
        order: &OrderId,
    ) -> Result<Option<Arc<StoredPayment>>, ApiError> {
        let store = self.store()?;
        let found = match self.scope.merchants() {
            None => store.payment_by_order(order).await?,
            Some(merchants) => store.payment_by_order_among(order, &merchants).await?,
        };
        Ok(found.filter(|stored| self.sees(stored)))
    }

    /// A payment as it is stored, found with others that the request asks for.
    pub(in crate::graphql) async fn stored_payment(
        &self,
        key: &PaymentKey,
    ) -> Result<Option<Arc<StoredPayment>>, ApiError> {
        let found = Loaders::of(self.ctx)?.stored_payment(key).await?;
        Ok(found.filter(|stored| self.sees(stored)))
    }

    /// As [`Store::list_payments`], with all their rows where they are needed.
    pub(in crate::graphql) async fn list_payments(
        &self,
        filter: PaymentFilter,
        page: &PageRequest<PaymentPlace>,
        needs_rows: bool,
    ) -> Result<Page<(PaymentPlace, FoundPayment)>, ApiError> {
        let filter = PaymentFilter {
            mids: self.scope.narrowed(filter.mids),
            ..filter
        };
        let store = self.store()?;
        let page = if needs_rows {
            let page = store.list_whole_payments(&filter, page).await?;
            page.map(|(place, whole)| (place, FoundPayment::whole(whole)))
        } else {
            let page = store.list_payments(&filter, page).await?;
            page.map(|(place, stored)| (place, FoundPayment::kept(stored)))
        };
        for (_, found) in &page.rows {
            note_payment(&found.stored.payment.payment_key);
        }
        Ok(page)
    }

    /// As [`Store::list_payments_by_amount`].
    pub(in crate::graphql) async fn list_payments_by_amount(
        &self,
        filter: PaymentFilter,
        page: &PageRequest<AmountPlace>,
        needs_rows: bool,
    ) -> Result<Page<(AmountPlace, FoundPayment)>, ApiError> {
        let filter = PaymentFilter {
            mids: self.scope.narrowed(filter.mids),
            ..filter
        };
        let store = self.store()?;
        let page = if needs_rows {
            let page = store.list_whole_payments_by_amount(&filter, page).await?;
            page.map(|(place, whole)| (place, FoundPayment::whole(whole)))
        } else {
            let page = store.list_payments_by_amount(&filter, page).await?;
            page.map(|(place, stored)| (place, FoundPayment::kept(stored)))
        };
        for (_, found) in &page.rows {
            note_payment(&found.stored.payment.payment_key);
        }
        Ok(page)
    }

    /// Whether a transaction may be seen.
    pub(in crate::graphql) fn sees_transaction(&self, id: &TransactionId) -> bool {
        self.scope.includes(&id.mid)
    }

    /// As [`Store::list_transactions`].
    pub(in crate::graphql) async fn list_transactions(
        &self,
        filter: TransactionFilter,
        page: &PageRequest<TransactionPlace>,
    ) -> Result<Page<(TransactionPlace, ListedTransaction)>, ApiError> {
        let filter = TransactionFilter {
            mids: self.scope.narrowed(filter.mids),
            ..filter
        };
        Ok(self.store()?.list_transactions(&filter, page).await?)
    }

    /// As [`Reconciler::usual_rates`]: rates by merchant, of which each answer has its own alone.
    pub(in crate::graphql) async fn usual_rates(&self) -> Result<Arc<UsualRates>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.usual_rates().await?)
    }
}
