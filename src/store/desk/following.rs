//! What becomes of the desk when verdicts are kept: an acknowledgement holds while the evidence is the same, and what is no
//! longer found ends. Nothing is written for discrepancies that nobody has touched, but of those that were errors it is kept
//! that they ended.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::{desk_record, desk_step, discrepancy, resolved_discrepancy};
use reconciliation::{Acknowledgement, DeskState, DiscrepancyClass, KstDate, Severity, desk_state};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::{DeskAction, PROGRAM};
use crate::store::db::keys::among;
use crate::store::db::transaction::Transaction;
use crate::store::db::upsert::insert;
use crate::store::rows::{resolved_model, to_millis};
use crate::store::{DiscrepancyRecord, StoreError};

/// The desk's records of discrepancies that are being replaced, and what becomes of them.
pub(in crate::store) struct Following {
    records: HashMap<String, desk_record::Model>,
    changed: HashSet<String>,
    steps: Vec<desk_step::Model>,
    resolved: Vec<resolved_discrepancy::Model>,
    /// Those that were not there before.
    arrived: Vec<String>,
}

impl Following {
    /// `found` are the ids of those that are found now.
    pub(in crate::store) async fn of(
        transaction: &Transaction,
        old: &[discrepancy::Model],
        found: &HashSet<&str>,
    ) -> Result<Self, StoreError> {
        let known: HashSet<&str> = old.iter().map(|row| row.id.as_str()).collect();
        let arrived: Vec<&str> = found.difference(&known).copied().collect();
        let may_be_touched = old.iter().filter(|row| {
            let is_untouched = row.evidence.is_some()
                && row.assignee.is_none()
                && row.state == DeskState::Open.as_str();
            // One that is lost may have notes alone.
            !found.contains(row.id.as_str()) || !is_untouched
        });
        let mut wanted: Vec<&str> = may_be_touched.map(|row| row.id.as_str()).collect();
        wanted.extend(&arrived);
        let records = records_of(transaction, &wanted).await?;
        Ok(Self {
            records: records
                .into_iter()
                .map(|record| (record.id.clone(), record))
                .collect(),
            changed: HashSet::new(),
            steps: Vec::new(),
            resolved: Vec::new(),
            arrived: arrived.into_iter().map(ToOwned::to_owned).collect(),
        })
    }

    /// How one that is found stands, and who has it. `before` is its row until now.
    pub(in crate::store) fn standing(
        &mut self,
        found: &DiscrepancyRecord,
        before: Option<&discrepancy::Model>,
        as_of: DateTime<Utc>,
    ) -> (DeskState, Option<String>) {
        let id = found.id.as_str();
        let Some(record) = self.records.get(id) else {
            return (DeskState::Open, None);
        };
        let assignee = record.assignee.clone();
        let known = acknowledgement(record);
        let today = KstDate::of(as_of);
        let evidence = found.evidence.as_deref().unwrap_or_default();
        let state = desk_state(known.as_ref(), Some(evidence), today);
        if before.is_none() {
            self.add(id, DeskAction::FoundAgain, as_of);
        }
        if let Some(known) = known.filter(|_| state == DeskState::Open) {
            let why = if known.has_ended(today) {
                DeskAction::DayCame
            } else {
                DeskAction::EvidenceChanged
            };
            self.end_acknowledgement(id, why, as_of);
        }
        (state, assignee)
    }

    /// That one is no longer found.
    pub(in crate::store) fn lost(&mut self, row: &discrepancy::Model, as_of: DateTime<Utc>) {
        let class = DiscrepancyClass::parse(&row.class);
        let is_error = class.is_some_and(|class| class.severity() == Severity::Error);
        let is_touched = self.records.contains_key(&row.id);
        if is_touched {
            self.end_acknowledgement(&row.id, DeskAction::Resolved, as_of);
        }
        if is_touched || is_error {
            self.resolved.push(resolved_model(row.clone(), as_of));
        }
    }

    fn end_acknowledgement(&mut self, id: &str, why: DeskAction, at: DateTime<Utc>) {
        if let Some(record) = self.records.get_mut(id) {
            record.acknowledged_evidence = None;
            record.acknowledged_until = None;
        }
        self.add(id, why, at);
    }

    fn add(&mut self, id: &str, action: DeskAction, at: DateTime<Utc>) {
        let Some(record) = self.records.get_mut(id) else {
            return;
        };
        record.steps += 1;
        self.changed.insert(id.to_owned());
        self.steps.push(desk_step::Model {
            discrepancy: id.to_owned(),
            number: record.steps,
            at: to_millis(at).into(),
            actor: PROGRAM.to_owned(),
            action: action.as_str().to_owned(),
            words: None,
        });
    }

    /// Writes it, after the discrepancies themselves.
    pub(in crate::store) async fn write(
        mut self,
        transaction: &Transaction,
    ) -> Result<(), StoreError> {
        if !self.arrived.is_empty() {
            let backend = transaction.get_database_backend();
            let again = self.arrived.iter().map(String::as_str);
            resolved_discrepancy::Entity::delete_many()
                .filter(among(backend, resolved_discrepancy::Column::Id, again))
                .exec(transaction)
                .await?;
        }
        let changed = self.changed.iter();
        let records = changed.filter_map(|id| self.records.remove(id)).collect();
        write_records(transaction, records).await?;
        let once = OnConflict::new().do_nothing().to_owned();
        insert::<desk_step::Entity>(transaction, self.steps, &once).await?;
        insert::<resolved_discrepancy::Entity>(transaction, self.resolved, &once).await?;
        Ok(())
    }
}

/// What is acknowledged by a record.
pub(super) fn acknowledgement(record: &desk_record::Model) -> Option<Acknowledgement> {
    Some(Acknowledgement {
        evidence: Some(record.acknowledged_evidence.clone()?),
        until: record.acknowledged_until.map(KstDate::from_naive),
    })
}

/// The records of these discrepancies.
pub(super) async fn records_of(
    connection: &impl ConnectionTrait,
    ids: &[&str],
) -> Result<Vec<desk_record::Model>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let backend = connection.get_database_backend();
    let ids = ids.iter().copied();
    Ok(desk_record::Entity::find()
        .filter(among(backend, desk_record::Column::Id, ids))
        .all(connection)
        .await?)
}

/// Inserts records, or replaces them.
pub(super) async fn write_records(
    transaction: &Transaction,
    records: Vec<desk_record::Model>,
) -> Result<(), StoreError> {
    use desk_record::Column;
    let replace = OnConflict::column(Column::Id)
        .update_columns([
            Column::AcknowledgedEvidence,
            Column::AcknowledgedUntil,
            Column::Assignee,
            Column::ChangedAt,
            Column::Steps,
        ])
        .to_owned();
    insert::<desk_record::Entity>(transaction, records, &replace).await?;
    Ok(())
}
