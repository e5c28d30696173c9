//! The root fields that go on answering, over server-sent events.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, SimpleObject, Subscription as Subscriptions};
use futures_util::stream::{self, Once};
use reconciliation::PaymentKey;

use super::books::Books;
use super::cancel_request::CancelRequest;
use super::error::ApiError;
use super::guard::require;
use super::node_id::NodeId;
use super::payment::Payment;
use super::payment_by::DEFAULT_MAX_AGE_SECONDS;
use super::scalars::DateTime;
use super::scoped::Scoped;
use crate::access;
use crate::lookup::PaymentRef;
use crate::store::Topic;

/// The root of every subscription.
pub struct Subscription;

/// One event: the request is executed anew for the next.
type Event<T> = Once<std::future::Ready<T>>;

fn event<T>(value: T) -> Event<T> {
    stream::once(std::future::ready(value))
}

/// What can be subscribed to, by `POST /graphql` with `Accept: text/event-stream` (the protocol `graphql-sse`, distinct
/// connections). The first event is always the state now, and nothing that changes after it is left out: a client that lost its
/// connection subscribes again. Changes that follow quickly on each other may be told as one.
#[Subscriptions]
impl Subscription {
    /// A request to cancel: as it is recorded now, and again whenever that changes. Completes once its outcome is final.
    async fn cancel_request_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `id` of a CancelRequest.")] id: ID,
    ) -> Result<Event<CancelRequest>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let id = NodeId::cancel_request(&id)?;
        let scoped = Scoped::of(ctx)?;
        let live = scoped.watch(|_| Topic::CancelRequest(id.clone())).await?;
        let Some(request) = scoped.cancel_request(&id).await? else {
            return Err(ApiError::bad_user_input(
                "id: there is no such cancel request",
            ));
        };
        if request.status.is_final() {
            live.ends();
        }
        Ok(event(request.into()))
    }

    /// A payment: as it is stored now, and again whenever that, or what is made of it, changes; at most once a second. Toss is
    /// asked only about a payment that was never read, and only at first.
    #[graphql(complexity = "super::LIVE_READ_COST + child_complexity")]
    async fn payment_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Toss's key of the payment.")] payment_key: String,
    ) -> Result<Event<Payment>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let key = PaymentKey::parse(&payment_key)
            .map_err(|error| ApiError::bad_user_input(format!("paymentKey: {error}")))?;
        let scoped = Scoped::of(ctx)?;
        scoped.watch(|_| Topic::Payment(key.clone())).await?;
        let stored = scoped.payments(slice::from_ref(&key)).await?.remove(&key);
        if let Some(stored) = stored {
            let books = Books::as_stored(Arc::clone(&stored));
            return Ok(event(Payment::from(books)));
        }
        let max_age = Duration::from_secs(DEFAULT_MAX_AGE_SECONDS.unsigned_abs().into());
        match scoped.payment(&PaymentRef::Key(key), max_age).await? {
            Some(found) => Ok(event(Payment::of(found))),
            None => Err(ApiError::bad_user_input(
                "paymentKey: there is no such payment",
            )),
        }
    }

    /// Fires when the work list has changed, at most once a second: ask for `discrepancies` again. It fires once at first, and may
    /// fire when nothing has changed.
    async fn discrepancies_changed(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Event<DiscrepancyChange>, ApiError> {
        require(ctx, access::Role::Viewer)?;
        let scoped = Scoped::of(ctx)?;
        scoped
            .watch(|scope| Topic::WorkList(scope.merchants()))
            .await?;
        let at = DateTime(scoped.rules()?.now());
        Ok(event(DiscrepancyChange { at }))
    }
}

/// That the work list has changed.
#[derive(SimpleObject)]
pub(super) struct DiscrepancyChange {
    /// When it was noticed.
    at: DateTime,
}
