//! Payments by how they stand: the list is walked along the index of verdicts, and the payments are looked up.

use entity::payment;
use entity::verdict::{self, Column};
use reconciliation::{MId, Verdict};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::{PaymentFilter, words};
use crate::store::pages::Walk;
use crate::store::rows::{method_kind, status_kind};

/// In one part for each verdict. `None` when nothing can match.
pub(super) fn walk(filter: &PaymentFilter, verdicts: &[Verdict]) -> Option<Walk<Column>> {
    let verdicts = words(Some(verdicts), |verdict| verdict.as_str().to_owned())?;
    let mids = words(filter.mids.as_deref(), MId::to_string);
    let statuses = words(filter.statuses.as_deref(), |status| {
        status_kind(status).to_owned()
    });
    let methods = words(filter.methods.as_deref(), |method| {
        method_kind(Some(method)).to_owned()
    });
    let lists = [
        Some(&verdicts),
        mids.as_ref(),
        statuses.as_ref(),
        methods.as_ref(),
    ];
    if lists.into_iter().flatten().any(Vec::is_empty) {
        return None;
    }
    let mut everywhere: Vec<Expr> = Vec::new();
    if let Some(mids) = &mids {
        everywhere.push(Expr::col(Column::Mid).is_in(mids));
    }
    let of_payment = [
        (payment::Column::StatusKind, statuses),
        (payment::Column::MethodKind, methods),
    ];
    let mut conditions = of_payment
        .into_iter()
        .filter_map(|(column, list)| Some(of(column).is_in(list?)))
        .peekable();
    if conditions.peek().is_some() {
        let mut matching = beside();
        for condition in conditions {
            matching.and_where(condition);
        }
        everywhere.push(Expr::exists(matching.from(payment::Entity).to_owned()));
    }
    let of_verdict = |verdict: &String| Expr::col(Column::Verdict).eq(verdict.as_str());
    Some(Walk {
        order: Column::BeganAt,
        key: Column::Subject,
        parts: verdicts.iter().map(of_verdict).collect(),
        everywhere,
        within: filter.within(),
    })
}

/// The condition that a payment has one of these verdicts.
pub(super) fn has_one_of(verdicts: &[Verdict]) -> Expr {
    let verdicts = verdicts.iter().map(|verdict| verdict.as_str());
    Expr::exists(
        beside()
            .from(verdict::Entity)
            .and_where(Expr::col((verdict::Entity, Column::Verdict)).is_in(verdicts))
            .to_owned(),
    )
}

fn of(column: payment::Column) -> Expr {
    Expr::col((payment::Entity, column))
}

/// A payment and the verdict on it; the table is still to be named.
fn beside() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .and_where(
            of(payment::Column::PaymentKey).eq(Expr::col((verdict::Entity, Column::Subject))),
        )
        .to_owned()
}
