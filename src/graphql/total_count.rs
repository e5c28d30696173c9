//! How long a list is, counted when somebody asks.

use async_graphql::{Context, Object};

use super::count::count;
use super::error::ApiError;
use super::scoped::Scoped;
use crate::store::{CancelRequestFilter, DiscrepancyFilter, PaymentFilter, SettlementFilter};

/// What a count costs on a page of ten rows: up to a hundred thousand rows of an index are read.
const COUNT_COST: usize = 100;

/// The list that is counted, by its filter.
pub(super) enum TotalCount {
    Payments(PaymentFilter),
    Settlements(SettlementFilter),
    Discrepancies(DiscrepancyFilter),
    CancelRequests(CancelRequestFilter),
}

/// How long the list is.
#[Object]
impl TotalCount {
    /// How many there are in the whole list, exactly; null when there are more than 100,000. Asking for it takes longer than a
    /// page: ask once, not on every page.
    #[graphql(complexity = "COUNT_COST")]
    async fn total_count(&self, ctx: &Context<'_>) -> Result<Option<i32>, ApiError> {
        let total = Scoped::of(ctx)?.total(self).await?;
        total.map(count).transpose()
    }
}
