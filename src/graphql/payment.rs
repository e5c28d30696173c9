//! A payment as clients see it.

use std::sync::Arc;

use async_graphql::{Context, ID, Lookahead, Object};
use reconciliation::cancel_events;

use super::at_hand::{AtHand, ListAtHand};
use super::books::Books;
use super::cancel::Cancel;
use super::error::ApiError;
use super::event_payout::EventPayout;
use super::loaders::Loaders;
use super::money::Money;
use super::node_id::NodeId;
use super::payment_details::{CardDetails, Details, EasyPayDetails};
use super::reconciliation::Reconciliation;
use super::scalars::DateTime;
use super::settlement::Settlement;
use super::status::{PaymentMethod, PaymentStatus};
use super::transaction::Transaction;
use super::viewer_can_cancel::ViewerCanCancel;
use super::virtual_account::VirtualAccountDetails;
use crate::lookup::{FoundPayment, PaymentDetails};

/// A payment, with what belongs to it loaded as it is asked for.
pub(super) struct Payment(Arc<Books>);

impl Payment {
    /// A payment with what the selection asks of it.
    pub(super) async fn with_selected(
        found: FoundPayment,
        ctx: &Context<'_>,
        selection: &Lookahead<'_>,
    ) -> AtHand<Self> {
        let books = Books::of(found);
        books.load_selected(ctx, selection).await;
        let is_at_hand = !Books::needs_more_than_rows(selection);
        AtHand::when(is_at_hand, Self::from(books))
    }

    /// A payment of a page, with its rows where the selection asks for what is made of them.
    pub(super) fn of_page(found: FoundPayment, selections: &[Lookahead<'_>]) -> AtHand<Self> {
        let is_at_hand = !selections.iter().any(Books::needs_more_than_rows);
        AtHand::when(is_at_hand, Self::of(found))
    }

    /// A payment whose parts are loaded when they are asked for.
    pub(super) fn of(found: FoundPayment) -> Self {
        Self::from(Books::of(found))
    }

    async fn details(&self, ctx: &Context<'_>) -> Result<Arc<PaymentDetails>, ApiError> {
        let details: &Details = super::context::part(ctx)?;
        details.of(&self.0.found().stored).await
    }
}

impl From<Books> for Payment {
    fn from(books: Books) -> Self {
        Self(Arc::new(books))
    }
}

impl From<Arc<Books>> for Payment {
    fn from(books: Arc<Books>) -> Self {
        Self(books)
    }
}

/// One payment at Toss Payments: what it is now, everything that happened to it, and what of it is paid out to the
/// merchant.
#[Object]
impl Payment {
    /// Opaque and stable: keep it, pass it on, never take it apart.
    pub(super) async fn id(&self) -> ID {
        NodeId::Payment(self.0.payment().payment_key.clone()).to_id()
    }

    /// The merchant at Toss (상점아이디).
    async fn m_id(&self) -> &str {
        self.0.payment().mid.as_str()
    }

    /// Toss's permanent key of this payment.
    async fn payment_key(&self) -> &str {
        self.0.payment().payment_key.as_str()
    }

    /// The merchant's own order number. Several attempts to pay may share it.
    async fn order_id(&self) -> &str {
        self.0.payment().order_id.as_str()
    }

    /// How it is paid.
    async fn method(&self) -> PaymentMethod {
        PaymentMethod::from_label(self.0.payment().method_label.as_deref())
    }

    /// Toss's own word for the method, e.g. 가상계좌. Null until the buyer has chosen one.
    async fn method_label(&self) -> Option<&str> {
        self.0.payment().method_label.as_deref()
    }

    /// False while only Toss's lists have told of it: amounts of its own are null, its status is that of its last
    /// transaction, and nothing was checked against the payment itself.
    async fn was_read(&self) -> bool {
        !self.0.found().stored.from_rows
    }

    /// What was bought, in the merchant's words. Null until the payment itself has been read from Toss.
    async fn order_name(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Ok(self.details(ctx).await?.order_name.clone())
    }

    /// Where the buyer's receipt can be looked at, at Toss. Null where Toss gave none.
    async fn receipt_url(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Ok(self.details(ctx).await?.receipt_url.clone())
    }

