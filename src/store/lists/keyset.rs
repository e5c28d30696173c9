//! Pages of lists, newest first: asked for by the place where the page before ended, so that rows which arrive meanwhile
//! move nothing, and the thousandth page costs what the first does.

use std::cmp::Ordering;

use sea_orm::sea_query::{
    Asterisk, Expr, ExprTrait, Func, IntoIden, Order, Query, SelectStatement, UnionType, Value,
};
use sea_orm::{ColumnTrait, DynIden, EntityTrait};

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

/// Rows are counted up to so many; of more it is only said that there are more.
pub(in crate::store) const MOST_COUNTED: u64 = 100_000;

/// The list that a page is cut from: rows in the order of two columns of which the second is unique, or of three.
pub(in crate::store) struct Walk<C> {
    /// The column before the two, if the list has one.
    pub(in crate::store) first: Option<C>,
    pub(in crate::store) order: C,
    pub(in crate::store) key: C,
    /// Conditions, of each of which the list is one part: the parts have no row in common.
    pub(in crate::store) parts: Vec<Expr>,
    /// Conditions on all of it.
    pub(in crate::store) everywhere: Vec<Expr>,
    /// What the order's column is at least, and what it is less than.
    pub(in crate::store) within: Option<(Value, Value)>,
}

impl<C: IntoIden + Copy> Walk<C> {
    /// The statement for a page and one row more: the order and the key of each row, read along the index of each part.
    pub(in crate::store) fn statement<E: EntityTrait>(
        &self,
        table: E,
        request: &PageRequest<(Value, Value)>,
    ) -> SelectStatement {
        let past = request.past.as_ref();
        self.page(
            table,
            &PageRequest {
                rows: request.rows,
                past: past.map(|(order, key)| vec![order.clone(), key.clone()]),
                toward: request.toward,
            },
        )
    }

    /// As [`Walk::statement`], by a place that has a value for each column of the order.
    pub(in crate::store) fn page<E: EntityTrait>(
        &self,
        table: E,
        request: &PageRequest<Vec<Value>>,
    ) -> SelectStatement {
        let limit = request.rows.saturating_add(1);
        let order = match request.toward {
            Toward::Older => Order::Desc,
            Toward::Newer => Order::Asc,
        };
        let bounds = self.bounds(request);
        let in_order = |select: &mut SelectStatement| {
            for column in self.columns() {
                select.order_by(column, order.clone());
            }
            select.limit(limit).to_owned()
        };
        let parts = self.parts(table, &bounds);
        let mut parts: Vec<SelectStatement> = parts.map(|mut part| in_order(&mut part)).collect();
        // SQLite takes no more than five hundred in one union, and more than that in unions of unions.
        while parts.len() > 1 {
            let some = parts.chunks(MOST_PARTS);
            let merged = some.map(|some| {
                let mut all = Query::select();
                all.columns(self.columns())
                    .from_subquery(united(some), "parts");
                in_order(&mut all)
            });
            parts = merged.collect();
        }
        parts.swap_remove(0)
    }

    /// The statement for how many rows the list has, counted along the same indexes up to one more than
    /// [`MOST_COUNTED`].
    pub(in crate::store) fn count<E: EntityTrait>(&self, table: E) -> SelectStatement {
        let most = MOST_COUNTED.saturating_add(1);
        let whole = PageRequest {
            rows: most,
            past: None,
            toward: Toward::Older,
        };
        let bounds = self.bounds(&whole);
        let parts = self.parts(table, &bounds).map(|mut part| {
            for column in self.columns() {
                part.order_by(column, Order::Desc);
            }
            part.limit(most).to_owned()
        });
        let parts: Vec<SelectStatement> = parts.collect();
        let some = parts.chunks(MOST_PARTS).map(united);
        let all = Query::select()
            .expr(Expr::val(1))
            .from_subquery(united(&some.collect::<Vec<_>>()), "parts")
            .limit(most)
            .to_owned();
        Query::select()
            .expr(Func::count(Expr::col(Asterisk)))
            .from_subquery(all, "counted")
            .to_owned()
    }

    /// The columns that the list is ordered by, one after the other.
    fn columns(&self) -> Vec<DynIden> {
        let all = self.first.into_iter().chain([self.order, self.key]);
        all.map(IntoIden::into_iden).collect()
    }

    /// Each part of the list, in no order.
    fn parts<E: EntityTrait>(
        &self,
        table: E,
        bounds: &[Expr],
    ) -> impl Iterator<Item = SelectStatement> {
        let whole = Expr::val(1).eq(1);
        let parts = if self.parts.is_empty() {
            vec![whole]
        } else {
            self.parts.clone()
        };
        parts.into_iter().map(move |part| {
            let mut select = Query::select();
            select.columns(self.columns()).from(table).and_where(part);
            for condition in self.everywhere.iter().chain(bounds) {
                select.and_where(condition.clone());
            }
            select
        })
    }

    /// Where the page begins and where it must end. A bound that the place before the page implies is left out: SQLite
    /// walks from one bound alone, and were it that one, each page would pass all the pages before it.
    fn bounds(&self, request: &PageRequest<Vec<Value>>) -> Vec<Expr> {
        let mut bounds = Vec::new();
        let past = request.past.as_ref();
        if let Some((least, end)) = &self.within {
            let implied = |toward, of: &Value, is_implied: fn(Ordering) -> bool| {
                let place = past.filter(|_| request.toward == toward && self.first.is_none());
                let place = place.and_then(|place| place.first());
                place.is_some_and(|place| order_of(place, of).is_some_and(is_implied))
            };
            let order = Expr::col(self.order.into_iden());
            if !implied(Toward::Newer, least, Ordering::is_ge) {
                bounds.push(order.clone().gte(least.clone()));
            }
            if !implied(Toward::Older, end, Ordering::is_lt) {
                bounds.push(order.lt(end.clone()));
            }
        }
        if let Some(past) = past {
            let place = Expr::tuple(self.columns().into_iter().map(Expr::col));
            let past = Expr::tuple(past.iter().cloned().map(Expr::val));
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

/// One statement of several, each with an order and a limit of its own.
fn united(parts: &[SelectStatement]) -> SelectStatement {
    let mut all: Option<SelectStatement> = None;
    for (number, part) in parts.iter().enumerate() {
        let part = wrapped(part.clone(), number);
        all = Some(match all {
            None => part,
            Some(mut all) => all.union(UnionType::All, part).to_owned(),
        });
    }
    all.unwrap_or_default()
}

/// A part with an order and a limit of its own may stand in a union only within another statement.
fn wrapped(part: SelectStatement, number: usize) -> SelectStatement {
    Query::select()
        .column(Asterisk)
        .from_subquery(part, format!("part{number}").into_iden())
        .to_owned()
}
