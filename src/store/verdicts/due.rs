//! Which verdicts are to be made.

use chrono::{DateTime, Utc};
use entity::verdict::{self, Column};
use entity::{verdict_settings, verdict_terms};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::{DueVerdict, VerdictSubject};
use crate::store::db::sql::Sql;
use crate::store::{Store, StoreError};

/// How many verdicts are marked in one transaction when all are.
const MARKED_AT_ONCE: i64 = 20_000;
/// The key of the only row of its table.
const THE_TERMS: i64 = 1;
/// Stands before terms for which not every verdict has been marked yet.
const CHANGING: &str = "changing to ";

/// By what terms verdicts are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledTerms {
    /// Names them.
    pub fingerprint: String,
    /// The settings that they follow from, as whoever settled on them wrote them; none when an earlier version did.
    pub settings: Option<String>,
}

impl Store {
    /// Subjects whose verdict is to be made, those whose books have changed first; at most that many.
    pub async fn due_verdicts(
        &self,
        now: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<DueVerdict>, StoreError> {
        self.subjects(due_by(now, most)).await
    }

    /// Every subject that has a verdict or is to have one, in a fixed order, after the given one; at most that many.
    pub async fn verdict_subjects(
        &self,
        after: Option<&VerdictSubject>,
        most: u64,
    ) -> Result<Vec<DueVerdict>, StoreError> {
        let next = verdict::Entity::find()
            .apply_if(after, |all, after| {
                all.filter(Column::Subject.gt(after.to_text()))
            })
            .order_by_asc(Column::Subject)
            .limit(most);
        self.subjects(next).await
    }

    async fn subjects(
        &self,
        which: Select<verdict::Entity>,
    ) -> Result<Vec<DueVerdict>, StoreError> {
        let rows: Vec<(String, i64)> = which
            .select_only()
            .columns([Column::Subject, Column::BooksVersion])
            .into_tuple()
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|(subject, books_version)| {
                Ok(DueVerdict {
                    subject: VerdictSubject::parse(&subject)?,
                    books_version,
                })
            })
            .collect()
    }

    /// By what terms verdicts are made; none before the first. While they are being changed it names neither the former nor
    /// the new ones.
    pub async fn verdict_terms(&self) -> Result<Option<String>, StoreError> {
        fingerprint(&self.reader).await
    }

    /// By what terms verdicts are made, with their settings; none before the first. While they are being changed, they are
    /// the new ones already.
    pub async fn settled_terms(&self) -> Result<Option<SettledTerms>, StoreError> {
        let Some(stored) = fingerprint(&self.reader).await? else {
            return Ok(None);
        };
        let fingerprint = stored.strip_prefix(CHANGING).unwrap_or(&stored).to_owned();
        let settings = verdict_settings::Entity::find_by_id(fingerprint.as_str())
            .one(&self.reader)
            .await?;
        Ok(Some(SettledTerms {
            fingerprint,
            settings: settings.map(|row| row.settings),
        }))
    }

    /// Says by what terms verdicts are made from now on, and what settings they follow from. When they were others before, every verdict is due; tells
    /// whether they were. Where it fails half-way, it is to be said again; where somebody else says it meanwhile, that is
    /// what holds.
    pub async fn settle_on_terms(
        &self,
        fingerprint: &str,
        settings: &str,
    ) -> Result<bool, StoreError> {
        let before = self.verdict_terms().await?;
        if before.as_deref() == Some(fingerprint) {
            return Ok(false);
        }
        self.write_settings(fingerprint, settings).await?;
        if before.is_none() {
            let first = OnConflict::column(verdict_terms::Column::Id)
                .do_nothing()
                .to_owned();
            self.write_terms(fingerprint.to_owned(), first).await?;
            return Ok(false);
        }
        // First: nobody keeps a verdict by the former terms behind what marks it.
        let changing = format!("{CHANGING}{fingerprint}");
        self.write_terms(changing.clone(), replacing(None)).await?;
        self.mark_all().await?;
        let stored = Expr::col((verdict_terms::Entity, verdict_terms::Column::Fingerprint));
        let still_ours = stored.eq(changing);
        self.write_terms(fingerprint.to_owned(), replacing(Some(still_ours)))
            .await?;
        self.forget_former_settings().await?;
        Ok(true)
    }

