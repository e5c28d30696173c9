//! One settlement row as clients see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use reconciliation::{PaymentKey, SettlementMatch, TransactionKey, match_settlement};

use super::books::Books;
use super::error::ApiError;
use super::loaders::Loaders;
use super::money::Money;
use super::node_id::NodeId;
use super::payment::Payment;
use super::scalars::{DateTime, LocalDate};
use super::settlement_version::SettlementVersion;
use crate::store::StoredSettlement;

/// What a settlement row settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::SettlementKind")]
pub(super) enum SettlementKind {
    /// A payment: its amount is paid out, less the fee.
    Payment,
    /// A cancel: its amount is deducted from a payout. All amounts of the row are negative.
    Cancel,
}

/// How surely a settlement row belongs to one of the payment's transactions. More values may come: treat values you do
/// not know as `NONE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "reconciliation::MatchStrength")]
pub(super) enum MatchStrength {
    /// By the transaction's key; or by payment, direction and amount, which fit one transaction only.
    Exact,
    /// By the order number, direction and amount alone.
    Weak,
    /// Several transactions fit equally well; none is chosen. See `matchCandidates`.
    Ambiguous,
    /// No transaction fits.
    None,
}

/// One row of a list. The place is one that the list has.
pub(super) struct Settlement {
    rows: Arc<[StoredSettlement]>,
    place: usize,
    /// The payment whose transactions the row is held against; absent when no payment of that row is known.
    books: Option<Arc<Books>>,
}

impl Settlement {
    /// Every row of a payment.
    pub(super) fn all_of(rows: &Arc<[StoredSettlement]>, books: &Arc<Books>) -> Vec<Self> {
        (0..rows.len())
            .map(|place| Self {
                rows: Arc::clone(rows),
                place,
                books: Some(Arc::clone(books)),
            })
            .collect()
    }

    /// A row on its own, with the payment that it names, if that is known.
    pub(super) fn single(row: StoredSettlement, books: Option<Books>) -> Self {
        Self::of_payment(row, books.map(Arc::new))
    }

    /// As [`Settlement::single`], where rows share their payment.
    pub(super) fn of_payment(row: StoredSettlement, books: Option<Arc<Books>>) -> Self {
        Self {
            rows: Arc::from([row]),
            place: 0,
            books,
        }
    }

    fn stored(&self) -> &StoredSettlement {
        &self.rows[self.place]
    }

    fn row(&self) -> &reconciliation::Settlement {
        &self.stored().settlement
    }

    async fn matched(&self, ctx: &Context<'_>) -> Result<SettlementMatch, ApiError> {
        Ok(match &self.books {
            Some(books) => match_settlement(self.row(), books.history(ctx).await?.events()),
            None => match_settlement(self.row(), &[]),
        })
    }
}

/// One line of Toss's settlements list: what is paid out to the merchant for a payment, or deducted for a cancel, and
/// on which day. A payment that is cancelled later has two, each with its own dates.
#[Object]
impl Settlement {
    /// Opaque and stable for as long as Toss lists the row: keep it, pass it on, never take it apart.
    pub(super) async fn id(&self) -> ID {
        NodeId::Settlement(self.stored().id.clone()).to_id()
    }

    /// The merchant at Toss (상점아이디).
    async fn m_id(&self) -> &str {
        self.row().mid.as_str()
    }

    /// Whether it pays a payment out or deducts a cancel.
    async fn kind(&self) -> SettlementKind {
        self.row().kind.into()
    }

    /// Toss's key of the payment. Null in rows of test settlements.
    async fn payment_key(&self) -> Option<&str> {
        self.row().payment_key.as_ref().map(PaymentKey::as_str)
    }

    /// Toss's key of the transaction that it settles. Null in rows of test settlements.
    async fn transaction_key(&self) -> Option<&str> {
        self.row()
            .transaction_key
            .as_ref()
            .map(TransactionKey::as_str)
    }

