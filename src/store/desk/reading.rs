//! What people have made of discrepancies, as it is kept.

use std::collections::HashMap;

use entity::desk_step::{self, Column};
use reconciliation::KstDate;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::following::records_of;
use super::{DeskAction, DeskEntry, DeskRecord};
use crate::store::db::keys::among;
use crate::store::{DiscrepancyId, Store, StoreError};

impl Store {
    /// What people have made of these discrepancies; those that nobody has touched are missing.
    pub async fn desk_of(
        &self,
        ids: &[DiscrepancyId],
    ) -> Result<HashMap<DiscrepancyId, DeskRecord>, StoreError> {
        let wanted: Vec<&str> = ids.iter().map(DiscrepancyId::as_str).collect();
        let mut found: HashMap<DiscrepancyId, DeskRecord> = HashMap::new();
        for record in records_of(&self.reader, &wanted).await? {
            let until = record.acknowledged_until.map(KstDate::from_naive);
            let desk = DeskRecord {
                acknowledged_until: until,
                steps: Vec::new(),
            };
            found.insert(DiscrepancyId::new(&record.id), desk);
        }
        if found.is_empty() {
            return Ok(found);
        }
        let touched = found.keys().map(DiscrepancyId::as_str);
        let steps = desk_step::Entity::find()
            .filter(among(
                self.reader.get_database_backend(),
                Column::Discrepancy,
                touched,
            ))
            .order_by_asc(Column::Discrepancy)
            .order_by_asc(Column::Number)
            .all(&self.reader)
            .await?;
        for step in steps {
            let entry = DeskEntry {
                at: step.at.0,
                actor: step.actor,
                action: DeskAction::parse(&step.action)?,
                words: step.words,
            };
            if let Some(desk) = found.get_mut(&DiscrepancyId::new(&step.discrepancy)) {
                desk.steps.push(entry);
            }
        }
        Ok(found)
    }
}
