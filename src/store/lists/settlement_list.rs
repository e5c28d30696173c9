//! The list of settlement rows, newest first, along an index for every filter.

use std::collections::HashMap;

use entity::settlement::{self, Column};
use entity::settlement_match;
use reconciliation::{KstDate, MId, MatchStrength, OrderId, PaymentKey, SettlementKind};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement, Value};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::store::db::keys::among;
use crate::store::lists::keyset::{Walk, has, looked_at, looked_up};
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
    /// That belong to one of its payment's events in one of these ways. A row that was never held against any counts as
    /// one that belongs for certain.
    pub matches: Option<Vec<MatchStrength>>,
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
        let Some(rows) = Rows::of(&self.of_each_merchant(filter).await?) else {
            return Ok(Page::empty());
        };
        let past = request.past.as_ref();
        let statement = rows.page(&PageRequest {
            rows: request.rows,
            past: past.map(|past| (past.day.naive().into(), past.id.as_str().into())),
            toward: request.toward,
        });
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
        match Rows::of(&self.of_each_merchant(filter).await?) {
            Some(rows) => self.counted(&rows.count()).await,
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

/// The rows that the filter lets through, and where they are walked along.
enum Rows {
    /// Among all rows.
    All(Walk<Column>),
    /// Among the few that do not surely belong to one event.
    Unsure(Walk<settlement_match::Column>),
}

impl Rows {
    /// `None` when nothing can match.
    fn of(filter: &SettlementFilter) -> Option<Self> {
        let wants_sure_ones = filter
            .matches
            .as_ref()
            .is_none_or(|matches| matches.contains(&MatchStrength::Exact));
        if wants_sure_ones || filter.order_id.is_some() || filter.payment_key.is_some() {
            return walk(filter).map(Self::All);
        }
        walk_unsure(filter).map(Self::Unsure)
    }

    fn page(&self, request: &PageRequest<(Value, Value)>) -> SelectStatement {
        match self {
            Self::All(walk) => walk.statement(settlement::Entity, request),
            Self::Unsure(walk) => walk.statement(settlement_match::Entity, request),
        }
    }

    fn count(&self) -> SelectStatement {
        match self {
            Self::All(walk) => walk.count(settlement::Entity),
            Self::Unsure(walk) => walk.count(settlement_match::Entity),
        }
    }
}

/// The kinds that the filter lets through.
fn kinds(filter: &SettlementFilter) -> Vec<SettlementKind> {
    match filter.kind {
        Some(kind) => vec![kind],
        None => vec![SettlementKind::Payment, SettlementKind::Cancel],
    }
}

/// How the rows that do not surely belong to one event are walked: in one part for each way of each kind of each merchant.
fn walk_unsure(filter: &SettlementFilter) -> Option<Walk<settlement_match::Column>> {
    use settlement_match::Column;
    let wanted = filter.matches.as_deref().unwrap_or_default();
    let mut parts = Vec::new();
    for mid in words(filter.mids.as_deref(), MId::to_string)? {
        for kind in kinds(filter) {
            let strengths = MatchStrength::ALL.into_iter();
            for strength in strengths.filter(|strength| wanted.contains(strength)) {
                let of_mid = has(Column::Mid, &mid);
                let of_kind = has(Column::Kind, kind_text(kind));
                parts.push(
                    of_mid
                        .and(of_kind)
                        .and(has(Column::Strength, strength.as_str())),
                );
            }
        }
    }
    if parts.is_empty() {
        return None;
    }
    let (order, within, everywhere) = in_order(filter, Column::SoldDate, Column::PaidOutDate);
    Some(Walk {
        first: None,
        order,
        key: Column::Id,
        parts,
        everywhere: everywhere.into_iter().collect(),
        within,
    })
}

/// The column that the list is ordered by, the days of it that the filter asks for, and the condition on the other column.
fn in_order<C: ColumnTrait>(
    filter: &SettlementFilter,
    sold_date: C,
    paid_out_date: C,
) -> (C, Option<(Value, Value)>, Option<Expr>) {
    let within = |days: Option<(KstDate, KstDate)>| {
        days.map(|(from, to)| (from.naive().into(), to.next().naive().into()))
    };
    match filter.order() {
        SettlementOrder::PaidOut => (paid_out_date, within(filter.paid_out_date), None),
        SettlementOrder::Sold => {
            let paid_out = filter.paid_out_date.map(|(from, to)| {
                let day = Expr::col(paid_out_date);
                day.clone().gte(from.naive()).and(day.lte(to.naive()))
            });
            (sold_date, within(filter.sold_date), paid_out)
        }
    }
}

/// The condition that a row belongs in one of these ways.
fn matches(wanted: &[MatchStrength]) -> Expr {
    use settlement_match::Column as Of;
    let words = |strengths: &mut dyn Iterator<Item = MatchStrength>| -> Vec<&'static str> {
        strengths.map(MatchStrength::as_str).collect()
    };
    let unsure = |strengths: Vec<&'static str>| {
        let row = settlement_match::Entity::find()
            .select_only()
            .column(Of::Id)
            .filter(
                Expr::col((settlement_match::Entity, Of::Id))
                    .equals((settlement::Entity, Column::Id)),
            )
            .filter(Of::Strength.is_in(strengths));
        looked_up(row.into_query())
    };
    if wanted.contains(&MatchStrength::Exact) {
        let mut others = MatchStrength::ALL
            .into_iter()
            .filter(|strength| !wanted.contains(strength));
        return unsure(words(&mut others)).not();
    }
    unsure(words(&mut wanted.iter().copied()))
}

/// How the list is walked: in one part for each kind of each merchant that the filter names, which it must where it names no
/// payment and no order. `None` when nothing can match.
fn walk(filter: &SettlementFilter) -> Option<Walk<Column>> {
    let kinds = kinds(filter);
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
    let (order, within, on_the_other) = in_order(filter, Column::SoldDate, Column::PaidOutDate);
    everywhere.extend(on_the_other);
    everywhere.extend(filter.matches.as_deref().map(matches));
    Some(Walk {
        first: None,
        order,
        key: Column::Id,
        parts,
        everywhere,
        within,
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
