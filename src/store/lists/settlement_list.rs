//! The list of settlement rows, newest first, along an index for every filter.

use std::collections::HashMap;

use entity::settlement::{self, Column};
use reconciliation::{KstDate, MId, OrderId, PaymentKey, SettlementKind};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::store::db::keys::among;
use crate::store::lists::keyset::{Walk, has, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::rows::kind_text;
use crate::store::{Page, PageRequest, SettlementId, Store, StoreError, StoredSettlement};

/// Which settlement rows. Both ends of days are included; a list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettlementFilter {
    /// Booked on one of these days.
    pub sold_date: Option<(KstDate, KstDate)>,
    /// Paid out on one of these days.
    pub paid_out_date: Option<(KstDate, KstDate)>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
    /// Of this kind.
    pub kind: Option<SettlementKind>,
    /// Of the payments of this order, or of no payment and of this order.
    pub order_id: Option<OrderId>,
    /// Of this payment.
    pub payment_key: Option<PaymentKey>,
}

/// The day that a list of settlement rows is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementOrder {
    /// The sold date.
    Sold,
    /// The paid-out date.
    PaidOut,
}

impl SettlementFilter {
    /// The order of the list: by paid-out date where days of it alone are asked for, else by sold date.
    pub fn order(&self) -> SettlementOrder {
        if self.paid_out_date.is_some() && self.sold_date.is_none() {
            SettlementOrder::PaidOut
        } else {
            SettlementOrder::Sold
        }
    }
}

/// A row's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementPlace {
    /// The day that the list is ordered by.
    pub day: KstDate,
    /// The row.
    pub id: SettlementId,
}

impl Store {
    /// A page of the settlement rows that the filter lets through. The place must be one in the filter's order.
    pub async fn list_settlements(
        &self,
        filter: &SettlementFilter,
        request: &PageRequest<SettlementPlace>,
    ) -> Result<Page<(SettlementPlace, StoredSettlement)>, StoreError> {
        let Some(walk) = walk(&self.of_each_merchant(filter).await?) else {
            return Ok(Page::empty());
        };
        let statement = walk.statement(
            settlement::Entity,
            &PageRequest {
                rows: request.rows,
                past: request
                    .past
                    .as_ref()
                    .map(|past| (past.day.naive().into(), past.id.as_str().into())),
                toward: request.toward,
            },
        );
        let mut places = Vec::new();
        for row in self.reader.query_all(&statement).await? {
            let (day, id): (chrono::NaiveDate, String) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            places.push(SettlementPlace {
                day: KstDate::from_naive(day),
                id: SettlementId::new(&id),
            });
        }
        let page = Page::of(places, request.rows, request.toward);
        let ids = page.rows.iter().map(|place| place.id.as_str());
        let mut sql = self.quick.sql();
        let which = format!("WHERE {}", sql.among("id", ids));
        let mut found: HashMap<SettlementId, StoredSettlement> = HashMap::new();
        let take = |row: StoredSettlement| {
            found.insert(row.id.clone(), row);
        };
        self.quick.each(sql, &which, take).await?;
        let rows = page.rows.into_iter().filter_map(|place| {
            let row = found.remove(&place.id)?;
            Some((place, row))
        });
        Ok(Page {
            rows: rows.collect(),
            has_more: page.has_more,
        })
    }

    /// How many settlement rows the filter lets through; `None` when they are more than a hundred thousand.
    pub async fn count_settlements(
        &self,
        filter: &SettlementFilter,
    ) -> Result<Option<u64>, StoreError> {
        match walk(&self.of_each_merchant(filter).await?) {
            Some(walk) => self.counted(&walk.count(settlement::Entity)).await,
            None => Ok(Some(0)),
        }
    }

    /// The filter with each merchant by name, where it names nothing that a list of all of them can be walked by.
    async fn of_each_merchant(
        &self,
        filter: &SettlementFilter,
    ) -> Result<SettlementFilter, StoreError> {
        let mut filter = filter.clone();
        if filter.mids.is_none() && filter.order_id.is_none() && filter.payment_key.is_none() {
            filter.mids = Some(self.every_merchant().await?);
        }
        Ok(filter)
    }

