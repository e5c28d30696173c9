//! The lists: how a page of them is made.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::{Context, Lookahead};
use reconciliation::{OrderId, PaymentKey};

use super::at_hand::AtHand;
use super::books::Books;
use super::discrepancy::Discrepancy;
use super::error::ApiError;
use super::filters::{DiscrepancyFilter, PaymentFilter, SettlementFilter};
use super::loaders::Loaders;
use super::orders::{DiscrepancyOrder, PaymentOrder};
use super::page::{PageArguments, settlement_place, settlement_text};
use super::payment::Payment;
use super::scoped::Scoped;
use super::settlement::Settlement;
use super::total_count::TotalCount;
use crate::store::{self, StoredPayment, StoredSettlement};

/// A page of payments.
pub(super) async fn payments(
    ctx: &Context<'_>,
    filter: Option<PaymentFilter>,
    order: PaymentOrder,
    arguments: PageArguments,
) -> Result<Connection<String, AtHand<Payment>, TotalCount>, ApiError> {
    let filter = filter.unwrap_or_default().read()?;
    if order.is_by_amount() {
        return payments_by_amount(ctx, filter, order, arguments).await;
    }
    let mut request = arguments.request(|text| order.began_place(text))?;
    let toward = request.toward;
    request.toward = order.toward(toward);
    if filter.verdicts.is_some() || filter.more.paid.is_some() {
        Loaders::of(ctx)?.catch_up().await?;
    }
    let total = TotalCount::Payments(filter.clone());
    let nodes = nodes_of(ctx);
    let needs_rows = nodes.iter().any(Books::needs_rows);
    let scoped = Scoped::of(ctx)?;
    let page = scoped.list_payments(filter, &request, needs_rows).await?;
    let page = page.map(|(place, found)| {
        let payment = Payment::of_page(found, &nodes);
        (order.began_text(&place), payment)
    });
    Ok(arguments.connection(order.in_order(page), toward, total))
}

/// The same by what was paid, which is kept with the verdicts.
async fn payments_by_amount(
    ctx: &Context<'_>,
    filter: store::PaymentFilter,
    order: PaymentOrder,
    arguments: PageArguments,
) -> Result<Connection<String, AtHand<Payment>, TotalCount>, ApiError> {
    let mut request = arguments.request(|text| order.amount_place(text))?;
    let toward = request.toward;
    request.toward = order.toward(toward);
    Loaders::of(ctx)?.catch_up().await?;
    let total = TotalCount::Payments(filter.clone());
    let nodes = nodes_of(ctx);
    let needs_rows = nodes.iter().any(Books::needs_rows);
    let scoped = Scoped::of(ctx)?;
    let page = scoped.list_payments_by_amount(filter, &request, needs_rows);
    let page = page.await?.map(|(place, found)| {
        let payment = Payment::of_page(found, &nodes);
        (order.amount_text(&place), payment)
    });
    Ok(arguments.connection(order.in_order(page), toward, total))
}

/// What is asked of the nodes of a list, in either of the two places where they stand.
fn nodes_of<'c>(ctx: &'c Context<'_>) -> [Lookahead<'c>; 2] {
    let selection = ctx.look_ahead();
    [
        selection.field("nodes"),
        selection.field("edges").field("node"),
    ]
}

/// A page of discrepancies.
pub(super) async fn discrepancies(
    ctx: &Context<'_>,
    filter: Option<DiscrepancyFilter>,
    order: DiscrepancyOrder,
    arguments: PageArguments,
) -> Result<Connection<String, Discrepancy, TotalCount>, ApiError> {
    let filter = filter.unwrap_or_default().read()?;
    if order == DiscrepancyOrder::LargestDelta {
        return discrepancies_by_delta(ctx, filter, arguments).await;
    }
    let mut request = arguments.request(|text| order.began_place(text))?;
    let toward = request.toward;
    request.toward = order.toward(toward);
    Loaders::of(ctx)?.catch_up().await?;
    let scoped = Scoped::of(ctx)?;
    let total = TotalCount::Discrepancies(filter.clone());
    let page = scoped.list_discrepancies(filter, &request).await?;
    let page = page.map(|(place, stored)| (order.began_text(&place), Discrepancy::from(stored)));
    Ok(arguments.connection(order.in_order(page), toward, total))
}

