//! What whoever asks may reach. Every question about merchants' data goes through here and is narrowed to the merchants of the
//! token: nothing else in this room can open the store, the lookup, the mirror, the reconciler or the canceller.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use reconciliation::{
    BusinessCalendar, DateBasis, DeskStep, KstDate, MId, OrderId, PaymentKey, RetryAdvice,
};

use super::error::ApiError;
use super::live::Live;
use super::live_reads::LiveReads;
use super::loaders::Loaders;
use super::node_id::TransactionId;
use super::payment_details::Details;
use super::total_count::TotalCount;
use crate::access::{Principal, Scope};
use crate::cancel::{Admin, CancelCommand, CancelOutcome, Canceller, Finding};
use crate::lookup::{FoundPayment, Lookup, LookupError, PaymentRef};
use crate::periods::{
    ChangedFigure, CloseAsked, CloseRefused, PeriodError, PeriodFigures, Periods,
};
use crate::reconcile::{
    DatedSummary, Grouping, MethodCycle, PayoutDay, Receivable, Reconciler, UsualRates,
};
use crate::request_notes::note_payment;
use crate::store::{
    self, AmountPlace, AuditEntry, CancelRequest, CancelRequestFilter, CancelRequestId, ClassCount,
    DeltaPlace, DeskAct, DeskRefused, DiscrepancyFilter, DiscrepancyId, DiscrepancyPlace,
    ListedTransaction, Page, PageRequest, PaymentFilter, PaymentPlace, PeriodId, SettlementFilter,
    SettlementId, SettlementPlace, Source, Store, StoredCancelError, StoredDiscrepancy,
    StoredPayment, StoredPeriod, StoredSettlement, Topic, TransactionFilter, TransactionPlace,
    VerdictSubject,
};
use crate::sync::{Coverage, DaysRefused, Mirror};

/// A part that leads to merchants' data, as the schema carries it. [`Scoped`] alone can open it.
pub(super) struct Held<T>(T);

impl<T> Held<T> {
    pub(super) const fn new(part: T) -> Self {
        Self(part)
    }
}

/// Parts that lead to nobody's data, so that any resolver may have them.
pub(super) trait Open {}

impl Open for super::Interpretation {}
impl Open for Loaders {}
impl Open for Details {}
impl Open for Live {}
impl Open for LiveReads {}

/// The loaders of one request over the held parts, for a schema that has them.
pub(super) fn loaders(
    store: &Held<Store>,
    reconciler: &Held<Reconciler>,
    interpretation: super::Interpretation,
) -> Loaders {
    Loaders::new(store.0.clone(), reconciler.0.clone(), interpretation)
}

/// The details of payments, loaded together for one request.
pub(super) fn details(lookup: &Held<Lookup>) -> Details {
    Details::new(lookup.0.clone())
}

/// What whoever asks may reach.
pub(super) struct Scoped<'c, 'a> {
    ctx: &'c Context<'a>,
    principal: &'a Principal,
    scope: &'a Scope,
}

impl<'c, 'a> Scoped<'c, 'a> {
    /// By the token of whoever asks.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when nobody is known to be asking.
    pub(super) fn of(ctx: &'c Context<'a>) -> Result<Self, ApiError> {
        let principal = ctx
            .data_opt::<Principal>()
            .ok_or_else(ApiError::unauthenticated)?;
        Ok(Self {
            ctx,
            principal,
            scope: &principal.scope,
        })
    }

    fn opened<T: Send + Sync + 'static>(&self) -> Result<&'a T, ApiError> {
        super::context::held::<T>(self.ctx).map(|held| &held.0)
    }

