//! Discrepancies that are found, by their states. What was acknowledged until a day that has come counts as open, also while
//! it is still kept as acknowledged.

use entity::discrepancy::Column;
use reconciliation::{DeskState, KstDate};
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::store::desk::returning::ended_ids;
use crate::store::lists::keyset::looked_at;

/// The conditions of these states, of which no two hold for one row.
pub(super) fn in_states(states: &[DeskState], ended_by: Option<KstDate>) -> Vec<Expr> {
    let is_every = states.contains(&DeskState::Open) && states.contains(&DeskState::Acknowledged);
    let Some(today) = ended_by.filter(|_| !is_every) else {
        return states.iter().map(|state| kept_in(*state)).collect();
    };
    let has_ended = || looked_at(Expr::col(Column::Id).in_subquery(ended_ids(today)));
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
