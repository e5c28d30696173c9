//! Notices for addresses of the merchant's own: what is to be told, kept until it has been told. One thing is told to one
//! address once, by whichever process.

pub(in crate::store) mod untold;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use self::untold::NEEDS_PERSON;
use crate::store::db::sql::Sql;
use crate::store::{Store, StoreError};

/// Something that is to be told to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// What it is called wherever it is told.
    pub id: String,
    /// The address's name in the settings.
    pub target: String,
    /// What kind of thing.
    pub kind: &'static str,
    /// Which one: the same is told once.
    pub subject: String,
    /// What is sent, the same each time.
    pub body: String,
}

/// A notice that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotice {
    /// What it is called wherever it is told.
    pub id: String,
    /// What is sent.
    pub body: String,
    /// Since when it is to be told.
    pub made_at: DateTime<Utc>,
    /// How often it was sent in vain.
    pub attempts: u32,
}

/// Since when an address is told, and up to when what happened was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetStanding {
    /// When it was first seen in the settings.
    pub begun_at: DateTime<Utc>,
    /// Everything until then has a notice.
    pub looked_at: DateTime<Utc>,
}

/// How many notices of one address are still to be told, and since when the oldest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenNotices {
    /// How many.
    pub count: u64,
    /// When the oldest was made.
    pub oldest: DateTime<Utc>,
}