    /// The card, also that of a wallet which drew on one. Null for other methods, and until the payment itself has been read
    /// from Toss.
    async fn card(&self, ctx: &Context<'_>) -> Result<Option<CardDetails>, ApiError> {
        Ok(self.details(ctx).await?.card.as_ref().map(Into::into))
    }

    /// The wallet (간편결제). Null for other methods, and until the payment itself has been read from Toss.
    async fn easy_pay(&self, ctx: &Context<'_>) -> Result<Option<EasyPayDetails>, ApiError> {
        Ok(self.details(ctx).await?.easy_pay.as_ref().map(Into::into))
    }

    /// The part without VAT (공급가액) of what is left of the payment: it shrinks with each cancel. Null when Toss did not say.
    async fn supplied_amount(&self, ctx: &Context<'_>) -> Result<Option<Money>, ApiError> {
        Ok(self.details(ctx).await?.supplied_amount.map(Money))
    }

    /// The VAT (부가세) of what is left of the payment: it shrinks with each cancel. Null when Toss did not say.
    async fn vat(&self, ctx: &Context<'_>) -> Result<Option<Money>, ApiError> {
        Ok(self.details(ctx).await?.vat.map(Money))
    }

    /// The tax-free part (면세) of what is left of the payment: it shrinks with each cancel. Null when Toss did not say.
    async fn tax_free_amount(&self, ctx: &Context<'_>) -> Result<Option<Money>, ApiError> {
        Ok(self.details(ctx).await?.tax_free_amount.map(Money))
    }

    /// Whether the money is held in escrow until the buyer has confirmed the purchase. Null when Toss did not say.
    async fn use_escrow(&self, ctx: &Context<'_>) -> Result<Option<bool>, ApiError> {
        Ok(self.details(ctx).await?.use_escrow)
    }

    /// The account that was issued to pay into. Null for other methods, and until the payment itself has been read from Toss.
    async fn virtual_account(&self) -> Option<VirtualAccountDetails> {
        self.0.payment().virtual_account.as_ref().map(Into::into)
    }

    /// The other attempts to pay the same order, newest first, at most fifty; as they are stored, Toss is not asked about them.
    #[graphql(complexity = "super::ATTEMPTS_COST * child_complexity + 1")]
    async fn other_attempts(&self, ctx: &Context<'_>) -> Result<Vec<Self>, ApiError> {
        let payment = self.0.payment();
        let attempts = Loaders::of(ctx)?.attempts(&payment.order_id).await?;
        let others = attempts.iter().filter(|other| {
            let other = &other.payment;
            other.mid == payment.mid && other.payment_key != payment.payment_key
        });
        Ok(others
            .map(|other| Self::from(Books::as_stored(Arc::clone(other))))
            .collect())
    }

    /// How far it is, as Toss says. It does not tell whether money was given back, nor whether anything is left: see
    /// `effectiveRefund` and `fullyCanceled`.
    async fn status(&self) -> PaymentStatus {
        PaymentStatus::from(&self.0.payment().status)
    }

    /// Toss's own word for the status.
    async fn status_label(&self) -> &str {
        self.0.payment().status.as_str()
    }

    /// The currency of this payment's amounts: an ISO 4217 code, or `MUSD`.
    async fn currency(&self) -> &'static str {
        self.0.payment().currency.code()
    }

    /// The order's amount; it never changes. Null until the payment itself has been read from Toss.
    async fn total_amount(&self) -> Option<Money> {
        self.0.payment().total_amount.map(Money)
    }

    /// What can still be cancelled, by Toss's count; `CancelPaymentInput.expectedBalance` is held against it. Null
    /// until the payment itself has been read from Toss.
    async fn balance_amount(&self) -> Option<Money> {
        self.0.payment().balance_amount.map(Money)
    }

    /// False when Toss allows only the whole payment to be cancelled. Null when Toss did not say.
    async fn is_partial_cancelable(&self) -> Option<bool> {
        self.0.payment().is_partial_cancelable
    }

    /// The money that was really received: deposits that bounced are taken off again, refunds are not.
    async fn paid_amount(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        Ok(Money(self.0.totals(ctx).await?.paid))
    }

    /// The money that was really given back, as a positive amount. A virtual account that is cancelled before anybody
    /// has paid into it counts 0, although Toss lists the full amount as cancelled.
    async fn effective_refund(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        Ok(Money(self.0.totals(ctx).await?.effective_refund))
    }

