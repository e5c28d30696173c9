//! The list of discrepancies, newest first, along an index for every filter: those that are found in one table, those that
//! ended in another.

pub(in crate::store) mod by_delta;
pub(in crate::store) mod by_state;
pub(in crate::store) mod counts;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::discrepancy::{self, Column};
use entity::resolved_discrepancy;
use reconciliation::{DeskState, DiscrepancyClass, KstDate, MId, PaymentKey};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::store::db::keys::among;
use crate::store::lists::keyset::{Walk, has, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::rows::{resolved_discrepancy as stored_resolved, stored_discrepancy};
use crate::store::{
    AmountRange, DiscrepancyId, Page, PageRequest, Store, StoreError, StoredDiscrepancy, Toward,
};

/// Which discrepancies. A list without a value matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscrepancyFilter {
    /// Of one of these classes.
    pub classes: Option<Vec<DiscrepancyClass>>,
    /// In one of these states; without any, those that are found.
    pub states: Option<Vec<DeskState>>,
    /// That this person has.
    pub assignee: Option<String>,
    /// Of payments begun at or after the first instant and before the second.
    pub began: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of one of these merchants.
    pub mids: Option<Vec<MId>>,
    /// Of this payment.
    pub payment_key: Option<PaymentKey>,
    /// With a difference of this size, whatever its sign.
    pub delta: Option<AmountRange>,
    /// The day in Seoul by which acknowledgements have ended, where some of those are still kept as acknowledged.
    pub ended_by: Option<KstDate>,
}

/// A discrepancy's place in the list: newest payment first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DiscrepancyPlace {
    /// When its payment began.
    pub began_at: DateTime<Utc>,
    /// Its id.
    pub id: DiscrepancyId,
}

/// Which of the two tables is walked, and by which states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// Those that are found, in these states.
    Found(Vec<DeskState>),
    /// Those that ended.
    Ended,
}