impl Store {
    /// How an address stands; one that is new begins at that instant.
    pub async fn notice_target(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<TargetStanding, StoreError> {
        let mut sql = self.notice_sql();
        let (bound, at) = (sql.bind(name), sql.bind(now.timestamp_millis()));
        let text = format!(
            "INSERT INTO notice_targets (name, begun_at, looked_at) VALUES ({bound}, {at}, {at}) ON CONFLICT DO NOTHING"
        );
        self.writer.execute_raw(sql.statement(text)).await?;
        let mut sql = self.notice_sql();
        let bound = sql.bind(name);
        let text = format!("SELECT begun_at, looked_at FROM notice_targets WHERE name = {bound}");
        let row = self.writer.query_one_raw(sql.statement(text)).await?;
        match row {
            Some(row) => Ok(TargetStanding {
                begun_at: instant(&row, 0, "notice_targets")?,
                looked_at: instant(&row, 1, "notice_targets")?,
            }),
            None => Err(StoreError::inconsistent("notice_targets", "name", name)),
        }
    }

    /// Notes that everything until that instant has a notice.
    pub async fn target_was_looked_at(
        &self,
        name: &str,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut sql = self.notice_sql();
        let (until, name) = (sql.bind(until.timestamp_millis()), sql.bind(name));
        let text = format!(
            "UPDATE notice_targets SET looked_at = {until} WHERE name = {name} AND looked_at < {until}"
        );
        self.writer.execute_raw(sql.statement(text)).await?;
        Ok(())
    }

    /// Keeps notices, due at once; one whose thing has a notice already is left out. Tells how many were new.
    pub async fn keep_notices(
        &self,
        notices: &[NewNotice],
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        if notices.is_empty() {
            return Ok(0);
        }
        let mut kept = 0;
        let transaction = self.begin().await?;
        for notice in notices {
            let mut sql = self.notice_sql();
            let at = sql.bind(now.timestamp_millis());
            let values = [
                notice.id.as_str(),
                &notice.target,
                notice.kind,
                &notice.subject,
                &notice.body,
            ]
            .map(|value| sql.bind(value));
            let text = format!(
                "INSERT INTO notices (id, target, kind, subject, body, made_at, due_at, attempts)
                 VALUES ({}, {at}, {at}, 0) ON CONFLICT DO NOTHING",
                values.join(", ")
            );
            kept += transaction
                .execute_raw(sql.statement(text))
                .await?
                .rows_affected();
        }
        transaction.commit().await?;
        Ok(kept)
    }

    /// The notices of an address that are due, the longest due first.
    pub async fn due_notices(
        &self,
        target: &str,
        now: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<DueNotice>, StoreError> {
        let statement = due(self.reader.get_database_backend(), target, now, most);
        let rows = self.reader.query_all_raw(statement).await?;
        rows.iter()
            .map(|row| {
                let attempts: i32 = row.try_get_by_index(3)?;
                Ok(DueNotice {
                    id: row.try_get_by_index(0)?,
                    body: row.try_get_by_index(1)?,
                    made_at: instant(row, 2, "notices")?,
                    attempts: u32::try_from(attempts).unwrap_or(0),
                })
            })
            .collect()
    }

    /// Notes an attempt to tell: with the instant of the next one, or with none when there shall be no other.
    pub async fn notice_was_sent(
        &self,
        id: &str,
        due_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        let mut sql = self.notice_sql();
        let due_at = sql.bind(due_at.map(|at| at.timestamp_millis()));
        let id = sql.bind(id);
        let text = format!(
            "UPDATE notices SET due_at = {due_at}, attempts = attempts + 1
             WHERE id = {id} AND due_at IS NOT NULL"
        );
        self.writer.execute_raw(sql.statement(text)).await?;
        Ok(())
    }

    /// The notices that are still to be told to an address; none when there are none.
    pub async fn open_notices(&self, target: &str) -> Result<Option<OpenNotices>, StoreError> {
        let mut sql = self.notice_sql();
        let target = sql.bind(target);
        let text = format!(
            "SELECT COUNT(*), MIN(made_at) FROM notices WHERE target = {target} AND due_at IS NOT NULL"
        );
        let Some(row) = self.reader.query_one_raw(sql.statement(text)).await? else {
            return Ok(None);
        };
        let count: i64 = row.try_get_by_index(0)?;
        if count == 0 {
            return Ok(None);
        }
        Ok(Some(OpenNotices {
            count: u64::try_from(count).unwrap_or(0),
            oldest: instant(&row, 1, "notices")?,
        }))
    }

    /// Deletes the notices that were made before the instant, told or not, but for those of requests that still need a
    /// person: they would be told anew.
    pub async fn delete_notices(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut sql = self.notice_sql();
        let before = sql.bind(before.timestamp_millis());
        let text = format!(
            "DELETE FROM notices WHERE made_at < {before} AND NOT (kind = '{NEEDS_PERSON}'
                 AND EXISTS (SELECT 1 FROM cancel_requests r
                     WHERE r.id = notices.subject AND r.status = 'NEEDS_OPERATOR'))"
        );
        let deleted = self.writer.execute_raw(sql.statement(text)).await?;
        Ok(deleted.rows_affected())
    }

    fn notice_sql(&self) -> Sql {
        Sql::new(self.reader.get_database_backend())
    }
}

fn due(backend: DbBackend, target: &str, now: DateTime<Utc>, most: u64) -> Statement {
    let mut sql = Sql::new(backend);
    let (target, now) = (sql.bind(target), sql.bind(now.timestamp_millis()));
    let most = bound(&mut sql, most);
    sql.statement(format!(
        "SELECT id, body, made_at, attempts FROM notices
         WHERE target = {target} AND due_at <= {now} ORDER BY due_at, id LIMIT {most}"
    ))
}

fn bound(sql: &mut Sql, most: u64) -> String {
    sql.bind(i64::try_from(most).unwrap_or(i64::MAX))
}

fn instant(
    row: &QueryResult,
    index: usize,
    table: &'static str,
) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(row.try_get_by_index(index)?)
        .ok_or_else(|| StoreError::inconsistent(table, "instant", ""))
}

#[cfg(test)]
mod tests {
    use super::untold::untold_discrepancies;
    use super::*;
    use crate::store::db::sqlite_plans;

    #[tokio::test]
    async fn what_is_untold_and_what_is_due_is_found_along_indexes() {
        let database = sqlite_plans::empty_tables().await;
        let (backend, then) = (DbBackend::Sqlite, DateTime::UNIX_EPOCH);
        for (statement, index) in [
            (
                untold_discrepancies(backend, "t", then, None, 9),
                "INDEX discrepancies_detected_at ",
            ),
            (due(backend, "t", then, 9), "INDEX notices_due_at "),
        ] {
            let steps = sqlite_plans::steps_of(&database, statement).await;
            assert!(steps[0].contains(index), "{steps:#?}");
        }
    }
}
