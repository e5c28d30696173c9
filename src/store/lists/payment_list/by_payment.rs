//! Payments along their own indexes, and their verdicts looked up.

use entity::payment::{self, Column};
use entity::verdict;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use super::PaymentFilter;
use super::wanted::Wanted;
use crate::store::lists::keyset::{MOST_PARTS, Walk, has, looked_at, looked_up};
use crate::store::rows::{METHOD_KINDS, STATUS_KINDS};

/// In one part for each status and method, of each merchant where few are named; without a status and a method, for each
/// merchant.
pub(super) fn walk(filter: &PaymentFilter, wanted: &Wanted) -> Walk<Column> {
    let Wanted {
        statuses,
        methods,
        mids,
        verdicts,
    } = wanted;
    let mut parts: Vec<Expr> = Vec::new();
    let mut everywhere: Vec<Expr> = Vec::new();
    let among = |column: Column, words: &Option<Vec<String>>| {
        words
            .as_ref()
            .map(|words| looked_at(Expr::col(column).is_in(words)))
    };
    let named = filter.more.is_named(Expr::col(Column::PaymentKey));
    if let Some(named) = named {
        parts.push(named);
        everywhere.extend(
            filter
                .order_id
                .as_ref()
                .map(|order| looked_at(Expr::col(Column::OrderId).eq(order.as_str()))),
        );
        everywhere.extend(among(Column::StatusKind, statuses));
        everywhere.extend(among(Column::MethodKind, methods));
        everywhere.extend(among(Column::Mid, mids));
    } else if let Some(order) = &filter.order_id {
        parts.push(has(Column::OrderId, order.as_str()));
        everywhere.extend(among(Column::StatusKind, statuses));
        everywhere.extend(among(Column::MethodKind, methods));
        everywhere.extend(among(Column::Mid, mids));
    } else if statuses.is_none() && methods.is_none() {
        let each = mids.iter().flatten();
        parts.extend(each.map(|mid| has(Column::Mid, mid)));
    } else {
        let kinds = kinds(statuses.as_deref(), methods.as_deref());
        match mids {
            Some(mids) if mids.len() * kinds.len() <= MOST_PARTS => {
                parts.extend(mids.iter().flat_map(|mid| {
                    let of_kind = kinds.iter().cloned();
                    of_kind.map(move |kind| has(Column::Mid, mid).and(kind))
                }));
            }
            _ => {
                parts = kinds;
                everywhere.extend(among(Column::Mid, mids));
            }
        }
    }
    everywhere.extend(verdicts.as_deref().map(has_one_of));
    let key = Expr::col((payment::Entity, Column::PaymentKey));
    everywhere.extend(filter.more.conditions(&key));
    Walk {
        first: None,
        order: Column::BeganAt,
        key: Column::PaymentKey,
        parts,
        everywhere,
        within: filter.within(),
    }
}

/// Each status with each method. Where none is named, all are: so the list is read along the index of both.
fn kinds(statuses: Option<&[String]>, methods: Option<&[String]>) -> Vec<Expr> {
    let statuses = named_or_all(statuses, &STATUS_KINDS);
    let methods = named_or_all(methods, &METHOD_KINDS);
    let each = statuses.iter().flat_map(|status| {
        let methods = methods.iter();
        methods.map(|method| has(Column::StatusKind, status).and(has(Column::MethodKind, method)))
    });
    each.collect()
}

fn named_or_all<'a>(named: Option<&'a [String]>, all: &[&'a str]) -> Vec<&'a str> {
    named.map_or_else(
        || all.to_vec(),
        |named| named.iter().map(String::as_str).collect(),
    )
}

/// The condition that a payment has one of these verdicts.
fn has_one_of(verdicts: &[String]) -> Expr {
    let subject = Expr::col((verdict::Entity, verdict::Column::Subject));
    let mut verdict = Query::select();
    verdict
        .expr(Expr::val(1))
        .from(verdict::Entity)
        .and_where(subject.eq(Expr::col((payment::Entity, Column::PaymentKey))))
        .and_where(looked_at(
            Expr::col((verdict::Entity, verdict::Column::Verdict)).is_in(verdicts),
        ));
    looked_up(verdict)
}
