//! What whoever asks may reach. Every question about merchants' data goes through here and is narrowed to the merchants of the
//! token: nothing else in this room can open the store, the lookup, the mirror, the reconciler or the canceller.

mod cancels;
mod found;
mod payments;
mod periods;
mod records;
mod sums;

use async_graphql::Context;

use super::error::ApiError;
use super::live::Live;
use super::live_reads::LiveReads;
use super::loaders::Loaders;
use super::payment_details::Details;
use crate::access::Principal;
use crate::access::Scope;
use crate::cancel::Canceller;
use crate::lookup::Lookup;
use crate::reconcile::Reconciler;
use crate::request_notes::note_payment;
use crate::store::Store;
use crate::store::StoredDiscrepancy;
use crate::store::StoredPayment;
use crate::store::Topic;

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
}

fn note_of_discrepancy(stored: &StoredDiscrepancy) {
    if let Some(key) = &stored.record.payment_key {
        note_payment(key);
    }
}
