//! Payments by how they stand: the list is walked along the indexes of verdicts, and the payments are looked up.

use entity::payment;
use entity::verdict::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use super::PaymentFilter;
use super::wanted::Wanted;
use crate::store::lists::keyset::{MOST_PARTS, Walk, has, looked_at, looked_up};

/// In one part for each of these verdicts, of each merchant where few are named.
pub(super) fn walk(filter: &PaymentFilter, wanted: &Wanted, verdicts: &[String]) -> Walk<Column> {
    let stands = |verdict: &String| has(Column::Verdict, verdict);
    let mut everywhere: Vec<Expr> = Vec::new();
    let parts = match &wanted.mids {
        Some(mids) if mids.len() * verdicts.len() <= MOST_PARTS => mids
            .iter()
            .flat_map(|mid| {
                let each = verdicts.iter();
                each.map(move |verdict| has(Column::Mid, mid).and(stands(verdict)))
            })
            .collect(),
        mids => {
            let mids = mids.iter();
            everywhere.extend(mids.map(|mids| looked_at(Expr::col(Column::Mid).is_in(mids))));
            verdicts.iter().map(stands).collect()
        }
    };
    everywhere.extend(payment_matches(wanted));
    let key = Expr::col((verdict::Entity, Column::Subject));
    everywhere.extend(filter.more.conditions(&key));
    Walk {
        first: None,
        order: Column::BeganAt,
        key: Column::Subject,
        parts,
        everywhere,
        within: filter.within(),
    }
}

/// The condition that the payment of a verdict has a status and a method that are wanted, where any are named.
pub(super) fn payment_matches(wanted: &Wanted) -> Option<Expr> {
    let of = |column: payment::Column| Expr::col((payment::Entity, column));
    let lists = [
        (payment::Column::StatusKind, &wanted.statuses),
        (payment::Column::MethodKind, &wanted.methods),
    ];
    if lists.iter().all(|(_, words)| words.is_none()) {
        return None;
    }
    let mut payment = Query::select();
    payment.expr(Expr::val(1)).from(payment::Entity).and_where(
        of(payment::Column::PaymentKey).eq(Expr::col((verdict::Entity, Column::Subject))),
    );
    for (column, words) in lists {
        if let Some(words) = words {
            payment.and_where(looked_at(of(column).is_in(words)));
        }
    }
    Some(looked_up(payment))
}
