//! Keeping verdicts, with everything that is listed and summed by them, in one transaction.

use std::collections::{BTreeMap, HashMap};

use entity::{settlement_match, verdict, verdict_gap};
use sea_orm::sea_query::{LockBehavior, LockType, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, Iterable, QueryFilter, QuerySelect};

use super::booked::keep_booked;
use super::due::fingerprint;
use super::found::keep_found;
use super::news::News;
use super::parts::{Difference, rows_of};
use super::unsettled::keep_unsettled;
use super::{VerdictRecord, VerdictSubject};
use crate::fail_points;
use crate::store::db::advisory_locks::Turn;
use crate::store::db::keys::among;
use crate::store::db::sql::Sql;
use crate::store::db::transaction::Transaction;
use crate::store::db::upsert::insert;
use crate::store::rows::{settlement_match_model, verdict_gap_model, verdict_model};
use crate::store::{AccountName, ReadDays, Store, StoreError};

impl Store {
    /// Keeps verdicts with their discrepancies and sums in one transaction, and tells how many were kept. One whose books
    /// have changed since is not, and stays due; neither is one that depends on days which have been read since:
    /// `seen` is what had been read when it was made.
    pub async fn save_verdicts(
        &self,
        records: &[VerdictRecord],
        seen: &ReadDays,
    ) -> Result<u64, StoreError> {
        self.save_verdicts_if(None, records, seen).await
    }

    /// As [`Store::save_verdicts`], of verdicts that were made by the terms of this fingerprint: none is kept when verdicts
    /// are made by others now.
    pub async fn save_verdicts_by(
        &self,
        terms: &str,
        records: &[VerdictRecord],
        seen: &ReadDays,
    ) -> Result<u64, StoreError> {
        self.save_verdicts_if(Some(terms), records, seen).await
    }

    async fn save_verdicts_if(
        &self,
        terms: Option<&str>,
        records: &[VerdictRecord],
        seen: &ReadDays,
    ) -> Result<u64, StoreError> {
        if records.is_empty() {
            return Ok(0);
        }
        self.make_places(records).await?;
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        // Terms that change from here on mark these verdicts after they are kept, or before they are locked.
        if terms.is_some() && fingerprint(&transaction).await?.as_deref() != terms {
            transaction.rollback().await?;
            return Ok(0);
        }
        let mut standing = lock(&transaction, records).await?;
        let news = News::since(&transaction, seen).await?;
        let accounts = accounts_of_rows(&transaction, records).await?;
        let mut kept = Vec::with_capacity(records.len());
        for record in records {
            let subject = record.subject.to_text();
            let current = standing
                .get(&subject)
                .is_some_and(|row| row.books_version == record.books_version);
            let account = match &record.payment {
                Some(payment) => Some(payment.account.clone()),
                None => accounts.get(&subject).cloned(),
            };
            if !current || news.concern(record, account.as_ref()) {
                continue;
            }
            if let Some(before) = standing.remove(&subject) {
                kept.push(Kept {
                    record,
                    before,
                    account,
                });
            }
        }
        keep(&transaction, &kept).await?;
        fail_points::dies("verdicts-not-committed");
        transaction.commit().await?;
        Ok(u64::try_from(kept.len()).unwrap_or(u64::MAX))
    }

    /// Makes rows for subjects that nothing has marked yet: what does not exist cannot be locked.
    async fn make_places(&self, records: &[VerdictRecord]) -> Result<(), StoreError> {
        let unmarked = records.iter().filter(|record| record.books_version == 0);
        let mut subjects: Vec<String> = unmarked.map(|record| record.subject.to_text()).collect();
        if subjects.is_empty() {
            return Ok(());
        }
        subjects.sort_unstable();
        let mut sql = Sql::new(self.writer.get_database_backend());
        let listed = sql.listed(subjects.iter().map(String::as_str));
        let text = format!(
            "INSERT INTO verdicts (subject, books_version, due_at)
             SELECT key, 0, 0 FROM ({listed}) AS unmarked WHERE TRUE ORDER BY key ON CONFLICT DO NOTHING"
        );
        self.writer.execute_raw(sql.statement(text)).await?;
        Ok(())
    }
}

/// A verdict that is kept, and the row that it replaces.
pub(super) struct Kept<'r> {
    pub(super) record: &'r VerdictRecord,
    pub(super) before: verdict::Model,
    /// The merchant whose key reads the lists that it depends on.
    account: Option<AccountName>,
}

