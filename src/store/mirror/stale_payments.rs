//! Payments that should be read: Toss has listed a later transaction of theirs, they wait for their deposit, or rows alone have
//! told of them and may not be all. What could not be read is left alone until its next attempt.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{payment, payment_attempt, verdict};
use reconciliation::{PaymentKey, Verdict};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use crate::store::db::sql::Sql;
use crate::store::{AccountName, Store, StoreError};

/// A payment that should be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuePayment {
    /// Its key.
    pub payment_key: PaymentKey,
    /// How often in a row it could not be read.
    pub attempts: u32,
}

impl Store {
    /// An account's payments that were read before their last transaction, the longest ago first; none that could not be
    /// read.
    pub async fn outdated_payments(
        &self,
        account: &AccountName,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        self.never_tried(due(account, outdated(), most)).await
    }

    /// An account's virtual accounts that wait for their deposit and were left alone for a quarter of their life, or as long as
    /// `rest` allows; the longest ago first; none that could not be read. Those begun before `begun_after` are given up.
    pub async fn waiting_payments(
        &self,
        account: &AccountName,
        now: DateTime<Utc>,
        rest: RangeInclusive<TimeDelta>,
        begun_after: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        let condition = waiting(now, &rest, begun_after);
        self.never_tried(due(account, condition, most)).await
    }

    /// An account's payments that only rows have told of and that have a cancel or wait for their deposit, the newest first;
    /// none that could not be read.
    pub async fn unread_payments(
        &self,
        account: &AccountName,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        self.never_tried(unread(account, most)).await
    }

    /// An account's payments that only rows have told of and whose rows disagree, the newest first; none that could not be
    /// read.
    pub async fn discrepant_unread_payments(
        &self,
        account: &AccountName,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        self.never_tried(discrepant(account, most)).await
    }

    /// An account's payments that could not be read and whose next attempt is due, the longest due first.
    pub async fn payments_to_try_again(
        &self,
        account: &AccountName,
        now: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        let rows: Vec<(String, i64)> = to_try_again(account, now, most)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let due = |(key, attempts): (String, i64)| due_payment(&key, attempts);
        rows.into_iter().map(due).collect()
    }

    /// Notes that a payment could not be read, for the so-manieth time in a row, and when it is tried again.
    pub async fn put_payment_off(
        &self,
        account: &AccountName,
        due: &DuePayment,
        next_attempt_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let attempt = payment_attempt::ActiveModel {
            payment_key: Set(due.payment_key.to_string()),
            account: Set(account.to_string()),
            attempts: Set(due.attempts.into()),
            next_attempt_at: Set(next_attempt_at.into()),
        };
        let replace = OnConflict::column(payment_attempt::Column::PaymentKey)
            .update_columns([
                payment_attempt::Column::Attempts,
                payment_attempt::Column::NextAttemptAt,
            ])
            .to_owned();
        payment_attempt::Entity::insert(attempt)
            .on_conflict(replace)
            .exec_without_returning(&self.writer)
            .await?;
        Ok(())
    }

    async fn never_tried<E: EntityTrait>(
        &self,
        which: Select<E>,
    ) -> Result<Vec<DuePayment>, StoreError> {
        let keys: Vec<String> = which.into_tuple().all(&self.reader).await?;
        keys.iter().map(|key| due_payment(key, 0)).collect()
    }
}

