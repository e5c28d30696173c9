//! Pages of lists, newest first: asked for by the place where the page before ended, so that rows which arrive meanwhile
//! move nothing, and the thousandth page costs what the first does.

use std::cmp::Ordering;

use sea_orm::sea_query::{
    Asterisk, Expr, ExprTrait, IntoIden, Order, Query, SelectStatement, UnionType, Value,
};
use sea_orm::{ColumnTrait, EntityTrait};

/// A list of more parts than this is read in fewer, of which each is walked past rows that it has not to do with. A part is
/// a few microseconds of SQLite's and a tenth of a millisecond of PostgreSQL's planner.
pub(in crate::store) const MOST_PARTS: usize = 100;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest<P> {
    /// How many rows at most.
    pub rows: u64,
    /// The place that the page begins past; without one, it begins at the list's end.
    pub past: Option<P>,
    /// Which way it goes from there.
    pub toward: Toward,
}

/// Which way a page goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// From newer to older rows.
    Older,
    /// From older to newer rows.
    Newer,
}

/// A page, newest first whichever way it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Whether the list goes on beyond it, the way that was asked for.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// A page without rows.
    pub(in crate::store) fn empty() -> Self {
        Self {
            rows: Vec::new(),
            has_more: false,
        }
    }

    /// The same page of what each row becomes.
    pub fn map<U>(self, become_other: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(become_other).collect(),
            has_more: self.has_more,
        }
    }

    /// A page from rows in the order in which they were read, one more than wanted if there is one.
    pub(in crate::store) fn of(mut rows: Vec<T>, wanted: u64, toward: Toward) -> Self {
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let has_more = rows.len() > wanted;
        rows.truncate(wanted);
        if toward == Toward::Newer {
            rows.reverse();
        }
        Self { rows, has_more }
    }
}

/// The list that a page is cut from: rows in the order of two columns of which the second is unique.
pub(in crate::store) struct Walk<C> {
    pub(in crate::store) order: C,
    pub(in crate::store) key: C,
    /// Conditions, of each of which the list is one part: the parts have no row in common.
    pub(in crate::store) parts: Vec<Expr>,
    /// Conditions on all of it.
    pub(in crate::store) everywhere: Vec<Expr>,
    /// What the order's column is at least, and what it is less than.
    pub(in crate::store) within: Option<(Value, Value)>,
}

impl<C: ColumnTrait> Walk<C> {
    /// The statement for a page and one row more: the order and the key of each row, read along the index of each part.
    pub(in crate::store) fn statement<E: EntityTrait>(
        &self,
        table: E,
        request: &PageRequest<(Value, Value)>,
    ) -> SelectStatement {
        let order = match request.toward {
            Toward::Older => Order::Desc,
            Toward::Newer => Order::Asc,
        };
        let limit = request.rows.saturating_add(1);
        let part = |condition: &Expr| {
            let mut select = Query::select();
            select
                .column(self.order)
                .column(self.key)
                .from(table)
                .and_where(condition.clone());
            for condition in &self.everywhere {
                select.and_where(condition.clone());
            }
            for bound in self.bounds(request) {
                select.and_where(bound);
            }
            select
                .order_by(self.order, order.clone())
                .order_by(self.key, order.clone())
                .limit(limit)
                .to_owned()
        };
        let mut parts: Vec<SelectStatement> = self.parts.iter().map(part).collect();
        if parts.is_empty() {
            return part(&Expr::val(1).eq(1));
        }
        // SQLite takes no more than five hundred in one union, and more than that in unions of unions.
        while parts.len() > 1 {
            let some = parts.chunks(MOST_PARTS);
            parts = some.map(|some| self.merged(some, &order, limit)).collect();
        }
        parts.swap_remove(0)
    }

    /// The first rows of several statements' together.
    fn merged(&self, parts: &[SelectStatement], order: &Order, limit: u64) -> SelectStatement {
        let mut wrapped = parts.iter().cloned().enumerate().map(wrapped);
        let Some(mut all) = wrapped.next() else {
            return SelectStatement::new();
        };
        for next in wrapped {
            all.union(UnionType::All, next);
        }
        Query::select()
            .column(self.order)
            .column(self.key)
            .from_subquery(all, "parts")
            .order_by(self.order, order.clone())
            .order_by(self.key, order.clone())
            .limit(limit)
            .to_owned()
    }

    /// Where the page begins and where it must end. A bound that the place before the page implies is left out: SQLite
    /// walks from one bound alone, and were it that one, each page would pass all the pages before it.
    fn bounds(&self, request: &PageRequest<(Value, Value)>) -> Vec<Expr> {
        let mut bounds = Vec::new();
        let past = request.past.as_ref();
        if let Some((least, end)) = &self.within {
            let implied = |toward, of: &Value, is_implied: fn(Ordering) -> bool| {
                let place = past.filter(|_| request.toward == toward);
                place.is_some_and(|(place, _)| order_of(place, of).is_some_and(is_implied))
            };
            let order = Expr::col(self.order);
            if !implied(Toward::Newer, least, Ordering::is_ge) {
                bounds.push(order.clone().gte(least.clone()));
            }
            if !implied(Toward::Older, end, Ordering::is_lt) {
                bounds.push(order.lt(end.clone()));
            }
        }
        if let Some((instant, key)) = past {
            let place = Expr::tuple([Expr::col(self.order), Expr::col(self.key)]);
            let past = Expr::tuple([Expr::val(instant.clone()), Expr::val(key.clone())]);
            bounds.push(match request.toward {
                Toward::Older => place.lt(past),
                Toward::Newer => place.gt(past),
            });
        }
        bounds
    }
}

/// The condition that a column has one value, for an index to be entered by. SQLite is not to see which value: where rows
/// have been counted it would believe a sample of them, and walk an index that leaves this column out.
pub(in crate::store) fn has(column: impl ColumnTrait, word: &str) -> Expr {
    Expr::col(column).eq(Expr::val(word).cast_as("text"))
}

/// A condition that rows are only looked at for. Were it an index's too, SQLite, which does not know how many rows have
/// which value, might read and sort a whole list.
pub(in crate::store) fn looked_at(condition: Expr) -> Expr {
    condition.is(Expr::custom_keyword("TRUE"))
}

/// The condition that another table has such a row, looked up for each row that is walked past: an offset keeps PostgreSQL
/// from reading that table instead and joining the two.
pub(in crate::store) fn looked_up(mut row: SelectStatement) -> Expr {
    Expr::exists(row.limit(1).offset(0).to_owned())
}

/// Which of two values of a list's order comes first: milliseconds, or days.
fn order_of(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::BigInt(Some(one)), Value::BigInt(Some(other))) => Some(one.cmp(other)),
        (Value::ChronoDate(Some(one)), Value::ChronoDate(Some(other))) => Some(one.cmp(other)),
        _ => None,
    }
}

/// A part with an order and a limit of its own may stand in a union only within another statement.
fn wrapped((number, part): (usize, SelectStatement)) -> SelectStatement {
    Query::select()
        .column(Asterisk)
        .from_subquery(part, format!("part{number}").into_iden())
        .to_owned()
}
