//! Verdicts and discrepancies as they are kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{discrepancy, unsettled_event, verdict, verdict_gap};
use reconciliation::PaymentKey;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{DiscrepancyId, StoredDiscrepancy, VerdictRecord, VerdictSubject};
use crate::store::keys::among;
use crate::store::rows::{stored_discrepancy, unsettled_event, verdict_gap, verdict_record};
use crate::store::{Store, StoreError};

impl Store {
    /// The verdicts as they are kept, with 0 for the version of their books; subjects without one are missing. What
    /// disagrees is in the order of its ids, what is unsettled in that of its events, and gaps are in that of their days.
    pub async fn stored_verdicts(
        &self,
        subjects: &[VerdictSubject],
    ) -> Result<HashMap<VerdictSubject, VerdictRecord>, StoreError> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        let backend = self.reader.get_database_backend();
        let texts: Vec<String> = subjects.iter().map(VerdictSubject::to_text).collect();
        let texts = || texts.iter().map(String::as_str);
        let rows = verdict::Entity::find()
            .filter(among(backend, verdict::Column::Subject, texts()))
            .filter(verdict::Column::AsOf.is_not_null())
            .all(&self.reader)
            .await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let record = verdict_record(&row)?;
            found.insert(row.subject, record);
        }
        let discrepancies = discrepancy::Entity::find()
            .filter(among(backend, discrepancy::Column::Subject, texts()))
            .order_by_asc(discrepancy::Column::Id)
            .all(&self.reader)
            .await?;
        for row in discrepancies {
            if let Some(record) = found.get_mut(&row.subject) {
                record.discrepancies.push(stored_discrepancy(row)?.record);
            }
        }
        let events = unsettled_event::Entity::find()
            .filter(among(backend, unsettled_event::Column::Subject, texts()))
            .order_by_asc(unsettled_event::Column::TransactionKey)
            .order_by_asc(unsettled_event::Column::Mid)
            .all(&self.reader)
            .await?;
        for row in events {
            if let Some(record) = found.get_mut(&row.subject) {
                record.unsettled.push(unsettled_event(row)?);
            }
        }
        let gaps = verdict_gap::Entity::find()
            .filter(among(backend, verdict_gap::Column::Subject, texts()))
            .all(&self.reader)
            .await?;
        for row in gaps {
            if let Some(record) = found.get_mut(&row.subject) {
                record.gaps.push(verdict_gap(&row)?);
            }
        }
        let mut records = HashMap::with_capacity(found.len());
        for mut record in found.into_values() {
            record.gaps.sort_unstable();
            records.insert(record.subject.clone(), record);
        }
        Ok(records)
    }

    /// When these payments' discrepancies were first found.
    pub async fn discrepancies_detected(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<DiscrepancyId, DateTime<Utc>>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(String, sea_orm::prelude::ChronoUnixTimestampMillis)> =
            discrepancy::Entity::find()
                .select_only()
                .columns([discrepancy::Column::Id, discrepancy::Column::DetectedAt])
                .filter(among(
                    self.reader.get_database_backend(),
                    discrepancy::Column::Subject,
                    payments.iter().map(PaymentKey::as_str),
                ))
                .into_tuple()
                .all(&self.reader)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(id, detected_at)| (DiscrepancyId::new(&id), detected_at.0))
            .collect())
    }

    /// The discrepancy with this id.
    pub async fn discrepancy(
        &self,
        id: &DiscrepancyId,
    ) -> Result<Option<StoredDiscrepancy>, StoreError> {
        discrepancy::Entity::find_by_id(id.as_str())
            .one(&self.reader)
            .await?
            .map(stored_discrepancy)
            .transpose()
    }
}
