//! Discrepancies by the size of their difference: by currency, then the largest first; those without any come last.

use entity::discrepancy::Column;
use reconciliation::MId;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait};

use super::{DiscrepancyFilter, Listed, any_of, listed, merged, of_size, page_of, parts};
use crate::store::lists::keyset::{Walk, looked_at};
use crate::store::lists::payment_list::words;
use crate::store::{DiscrepancyId, Page, PageRequest, Store, StoreError, StoredDiscrepancy};

/// The column that the database fills with the currency of the difference, or nothing.
pub(super) const CURRENCY: &str = "sized_currency";
/// The column that the database fills with the difference without its sign, or 0.
pub(super) const SIZE: &str = "delta_size";

/// A discrepancy's place in a list by differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeltaPlace {
    /// Of the difference; empty where there is none.
    pub currency: String,
    /// The difference without its sign, in minor units; 0 where there is none.
    pub size: i64,
    /// Its id.
    pub id: DiscrepancyId,
}

impl Store {
    /// As [`Store::list_discrepancies`], largest difference first.
    pub async fn list_discrepancies_by_delta(
        &self,
        filter: &DiscrepancyFilter,
        request: &PageRequest<DeltaPlace>,
    ) -> Result<Page<(DeltaPlace, StoredDiscrepancy)>, StoreError> {
        let mids = self.merchants_of(filter).await?;
        let past = request.past.as_ref().map(|past| {
            vec![
                past.currency.as_str().into(),
                past.size.into(),
                past.id.as_str().into(),
            ]
        });
        let request = PageRequest {
            rows: request.rows,
            past,
            toward: request.toward,
        };
        let mut places: Vec<(String, i64, String)> = Vec::new();
        for listed in listed(filter) {
            let Some(walk) = walk(filter, &mids, &listed) else {
                continue;
            };
            let statement = page_of(&walk, &listed, &request);
            for row in self.reader.query_all(&statement).await? {
                places.push((
                    row.try_get_by_index(0)?,
                    row.try_get_by_index(1)?,
                    row.try_get_by_index(2)?,
                ));
            }
        }
        let page = merged(places, &request, |(_, _, id)| id);
        let ids = page.rows.iter().map(|(_, _, id)| id.clone());
        let ids: Vec<String> = ids.collect();
        let mut found = self.discrepancies_of(&ids, filter).await?;
        let rows = page.rows.into_iter().filter_map(|(currency, size, id)| {
            let stored = found.remove(&id)?;
            let place = DeltaPlace {
                currency,
                size,
                id: DiscrepancyId::new(&id),
            };
            Some((place, stored))
        });
        Ok(Page {
            rows: rows.collect(),
            has_more: page.has_more,
        })
    }
}

/// In one part for each merchant and state; what else is asked for is looked at on the way.
pub(super) fn walk(
    filter: &DiscrepancyFilter,
    mids: &[MId],
    listed: &Listed,
) -> Option<Walk<&'static str>> {
    let classes = words(filter.classes.as_deref(), |class| class.as_str().to_owned());
    if classes.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    let mut everywhere: Vec<Expr> = Vec::new();
    everywhere.extend(any_of(Column::Class, classes.as_ref()));
    everywhere.extend(filter.began.map(|(from, until)| {
        let began = Expr::col(Column::BeganAt);
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        looked_at(began.clone().gte(from).and(began.lt(until)))
    }));
    everywhere.extend(filter.delta.as_ref().map(of_size));
    let by_merchant = DiscrepancyFilter {
        classes: None,
        ..filter.clone()
    };
    Some(Walk {
        first: Some(CURRENCY),
        order: SIZE,
        key: "id",
        parts: parts(&by_merchant, mids, listed, &mut everywhere)?,
        everywhere,
        within: None,
    })
}
