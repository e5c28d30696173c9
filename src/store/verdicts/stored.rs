//! Verdicts and discrepancies as they are kept.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{discrepancy, unsettled_event, verdict, verdict_gap};
use reconciliation::PaymentKey;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::{DiscrepancyId, StoredDiscrepancy, VerdictRecord, VerdictSubject};
use crate::store::book_rows::Scope;
use crate::store::keys::among;
use crate::store::row_reader::RowReader;
use crate::store::rows::{
    Placed, stored_discrepancy, unsettled_event, verdict_gap, verdict_record,
};
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
        let texts: Vec<String> = subjects.iter().map(VerdictSubject::to_text).collect();
        let scope = Scope::Keys(&texts);
        let reader = RowReader::over(&self.reader);
        let mut sql = reader.sql();
        let holds = scope.holds(&mut sql, "subject");
        let rows: Vec<verdict::Model> = reader
            .rows(sql, &format!("WHERE {holds} AND as_of IS NOT NULL"))
            .await?;
        let records = kept_verdicts(&reader, &scope, &rows).await?;
        Ok(records
            .into_values()
            .map(|record| (record.subject.clone(), record))
            .collect())
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

/// Verdicts as they are kept, by their subjects, from their own rows and those that belong to them. Rows of subjects that
/// have no verdict yet are passed over.
pub(in crate::store) async fn kept_verdicts(
    reader: &RowReader,
    scope: &Scope<'_>,
    rows: &[verdict::Model],
) -> Result<HashMap<String, VerdictRecord>, StoreError> {
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows.iter().filter(|row| row.as_of.is_some()) {
        found.insert(row.subject.clone(), verdict_record(row)?);
    }
    let discrepancies: Vec<discrepancy::Model> = parts(reader, scope, "ORDER BY id").await?;
    for row in discrepancies {
        if let Some(record) = found.get_mut(&row.subject) {
            record.discrepancies.push(stored_discrepancy(row)?.record);
        }
    }
    let order = "ORDER BY transaction_key, mid";
    let events: Vec<unsettled_event::Model> = parts(reader, scope, order).await?;
    for row in events {
        if let Some(record) = found.get_mut(&row.subject) {
            record.unsettled.push(unsettled_event(row)?);
        }
    }
    let gaps: Vec<verdict_gap::Model> = parts(reader, scope, "").await?;
    for row in gaps {
        if let Some(record) = found.get_mut(&row.subject) {
            record.gaps.push(verdict_gap(&row)?);
        }
    }
    for record in found.values_mut() {
        record.gaps.sort_unstable();
    }
    Ok(found)
}

/// Rows that belong to verdicts.
async fn parts<R: Placed + Send + 'static>(
    reader: &RowReader,
    scope: &Scope<'_>,
    order: &str,
) -> Result<Vec<R>, StoreError> {
    let mut sql = reader.sql();
    let holds = scope.holds(&mut sql, "subject");
    reader.rows(sql, &format!("WHERE {holds} {order}")).await
}