/// The rows of these subjects, held until the transaction ends, but for those that somebody is marking.
async fn lock(
    transaction: &Transaction,
    records: &[VerdictRecord],
) -> Result<HashMap<String, verdict::Model>, StoreError> {
    let subjects: Vec<String> = records
        .iter()
        .map(|record| record.subject.to_text())
        .collect();
    let rows = verdict::Entity::find()
        .filter(among(
            transaction.get_database_backend(),
            verdict::Column::Subject,
            subjects.iter().map(String::as_str),
        ))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(transaction)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.subject.clone(), row))
        .collect())
}

/// Whose key listed the settlement rows of subjects that have no payment and wait for days.
async fn accounts_of_rows(
    transaction: &Transaction,
    records: &[VerdictRecord],
) -> Result<HashMap<String, AccountName>, StoreError> {
    let waiting: Vec<&VerdictRecord> = records
        .iter()
        .filter(|record| record.payment.is_none() && !record.gaps.is_empty())
        .collect();
    if waiting.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(transaction.get_database_backend());
    let of_key = sql.among(
        "payment_key",
        waiting.iter().filter_map(|record| match &record.subject {
            VerdictSubject::Payment(key) => Some(key.as_str()),
            VerdictSubject::Row(_) => None,
        }),
    );
    let of_id = sql.among(
        "id",
        waiting.iter().filter_map(|record| match &record.subject {
            VerdictSubject::Row(id) => Some(id.as_str()),
            VerdictSubject::Payment(_) => None,
        }),
    );
    let text = format!(
        "SELECT payment_key, MIN(account) FROM settlements WHERE {of_key} GROUP BY payment_key
         UNION ALL SELECT 'row/' || id, account FROM settlements WHERE {of_id}"
    );
    let rows = transaction.query_all_raw(sql.statement(text)).await?;
    rows.iter()
        .map(|row| {
            let account: String = row.try_get_by_index(1)?;
            Ok((row.try_get_by_index(0)?, AccountName::new(&account)))
        })
        .collect()
}

async fn keep(transaction: &Transaction, kept: &[Kept<'_>]) -> Result<(), StoreError> {
    let payments = kept.iter().filter_map(|kept| match &kept.record.subject {
        VerdictSubject::Payment(key) => Some(key.as_str()),
        VerdictSubject::Row(_) => None,
    });
    transaction.note(|changed| changed.payments(payments));
    let mut models = BTreeMap::new();
    for Kept { record, before, .. } in kept {
        let model = verdict_model(record, before.books_version)?;
        models.insert(model.subject.clone(), model);
    }
    keep_found(transaction, kept).await?;
    keep_gaps(transaction, kept).await?;
    keep_unsettled(transaction, kept).await?;
    keep_unsure(transaction, kept).await?;
    let records = kept.iter();
    let records: Vec<_> = records
        .map(|kept| (kept.before.subject.as_str(), kept.record))
        .collect();
    keep_booked(transaction, &records).await?;
    let others = verdict::Column::iter().filter(|column| {
        !matches!(
            column,
            verdict::Column::Subject | verdict::Column::BooksVersion
        )
    });
    let replace = OnConflict::column(verdict::Column::Subject)
        .update_columns(others)
        .to_owned();
    insert::<verdict::Entity>(transaction, models.into_values().collect(), &replace).await?;
    Ok(())
}

async fn keep_gaps(transaction: &Transaction, kept: &[Kept<'_>]) -> Result<(), StoreError> {
    let old: Vec<verdict_gap::Model> = rows_of(transaction, subjects(kept)).await?;
    let mut new = Vec::new();
    for Kept {
        record,
        before,
        account,
    } in kept
    {
        // Without an account nothing reads the days.
        if let Some(account) = account {
            let of_gap = |gap| verdict_gap_model(&before.subject, account.as_str(), gap);
            new.extend(record.gaps.iter().map(of_gap));
        }
    }
    Difference::between(old, new).write(transaction).await
}

async fn keep_unsure(transaction: &Transaction, kept: &[Kept<'_>]) -> Result<(), StoreError> {
    let old: Vec<settlement_match::Model> = rows_of(transaction, subjects(kept)).await?;
    let mut new = Vec::new();
    for Kept { record, before, .. } in kept {
        let of_row = |row| settlement_match_model(&before.subject, row);
        new.extend(record.unsure.iter().map(of_row));
    }
    Difference::between(old, new).write(transaction).await
}

pub(super) fn subjects<'k>(kept: &'k [Kept<'_>]) -> impl Iterator<Item = &'k str> {
    kept.iter().map(|kept| kept.before.subject.as_str())
}
