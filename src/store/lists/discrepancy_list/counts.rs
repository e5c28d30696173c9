//! How many discrepancies there are of each class, and what their differences add up to.

use std::collections::BTreeMap;

use entity::discrepancy::{self, Column};
use entity::resolved_discrepancy;
use reconciliation::{Currency, DiscrepancyClass, MId, Money};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::{DiscrepancyFilter, Listed, listed, of_size, parts, within};
use crate::store::lists::keyset::MOST_PARTS;
use crate::store::{Store, StoreError};

/// The discrepancies of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub class: DiscrepancyClass,
    /// How many.
    pub count: u64,
    /// The sum of their differences, signed: one for each currency.
    pub delta: Vec<Money>,
}

impl Store {
    /// How many discrepancies of each class the filter lets through, in the order of the classes; none of a class without
    /// any.
    pub async fn discrepancy_counts(
        &self,
        filter: &DiscrepancyFilter,
    ) -> Result<Vec<ClassCount>, StoreError> {
        let mids = self.merchants_of(filter).await?;
        let mut counts: BTreeMap<DiscrepancyClass, (u64, BTreeMap<String, i64>)> = BTreeMap::new();
        for listed in listed(filter) {
            for statement in sums(filter, &mids, &listed) {
                for row in self.reader.query_all(&statement).await? {
                    let class: String = row.try_get_by_index(0)?;
                    let currency: Option<String> = row.try_get_by_index(1)?;
                    let count: i64 = row.try_get_by_index(2)?;
                    let delta: Option<i64> = row.try_get_by_index(3)?;
                    let unreadable = || StoreError::inconsistent("discrepancies", "class", &class);
                    let known = DiscrepancyClass::parse(&class).ok_or_else(unreadable)?;
                    let (total, deltas) = counts.entry(known).or_default();
                    *total += u64::try_from(count).unwrap_or(0);
                    if let (Some(currency), Some(delta)) = (currency, delta) {
                        let sum = deltas.entry(currency).or_default();
                        let added = sum.checked_add(delta);
                        let too_large =
                            || StoreError::inconsistent("discrepancies", "delta", &class);
                        *sum = added.ok_or_else(too_large)?;
                    }
                }
            }
        }
        let counted = counts.into_iter().map(|(class, (count, deltas))| {
            let delta = deltas.into_iter().map(|(code, minor)| {
                let unknown = || StoreError::inconsistent("discrepancies", "delta_currency", &code);
                let currency: Currency = code.parse().map_err(|_| unknown())?;
                Ok(Money::from_minor(minor, currency))
            });
            Ok(ClassCount {
                class,
                count,
                delta: delta.collect::<Result<_, StoreError>>()?,
            })
        });
        counted.collect()
    }
}

/// The statements that add up what a table has: each part of it along its own index, which has the differences at hand.
pub(super) fn sums(
    filter: &DiscrepancyFilter,
    mids: &[MId],
    listed: &Listed,
) -> Vec<SelectStatement> {
    let by_class = DiscrepancyFilter {
        classes: Some(match &filter.classes {
            Some(classes) => classes.clone(),
            None => DiscrepancyClass::ALL.to_vec(),
        }),
        ..filter.clone()
    };
    let mut everywhere: Vec<Expr> = Vec::new();
    everywhere.extend(filter.delta.as_ref().map(of_size));
    let Some(parts) = parts(&by_class, mids, listed, &mut everywhere) else {
        return Vec::new();
    };
    if let Some((from, until)) = within(filter) {
        let began = Expr::col(Column::BeganAt);
        everywhere.push(began.clone().gte(from));
        everywhere.push(began.lt(until));
    }
    let sum = |part: &Expr| match listed {
        Listed::Found(_) => sum_of(discrepancy::Entity, part, &everywhere),
        Listed::Ended => sum_of(resolved_discrepancy::Entity, part, &everywhere),
    };
    let chunks = parts.chunks(MOST_PARTS);
    let united = chunks.filter_map(|chunk| {
        let mut sums = chunk.iter().map(sum);
        let mut all = sums.next()?;
        for next in sums {
            all.union(sea_orm::sea_query::UnionType::All, next);
        }
        Some(all)
    });
    united.collect()
}

fn sum_of<E: EntityTrait>(table: E, part: &Expr, everywhere: &[Expr]) -> SelectStatement {
    let delta = Func::sum(Expr::col(Column::Delta));
    let mut select = Query::select();
    select
        .column(Column::Class)
        .column(Column::DeltaCurrency)
        .expr(Func::count(Expr::val(1)))
        .expr(Expr::expr(delta).cast_as(Alias::new("bigint")))
        .from(table)
        .and_where(part.clone());
    for condition in everywhere {
        select.and_where(condition.clone());
    }
    select
        .group_by_columns([Column::Class, Column::DeltaCurrency])
        .to_owned()
}
