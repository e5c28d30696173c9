//! Closing and reopening periods. The figures are taken first; the report is written while changes are noted already; and
//! the period is closed if nothing has changed meanwhile.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{period, period_change, period_day, period_part, period_section};
use reconciliation::{DateBasis, MId};
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::json;

use super::reading::stored;
use super::{NewPeriod, PeriodId, PeriodSection, PeriodState, StoredPeriod};
use crate::store::cancels::audit::Said;
use crate::store::db::advisory_locks::Turn;
use crate::store::db::sql::Sql;
use crate::store::db::transaction::Transaction;
use crate::store::rows::to_millis;
use crate::store::{Store, StoreError};

/// How long a period may be in closing. What takes longer was left behind by a process that is no more.
const CLOSING_LASTS: TimeDelta = TimeDelta::minutes(30);

/// What came of the attempt to end a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The period is closed.
    Yes,
    /// Its figures have changed since they were taken: it is not, and nothing of it is left.
    Changed,
    /// It took so long that somebody else took it for abandoned: nothing of it is left.
    Gone,
}

impl Store {
    /// Takes the figures of a period, and notes from here on what changes them. The inner error is the period of the same
    /// merchant that has some of its days and is closed, or being closed.
    pub async fn begin_closing(
        &self,
        new: &NewPeriod,
    ) -> Result<Result<(), Box<StoredPeriod>>, StoreError> {
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        transaction.takes_its_time().await?;
        forget_abandoned(&transaction, new.at).await?;
        let other = period::Entity::find()
            .filter(period::Column::Mid.eq(new.mid.as_str()))
            .filter(period::Column::State.ne(PeriodState::Reopened.as_str()))
            .filter(period::Column::FromDay.lte(new.to.naive()))
            .filter(period::Column::ToDay.gte(new.from.naive()))
            .one(&transaction)
            .await?;
        if let Some(other) = other {
            transaction.rollback().await?;
            return Ok(Err(Box::new(stored(other)?)));
        }
        let model = period::Model {
            id: new.id.to_string(),
            mid: new.mid.to_string(),
            from_day: new.from.naive(),
            to_day: new.to.naive(),
            state: PeriodState::Closing.as_str().to_owned(),
            begun_at: to_millis(new.at).into(),
            closed_at: None,
            closed_by: new.by.clone(),
            note: new.note.clone(),
            reopened_at: None,
            reopened_by: None,
            reopen_note: None,
        };
        model.into_active_model().insert(&transaction).await?;
        take_figures(&transaction, new).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Keeps a part of a file of the report of a period that is being closed.
    pub async fn save_period_part(
        &self,
        id: &PeriodId,
        (format, number): (&str, i32),
        content: Vec<u8>,
    ) -> Result<(), StoreError> {
        let part = period_part::Model {
            period: id.to_string(),
            format: format.to_owned(),
            number,
            content,
        };
        let transaction = self.begin().await?;
        part.into_active_model().insert(&transaction).await?;
        transaction.commit().await
    }

    /// Closes the period if nothing has changed its figures since they were taken.
    pub async fn end_closing(
        &self,
        id: &PeriodId,
        sections: &[PeriodSection],
        at: DateTime<Utc>,
    ) -> Result<Closed, StoreError> {
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        let Some(row) = period::Entity::find_by_id(id.as_str())
            .one(&transaction)
            .await?
        else {
            transaction.rollback().await?;
            return Ok(Closed::Gone);
        };
        let changes = period_change::Entity::find()
            .filter(period_change::Column::Period.eq(id.as_str()))
            .count(&transaction)
            .await?;
        if changes > 0 {
            forget(&transaction, id.as_str()).await?;
            transaction.commit().await?;
            return Ok(Closed::Changed);
        }
        for (number, section) in sections.iter().enumerate() {
            let model = period_section::Model {
                period: id.to_string(),
                number: i32::try_from(number).unwrap_or(i32::MAX),
                section: section.section.clone(),
                sha256: section.sha256.clone(),
            };
            model.into_active_model().insert(&transaction).await?;
        }
        let said = Said {
            at,
            actor: &row.closed_by,
            action: "PERIOD_CLOSED",
            subject: id.as_str(),
            detail: json!({ "mId": row.mid, "from": row.from_day, "to": row.to_day }),
        };
        let closed_at = ChronoUnixTimestampMillis::from(to_millis(at));
        period::Entity::update_many()
            .col_expr(
                period::Column::State,
                Expr::val(PeriodState::Closed.as_str()),
            )
            .col_expr(period::Column::ClosedAt, Expr::val(closed_at))
            .filter(period::Column::Id.eq(id.as_str()))
            .exec(&transaction)
            .await?;
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(Closed::Yes)
    }

    /// Forgets a period that was being closed.
    pub async fn abandon_closing(&self, id: &PeriodId) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        // So that nobody notes a change in it any more.
        Turn::KeepVerdicts.wait(&transaction).await?;
        let is_closing = period::Entity::find_by_id(id.as_str())
            .filter(period::Column::State.eq(PeriodState::Closing.as_str()))
            .one(&transaction)
            .await?
            .is_some();
        if is_closing {
            forget(&transaction, id.as_str()).await?;
        }
        transaction.commit().await
    }

