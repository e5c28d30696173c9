//! The rows by sqlx, over a pool.

use chrono::NaiveDate;
use sea_orm::sqlx::postgres::{PgPool, PgPoolOptions};
use sea_orm::sqlx::{self, AssertSqlSafe};

use super::{Gathered, Payment, Reads};

#[derive(Clone)]
pub(super) struct Rows(PgPool);

impl Rows {
    pub(super) fn lazy(url: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let _within = runtime.enter();
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .test_before_acquire(false)
            .connect_lazy(url)
            .unwrap();
        // What keeps the pool in order runs there.
        std::mem::forget(runtime);
        Self(pool)
    }
}

impl Reads for Rows {
    async fn page(&self, (at, key): (i64, &str)) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT payment_key FROM payments WHERE (began_at, payment_key) < ($1, $2)
             ORDER BY began_at DESC, payment_key DESC LIMIT 100",
        )
        .bind(at)
        .bind(key)
        .fetch_all(&self.0)
        .await
        .unwrap()
    }

    async fn payments(&self, keys: &[String]) -> Vec<Payment> {
        let mut gathered = Gathered::default();
        let select = |columns: &str, table: &str| {
            AssertSqlSafe(format!(
                "SELECT payment_key, {columns} FROM {table} WHERE payment_key = ANY($1)"
            ))
        };
        let text = select("order_id, status, total_amount", "payments");
        let payments: Vec<(String, String, String, i64)> = sqlx::query_as(text)
            .bind(keys)
            .fetch_all(&self.0)
            .await
            .unwrap();
        for (key, order, status, total) in payments {
            gathered.payment(key, order, status, total);
        }
        let text = select(
            "transaction_key, status, transaction_at, amount",
            "transactions",
        );
        let transactions: Vec<(String, String, String, i64, i64)> = sqlx::query_as(text)
            .bind(keys)
            .fetch_all(&self.0)
            .await
            .unwrap();
        for (of, key, status, at, amount) in transactions {
            gathered.transaction(&of, key, status, at, amount);
        }
        let text = select(
            "amount, fee, pay_out_amount, sold_date, paid_out_date",
            "settlements",
        );
        let settlements: Vec<(String, i64, i64, i64, NaiveDate, NaiveDate)> = sqlx::query_as(text)
            .bind(keys)
            .fetch_all(&self.0)
            .await
            .unwrap();
        for (of, amount, fee, pay_out, sold, paid_out) in settlements {
            gathered.settlement(&of, [amount, fee, pay_out], sold, paid_out);
        }
        gathered.in_order(keys)
    }
}
