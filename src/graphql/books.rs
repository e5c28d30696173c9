//! One payment with what belongs to it: each part is loaded when a field first asks for it, and once.

use std::sync::Arc;

use async_graphql::{Context, Lookahead};
use futures_util::future::join3;
use reconciliation::{Cancel, History, Payment, Totals};
use tokio::sync::OnceCell;

use super::error::ApiError;
use super::loaders::{Loaders, OwnRequests};
use crate::lookup::FoundPayment;
use crate::reconcile::Reconciled;
use crate::store::{StoredPayment, StoredSettlement, WholePayment};

/// A payment as it was found, and what has been loaded of the rest. A failure is kept too: asking again for each field
/// would only repeat it.
pub(super) struct Books {
    found: FoundPayment,
    whole: OnceCell<Result<Arc<WholePayment>, ApiError>>,
    own_requests: OnceCell<Result<Arc<OwnRequests>, ApiError>>,
    reconciled: OnceCell<Result<Arc<Reconciled>, ApiError>>,
}

/// The fields of a payment that are worked out from its rows.
const OF_ROWS: [&str; 8] = [
    "history",
    "settlements",
    "cancels",
    "paidAmount",
    "effectiveRefund",
    "voidedAmount",
    "netAmount",
    "fullyCanceled",
];

/// The fields for which more is asked than a payment and its rows.
const OF_MORE: [&str; 13] = [
    "cancels",
    "orderName",
    "receiptUrl",
    "card",
    "easyPay",
    "suppliedAmount",
    "vat",
    "taxFreeAmount",
    "useEscrow",
    "otherAttempts",
    "payouts",
    "reconciliation",
    "viewerCanCancel",
];

impl Books {
    pub(super) fn of(found: FoundPayment) -> Self {
        let whole = found.whole.as_ref().map(|whole| Ok(Arc::clone(whole)));
        Self {
            found,
            whole: OnceCell::new_with(whole),
            own_requests: OnceCell::new(),
            reconciled: OnceCell::new(),
        }
    }

    /// A payment as it is stored: nobody was asked, so it is called stale only where a listed row contradicts it.
    pub(super) fn as_stored(stored: Arc<StoredPayment>) -> Self {
        Self::of(FoundPayment::kept(stored))
    }

    /// Loads what the selection will ask for, all at once. Fields then find everything at hand, and none of them has to
    /// be asked twice.
    pub(super) async fn load_selected(&self, ctx: &Context<'_>, selection: &Lookahead<'_>) {
        let selects = |name| selection.field(name).exists();
        // A failure is kept, and told by the field that needs the part.
        let rows = async {
            if Self::needs_rows(selection) {
                let _ = self.rows(ctx).await;
            }
        };
        let own_requests = async {
            if selects("cancels") {
                let _ = self.own_requests(ctx).await;
            }
        };
        let reconciled = async {
            if selects("reconciliation") || selects("payouts") {
                let _ = self.reconciled(ctx).await;
            }
        };
        join3(rows, own_requests, reconciled).await;
    }

    /// Whether a selection of a payment's fields asks for what is worked out from its rows.
    pub(super) fn needs_rows(selection: &Lookahead<'_>) -> bool {
        OF_ROWS
            .into_iter()
            .any(|name| selection.field(name).exists())
    }

    /// Whether a selection of a payment's fields asks for more than that.
    pub(super) fn needs_more_than_rows(selection: &Lookahead<'_>) -> bool {
        let of_rows = selection.field("settlements").field("versions");
        of_rows.exists()
            || OF_MORE
                .into_iter()
                .any(|name| selection.field(name).exists())
    }

    pub(super) fn found(&self) -> &FoundPayment {
        &self.found
    }

    pub(super) fn payment(&self) -> &Payment {
        &self.found.stored.payment
    }

    pub(super) fn cancels(&self) -> &[Cancel] {
        &self.found.stored.cancels
    }

    async fn rows(&self, ctx: &Context<'_>) -> Result<&WholePayment, ApiError> {
        self.whole
            .get_or_init(|| async { Loaders::of(ctx)?.whole(&self.found.stored).await })
            .await
            .as_deref()
            .map_err(Clone::clone)
    }

    pub(super) async fn history(&self, ctx: &Context<'_>) -> Result<&Arc<History>, ApiError> {
        Loaders::of(ctx)?.history(self.rows(ctx).await?)
    }

    /// The sums in the payment's own currency.
    pub(super) async fn totals(&self, ctx: &Context<'_>) -> Result<Totals, ApiError> {
        Ok(self.history(ctx).await?.totals(self.payment().currency))
    }

    pub(super) async fn own_requests(&self, ctx: &Context<'_>) -> Result<&OwnRequests, ApiError> {
        self.own_requests
            .get_or_init(|| async {
                Loaders::of(ctx)?
                    .own_requests(&self.payment().payment_key)
                    .await
            })
            .await
            .as_deref()
            .map_err(Clone::clone)
    }

    pub(super) async fn settlements(
        &self,
        ctx: &Context<'_>,
    ) -> Result<&Arc<[StoredSettlement]>, ApiError> {
        Ok(&self.rows(ctx).await?.settlements)
    }

    /// How it stands and when its money moves.
    pub(super) async fn reconciled(&self, ctx: &Context<'_>) -> Result<&Arc<Reconciled>, ApiError> {
        self.reconciled
            .get_or_init(|| async { Loaders::of(ctx)?.reconciled(&self.found.stored).await })
            .await
            .as_ref()
            .map_err(Clone::clone)
    }
}
