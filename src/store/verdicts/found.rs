//! Keeping what disagrees: a disagreement that was found before keeps the instant of then and how it stands at the desk, and
//! one that is no longer found is resolved.

use std::collections::{HashMap, HashSet};

use entity::discrepancy;

use super::parts::{Difference, rows_of};
use super::saving::{Kept, subjects};
use crate::store::StoreError;
use crate::store::db::transaction::Transaction;
use crate::store::desk::following::Following;
use crate::store::rows::discrepancy_model;

/// Replaces what disagrees of the subjects of these verdicts.
pub(super) async fn keep_found(
    transaction: &Transaction,
    kept: &[Kept<'_>],
) -> Result<(), StoreError> {
    let old: Vec<discrepancy::Model> = rows_of(transaction, subjects(kept)).await?;
    let found = kept.iter().flat_map(|kept| &kept.record.discrepancies);
    let found: HashSet<&str> = found.map(|found| found.id.as_str()).collect();
    if old.is_empty() && found.is_empty() {
        return Ok(());
    }
    let mut desk = Following::of(transaction, &old, &found).await?;
    let known: HashMap<&str, &discrepancy::Model> =
        old.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut renamed = Renamed::of(&old, &found);
    let mut new = Vec::new();
    for Kept { record, before, .. } in kept {
        for found in &record.discrepancies {
            let row = known.get(found.id.as_str()).copied();
            let former = || renamed.take(&before.subject, found.class.as_str(), found);
            let first = row.or_else(former).map(|row| row.detected_at.0);
            let standing = desk.standing(found, row, record.as_of);
            let detected_at = first.unwrap_or(record.as_of);
            new.push(discrepancy_model(
                &before.subject,
                found,
                detected_at,
                standing,
            ));
        }
    }
    let as_of: HashMap<&str, _> = kept
        .iter()
        .map(|kept| (kept.before.subject.as_str(), kept.record.as_of))
        .collect();
    for row in &old {
        if let Some(as_of) = as_of.get(row.subject.as_str())
            && !found.contains(row.id.as_str())
            && !renamed.took(&row.id)
        {
            desk.lost(row, *as_of);
        }
    }
    let difference = Difference::between(old, new);
    transaction.note(|changed| {
        let rows = difference.lost.iter().chain(&difference.gained);
        rows.for_each(|row| changed.work_list(&row.mid));
    });
    difference.write(transaction).await?;
    desk.write(transaction).await
}

/// Rows that an older program made under ids that are no longer given: the same class of the same event is the same
/// disagreement.
struct Renamed<'r> {
    rows: Vec<&'r discrepancy::Model>,
    taken: HashSet<&'r str>,
}

impl<'r> Renamed<'r> {
    fn of(old: &'r [discrepancy::Model], found: &HashSet<&str>) -> Self {
        let is_former =
            |row: &&discrepancy::Model| row.evidence.is_none() && !found.contains(row.id.as_str());
        Self {
            rows: old.iter().filter(is_former).collect(),
            taken: HashSet::new(),
        }
    }

    fn take(
        &mut self,
        subject: &str,
        class: &str,
        found: &crate::store::DiscrepancyRecord,
    ) -> Option<&'r discrepancy::Model> {
        let key = found
            .transaction_key
            .as_ref()
            .map(reconciliation::TransactionKey::as_str);
        let taken = &self.taken;
        let row = self.rows.iter().copied().find(|row| {
            row.subject == subject
                && row.class == class
                && row.transaction_key.as_deref() == key
                && !taken.contains(row.id.as_str())
        })?;
        self.taken.insert(&row.id);
        Some(row)
    }

    fn took(&self, id: &str) -> bool {
        self.taken.contains(id)
    }
}