/// Ends the attempts of a payment that has been read, unless it is outdated still.
pub(in crate::store) async fn end_attempts(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<(), StoreError> {
    let mut sql = Sql::new(connection.get_database_backend());
    let key = sql.bind(key);
    let text = format!(
        "DELETE FROM payment_attempts WHERE payment_key = {key}
         AND NOT EXISTS (SELECT 1 FROM payments WHERE payment_key = {key} AND outdated)"
    );
    connection.execute_raw(sql.statement(text)).await?;
    Ok(())
}

fn due_payment(key: &str, attempts: i64) -> Result<DuePayment, StoreError> {
    let payment_key = PaymentKey::parse(key)
        .map_err(|_| StoreError::inconsistent("payments", "payment_key", key))?;
    Ok(DuePayment {
        payment_key,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
    })
}

/// An account's payments of which no attempt is noted.
fn of_account(account: &AccountName, condition: Expr, most: u64) -> Select<payment::Entity> {
    payment::Entity::find()
        .select_only()
        .column(payment::Column::PaymentKey)
        .filter(condition)
        .filter(payment::Column::Account.eq(account.as_str()))
        .filter(was_not_tried((
            payment::Entity,
            payment::Column::PaymentKey,
        )))
        .limit(most)
}

/// Whether no attempt is noted of the payment with the key in that column.
fn was_not_tried(key: impl IntoColumnRef) -> Expr {
    let attempt = (payment_attempt::Entity, payment_attempt::Column::PaymentKey);
    let tried = Query::select()
        .expr(Expr::val(1))
        .from(payment_attempt::Entity)
        .and_where(Expr::col(attempt).equals(key))
        .to_owned();
    Expr::exists(tried).not()
}

fn due(account: &AccountName, condition: Expr, most: u64) -> Select<payment::Entity> {
    of_account(account, condition, most).order_by_asc(payment::Column::ReadAt)
}

fn unread(account: &AccountName, most: u64) -> Select<payment::Entity> {
    // As the index spells it, so that it serves.
    let unread = Expr::cust(
        "rows_only AND status_kind IN ('CANCELED', 'PARTIAL_CANCELED', 'WAITING_FOR_DEPOSIT')",
    );
    of_account(account, unread, most).order_by_desc(payment::Column::BeganAt)
}

fn discrepant(account: &AccountName, most: u64) -> Select<verdict::Entity> {
    let key = (verdict::Entity, verdict::Column::Subject);
    // One payment is looked up for each, however many there are of others.
    let is_unread = Query::select()
        .expr(
            Expr::col(payment::Column::RowsOnly).and(payment::Column::Account.eq(account.as_str())),
        )
        .from(payment::Entity)
        .and_where(Expr::col((payment::Entity, payment::Column::PaymentKey)).equals(key))
        .to_owned();
    verdict::Entity::find()
        .select_only()
        .column(verdict::Column::Subject)
        .filter(verdict::Column::Verdict.eq(Verdict::Discrepant.as_str()))
        .filter(Expr::from(is_unread))
        .filter(was_not_tried(key))
        .order_by_desc(verdict::Column::BeganAt)
        .limit(most)
}

fn to_try_again(
    account: &AccountName,
    now: DateTime<Utc>,
    most: u64,
) -> Select<payment_attempt::Entity> {
    use payment::Column as C;
    let of_payment = payment_attempt::Entity::belongs_to(payment::Entity)
        .from(payment_attempt::Column::PaymentKey)
        .to(C::PaymentKey)
        .into();
    let is_wanted = Expr::col((payment::Entity, C::Outdated))
        .or(Expr::col((payment::Entity, C::RowsOnly)))
        .or(C::StatusKind.eq("WAITING_FOR_DEPOSIT"));
    payment_attempt::Entity::find()
        .select_only()
        .columns([
            payment_attempt::Column::PaymentKey,
            payment_attempt::Column::Attempts,
        ])
        .join(JoinType::InnerJoin, of_payment)
        .filter(payment_attempt::Column::Account.eq(account.as_str()))
        .filter(payment_attempt::Column::NextAttemptAt.lte(now.timestamp_millis()))
        .filter(is_wanted)
        .order_by_asc(payment_attempt::Column::NextAttemptAt)
        .limit(most)
}

fn outdated() -> Expr {
    Expr::col(payment::Column::Outdated)
}

fn waiting(
    now: DateTime<Utc>,
    rest: &RangeInclusive<TimeDelta>,
    begun_after: DateTime<Utc>,
) -> Expr {
    use payment::Column as C;
    let since = |column: C| Expr::val(now.timestamp_millis()).sub(Expr::col(column));
    let read_before = |rest: TimeDelta| Expr::col(C::ReadAt).lte((now - rest).timestamp_millis());
    let a_quarter_ago = since(C::ReadAt).mul(4).gte(since(C::BeganAt));
    // As the index spells it, so that it serves.
    Expr::cust("status_kind = 'WAITING_FOR_DEPOSIT'")
        .and(read_before(*rest.start()))
        .and(Expr::col(C::BeganAt).gt(begun_after.timestamp_millis()))
        .and(a_quarter_ago.or(read_before(*rest.end())))
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryTrait;

    use super::*;
    use crate::store::db::sqlite_plans::{assert_walks, steps, tables};

    #[tokio::test]
    async fn an_accounts_payments_are_walked_along_their_index_in_order() {
        let account = AccountName::new("default");
        let (now, rest) = (
            DateTime::UNIX_EPOCH,
            TimeDelta::hours(1)..=TimeDelta::hours(6),
        );
        let asked = [
            (
                "payments_outdated (account=?)",
                due(&account, outdated(), 50).into_query(),
            ),
            (
                "payments_waiting (account=? AND read_at<?)",
                due(&account, waiting(now, &rest, now), 50).into_query(),
            ),
            (
                "payments_unread (account=?)",
                unread(&account, 50).into_query(),
            ),
            (
                "verdicts_verdict_began_at (verdict=?)",
                discrepant(&account, 50).into_query(),
            ),
            (
                "payment_attempts_due (account=? AND next_attempt_at<?)",
                to_try_again(&account, now, 50).into_query(),
            ),
        ];
        for database in tables().await {
            for (entry, statement) in &asked {
                let steps = steps(&database, statement).await;
                assert_walks(&steps, entry, None, entry);
            }
        }
    }
}