    /// Keeps the settings of these terms.
    async fn write_settings(&self, fingerprint: &str, settings: &str) -> Result<(), StoreError> {
        use verdict_settings::Column;
        let row = verdict_settings::ActiveModel {
            fingerprint: Set(fingerprint.to_owned()),
            settings: Set(settings.to_owned()),
        };
        let anew = OnConflict::column(Column::Fingerprint)
            .update_column(Column::Settings)
            .to_owned();
        verdict_settings::Entity::insert(row)
            .on_conflict(anew)
            .exec_without_returning(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets the settings of all terms but those that verdicts are made by.
    async fn forget_former_settings(&self) -> Result<(), StoreError> {
        use verdict_settings::Column;
        let Some(settled) = self.settled_terms().await? else {
            return Ok(());
        };
        verdict_settings::Entity::delete_many()
            .filter(Column::Fingerprint.ne(settled.fingerprint))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    async fn write_terms(
        &self,
        fingerprint: String,
        on_conflict: OnConflict,
    ) -> Result<(), StoreError> {
        let terms = verdict_terms::ActiveModel {
            id: Set(THE_TERMS),
            fingerprint: Set(fingerprint),
        };
        verdict_terms::Entity::insert(terms)
            .on_conflict(on_conflict)
            .exec_without_returning(&self.writer)
            .await?;
        Ok(())
    }

    /// Marks everything, some at a time, so that others can write in between.
    async fn mark_all(&self) -> Result<(), StoreError> {
        let mut after = String::new();
        while let Some(last) = self.last_of_next(&after).await? {
            let mut sql = Sql::new(self.writer.get_database_backend());
            let (from, to) = (sql.bind(after.as_str()), sql.bind(last.as_str()));
            let text = format!(
                "INSERT INTO verdicts (subject, books_version, due_at)
                 SELECT subject, 1, 0 FROM verdicts WHERE subject > {from} AND subject <= {to} ORDER BY subject
                 ON CONFLICT (subject) DO UPDATE SET due_at = 0, books_version = verdicts.books_version + 1"
            );
            self.writer.execute_raw(sql.statement(text)).await?;
            after = last;
        }
        Ok(())
    }

    /// The last of the subjects that are marked at once after this one.
    async fn last_of_next(&self, after: &str) -> Result<Option<String>, StoreError> {
        let mut sql = Sql::new(self.writer.get_database_backend());
        let (after, most) = (sql.bind(after), sql.bind(MARKED_AT_ONCE));
        let text = format!(
            "SELECT MAX(subject) FROM (
                 SELECT subject FROM verdicts WHERE subject > {after} ORDER BY subject LIMIT {most}) AS next"
        );
        let row = self.writer.query_one_raw(sql.statement(text)).await?;
        match row {
            Some(row) => Ok(row.try_get_by_index(0)?),
            None => Ok(None),
        }
    }
}

/// By what terms verdicts are made, also within a transaction.
pub(super) async fn fingerprint(
    connection: &impl ConnectionTrait,
) -> Result<Option<String>, StoreError> {
    let terms = verdict_terms::Entity::find_by_id(THE_TERMS)
        .one(connection)
        .await?;
    Ok(terms.map(|terms| terms.fingerprint))
}

/// Replaces the terms, those alone that meet the condition.
fn replacing(condition: Option<Expr>) -> OnConflict {
    OnConflict::column(verdict_terms::Column::Id)
        .update_column(verdict_terms::Column::Fingerprint)
        .action_and_where_option(condition)
        .to_owned()
}

fn due_by(now: DateTime<Utc>, most: u64) -> Select<verdict::Entity> {
    verdict::Entity::find()
        .filter(Column::DueAt.lte(now.timestamp_millis()))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Subject)
        .limit(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::db::sqlite_plans;

    #[tokio::test]
    async fn what_is_due_is_read_along_its_index() {
        let database = sqlite_plans::empty_tables().await;
        let query = due_by(DateTime::UNIX_EPOCH, 100).into_query();
        let steps = sqlite_plans::steps(&database, &query).await;
        assert_eq!(steps.len(), 1, "{steps:#?}");
        assert!(steps[0].contains("INDEX verdicts_due_at "), "{steps:#?}");
    }
}
