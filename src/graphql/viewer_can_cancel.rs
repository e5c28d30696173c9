//! What a screen may offer to whoever is looking at a payment.

use async_graphql::{Context, SimpleObject};
use reconciliation::{Currency, cancel_options, permit_beside};

use super::books::Books;
use super::cancel_request::CancelError;
use super::error::ApiError;
use super::guard::require;
use super::loaders::Loaders;
use super::money::Money;
use super::scoped::Scoped;
use crate::access::Role;
use crate::cancel::Canceller;

/// What whoever is asking may cancel of a payment.
#[derive(SimpleObject)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that a screen asks"
)]
pub(super) struct ViewerCanCancel {
    /// Whether anything can be cancelled by the holder of this token now.
    allowed: bool,
    /// What can be cancelled at most, by the payment and by the merchant's own limits. Null when they allow no cancel.
    max_amount: Option<Money>,
    /// A cancel of more than this is sent only when another admin has approved it. Null: none needs that.
    approval_above: Option<Money>,
    /// Whether less than that can be cancelled.
    partial_allowed: bool,
    /// Whether `CancelPaymentInput.refundAccount` must be given.
    needs_refund_account: bool,
    /// Whether a cancel would only hand an unpaid account number back: `CancelPaymentInput.voidUnpaid` must be true then.
    voids: bool,
    /// What stands in the way; empty when `allowed`.
    reasons: Vec<CancelError>,
}

impl ViewerCanCancel {
    pub(super) async fn of(ctx: &Context<'_>, books: &Books) -> Result<Self, ApiError> {
        let mut reasons = Vec::new();
        if require(ctx, Role::Admin).is_err() {
            reasons.push(CancelError::needs_admin());
        }
        let own = books.own_requests(ctx).await?;
        if let Some(other) = own
            .requests
            .iter()
            .find(|request| !request.status.is_final())
        {
            reasons.push(Canceller::in_flight(other).into());
        }
        if let Err(refusal) = permit_beside(books.cancels()) {
            reasons.push(Canceller::refusal(&refusal).into());
        }
        let canceller = Scoped::of(ctx)?.rules()?;
        let payment = books.payment();
        let asked_today = asked_today(ctx, canceller, payment.currency).await?;
        let options = cancel_options(payment, canceller.now())
            .and_then(|options| canceller.offer(options, asked_today));
        let options = match options {
            _ if books.found().stored.from_rows => {
                reasons.push(CancelError::not_read_yet());
                None
            }
            Ok(options) => Some(options),
            Err(refusal) => {
                reasons.push(Canceller::refusal(&refusal).into());
                None
            }
        };
        let offers =
            |offer: fn(&reconciliation::CancelOptions) -> bool| options.as_ref().is_some_and(offer);
        Ok(Self {
            allowed: reasons.is_empty(),
            partial_allowed: offers(|options| options.partial_allowed),
            needs_refund_account: offers(|options| options.needs_refund_account),
            voids: offers(|options| options.voids),
            approval_above: canceller.approval_above(payment.currency).map(Money),
            max_amount: options.map(|options| Money(options.max_amount)),
            reasons,
        })
    }
}

/// What whoever is asking has asked to cancel today; it only matters where there is a limit.
async fn asked_today(
    ctx: &Context<'_>,
    canceller: &Canceller,
    currency: Currency,
) -> Result<reconciliation::Money, ApiError> {
    let Some(limit) = canceller.day_limit(currency) else {
        return Ok(reconciliation::Money::zero(currency));
    };
    let viewer = require(ctx, Role::Viewer)?;
    Loaders::of(ctx)?
        .cancels_asked_since(&viewer.owner, currency, limit.since)
        .await
}
