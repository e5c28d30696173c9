//! The lists: what they can be filtered by, and how a page of them is made.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::{Context, InputObject};
use reconciliation::{KstDate, MId, OrderId, PaymentKey};

use super::books::Books;
use super::context::part;
use super::error::ApiError;
use super::page::{PageArguments, payment_place, payment_text, settlement_place, settlement_text};
use super::payment::Payment;
use super::scalars::LocalDate;
use super::settlement::{Settlement, SettlementKind};
use super::status::{PaymentMethod, PaymentStatus};
use crate::lookup::FoundPayment;
use crate::store::{
    Page, PaymentFilter as Payments, SettlementFilter as Settlements, Store, StoredPayment,
    StoredSettlement,
};

/// The most values of one filter.
const MOST_VALUES: usize = 50;

/// Days, both ends included.
#[derive(Clone, Copy, Debug, InputObject)]
pub(super) struct DateRange {
    /// The first day.
    from: LocalDate,
    /// The last day.
    to: LocalDate,
}

/// Which payments. What is left out lets every payment through; an empty list lets none through.
#[derive(Debug, Default, InputObject)]
pub(super) struct PaymentFilter {
    /// The day of the payment's first transaction: its approval, or the issue of its virtual account. For a payment
    /// without transactions, the day of its request.
    transaction_date: Option<DateRange>,
    /// Its status.
    status: Option<Vec<PaymentStatus>>,
    /// Its method.
    method: Option<Vec<PaymentMethod>>,
    /// Its merchant at Toss.
    m_id: Option<Vec<String>>,
    /// The merchant's own order number.
    order_id: Option<String>,
}

/// Which settlement rows. What is left out lets every row through; an empty list lets none through.
#[derive(Debug, Default, InputObject)]
pub(super) struct SettlementFilter {
    /// The day that the event is booked on.
    sold_date: Option<DateRange>,
    /// The day that the money moves. Given without `soldDate`, the list is in the order of these days.
    paid_out_date: Option<DateRange>,
    /// The merchant at Toss.
    m_id: Option<Vec<String>>,
    /// Payments or cancels alone.
    kind: Option<SettlementKind>,
}

impl DateRange {
    fn days(self, name: &str) -> Result<(KstDate, KstDate), ApiError> {
        let (from, to) = (self.from.0, self.to.0);
        if from > to {
            return Err(ApiError::bad_user_input(format!(
                "{name}: from must not be after to"
            )));
        }
        Ok((from, to))
    }
}

impl PaymentFilter {
    fn read(self) -> Result<Payments, ApiError> {
        let days = self
            .transaction_date
            .map(|range| range.days("transactionDate"))
            .transpose()?;
        few("status", self.status.as_deref())?;
        few("method", self.method.as_deref())?;
        Ok(Payments {
            began: days.map(|(from, to)| (from.start(), to.next().start())),
            statuses: self
                .status
                .map(|all| all.into_iter().map(PaymentStatus::engine).collect()),
            methods: self
                .method
                .map(|all| all.into_iter().map(PaymentMethod::engine).collect()),
            mids: mids(self.m_id)?,
            order_id: self
                .order_id
                .map(|text| OrderId::parse(&text))
                .transpose()
                .map_err(|error| ApiError::bad_user_input(format!("orderId: {error}")))?,
            verdicts: None,
        })
    }
}

impl SettlementFilter {
    fn read(self) -> Result<Settlements, ApiError> {
        Ok(Settlements {
            sold_date: self
                .sold_date
                .map(|range| range.days("soldDate"))
                .transpose()?,
            paid_out_date: self
                .paid_out_date
                .map(|range| range.days("paidOutDate"))
                .transpose()?,
            mids: mids(self.m_id)?,
            kind: self.kind.map(Into::into),
        })
    }
}

fn mids(texts: Option<Vec<String>>) -> Result<Option<Vec<MId>>, ApiError> {
    few("mId", texts.as_deref())?;
    texts
        .map(|texts| texts.iter().map(|text| MId::parse(text)).collect())
        .transpose()
        .map_err(|error| ApiError::bad_user_input(format!("mId: {error}")))
}

fn few<T>(name: &str, values: Option<&[T]>) -> Result<(), ApiError> {
    match values {
        Some(values) if values.len() > MOST_VALUES => Err(ApiError::bad_user_input(format!(
            "{name} takes at most {MOST_VALUES} values"
        ))),
        _ => Ok(()),
    }
}

/// A page of payments.
pub(super) async fn payments(
    ctx: &Context<'_>,
    filter: Option<PaymentFilter>,
    arguments: PageArguments,
) -> Result<Connection<String, Payment>, ApiError> {
    let filter = filter.unwrap_or_default().read()?;
    let request = arguments.request(payment_place)?;
    let page = part::<Store>(ctx)?.list_payments(&filter, &request).await?;
    let rows = page
        .rows
        .into_iter()
        .map(|(place, stored)| (payment_text(&place), Payment::of(as_stored(stored))));
    let page = Page {
        rows: rows.collect(),
        has_more: page.has_more,
    };
    Ok(arguments.connection(page, request.toward))
}

/// A page of settlement rows, each with the payment whose transactions it is held against.
pub(super) async fn settlements(
    ctx: &Context<'_>,
    filter: Option<SettlementFilter>,
    arguments: PageArguments,
) -> Result<Connection<String, Settlement>, ApiError> {
    let filter = filter.unwrap_or_default().read()?;
    let order = filter.order();
    let request = arguments.request(|text| settlement_place(order, text))?;
    let store = part::<Store>(ctx)?;
    let page = store.list_settlements(&filter, &request).await?;
    let mut owners = Owners::of(store, page.rows.iter().map(|(_, row)| row)).await?;
    let rows = page.rows.into_iter().map(|(place, row)| {
        let books = owners.of_row(&row);
        (
            settlement_text(order, &place),
            Settlement::of_payment(row, books),
        )
    });
    let page = Page {
        rows: rows.collect(),
        has_more: page.has_more,
    };
    Ok(arguments.connection(page, request.toward))
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
        store: &Store,
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
        let by_order = store.payments_of_orders(&orders).await?;
        keys.extend(by_order.values().cloned());
        Ok(Self {
            stored: store.payments(&keys).await?,
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
            .or_insert_with(|| Arc::new(Books::of(as_stored(Arc::clone(stored)))));
        Some(Arc::clone(books))
    }
}

/// The order of a row that names no payment, as it stands and without a prefix.
fn possible_orders(row: &reconciliation::Settlement) -> impl Iterator<Item = &str> {
    [Some(row.order_id.as_str()), row.order_id.without_prefix()]
        .into_iter()
        .flatten()
}

fn as_stored(stored: Arc<StoredPayment>) -> FoundPayment {
    FoundPayment {
        stored,
        stale: false,
    }
}
