//! The list of discrepancies, newest first, along an index for every filter.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::discrepancy::{self, Column};
use reconciliation::{DiscrepancyClass, MId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::store::db::keys::among;
use crate::store::lists::keyset::{MOST_PARTS, Walk, has, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::rows::stored_discrepancy;
use crate::store::{DiscrepancyId, Page, PageRequest, Store, StoreError, StoredDiscrepancy};

/// Which discrepancies. A list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscrepancyFilter {
    /// Of one of these classes.
    pub classes: Option<Vec<DiscrepancyClass>>,
    /// Of payments begun at or after the first instant and before the second.
    pub began: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
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
        let wanted = page.rows.iter().map(String::as_str);
        let mut found: HashMap<String, StoredDiscrepancy> = HashMap::new();
        for row in discrepancy::Entity::find()
            .filter(among(
                self.reader.get_database_backend(),
                Column::Id,
                wanted,
            ))
            .all(&self.reader)
            .await?
        {
            found.insert(row.id.clone(), stored_discrepancy(row)?);
        }
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
}

/// How the list is walked: in one part for each merchant and class, or each of either, where the filter names few. `None`
/// when nothing can match.
fn walk(filter: &DiscrepancyFilter) -> Option<Walk<Column>> {
    let classes = words(filter.classes.as_deref(), |class| class.as_str().to_owned());
    let mids = words(filter.mids.as_deref(), MId::to_string);
    let of_class = |class: &String| has(Column::Class, class);
    let of_mid = |mid: &String| has(Column::Mid, mid);
    let mut everywhere: Vec<Expr> = Vec::new();
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
        order: Column::BeganAt,
        key: Column::Id,
        parts,
        everywhere,
        within: filter.began.map(|(from, to)| {
            let (from, to) = (from.timestamp_millis(), to.timestamp_millis());
            (from.into(), to.into())
        }),
    })
}

#[cfg(test)]
#[path = "discrepancy_list/plans.rs"]
mod plans;
