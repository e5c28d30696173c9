//! Acknowledged discrepancies that come back because their day has come: how they are told until they are opened again, and
//! how they are.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{desk_step, discrepancy};
use reconciliation::{DeskState, KstDate};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::following::{acknowledgement, records_of, write_records};
use super::{DeskAction, PROGRAM};
use crate::store::db::advisory_locks::Turn;
use crate::store::db::keys::among;
use crate::store::db::upsert::insert;
use crate::store::lists::discrepancy_list::by_state::ended;
use crate::store::rows::to_millis;
use crate::store::{Store, StoreError, StoredDiscrepancy};

/// As many come back in one transaction.
const AT_ONCE: u64 = 500;

impl Store {
    /// Opens those again whose day has come in Seoul, and tells how many they were.
    pub async fn reopen_acknowledged(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut reopened = 0;
        while self.have_ended(KstDate::of(now)).await? {
            reopened += Box::pin(self.reopen_some(now)).await?;
        }
        Ok(reopened)
    }

    /// Whether there are some whose day has come by then, in Seoul, and that are still kept as acknowledged.
    pub async fn have_ended(&self, today: KstDate) -> Result<bool, StoreError> {
        let first = ended(today).one(&self.reader).await?;
        Ok(first.is_some())
    }

    /// Tells those as open whose day has come by then, in Seoul, whatever is still kept of them.
    pub async fn tell_as_open<'s>(
        &self,
        today: KstDate,
        found: impl Iterator<Item = &'s mut StoredDiscrepancy>,
    ) -> Result<(), StoreError> {
        let known: Vec<&mut StoredDiscrepancy> = found
            .filter(|found| found.at_desk.state == DeskState::Acknowledged)
            .collect();
        let ids: Vec<&str> = known.iter().map(|found| found.record.id.as_str()).collect();
        let records = records_of(&self.reader, &ids).await?;
        let ended: HashSet<String> = records
            .into_iter()
            .filter(|record| acknowledgement(record).is_some_and(|known| known.has_ended(today)))
            .map(|record| record.id)
            .collect();
        for found in known {
            if ended.contains(found.record.id.as_str()) {
                found.at_desk.state = DeskState::Open;
            }
        }
        Ok(())
    }

    async fn reopen_some(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        let some = ended(KstDate::of(now)).limit(AT_ONCE);
        let mut records = some.all(&transaction).await?;
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
