//! Verdicts and discrepancies as they are kept.

use std::collections::HashMap;

use entity::{
    booked_line, discrepancy, resolved_discrepancy, settlement_match, unsettled_event, verdict_gap,
};
use reconciliation::PaymentKey;
use sea_orm::EntityTrait;

use super::parts::rows_of;
use super::{DiscrepancyId, StoredDiscrepancy, VerdictRecord, VerdictSubject};
use crate::store::row_reader::RowReader;
use crate::store::rows::{
    Placed, VerdictRow, dated_books, resolved_discrepancy as stored_resolved, stored_discrepancy,
    unsettled_event, unsure_row, verdict_gap,
};
use crate::store::verdicts::book_rows::Scope;
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
        let rows: Vec<VerdictRow> = reader
            .rows(sql, &format!("WHERE {holds} AND as_of IS NOT NULL"))
            .await?;
        let mut records: Vec<_> = rows.into_iter().filter_map(|row| row.kept).collect();
        read_parts(&reader, &scope, records.iter_mut()).await?;
        Ok(records
            .into_iter()
            .map(|record| (record.subject.clone(), record))
            .collect())
    }

    /// What is kept of these payments' discrepancies.
    pub async fn discrepancies_of_payments(
        &self,
        payments: &[PaymentKey],
    ) -> Result<HashMap<DiscrepancyId, StoredDiscrepancy>, StoreError> {
        if payments.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<discrepancy::Model> =
            rows_of(&self.reader, payments.iter().map(PaymentKey::as_str)).await?;
        rows.into_iter()
            .map(|row| Ok((DiscrepancyId::new(&row.id), stored_discrepancy(row)?)))
            .collect()
    }

    /// The discrepancy with this id, also one that is no longer found.
    pub async fn discrepancy(
        &self,
        id: &DiscrepancyId,
    ) -> Result<Option<StoredDiscrepancy>, StoreError> {
        let found = discrepancy::Entity::find_by_id(id.as_str());
        if let Some(row) = found.one(&self.reader).await? {
            return stored_discrepancy(row).map(Some);
        }
        resolved_discrepancy::Entity::find_by_id(id.as_str())
            .one(&self.reader)
            .await?
            .map(stored_resolved)
            .transpose()
    }
}

/// Reads what belongs to kept verdicts and stands in other tables. Rows of others are passed over.
pub(in crate::store) async fn read_parts<'v>(
    reader: &RowReader,
    scope: &Scope<'_>,
    verdicts: impl Iterator<Item = &'v mut VerdictRecord>,
) -> Result<(), StoreError> {
    let discrepancies: Vec<discrepancy::Model> = parts(reader, scope, "ORDER BY id").await?;
    let order = "ORDER BY transaction_key, mid";
    let events: Vec<unsettled_event::Model> = parts(reader, scope, order).await?;
    let gaps: Vec<verdict_gap::Model> = parts(reader, scope, "").await?;
    let order = "ORDER BY subject, number";
    let lines: Vec<booked_line::Model> = parts(reader, scope, order).await?;
    let unsure: Vec<settlement_match::Model> = parts(reader, scope, "ORDER BY id").await?;
    let is_empty =
        discrepancies.is_empty() && events.is_empty() && gaps.is_empty() && lines.is_empty();
    if is_empty && unsure.is_empty() {
        return Ok(());
    }
    let mut verdicts: HashMap<String, &mut VerdictRecord> = verdicts
        .map(|verdict| (verdict.subject.to_text(), verdict))
        .collect();
    for row in discrepancies {
        if let Some(verdict) = verdicts.get_mut(&row.subject) {
            verdict.discrepancies.push(stored_discrepancy(row)?.record);
        }
    }
    for row in events {
        if let Some(verdict) = verdicts.get_mut(&row.subject) {
            verdict.unsettled.push(unsettled_event(row)?);
        }
    }
    for row in gaps {
        if let Some(verdict) = verdicts.get_mut(&row.subject) {
            verdict.gaps.push(verdict_gap(&row)?);
        }
    }
    for row in unsure {
        if let Some(verdict) = verdicts.get_mut(&row.subject) {
            verdict.unsure.push(unsure_row(&row)?);
        }
    }
    for lines in lines.chunk_by(|a, b| a.subject == b.subject) {
        let subject = lines.first().map(|line| line.subject.as_str());
        if let Some(verdict) = subject.and_then(|subject| verdicts.get_mut(subject)) {
            verdict.dated = dated_books(lines)?;
        }
    }
    for verdict in verdicts.into_values() {
        verdict.gaps.sort_unstable();
    }
    Ok(())
}

/// Rows that belong to verdicts.
async fn parts<R: Placed + Send>(
    reader: &RowReader,
    scope: &Scope<'_>,
    order: &str,
) -> Result<Vec<R>, StoreError> {
    let mut sql = reader.sql();
    let holds = scope.holds(&mut sql, "subject");
    reader.rows(sql, &format!("WHERE {holds} {order}")).await
}
