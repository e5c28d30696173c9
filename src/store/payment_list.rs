//! The list of payments, newest first, along an index for every filter.

mod by_verdict;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::payment::{self, Column};
use entity::verdict;
use reconciliation::{MId, OrderId, PaymentKey, PaymentMethod, PaymentStatus};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement, Value};

use super::pages::{MOST_PARTS, Walk};
use super::rows::{method_kind, status_kind};
use super::{Page, PageRequest, Store, StoreError, StoredPayment};

/// Which payments. A list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Begun at or after the first instant and before the second.
    pub began: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// In one of these states; [`PaymentStatus::Other`] stands for every one that is not known.
    pub statuses: Option<Vec<PaymentStatus>>,
    /// Paid in one of these ways; [`PaymentMethod::Other`] stands for every one that is not known.
    pub methods: Option<Vec<PaymentMethod>>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
    /// Of this order.
    pub order_id: Option<OrderId>,
    /// With one of these verdicts.
    pub verdicts: Option<Vec<reconciliation::Verdict>>,
}

/// A payment's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentPlace {
    /// Its first transaction; without any, its request.
    pub began_at: DateTime<Utc>,
    /// Its key.
    pub payment_key: PaymentKey,
}

impl Store {
    /// A page of the payments that the filter lets through.
    pub async fn list_payments(
        &self,
        filter: &PaymentFilter,
        request: &PageRequest<PaymentPlace>,
    ) -> Result<Page<(PaymentPlace, Arc<StoredPayment>)>, StoreError> {
        let past = request.past.as_ref().map(|past| {
            (
                past.began_at.timestamp_millis().into(),
                past.payment_key.as_str().into(),
            )
        });
        let page = PageRequest {
            rows: request.rows,
            past,
            toward: request.toward,
        };
        let Some(statement) = statement(filter, &page) else {
            return Ok(Page::empty());
        };
        let mut places = Vec::new();
        for row in self.reader.query_all(&statement).await? {
            let (millis, key): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let unread = |column| StoreError::inconsistent("payments", column, &key);
            places.push(PaymentPlace {
                began_at: DateTime::from_timestamp_millis(millis)
                    .ok_or_else(|| unread("began_at"))?,
                payment_key: PaymentKey::parse(&key).map_err(|_| unread("payment_key"))?,
            });
        }
        let page = Page::of(places, request.rows, request.toward);
        let keys: Vec<PaymentKey> = page
            .rows
            .iter()
            .map(|place| place.payment_key.clone())
            .collect();
        let mut payments = self.payments(&keys).await?;
        let rows = page.rows.into_iter().filter_map(|place| {
            let payment = payments.remove(&place.payment_key)?;
            Some((place, payment))
        });
        Ok(Page {
            rows: rows.collect(),
            has_more: page.has_more,
        })
    }
}

impl PaymentFilter {
    /// The instants as the lists' columns have them.
    fn within(&self) -> Option<(Value, Value)> {
        let (from, to) = self.began?;
        Some((from.timestamp_millis().into(), to.timestamp_millis().into()))
    }
}

/// The statement for a page. `None` when nothing can match.
fn statement(
    filter: &PaymentFilter,
    request: &PageRequest<(Value, Value)>,
) -> Option<SelectStatement> {
    // An order has few payments, whose verdicts are looked up.
    if let (Some(verdicts), None) = (&filter.verdicts, &filter.order_id) {
        let walk = by_verdict::walk(filter, verdicts)?;
        return Some(walk.statement(verdict::Entity, request));
    }
    Some(walk(filter)?.statement(payment::Entity, request))
}

/// How the list is walked: in one part for each pair of a status and a method, or each merchant, where the filter names
/// few. `None` when nothing can match.
fn walk(filter: &PaymentFilter) -> Option<Walk<Column>> {
    let statuses = words(filter.statuses.as_deref(), |status| {
        status_kind(status).to_owned()
    });
    let methods = words(filter.methods.as_deref(), |method| {
        method_kind(Some(method)).to_owned()
    });
    let mids = words(filter.mids.as_deref(), MId::to_string);
    let lists = [&statuses, &methods, &mids];
    if lists
        .iter()
        .any(|list| list.as_ref().is_some_and(Vec::is_empty))
    {
        return None;
    }
    let mut everywhere: Vec<Expr> = Vec::new();
    let mut parts: Vec<Expr> = Vec::new();
    let among = |column: Column, list: &Option<Vec<String>>| {
        list.iter()
            .map(move |words| Expr::col(column).is_in(words.iter().map(String::as_str)))
            .collect::<Vec<_>>()
    };
    if let Some(verdicts) = &filter.verdicts {
        everywhere.push(by_verdict::has_one_of(verdicts));
    }
    if let Some(order) = &filter.order_id {
        parts.push(Expr::col(Column::OrderId).eq(order.as_str()));
        everywhere.extend(among(Column::StatusKind, &statuses));
        everywhere.extend(among(Column::MethodKind, &methods));
        everywhere.extend(among(Column::Mid, &mids));
        return Some(with_parts(filter, parts, everywhere));
    }
    match (&statuses, &methods) {
        (Some(statuses), Some(methods)) if statuses.len() * methods.len() <= MOST_PARTS => {
            parts.extend(statuses.iter().flat_map(|status| {
                methods.iter().map(move |method| {
                    Expr::col(Column::StatusKind)
                        .eq(status.as_str())
                        .and(Expr::col(Column::MethodKind).eq(method.as_str()))
                })
            }));
            everywhere.extend(among(Column::Mid, &mids));
        }
        (Some(statuses), _) => {
            let each = statuses.iter();
            parts.extend(each.map(|status| Expr::col(Column::StatusKind).eq(status.as_str())));
            everywhere.extend(among(Column::MethodKind, &methods));
            everywhere.extend(among(Column::Mid, &mids));
        }
        (None, Some(methods)) => {
            let each = methods.iter();
            parts.extend(each.map(|method| Expr::col(Column::MethodKind).eq(method.as_str())));
            everywhere.extend(among(Column::Mid, &mids));
        }
        (None, None) => {
            let each = mids.iter().flatten();
            parts.extend(each.map(|mid| Expr::col(Column::Mid).eq(mid.as_str())));
        }
    }
    Some(with_parts(filter, parts, everywhere))
}

fn with_parts(filter: &PaymentFilter, parts: Vec<Expr>, everywhere: Vec<Expr>) -> Walk<Column> {
    Walk {
        order: Column::BeganAt,
        key: Column::PaymentKey,
        parts,
        everywhere,
        within: filter.within(),
    }
}

/// The different words of a filter's list: a row must not be in two parts.
pub(super) fn words<T>(list: Option<&[T]>, word: impl Fn(&T) -> String) -> Option<Vec<String>> {
    let mut words: Vec<String> = list?.iter().map(word).collect();
    words.sort_unstable();
    words.dedup();
    Some(words)
}

#[cfg(test)]
#[path = "payment_list/plans.rs"]
mod plans;
