//! Acknowledged discrepancies that come back because their day has come.

use chrono::{DateTime, Utc};
use entity::desk_record::{self, Column};
use entity::{desk_step, discrepancy};
use reconciliation::{DeskState, KstDate};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
};

use super::following::write_records;
use super::{DeskAction, PROGRAM};
use crate::store::db::advisory_locks::Turn;
use crate::store::db::keys::among;
use crate::store::db::upsert::insert;
use crate::store::rows::to_millis;
use crate::store::{Store, StoreError};

/// As many come back in one transaction.
const AT_ONCE: u64 = 500;

impl Store {
    /// Opens those again whose day has come in Seoul, and tells how many they were.
    pub async fn reopen_acknowledged(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut reopened = 0;
        while ended(now).count(&self.reader).await? > 0 {
            reopened += Box::pin(self.reopen_some(now)).await?;
        }
        Ok(reopened)
    }

    async fn reopen_some(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        let mut records = ended(now).all(&transaction).await?;
        let mut steps = Vec::with_capacity(records.len());
        for record in &mut records {
            record.acknowledged_evidence = None;
            record.acknowledged_until = None;
            record.steps += 1;
            steps.push(desk_step::Model {
                discrepancy: record.id.clone(),
                number: record.steps,
                at: to_millis(now).into(),
                actor: PROGRAM.to_owned(),
                action: DeskAction::DayCame.as_str().to_owned(),
                words: None,
            });
        }
        let ids = records.iter().map(|record| record.id.as_str());
        discrepancy::Entity::update_many()
            .col_expr(
                discrepancy::Column::State,
                Expr::val(DeskState::Open.as_str()),
            )
            .filter(among(
                transaction.get_database_backend(),
                discrepancy::Column::Id,
                ids,
            ))
            .exec(&transaction)
            .await?;
        transaction.note(|changed| {
            let mids = records.iter().map(|record| &record.mid);
            mids.for_each(|mid| changed.work_list(mid));
        });
        let count = u64::try_from(records.len()).unwrap_or(u64::MAX);
        write_records(&transaction, records).await?;
        let once = OnConflict::new().do_nothing().to_owned();
        insert::<desk_step::Entity>(&transaction, steps, &once).await?;
        transaction.commit().await?;
        Ok(count)
    }
}

fn ended(now: DateTime<Utc>) -> Select<desk_record::Entity> {
    let today = KstDate::of(now).naive();
    desk_record::Entity::find()
        .filter(Column::AcknowledgedUntil.is_not_null())
        .filter(Column::AcknowledgedUntil.lte(today))
        .limit(AT_ONCE)
}