/// The same, largest difference first.
async fn discrepancies_by_delta(
    ctx: &Context<'_>,
    filter: store::DiscrepancyFilter,
    arguments: PageArguments,
) -> Result<Connection<String, Discrepancy, TotalCount>, ApiError> {
    let request = arguments.request(DiscrepancyOrder::delta_place)?;
    Loaders::of(ctx)?.catch_up().await?;
    let scoped = Scoped::of(ctx)?;
    let total = TotalCount::Discrepancies(filter.clone());
    let page = scoped.list_discrepancies_by_delta(filter, &request).await?;
    let page = page.map(|(place, stored)| {
        let text = DiscrepancyOrder::delta_text(&place);
        (text, Discrepancy::from(stored))
    });
    Ok(arguments.connection(page, request.toward, total))
}

/// A page of settlement rows, each with the payment whose transactions it is held against.
pub(super) async fn settlements(
    ctx: &Context<'_>,
    filter: Option<SettlementFilter>,
    arguments: PageArguments,
) -> Result<Connection<String, Settlement, TotalCount>, ApiError> {
    let filter = filter.unwrap_or_default().read()?;
    let order = filter.order();
    let request = arguments.request(|text| settlement_place(order, text))?;
    let total = TotalCount::Settlements(filter.clone());
    if filter.matches.is_some() {
        Loaders::of(ctx)?.catch_up().await?;
    }
    let scoped = Scoped::of(ctx)?;
    let page = scoped.list_settlements(filter, &request).await?;
    let mut owners = Owners::of(&scoped, page.rows.iter().map(|(_, row)| row)).await?;
    let page = page.map(|(place, row)| {
        let books = owners.of_row(&row);
        (
            settlement_text(order, &place),
            Settlement::of_payment(row, books),
        )
    });
    Ok(arguments.connection(page, request.toward, total))
}

/// The payments of a page of settlement rows, found in two statements.
struct Owners {
    by_order: HashMap<OrderId, PaymentKey>,
    stored: HashMap<PaymentKey, Arc<StoredPayment>>,
    /// Rows of one payment share what is loaded of it.
    books: HashMap<PaymentKey, Arc<Books>>,
}

impl Owners {
    async fn of(
        scoped: &Scoped<'_, '_>,
        rows: impl Iterator<Item = &StoredSettlement>,
    ) -> Result<Self, ApiError> {
        let mut keys = Vec::new();
        let mut orders = Vec::new();
        for row in rows {
            let settlement = &row.settlement;
            match &settlement.payment_key {
                Some(key) => keys.push(key.clone()),
                None => orders.extend(possible_orders(settlement)),
            }
        }
        let by_order = scoped.payments_of_orders(&orders).await?;
        keys.extend(by_order.values().cloned());
        Ok(Self {
            stored: scoped.payments(&keys).await?,
            by_order,
            books: HashMap::new(),
        })
    }

    fn of_row(&mut self, row: &StoredSettlement) -> Option<Arc<Books>> {
        let settlement = &row.settlement;
        let key = match &settlement.payment_key {
            Some(key) => key,
            None => possible_orders(settlement)
                .filter_map(|order| OrderId::parse(order).ok())
                .find_map(|order| self.by_order.get(&order))?,
        };
        let stored = self.stored.get(key)?;
        let books = self
            .books
            .entry(key.clone())
            .or_insert_with(|| Arc::new(Books::as_stored(Arc::clone(stored))));
        Some(Arc::clone(books))
    }
}

/// The order of a row that names no payment, as it stands and without a prefix.
fn possible_orders(row: &reconciliation::Settlement) -> impl Iterator<Item = &str> {
    [Some(row.order_id.as_str()), row.order_id.without_prefix()]
        .into_iter()
        .flatten()
}
