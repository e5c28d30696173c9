//! Payments that should be read again: Toss has listed a later transaction of theirs, or they wait for their deposit.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use entity::payment;
use reconciliation::PaymentKey;
use sea_orm::prelude::ChronoUnixTimestampMillis;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{AccountName, Store, StoreError};

/// A payment that should be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuePayment {
    /// Its key.
    pub payment_key: PaymentKey,
    /// When it was read last.
    pub read_at: DateTime<Utc>,
}

impl Store {
    /// An account's payments that were read before their last transaction, the longest ago first.
    pub async fn outdated_payments(
        &self,
        account: &AccountName,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        self.due_payments(account, outdated(), most).await
    }

    /// An account's virtual accounts that wait for their deposit and were left alone for a quarter of their life, or as long as
    /// `rest` allows; the longest ago first. Those begun before `begun_after` are given up.
    pub async fn waiting_payments(
        &self,
        account: &AccountName,
        now: DateTime<Utc>,
        rest: RangeInclusive<TimeDelta>,
        begun_after: DateTime<Utc>,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        let condition = waiting(now, &rest, begun_after);
        self.due_payments(account, condition, most).await
    }

    async fn due_payments(
        &self,
        account: &AccountName,
        condition: Expr,
        most: u64,
    ) -> Result<Vec<DuePayment>, StoreError> {
        let rows: Vec<(String, ChronoUnixTimestampMillis)> = due(account, condition, most)
            .into_tuple()
            .all(&self.reader)
            .await?;
        rows.into_iter()
            .map(|(key, read_at)| {
                let payment_key = PaymentKey::parse(&key)
                    .map_err(|_| StoreError::inconsistent("payments", "payment_key", &key))?;
                Ok(DuePayment {
                    payment_key,
                    read_at: read_at.0,
                })
            })
            .collect()
    }
}

fn due(account: &AccountName, condition: Expr, most: u64) -> Select<payment::Entity> {
    payment::Entity::find()
        .select_only()
        .columns([payment::Column::PaymentKey, payment::Column::ReadAt])
        .filter(condition)
        .filter(payment::Column::Account.eq(account.as_str()))
        .order_by_asc(payment::Column::ReadAt)
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
    use crate::store::sqlite_plans::{assert_walks, steps, tables};

    #[tokio::test]
    async fn an_accounts_payments_are_walked_along_their_index_the_longest_ago_first() {
        let account = AccountName::new("default");
        let (now, rest) = (
            DateTime::UNIX_EPOCH,
            TimeDelta::hours(1)..=TimeDelta::hours(6),
        );
        let asked = [
            ("payments_outdated (account=?)", outdated()),
            (
                "payments_waiting (account=? AND read_at<?)",
                waiting(now, &rest, now),
            ),
        ];
        for database in tables().await {
            for (entry, condition) in &asked {
                let statement = due(&account, condition.clone(), 50).into_query();
                let steps = steps(&database, &statement).await;
                assert_walks(&steps, entry, None, entry);
            }
        }
    }
}
