//! A cancel of a payment as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object};
use reconciliation::{CancelEvent, OriginFound, TransactionKey, cancel_origin, without_mark};

use super::books::Books;
use super::cancel_request::CancelRequest;
use super::error::ApiError;
use super::money::Money;
use super::scalars::DateTime;

/// Who caused a cancel. Toss does not say; it is told by this server's own record of requests. Treat values you do not
/// know as `UNCERTAIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::CancelOrigin")]
pub(super) enum CancelOrigin {
    /// A request made through this API: Toss's answer to it named this cancel, or the cancel carries the request's mark.
    Ours,
    /// Somebody else: Toss's console (상점관리자), another program, or the bank.
    Elsewhere,
    /// A request made through this API, whose outcome is not known, could be the cause.
    Uncertain,
}

/// One cancel, with the payment that it is of.
pub(super) struct Cancel {
    event: CancelEvent,
    books: Arc<Books>,
}

impl Cancel {
    pub(super) fn new(event: CancelEvent, books: Arc<Books>) -> Self {
        Self { event, books }
    }

    async fn found_origin(&self, ctx: &Context<'_>) -> Result<OriginFound, ApiError> {
        let own = self.books.own_requests(ctx).await?;
        Ok(cancel_origin(&self.event, &own.facts))
    }
}

/// One cancel of a payment, whole or partial, wherever it was made. Cancelling is the act; whether money went back is
/// told by `refunded`.
#[Object]
impl Cancel {
    /// Toss's key, the same as that of the cancel's transaction and settlement row. Null for a cancel that Toss gave without a key
    /// and that no row names, as old versions of its API do.
    async fn transaction_key(&self) -> Option<&str> {
        self.event
            .transaction_key
            .as_ref()
            .map(TransactionKey::as_str)
    }

    /// What was cancelled, positive; also when no money was there to go back.
    async fn amount(&self) -> Money {
        Money(self.event.amount)
    }

    /// The reason that was given. Null until the payment itself has been read from Toss.
    async fn reason(&self) -> Option<&str> {
        self.event.reason.as_deref().map(without_mark)
    }

    /// When it was cancelled. While it is being worked on and Toss does not say: when that was last read.
    async fn canceled_at(&self) -> DateTime {
        let read_at = self.books.found().stored.read_at;
        DateTime(self.event.canceled_at.unwrap_or(read_at))
    }

    /// Who caused it.
    async fn origin(&self, ctx: &Context<'_>) -> Result<CancelOrigin, ApiError> {
        Ok(self.found_origin(ctx).await?.origin.into())
    }

    /// The request that caused it, when `origin` is `OURS`.
    async fn request(&self, ctx: &Context<'_>) -> Result<Option<CancelRequest>, ApiError> {
        let place = self.found_origin(ctx).await?.request;
        let own = self.books.own_requests(ctx).await?;
        let request = place.and_then(|place| own.requests.get(place));
        Ok(request.map(|request| CancelRequest::from(Arc::clone(request))))
    }

    /// Whether money went back to the buyer. False for a virtual account that was cancelled before anybody had paid
    /// into it, or after its deposit had bounced.
    async fn refunded(&self) -> bool {
        self.event.refunded
    }
}