    fn store(&self) -> Result<&'a Store, ApiError> {
        self.opened()
    }

    fn canceller(&self) -> Result<&'a Canceller, ApiError> {
        self.opened()
    }

    // ---- changes

    /// Has the changes of a topic waited for by whoever subscribes; the topic may depend on what they see.
    pub(super) async fn watch(
        &self,
        topic: impl FnOnce(&Scope) -> Topic,
    ) -> Result<&'a Live, ApiError> {
        let live: &Live = super::context::part(self.ctx)?;
        let changes = self.store()?.changes();
        live.watch(changes, || topic(self.scope)).await;
        Ok(live)
    }

    fn sees(&self, stored: &StoredPayment) -> bool {
        let sees = self.scope.includes(&stored.payment.mid);
        if sees {
            note_payment(&stored.payment.payment_key);
        }
        sees
    }

    // ---- payments

    /// As [`Lookup::payment_within`] what this token may ask of Toss. Of an order that several merchants have, the payment of one that may be seen.
    pub(super) async fn payment(
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
        let live_reads: &LiveReads = super::context::part(self.ctx)?;
        let may_ask = || live_reads.take(self.principal);
        let by = own.as_ref().unwrap_or(by);
        let found = lookup.payment_within(by, max_age, may_ask).await?;
        Ok(found.filter(|found| self.sees(&found.stored)))
    }

    /// As [`Store::payments`].
    pub(super) async fn payments(
        &self,
        keys: &[PaymentKey],
    ) -> Result<HashMap<PaymentKey, Arc<StoredPayment>>, ApiError> {
        let mut found = self.store()?.payments(keys).await?;
        found.retain(|_, stored| self.sees(stored));
        Ok(found)
    }

    /// As [`Store::payments_of_orders`].
    pub(super) async fn payments_of_orders(
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
    pub(super) async fn payment_by_order(
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
    pub(super) async fn stored_payment(
        &self,
        key: &PaymentKey,
    ) -> Result<Option<Arc<StoredPayment>>, ApiError> {
        let found = Loaders::of(self.ctx)?.stored_payment(key).await?;
        Ok(found.filter(|stored| self.sees(stored)))
    }

    /// As [`Store::list_payments`], with all their rows where they are needed.
    pub(super) async fn list_payments(
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
    pub(super) async fn list_payments_by_amount(
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
    pub(super) fn sees_transaction(&self, id: &TransactionId) -> bool {
        self.scope.includes(&id.mid)
    }

    /// As [`Store::list_transactions`].
    pub(super) async fn list_transactions(
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
    pub(super) async fn usual_rates(&self) -> Result<Arc<UsualRates>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.usual_rates().await?)
    }

    // ---- settlements and discrepancies

    /// As [`Store::list_settlements`].
    pub(super) async fn list_settlements(
        &self,
        filter: SettlementFilter,
        page: &PageRequest<SettlementPlace>,
    ) -> Result<Page<(SettlementPlace, StoredSettlement)>, ApiError> {
        let filter = SettlementFilter {
            mids: self.scope.narrowed(filter.mids),
            ..filter
        };
        Ok(self.store()?.list_settlements(&filter, page).await?)
    }

    /// As [`Store::settlement`].
    pub(super) async fn settlement(
        &self,
        id: &SettlementId,
    ) -> Result<Option<StoredSettlement>, ApiError> {
        let found = self.store()?.settlement(id).await?;
        Ok(found.filter(|row| self.scope.includes(&row.settlement.mid)))
    }

    /// As [`Store::list_discrepancies`].
    pub(super) async fn list_discrepancies(
        &self,
        filter: DiscrepancyFilter,
        page: &PageRequest<DiscrepancyPlace>,
    ) -> Result<Page<(DiscrepancyPlace, StoredDiscrepancy)>, ApiError> {
        let filter = DiscrepancyFilter {
            mids: self.scope.narrowed(filter.mids),
            ended_by: self.acknowledgements_end_by().await?,
            ..filter
        };
        let page = self.store()?.list_discrepancies(&filter, page).await?;
        for (_, stored) in &page.rows {
            note_of_discrepancy(stored);
        }
        Ok(page)
    }

    /// As [`Store::list_discrepancies_by_delta`].
    pub(super) async fn list_discrepancies_by_delta(
        &self,
        filter: DiscrepancyFilter,
        page: &PageRequest<DeltaPlace>,
    ) -> Result<Page<(DeltaPlace, StoredDiscrepancy)>, ApiError> {
        let filter = DiscrepancyFilter {
            mids: self.scope.narrowed(filter.mids),
            ended_by: self.acknowledgements_end_by().await?,
            ..filter
        };
        let store = self.store()?;
        let page = store.list_discrepancies_by_delta(&filter, page).await?;
        for (_, stored) in &page.rows {
            note_of_discrepancy(stored);
        }
        Ok(page)
    }

    /// As [`Scoped::discrepancies`], of one.
    pub(super) async fn discrepancy(
        &self,
        id: &DiscrepancyId,
    ) -> Result<Option<StoredDiscrepancy>, ApiError> {
        let mut found = self.discrepancies(std::slice::from_ref(id)).await?;
        Ok(found.pop())
    }

    /// As [`Store::discrepancies`], in their order; those that may not be seen, and those that there are not, are left out.
    pub(super) async fn discrepancies(
        &self,
        ids: &[DiscrepancyId],
    ) -> Result<Vec<StoredDiscrepancy>, ApiError> {
        let ended_by = self.acknowledgements_end_by().await?;
        let mut found = self.store()?.discrepancies(ids, ended_by).await?;
        let found = ids.iter().filter_map(|id| found.remove(id));
        let seen: Vec<_> = found
            .filter(|stored| self.scope.includes(&stored.record.mid))
            .collect();
        seen.iter().for_each(note_of_discrepancy);
        Ok(seen)
    }

    /// As [`Reconciler::acknowledgements_end_by`].
    async fn acknowledgements_end_by(&self) -> Result<Option<KstDate>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.acknowledgements_end_by().await?)
    }

    /// As [`Store::discrepancy_counts`].
    pub(super) async fn discrepancy_counts(
        &self,
        filter: DiscrepancyFilter,
    ) -> Result<Vec<ClassCount>, ApiError> {
        let filter = DiscrepancyFilter {
            mids: self.scope.narrowed(filter.mids),
            ended_by: self.acknowledgements_end_by().await?,
            ..filter
        };
        Ok(self.store()?.discrepancy_counts(&filter).await?)
    }

    /// As [`Store::step_at_desk`], by whoever asks and now.
    pub(super) async fn step_at_desk(
        &self,
        ids: &[DiscrepancyId],
        step: &DeskStep,
        words: Option<&str>,
        seen_at: Option<DateTime<Utc>>,
    ) -> Result<Result<(), DeskRefused>, ApiError> {
        let merchants = self.scope.merchants();
        let act = DeskAct {
            by: &self.principal.name,
            at: self.canceller()?.now(),
            step,
            words,
            seen_at,
            merchants: merchants.as_deref(),
        };
        Ok(self.store()?.step_at_desk(ids, &act).await?)
    }

    /// As [`Reconciler::business_days_since`].
    pub(super) async fn business_days_since(
        &self,
        found: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> Result<u32, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.business_days_since(found, until).await?)
    }

    /// As [`Reconciler::discrepancy_of`], of one that may be seen.
    pub(super) async fn discrepancy_of(
        &self,
        subject: &VerdictSubject,
        id: &DiscrepancyId,
    ) -> Result<Option<reconciliation::Discrepancy>, ApiError> {
        if self.discrepancy(id).await?.is_none() {
            return Ok(None);
        }
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.discrepancy_of(subject, id).await?)
    }

    // ---- sums and what was read

    /// As [`Reconciler::sums_by_date`].
    pub(super) async fn sums_by_date(
        &self,
        days: (KstDate, KstDate),
        basis: DateBasis,
        grouping: Grouping,
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<DatedSummary>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        let sums = reconciler.sums_by_date(days, basis, grouping, mids.as_deref());
        Ok(sums.await?)
    }

    /// As [`Reconciler::receivables`].
    pub(super) async fn receivables(
        &self,
        days: (KstDate, KstDate),
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<Receivable>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        Ok(reconciler.receivables(days, mids.as_deref()).await?)
    }

    /// As [`Reconciler::business_calendar`]: it is nobody's.
    pub(super) async fn business_calendar(&self) -> Result<BusinessCalendar, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        Ok(reconciler.business_calendar().await?)
    }

    /// As [`Reconciler::payout_days`].
    pub(super) async fn payout_days(
        &self,
        days: (KstDate, KstDate),
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<PayoutDay>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        Ok(reconciler.payout_days(days, mids.as_deref()).await?)
    }

    /// As [`Reconciler::settlement_cycles`].
    pub(super) async fn settlement_cycles(
        &self,
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<MethodCycle>, ApiError> {
        let reconciler: &Reconciler = self.opened()?;
        let mids = self.scope.narrowed(mids);
        Ok(reconciler.settlement_cycles(mids.as_deref()).await?)
    }

    /// As [`Mirror::coverage`].
    pub(super) async fn coverage(&self) -> Result<Vec<Coverage>, ApiError> {
        let mut coverage = self.opened::<Mirror>()?.coverage().await?;
        coverage.retain(|part| self.scope.includes_named(&part.mid));
        Ok(coverage)
    }

    // ---- periods

    /// As [`Store::periods`].
    pub(super) async fn periods(
        &self,
        mids: Option<Vec<MId>>,
    ) -> Result<Vec<StoredPeriod>, ApiError> {
        let mids = self.scope.narrowed(mids);
        Ok(self.store()?.periods(mids.as_deref()).await?)
    }

    /// As [`Store::period`].
    pub(super) async fn period(&self, id: &PeriodId) -> Result<Option<StoredPeriod>, ApiError> {
        let found = self.store()?.period(id).await?;
        Ok(found.filter(|period| self.includes(&period.mid)))
    }

    /// As [`Periods::figures`], of a period that was found here.
    pub(super) async fn period_figures(
        &self,
        period: &StoredPeriod,
    ) -> Result<PeriodFigures, ApiError> {
        let periods: &Periods = self.opened()?;
        let figures = periods.figures(period).await;
        figures.map_err(|error| ApiError::internal(&error))
    }

    /// As [`Periods::changes`], of a period that was found here.
    pub(super) async fn period_changes(
        &self,
        period: &StoredPeriod,
    ) -> Result<Vec<ChangedFigure>, ApiError> {
        let periods: &Periods = self.opened()?;
        let changes = periods.changes(period).await;
        changes.map_err(|error| ApiError::internal(&error))
    }

    /// As [`Periods::close`], of a merchant that [`Scoped::includes`]. The inner error is why it is not closed.
    pub(super) async fn close_period(
        &self,
        asked: CloseAsked,
    ) -> Result<Result<StoredPeriod, CloseRefused>, ApiError> {
        let periods: &Periods = self.opened()?;
        match periods.close(asked).await {
            Ok(period) => Ok(Ok(period)),
            Err(PeriodError::Refused(refused)) => Ok(Err(refused)),
            Err(PeriodError::Store(error)) => Err(error.into()),
            Err(error) => Err(ApiError::internal(&error)),
        }
    }

    /// As [`Store::reopen_period`].
    pub(super) async fn reopen_period(
        &self,
        id: &PeriodId,
        by: (&str, &str),
    ) -> Result<Option<(StoredPeriod, bool)>, ApiError> {
        let periods: &Periods = self.opened()?;
        let merchants = self.scope.merchants();
        Ok(periods.reopen(id, by, merchants.as_deref()).await?)
    }

    /// Whether whoever asks may see this merchant.
    pub(super) fn includes(&self, mid: &MId) -> bool {
        self.scope.includes(mid)
    }

    /// As [`Mirror::request_days`], by whoever asks and of what they may see.
    pub(super) async fn request_days(
        &self,
        sources: &[Source],
        days: (KstDate, KstDate),
    ) -> Result<Result<u32, DaysRefused>, ApiError> {
        let mirror: &Mirror = self.opened()?;
        let (by, scope) = (&self.principal.name, self.scope);
        Ok(mirror.request_days(by, scope, sources, days).await?)
    }

    // ---- records

    /// As [`Store::cancel_request`].
    pub(super) async fn cancel_request(
        &self,
        id: &CancelRequestId,
    ) -> Result<Option<CancelRequest>, ApiError> {
        let Some(request) = self.store()?.cancel_request(id).await? else {
            return Ok(None);
        };
        let key = &request.payment_key;
        if !self.scope.is_all()
            && !self
                .payments(std::slice::from_ref(key))
                .await?
                .contains_key(key)
        {
            return Ok(None);
        }
        note_payment(key);
        Ok(Some(request))
    }

    /// As [`Store::cancel_requests`].
    pub(super) async fn cancel_requests(
        &self,
        filter: CancelRequestFilter,
        page: &PageRequest<CancelRequestId>,
    ) -> Result<Page<CancelRequest>, ApiError> {
        let filter = CancelRequestFilter {
            mids: self.scope.narrowed(filter.mids),
            ..filter
        };
        let found = self.store()?.cancel_requests(&filter, page).await?;
        for request in &found.rows {
            note_payment(&request.payment_key);
        }
        Ok(found)
    }

    /// As [`Store::audit_entries_of`], for a request that may be seen.
    pub(super) async fn audit_entries_of(
        &self,
        request: &CancelRequestId,
    ) -> Result<Vec<AuditEntry>, ApiError> {
        Ok(self.store()?.audit_entries_of(request).await?)
    }

    /// How long a list is of what may be seen; `None` when it is too long to be counted.
    pub(super) async fn total(&self, list: &TotalCount) -> Result<Option<u64>, ApiError> {
        let store = self.store()?;
        let narrowed = |mids: &Option<Vec<MId>>| self.scope.narrowed(mids.clone());
        Ok(match list {
            TotalCount::Payments(filter) => {
                let filter = PaymentFilter {
                    mids: narrowed(&filter.mids),
                    ..filter.clone()
                };
                store.count_payments(&filter).await?
            }
            TotalCount::Settlements(filter) => {
                let filter = SettlementFilter {
                    mids: narrowed(&filter.mids),
                    ..filter.clone()
                };
                store.count_settlements(&filter).await?
            }
            TotalCount::Discrepancies(filter) => {
                let filter = DiscrepancyFilter {
                    mids: narrowed(&filter.mids),
                    ended_by: self.acknowledgements_end_by().await?,
                    ..filter.clone()
                };
                store.count_discrepancies(&filter).await?
            }
            TotalCount::Transactions(filter) => {
                let filter = TransactionFilter {
                    mids: narrowed(&filter.mids),
                    ..filter.clone()
                };
                store.count_transactions(&filter).await?
            }
            TotalCount::CancelRequests(filter) => {
                let filter = CancelRequestFilter {
                    mids: narrowed(&filter.mids),
                    ..filter.clone()
                };
                store.count_cancel_requests(&filter).await?
            }
        })
    }

    /// As [`Store::audit_entries`]: of what may be seen, and of the tokens that see no more than this one.
    pub(super) async fn audit_entries(
        &self,
        before: Option<i64>,
        most: u64,
    ) -> Result<Vec<AuditEntry>, ApiError> {
        let store = self.store()?;
        let Some(merchants) = self.scope.merchants() else {
            return Ok(store.audit_entries(before, most).await?);
        };
        let may_see = |token: &store::StoredToken| self.covers(token);
        Ok(store
            .audit_entries_among(&merchants, may_see, before, most)
            .await?)
    }

    // ---- tokens

    /// Every token that sees no more than this one, revoked ones too, by name.
    pub(super) async fn tokens(&self) -> Result<Vec<store::StoredToken>, ApiError> {
        let mut tokens = self.store()?.list_tokens().await?;
        tokens.retain(|token| self.covers(token));
        Ok(tokens)
    }

    /// The store, to change tokens in: what is changed must be among [`Scoped::tokens`], or be covered by the
    /// scope of whoever asks.
    pub(super) fn store_of_tokens(&self) -> Result<&'a Store, ApiError> {
        self.store()
    }

    fn covers(&self, token: &store::StoredToken) -> bool {
        let other = token.merchants.clone().map_or(Scope::ALL, Scope::only);
        self.scope.covers(&other)
    }

    // ---- cancels

    /// The rules for cancels: what may be offered, and what time it is. Nothing is cancelled by way of it.
    pub(super) fn rules(&self) -> Result<&'a Canceller, ApiError> {
        self.canceller()
    }

    /// As [`Canceller::cancel`], or as [`Canceller::dry_run`].
    pub(super) async fn cancel(
        &self,
        admin: &Admin,
        order: CancelCommand,
        dry_run: bool,
    ) -> Result<CancelOutcome, ApiError> {
        let canceller = self.canceller()?;
        note_payment(&order.payment_key);
        if let Some(refused) = self.refused(&order.payment_key).await? {
            return Ok(refused);
        }
        Ok(if dry_run {
            canceller.dry_run(admin, &order).await
        } else {
            canceller.cancel(admin, order).await
        })
    }

    /// What is answered instead of a cancel of another merchant's payment: the same as of one that there is not.
    async fn refused(&self, key: &PaymentKey) -> Result<Option<CancelOutcome>, ApiError> {
        if self.scope.is_all() {
            return Ok(None);
        }
        let error = match self.opened::<Lookup>()?.known(key).await {
            Ok(Some(found)) if self.sees(&found.stored) => return Ok(None),
            Ok(_) => StoredCancelError {
                code: "NOT_FOUND_PAYMENT".to_owned(),
                message:
                    "None of the merchants of this token has such a payment: check the payment key."
                        .to_owned(),
                advice: RetryAdvice::FixInput,
                field: Some("paymentKey".to_owned()),
            },
            Err(LookupError::Upstream { reason } | LookupError::TooMany { reason, .. }) => {
                StoredCancelError {
                    code: StoredCancelError::TOSS_NOT_ASKED.to_owned(),
                    message: format!(
                        "Toss could not be asked whose payment it is ({reason}). Nothing was sent: ask again."
                    ),
                    advice: RetryAdvice::Retry,
                    field: None,
                }
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Some(CancelOutcome {
            request: None,
            payment: None,
            error: Some(error),
            preview: None,
        }))
    }

    /// As [`Canceller::approve`].
    pub(super) async fn approve(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.approve(admin, id).await)
    }

    /// As [`Canceller::withdraw`].
    pub(super) async fn withdraw(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.withdraw(admin, id).await)
    }

    /// As [`Canceller::decide`].
    pub(super) async fn decide(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
        finding: Finding,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.decide(admin, id, finding).await)
    }

    /// As [`Canceller::take_over`].
    pub(super) async fn take_over(
        &self,
        admin: &Admin,
        id: &CancelRequestId,
    ) -> Result<Option<CancelOutcome>, ApiError> {
        let (true, canceller) = (self.sees_request(id).await?, self.canceller()?) else {
            return Ok(None);
        };
        Ok(canceller.take_over(admin, id).await)
    }

    async fn sees_request(&self, id: &CancelRequestId) -> Result<bool, ApiError> {
        Ok(self.scope.is_all() || self.cancel_request(id).await?.is_some())
    }
}

fn note_of_discrepancy(stored: &StoredDiscrepancy) {
    if let Some(key) = &stored.record.payment_key {
        note_payment(key);
    }
}
