//! Discrepancies that are found, by their states. What was acknowledged until a day that has come counts as open, also while
//! it is still kept as acknowledged.

use entity::desk_record;
use entity::discrepancy::Column;
use reconciliation::{DeskState, KstDate};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::store::lists::keyset::looked_at;

/// The conditions of these states, of which no two hold for one row.
pub(super) fn in_states(states: &[DeskState], ended_by: Option<KstDate>) -> Vec<Expr> {
    let is_every = states.contains(&DeskState::Open) && states.contains(&DeskState::Acknowledged);
    let Some(today) = ended_by.filter(|_| !is_every) else {
        return states.iter().map(|state| kept_in(*state)).collect();
    };
    let ids = ended(today)
        .select_only()
        .column(desk_record::Column::Id)
        .into_query();
    let has_ended = || looked_at(Expr::col(Column::Id).in_subquery(ids.clone()));
    let known = || kept_in(DeskState::Acknowledged);
    let in_state = |state: &DeskState| match state {
        DeskState::Open => vec![kept_in(DeskState::Open), known().and(has_ended())],
        DeskState::Acknowledged => vec![known().and(has_ended().not())],
        DeskState::Resolved => Vec::new(),
    };
    states.iter().flat_map(in_state).collect()
}

/// The same where another index than that of a state is entered.
pub(super) fn any_of_states(states: &[DeskState], ended_by: Option<KstDate>) -> Expr {
    let conditions = in_states(states, ended_by).into_iter();
    let any = conditions.reduce(ExprTrait::or);
    looked_at(any.unwrap_or_else(|| Expr::val(false)))
}

/// The condition of an index of one state, word for word, so that the index serves.
fn kept_in(state: DeskState) -> Expr {
    match state {
        DeskState::Acknowledged => Expr::cust("state = 'ACKNOWLEDGED'"),
        DeskState::Open | DeskState::Resolved => Expr::cust("state = 'OPEN'"),
    }
}

/// What people made of discrepancies, where the day that they are acknowledged until has come by then, in Seoul.
pub(in crate::store) fn ended(today: KstDate) -> Select<desk_record::Entity> {
    use desk_record::Column;
    desk_record::Entity::find()
        .filter(Column::AcknowledgedUntil.is_not_null())
        .filter(Column::AcknowledgedUntil.lte(today.naive()))
}