    /// Reopens a period that is closed, and tells how it stands then; `None` when these merchants have none of that name.
    /// One that is open already stays as it is.
    pub async fn reopen_period(
        &self,
        id: &PeriodId,
        (by, note): (&str, &str),
        at: DateTime<Utc>,
        merchants: Option<&[MId]>,
    ) -> Result<Option<(StoredPeriod, bool)>, StoreError> {
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        let found = period::Entity::find_by_id(id.as_str())
            .filter(period::Column::State.ne(PeriodState::Closing.as_str()))
            .one(&transaction)
            .await?;
        let sees = |row: &period::Model| {
            merchants.is_none_or(|mids| mids.iter().any(|mid| mid.as_str() == row.mid))
        };
        let Some(mut row) = found.filter(sees) else {
            transaction.rollback().await?;
            return Ok(None);
        };
        if row.state != PeriodState::Closed.as_str() {
            transaction.rollback().await?;
            return Ok(Some((stored(row)?, false)));
        }
        PeriodState::Reopened.as_str().clone_into(&mut row.state);
        row.reopened_at = Some(to_millis(at).into());
        row.reopened_by = Some(by.to_owned());
        row.reopen_note = Some(note.to_owned());
        row.clone()
            .into_active_model()
            .reset_all()
            .update(&transaction)
            .await?;
        let said = Said {
            at,
            actor: by,
            action: "PERIOD_REOPENED",
            subject: id.as_str(),
            detail: json!({ "mId": row.mid, "from": row.from_day, "to": row.to_day }),
        };
        self.add_audit_entry(&transaction, said).await?;
        transaction.commit().await?;
        Ok(Some((stored(row)?, true)))
    }
}

/// Copies the sums of the period's days, as they are.
async fn take_figures(transaction: &Transaction, new: &NewPeriod) -> Result<(), StoreError> {
    let mut sql = Sql::new(transaction.get_database_backend());
    let period = sql.bind(new.id.as_str());
    let basis = sql.bind(DateBasis::Event.as_str());
    let (from, to) = (sql.bind(new.from.naive()), sql.bind(new.to.naive()));
    let mid = sql.bind(new.mid.as_str());
    let columns = "place, basis, day, earlier, mid, method, currency, verdict, subjects, payments, unchecked, paid,
        effective_refund, voided, settled, fee, supply_amount, vat, pay_out, never_settled, row_count, rows_without_vat";
    let text = format!(
        "INSERT INTO period_days (period, {columns}) SELECT {period}, {columns} FROM booked_days
         WHERE basis = {basis} AND day BETWEEN {from} AND {to} AND mid = {mid}"
    );
    transaction.execute_raw(sql.statement(text)).await?;
    Ok(())
}

async fn forget_abandoned(transaction: &Transaction, now: DateTime<Utc>) -> Result<(), StoreError> {
    let since = ChronoUnixTimestampMillis::from(to_millis(now - CLOSING_LASTS));
    let abandoned = period::Entity::find()
        .filter(period::Column::State.eq(PeriodState::Closing.as_str()))
        .filter(period::Column::BegunAt.lt(since))
        .all(transaction)
        .await?;
    for row in abandoned {
        forget(transaction, &row.id).await?;
    }
    Ok(())
}

async fn forget(transaction: &Transaction, id: &str) -> Result<(), StoreError> {
    period::Entity::delete_by_id(id).exec(transaction).await?;
    period_day::Entity::delete_many()
        .filter(period_day::Column::Period.eq(id))
        .exec(transaction)
        .await?;
    period_change::Entity::delete_many()
        .filter(period_change::Column::Period.eq(id))
        .exec(transaction)
        .await?;
    period_part::Entity::delete_many()
        .filter(period_part::Column::Period.eq(id))
        .exec(transaction)
        .await?;
    Ok(())
}
