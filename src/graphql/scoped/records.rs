//! Cancel requests, the audit log, counts and tokens.

use reconciliation::MId;

use super::Scoped;
use crate::access::Scope;
use crate::graphql::error::ApiError;
use crate::graphql::total_count::TotalCount;
use crate::request_notes::note_payment;
use crate::store;
use crate::store::AuditEntry;
use crate::store::CancelRequest;
use crate::store::CancelRequestFilter;
use crate::store::CancelRequestId;
use crate::store::DiscrepancyFilter;
use crate::store::Page;
use crate::store::PageRequest;
use crate::store::PaymentFilter;
use crate::store::SettlementFilter;
use crate::store::Store;
use crate::store::TransactionFilter;

impl<'a> Scoped<'_, 'a> {
    /// As [`Store::cancel_request`].
    pub(in crate::graphql) async fn cancel_request(
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
    pub(in crate::graphql) async fn cancel_requests(
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
    pub(in crate::graphql) async fn audit_entries_of(
        &self,
        request: &CancelRequestId,
    ) -> Result<Vec<AuditEntry>, ApiError> {
        Ok(self.store()?.audit_entries_of(request).await?)
    }

    /// How long a list is of what may be seen; `None` when it is too long to be counted.
    pub(in crate::graphql) async fn total(
        &self,
        list: &TotalCount,
    ) -> Result<Option<u64>, ApiError> {
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
    pub(in crate::graphql) async fn audit_entries(
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

    /// Every token that sees no more than this one, revoked ones too, by name.
    pub(in crate::graphql) async fn tokens(&self) -> Result<Vec<store::StoredToken>, ApiError> {
        let mut tokens = self.store()?.list_tokens().await?;
        tokens.retain(|token| self.covers(token));
        Ok(tokens)
    }

    /// The store, to change tokens in: what is changed must be among [`Scoped::tokens`], or be covered by the
    /// scope of whoever asks.
    pub(in crate::graphql) fn store_of_tokens(&self) -> Result<&'a Store, ApiError> {
        self.store()
    }

    pub(in crate::graphql) fn covers(&self, token: &store::StoredToken) -> bool {
        let other = token.merchants.clone().map_or(Scope::ALL, Scope::only);
        self.scope.covers(&other)
    }
}