    /// What was cancelled without giving money back, as a positive amount: the nominal amount of unpaid virtual
    /// accounts that were cancelled. No part of it is in `effectiveRefund`.
    async fn voided_amount(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        Ok(Money(self.0.totals(ctx).await?.voided))
    }

    /// `paidAmount` less `effectiveRefund`: what the merchant keeps, before Toss's fees.
    async fn net_amount(&self, ctx: &Context<'_>) -> Result<Money, ApiError> {
        Ok(Money(self.0.totals(ctx).await?.net()))
    }

    /// True when it was cancelled and nothing is left. A payment that was drained by partial cancels keeps the status
    /// `PARTIAL_CANCELED`, so ask this and not the status.
    async fn fully_canceled(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(self
            .0
            .payment()
            .is_fully_canceled(self.0.history(ctx).await?))
    }

    /// When the payment was requested.
    async fn requested_at(&self) -> Option<DateTime> {
        self.0.payment().requested_at.map(DateTime)
    }

    /// When it was approved; for a virtual account, when the deposit came.
    async fn approved_at(&self) -> Option<DateTime> {
        self.0.payment().approved_at.map(DateTime)
    }

    /// Every transaction, oldest first; those of one second in the order of a payment's life (issued, paid, partly
    /// cancelled, cancelled).
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn history(&self, ctx: &Context<'_>) -> Result<ListAtHand<Transaction>, ApiError> {
        let history = self.0.history(ctx).await?;
        Ok(ListAtHand(Transaction::all_of(history)))
    }

    /// What Toss pays out for this payment and deducts for its cancels: a row for each event, on each event's own day.
    /// Empty until the day after an event, and always under a test key, for which Toss settles nothing.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn settlements(&self, ctx: &Context<'_>) -> Result<ListAtHand<Settlement>, ApiError> {
        let rows = self.0.settlements(ctx).await?;
        Ok(ListAtHand(Settlement::all_of(rows, &self.0)))
    }

    /// Every cancel, oldest first, with who caused it and whether it gave money back.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn cancels(&self, ctx: &Context<'_>) -> Result<Vec<Cancel>, ApiError> {
        let history = self.0.history(ctx).await?;
        let events = cancel_events(self.0.payment(), self.0.cancels(), history);
        Ok(events
            .into_iter()
            .map(|event| Cancel::new(event, Arc::clone(&self.0)))
            .collect())
    }

    /// How it stands: whether each transaction is settled with the right amount, and what disagrees. It is worked out now,
    /// from what is stored of this payment.
    async fn reconciliation(&self, ctx: &Context<'_>) -> Result<Reconciliation, ApiError> {
        let reconciled = self.0.reconciled(ctx).await?;
        Ok(Reconciliation::new(
            Arc::clone(reconciled),
            Arc::clone(&self.0),
        ))
    }

    /// When the money of each transaction moves: from its settlement row, or forecast while there is none. Transactions
    /// that moved no money are left out.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn payouts(&self, ctx: &Context<'_>) -> Result<Vec<EventPayout>, ApiError> {
        Ok(EventPayout::all_of(self.0.reconciled(ctx).await?))
    }

    /// What whoever is asking may cancel of this payment, by the checks that `cancelPayment` makes too. It speaks of the
    /// payment as it was at `asOf`; the mutation reads it again.
    async fn viewer_can_cancel(&self, ctx: &Context<'_>) -> Result<ViewerCanCancel, ApiError> {
        ViewerCanCancel::of(ctx, &self.0).await
    }

    /// When Toss was last asked about this payment. Of a payment that only Toss's lists have told of (`wasRead: false`), when
    /// its newest transaction was read from them.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.found().stored.read_at)
    }

    /// True when this may not be how it is now: it is older than `maxAgeSeconds` allows, because Toss could not be reached
    /// just now, or it does not tell of something that Toss has listed or told of since. It is the last known state, as of
    /// `asOf`. Show it with that time, and do not decide on a cancel by it. That Toss was never asked about the payment itself
    /// does not make it stale: `wasRead` says that.
    async fn stale(&self) -> bool {
        self.0.found().stale
    }
}