    /// The payment of each of these orders, at these merchants where any are named; of several attempts, the one begun last.
    /// Orders without any are missing.
    pub async fn payments_of_orders(
        &self,
        orders: &[&str],
        merchants: Option<&[MId]>,
    ) -> Result<HashMap<OrderId, PaymentKey>, StoreError> {
        use entity::payment;
        if orders.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(String, String)> = payment::Entity::find()
            .select_only()
            .columns([payment::Column::OrderId, payment::Column::PaymentKey])
            .filter(among(
                self.reader.get_database_backend(),
                payment::Column::OrderId,
                orders.iter().copied(),
            ))
            .apply_if(merchants, |query, merchants| {
                query.filter(payment::Column::Mid.is_in(merchants.iter().map(MId::as_str)))
            })
            .order_by_asc(payment::Column::BeganAt)
            .order_by_asc(payment::Column::PaymentKey)
            .into_tuple()
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|(order, key)| {
                let unread = |column| StoreError::inconsistent("payments", column, &key);
                Ok((
                    OrderId::parse(&order).map_err(|_| unread("order_id"))?,
                    PaymentKey::parse(&key).map_err(|_| unread("payment_key"))?,
                ))
            })
            .collect()
    }
}

/// How the list is walked: in one part for each kind of each merchant that the filter names, which it must where it names no
/// payment and no order. `None` when nothing can match.
fn walk(filter: &SettlementFilter) -> Option<Walk<Column>> {
    let kinds = match filter.kind {
        Some(kind) => vec![kind],
        None => vec![SettlementKind::Payment, SettlementKind::Cancel],
    };
    let mids = words(filter.mids.as_deref(), MId::to_string);
    if mids.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    let of_kind = |kind: &SettlementKind| has(Column::Kind, kind_text(*kind));
    let mut everywhere = Vec::new();
    let of_one = of_one_payment_or_order(filter);
    let parts = if of_one.is_empty() {
        let mids = mids?;
        let of_each = |kind| {
            let of_mid = |mid: &String| has(Column::Mid, mid).and(of_kind(kind));
            mids.iter().map(of_mid).collect::<Vec<_>>()
        };
        kinds.iter().flat_map(of_each).collect()
    } else {
        let mids = mids.iter();
        everywhere.extend(mids.map(|mids| looked_at(Expr::col(Column::Mid).is_in(mids))));
        let kinds = kinds.iter().map(|kind| kind_text(*kind));
        everywhere.push(looked_at(Expr::col(Column::Kind).is_in(kinds)));
        of_one
    };
    let (order, days) = match filter.order() {
        SettlementOrder::PaidOut => (Column::PaidOutDate, filter.paid_out_date),
        SettlementOrder::Sold => {
            everywhere.extend(filter.paid_out_date.map(|(from, to)| {
                let day = Expr::col(Column::PaidOutDate);
                day.clone().gte(from.naive()).and(day.lte(to.naive()))
            }));
            (Column::SoldDate, filter.sold_date)
        }
    };
    Some(Walk {
        first: None,
        order,
        key: Column::Id,
        parts,
        everywhere,
        within: days.map(|(from, to)| (from.naive().into(), to.next().naive().into())),
    })
}

/// The few rows of one payment, or of one order: those of its payments, and those that name no payment.
fn of_one_payment_or_order(filter: &SettlementFilter) -> Vec<Expr> {
    use entity::payment;
    let names_none = Expr::col(Column::PaymentKey).is_null();
    let is_of = |column: Column, order: &OrderId| Expr::col(column).eq(order.as_str());
    match (&filter.payment_key, &filter.order_id) {
        (None, None) => Vec::new(),
        (Some(key), None) => vec![has(Column::PaymentKey, key.as_str())],
        (Some(key), Some(order)) => {
            let order = is_of(Column::OrderId, order).or(is_of(Column::OrderIdUnprefixed, order));
            vec![has(Column::PaymentKey, key.as_str()).and(looked_at(order))]
        }
        (None, Some(order)) => {
            let of_order = payment::Entity::find()
                .select_only()
                .column(payment::Column::PaymentKey)
                .filter(payment::Column::OrderId.eq(order.as_str()))
                .into_query();
            let whole = is_of(Column::OrderId, order);
            vec![
                Expr::col(Column::PaymentKey).in_subquery(of_order),
                names_none.clone().and(whole.clone()),
                names_none
                    .and(is_of(Column::OrderIdUnprefixed, order))
                    .and(looked_at(whole.not())),
            ]
        }
    }
}

#[cfg(test)]
#[path = "settlement_list/plans.rs"]
mod plans;