impl Store {
    /// A page of the discrepancies that the filter lets through.
    pub async fn list_discrepancies(
        &self,
        filter: &DiscrepancyFilter,
        request: &PageRequest<DiscrepancyPlace>,
    ) -> Result<Page<(DiscrepancyPlace, StoredDiscrepancy)>, StoreError> {
        let mids = self.merchants_of(filter).await?;
        let past = request.past.as_ref().map(|past| {
            let began_at = past.began_at.timestamp_millis();
            vec![began_at.into(), past.id.as_str().into()]
        });
        let request = PageRequest {
            rows: request.rows,
            past,
            toward: request.toward,
        };
        let mut places: Vec<(i64, String)> = Vec::new();
        for listed in listed(filter) {
            let Some(walk) = walk(filter, &mids, &listed) else {
                continue;
            };
            let statement = page_of(&walk, &listed, &request);
            for row in self.reader.query_all(&statement).await? {
                places.push((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
            }
        }
        let page = merged(places, &request, |(_, id)| id);
        let ids: Vec<String> = page.rows.into_iter().map(|(_, id)| id).collect();
        let mut found = self.discrepancies_of(&ids, filter).await?;
        let rows = ids.iter().filter_map(|id| {
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

    /// The discrepancies with these ids, also those that are no longer found; `ended_by` as in a filter.
    pub async fn discrepancies(
        &self,
        ids: &[DiscrepancyId],
        ended_by: Option<KstDate>,
    ) -> Result<HashMap<DiscrepancyId, StoredDiscrepancy>, StoreError> {
        let all = DiscrepancyFilter {
            states: Some(DeskState::ALL.to_vec()),
            ended_by,
            ..DiscrepancyFilter::default()
        };
        let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let found = self.discrepancies_of(&ids, &all).await?;
        Ok(found
            .into_values()
            .map(|stored| (stored.record.id.clone(), stored))
            .collect())
    }

    /// Those with these ids, as the filter lists them.
    async fn discrepancies_of(
        &self,
        ids: &[String],
        filter: &DiscrepancyFilter,
    ) -> Result<HashMap<String, StoredDiscrepancy>, StoreError> {
        let backend = self.reader.get_database_backend();
        let wanted = || ids.iter().map(String::as_str);
        let mut stored = HashMap::new();
        for listed in listed(filter) {
            match listed {
                Listed::Found(_) => {
                    let rows = discrepancy::Entity::find()
                        .filter(among(backend, Column::Id, wanted()))
                        .all(&self.reader)
                        .await?;
                    for row in rows {
                        stored.insert(row.id.clone(), stored_discrepancy(row)?);
                    }
                }
                Listed::Ended => {
                    let rows = resolved_discrepancy::Entity::find()
                        .filter(among(backend, resolved_discrepancy::Column::Id, wanted()))
                        .all(&self.reader)
                        .await?;
                    for row in rows {
                        stored.insert(row.id.clone(), stored_resolved(row)?);
                    }
                }
            }
        }
        if let Some(today) = filter.ended_by {
            self.tell_as_open(today, stored.values_mut()).await?;
        }
        Ok(stored)
    }

    /// How many discrepancies the filter lets through; `None` when they are more than a hundred thousand.
    pub async fn count_discrepancies(
        &self,
        filter: &DiscrepancyFilter,
    ) -> Result<Option<u64>, StoreError> {
        let mids = self.merchants_of(filter).await?;
        let mut total = 0;
        for listed in listed(filter) {
            let Some(walk) = walk(filter, &mids, &listed) else {
                continue;
            };
            let statement = match listed {
                Listed::Found(_) => walk.count(discrepancy::Entity),
                Listed::Ended => walk.count(resolved_discrepancy::Entity),
            };
            match self.counted(&statement).await? {
                Some(rows) => total += rows,
                None => return Ok(None),
            }
        }
        Ok(Some(total))
    }

    /// Every merchant's list is walked by itself.
    pub(super) async fn merchants_of(
        &self,
        filter: &DiscrepancyFilter,
    ) -> Result<Vec<MId>, StoreError> {
        match &filter.mids {
            Some(mids) => Ok(mids.clone()),
            None => self.every_merchant().await,
        }
    }
}

/// The tables that a filter asks for.
pub(super) fn listed(filter: &DiscrepancyFilter) -> Vec<Listed> {
    let wanted = |state: &DeskState| match &filter.states {
        Some(states) => states.contains(state),
        None => *state != DeskState::Resolved,
    };
    let found = [DeskState::Open, DeskState::Acknowledged];
    let found: Vec<DeskState> = found.into_iter().filter(|state| wanted(state)).collect();
    let ended = wanted(&DeskState::Resolved).then_some(Listed::Ended);
    let found = Some(Listed::Found(found)).filter(|found| *found != Listed::Found(Vec::new()));
    found.into_iter().chain(ended).collect()
}

/// The statement for a page of one of the tables.
pub(super) fn page_of(
    walk: &Walk<&'static str>,
    listed: &Listed,
    request: &PageRequest<Vec<Value>>,
) -> SelectStatement {
    match listed {
        Listed::Found(_) => walk.page(discrepancy::Entity, request),
        Listed::Ended => walk.page(resolved_discrepancy::Entity, request),
    }
}

/// One page of what both tables gave. One that has just ended or come back may stand in both.
pub(super) fn merged<P: Ord>(
    mut places: Vec<P>,
    request: &PageRequest<Vec<Value>>,
    id: impl Fn(&P) -> &String,
) -> Page<P> {
    match request.toward {
        Toward::Older => places.sort_unstable_by(|a, b| b.cmp(a)),
        Toward::Newer => places.sort_unstable(),
    }
    places.dedup_by(|a, b| id(a) == id(b));
    Page::of(places, request.rows, request.toward)
}

/// How a table is walked: in one part for each merchant, state and class that is named. `None` when nothing can match.
fn walk(filter: &DiscrepancyFilter, mids: &[MId], listed: &Listed) -> Option<Walk<&'static str>> {
    let mut everywhere: Vec<Expr> = Vec::new();
    everywhere.extend(filter.delta.as_ref().map(of_size));
    Some(Walk {
        first: None,
        order: "began_at",
        key: "id",
        parts: parts(filter, mids, listed, &mut everywhere)?,
        everywhere,
        within: within(filter),
    })
}

/// The conditions by which an index is entered; what of the filter is not among them is added to `everywhere`. `None` when
/// nothing can match.
pub(super) fn parts(
    filter: &DiscrepancyFilter,
    mids: &[MId],
    listed: &Listed,
    everywhere: &mut Vec<Expr>,
) -> Option<Vec<Expr>> {
    let classes = words(filter.classes.as_deref(), |class| class.as_str().to_owned());
    let mids = words(Some(mids), MId::to_string).filter(|mids| !mids.is_empty())?;
    if classes.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    let of_mid = |mid: &String| has(Column::Mid, mid);
    let is_entered_otherwise = filter.payment_key.is_some() || filter.assignee.is_some();
    if is_entered_otherwise {
        everywhere.extend(any_of(Column::Class, classes.as_ref()));
        if let Listed::Found(states) = listed {
            everywhere.push(by_state::any_of_states(states, filter.ended_by));
        }
    }
    if let Some(key) = &filter.payment_key {
        everywhere.extend(any_of(Column::Mid, Some(&mids)));
        let assignee = filter.assignee.as_ref();
        everywhere.extend(assignee.map(|name| looked_at(Column::Assignee.eq(name))));
        return Some(vec![has(Column::Subject, key.as_str())]);
    }
    if let Some(assignee) = &filter.assignee {
        let has_it = has(Column::Assignee, assignee);
        let part = |mid| of_mid(mid).and(has_it.clone());
        return Some(mids.iter().map(part).collect());
    }
    let states: Vec<Option<Expr>> = match listed {
        Listed::Found(states) => {
            let states = by_state::in_states(states, filter.ended_by);
            states.into_iter().map(Some).collect()
        }
        Listed::Ended => vec![None],
    };
    let mut parts = Vec::new();
    for mid in &mids {
        for state in &states {
            let of_merchant = match state {
                Some(state) => of_mid(mid).and(state.clone()),
                None => of_mid(mid),
            };
            match &classes {
                Some(classes) => parts.extend(
                    classes
                        .iter()
                        .map(|class| of_merchant.clone().and(has(Column::Class, class))),
                ),
                None => parts.push(of_merchant),
            }
        }
    }
    Some(parts)
}

/// The instants as the list's column has them.
fn within(filter: &DiscrepancyFilter) -> Option<(Value, Value)> {
    let (from, to) = filter.began?;
    Some((from.timestamp_millis().into(), to.timestamp_millis().into()))
}

/// The condition that a column holds one of these words, where any are named.
pub(super) fn any_of(column: Column, words: Option<&Vec<String>>) -> Option<Expr> {
    words.map(|words| looked_at(Expr::col(column).is_in(words)))
}

/// The condition that the difference is in a range, whatever its sign.
pub(super) fn of_size(range: &AmountRange) -> Expr {
    let size = Expr::col(by_delta::SIZE);
    looked_at(range.holds(Expr::col(by_delta::CURRENCY), &size))
}

#[cfg(test)]
#[path = "discrepancy_list/plans.rs"]
mod plans;
