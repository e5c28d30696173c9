//! The list of discrepancies, newest first, along an index for every filter.

pub(in crate::store) mod by_delta;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::discrepancy::{self, Column};
use reconciliation::{DiscrepancyClass, MId, PaymentKey};
use sea_orm::sea_query::{Expr, ExprTrait, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::store::db::keys::among;
use crate::store::lists::keyset::{MOST_PARTS, Walk, has, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::rows::stored_discrepancy;
use crate::store::{
    AmountRange, DiscrepancyId, Page, PageRequest, Store, StoreError, StoredDiscrepancy,
};

/// Which discrepancies. A list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscrepancyFilter {
    /// Of one of these classes.
    pub classes: Option<Vec<DiscrepancyClass>>,
    /// Of payments begun at or after the first instant and before the second.
    pub began: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
    /// Of this payment.
    pub payment_key: Option<PaymentKey>,
    /// With a difference of this size, whatever its sign.
    pub delta: Option<AmountRange>,
}

/// A discrepancy's place in the list: newest payment first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscrepancyPlace {
    /// When its payment began.
    pub began_at: DateTime<Utc>,
    /// Its id.
    pub id: DiscrepancyId,
}

impl Store {
    /// A page of the discrepancies that the filter lets through.
    pub async fn list_discrepancies(
        &self,
        filter: &DiscrepancyFilter,
        request: &PageRequest<DiscrepancyPlace>,
    ) -> Result<Page<(DiscrepancyPlace, StoredDiscrepancy)>, StoreError> {
        let Some(walk) = walk(filter) else {
            return Ok(Page::empty());
        };
        let statement = walk.statement(
            discrepancy::Entity,
            &PageRequest {
                rows: request.rows,
                past: request.past.as_ref().map(|past| {
                    (
                        past.began_at.timestamp_millis().into(),
                        past.id.as_str().into(),
                    )
                }),
                toward: request.toward,
            },
        );
        let mut ids: Vec<String> = Vec::new();
        for row in self.reader.query_all(&statement).await? {
            ids.push(row.try_get_by_index(1)?);
        }
        let page = Page::of(ids, request.rows, request.toward);
        let mut found = self.discrepancies_of(&page.rows).await?;
        let rows = page.rows.iter().filter_map(|id| {
            let stored = found.remove(id)?;
            let place = DiscrepancyPlace {
                began_at: stored.record.began_at,
                id: stored.record.id.clone(),
            };
            Some((place, stored))
        });
        Ok(Page {
            rows: rows.collect(),
            has_more: page.has_more,
        })
    }

    /// The discrepancies with these ids.
    async fn discrepancies_of(
        &self,
        ids: &[String],
    ) -> Result<HashMap<String, StoredDiscrepancy>, StoreError> {
        let wanted = ids.iter().map(String::as_str);
        let backend = self.reader.get_database_backend();
        let rows = discrepancy::Entity::find()
            .filter(among(backend, Column::Id, wanted))
            .all(&self.reader)
            .await?;
        let found = rows.into_iter();
        found
            .map(|row| Ok((row.id.clone(), stored_discrepancy(row)?)))
            .collect()
    }

    /// How many discrepancies the filter lets through; `None` when they are more than a hundred thousand.
    pub async fn count_discrepancies(
        &self,
        filter: &DiscrepancyFilter,
    ) -> Result<Option<u64>, StoreError> {
        match walk(filter) {
            Some(walk) => self.counted(&walk.count(discrepancy::Entity)).await,
            None => Ok(Some(0)),
        }
    }
}

/// How the list is walked: in one part for each merchant and class, or each of either, where the filter names few. `None`
/// when nothing can match.
fn walk(filter: &DiscrepancyFilter) -> Option<Walk<Column>> {
    let classes = words(filter.classes.as_deref(), |class| class.as_str().to_owned());
    let mids = words(filter.mids.as_deref(), MId::to_string);
    let of_class = |class: &String| has(Column::Class, class);
    let of_mid = |mid: &String| has(Column::Mid, mid);
    let mut everywhere: Vec<Expr> = Vec::new();
    everywhere.extend(filter.delta.as_ref().map(of_size));
    if let Some(key) = &filter.payment_key {
        everywhere.extend(any_of(Column::Class, classes.as_ref()));
        everywhere.extend(any_of(Column::Mid, mids.as_ref()));
        return Some(Walk {
            first: None,
            order: Column::BeganAt,
            key: Column::Id,
            parts: vec![has(Column::Subject, key.as_str())],
            everywhere,
            within: within(filter),
        });
    }
    let parts: Vec<Expr> = match (&classes, &mids) {
        (Some(classes), Some(mids)) if classes.len() * mids.len() <= MOST_PARTS => mids
            .iter()
            .flat_map(|mid| {
                let each = classes.iter();
                each.map(move |class| of_mid(mid).and(of_class(class)))
            })
            .collect(),
        (Some(classes), _) => {
            let mids = mids.iter();
            everywhere.extend(mids.map(|mids| looked_at(Column::Mid.is_in(mids))));
            classes.iter().map(of_class).collect()
        }
        (None, Some(mids)) => mids.iter().map(of_mid).collect(),
        (None, None) => Vec::new(),
    };
    if parts.is_empty() && (classes.is_some() || mids.is_some()) {
        return None;
    }
    Some(Walk {
        first: None,
        order: Column::BeganAt,
        key: Column::Id,
        parts,
        everywhere,
        within: within(filter),
    })
}

/// The instants as the list's column has them.
fn within(filter: &DiscrepancyFilter) -> Option<(Value, Value)> {
    let (from, to) = filter.began?;
    Some((from.timestamp_millis().into(), to.timestamp_millis().into()))
}

/// The condition that a column holds one of these words, where any are named.
fn any_of(column: Column, words: Option<&Vec<String>>) -> Option<Expr> {
    words.map(|words| looked_at(Expr::col(column).is_in(words)))
}

/// The condition that the difference is in a range, whatever its sign.
fn of_size(range: &AmountRange) -> Expr {
    let size = Expr::col(by_delta::SIZE);
    looked_at(range.holds(Expr::col(by_delta::CURRENCY), &size))
}

#[cfg(test)]
#[path = "discrepancy_list/plans.rs"]
mod plans;