    /// The payment that the row is held against, as it was last read; Toss is not asked. Null when none is known.
    async fn payment(&self) -> Option<Payment> {
        let books = self.books.as_ref()?;
        Some(Payment::from(Arc::clone(books)))
    }

    /// The merchant's own order number. Rows of test settlements put a prefix and `_` in front of it.
    async fn order_id(&self) -> &str {
        self.row().order_id.as_str()
    }

    /// What was paid or cancelled, before fees. Negative for a cancel, unlike in `Transaction.amount` and
    /// `Cancel.amount`.
    async fn amount(&self) -> Money {
        Money(self.row().amount)
    }

    /// The merchant's part of an instalment fee, signed like `amount`. 0 also when Toss did not list one.
    async fn interest_fee(&self) -> Money {
        let row = self.row();
        let nothing = || reconciliation::Money::zero(row.amount.currency());
        Money(row.interest_fee.unwrap_or_else(nothing))
    }

    /// Toss's whole fee, VAT included, signed like `amount`: `supplyAmount` and `vat` together.
    async fn fee(&self) -> Money {
        Money(self.row().shown_fee())
    }

    /// The fee without its VAT, signed like `amount`. Null when Toss did not list it.
    async fn supply_amount(&self) -> Option<Money> {
        self.row().supply_amount.map(Money)
    }

    /// The VAT of the fee, signed like `amount`. Null when Toss did not list it.
    async fn vat(&self) -> Option<Money> {
        self.row().vat.map(Money)
    }

    /// What the fee is made of. Null when Toss sent no breakdown; an empty list means that it sent an empty one.
    async fn fees(&self) -> Option<Vec<FeeLine<'_>>> {
        let lines = self.row().fees.as_ref()?;
        Some(lines.iter().map(FeeLine).collect())
    }

    /// What is paid out, or deducted when negative: `amount` less `fee`.
    async fn pay_out_amount(&self) -> Money {
        Money(self.row().pay_out_amount)
    }

    /// When the payment was approved; the same on the row of its cancel.
    async fn approved_at(&self) -> Option<DateTime> {
        self.row().approved_at.map(DateTime)
    }

    /// The day that the event is booked on (매출일). For a cancel it is the cancel's day, not the payment's.
    async fn sold_date(&self) -> LocalDate {
        LocalDate(self.row().sold_date)
    }

    /// The day that the money moves to or from the merchant's bank account (지급일).
    async fn paid_out_date(&self) -> LocalDate {
        LocalDate(self.row().paid_out_date)
    }

    /// How surely the row belongs to one of its payment's transactions.
    #[graphql(name = "match")]
    async fn match_strength(&self, ctx: &Context<'_>) -> Result<MatchStrength, ApiError> {
        Ok(self.matched(ctx).await?.strength.into())
    }

    /// The keys of the transactions that fit: one when `match` is `EXACT` or `WEAK`, several when it is `AMBIGUOUS`,
    /// else none.
    async fn match_candidates(&self, ctx: &Context<'_>) -> Result<Vec<String>, ApiError> {
        let candidates = self.matched(ctx).await?.candidates;
        Ok(candidates.iter().map(ToString::to_string).collect())
    }

    /// What the row said before, oldest first; empty when it never changed.
    #[graphql(complexity = "super::LIST_COST * child_complexity + 1")]
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<SettlementVersion>, ApiError> {
        let versions = Loaders::of(ctx)?.versions(&self.rows, self.place).await?;
        let former = versions.iter();
        Ok(former
            .map(|row| SettlementVersion::of(&row.settlement, row.read_at, row.replaced_at))
            .collect())
    }
}

/// A line of a fee.
pub(super) struct FeeLine<'a>(&'a reconciliation::FeeLine);

/// One part of a settlement's fee.
#[Object]
impl FeeLine<'_> {
    /// Toss's word for the part: `BASE`, `INSTALLMENT_DISCOUNT`, `INSTALLMENT`, `POINT_SAVING`, `ETC`, or one that is
    /// new.
    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Signed like the row's amount.
    async fn fee(&self) -> Money {
        Money(self.0.fee)
    }
}
