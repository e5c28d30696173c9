//! The rows by rusqlite, over a connection for each worker.

use std::cell::RefCell;

use chrono::NaiveDate;
use rusqlite::{Connection, OpenFlags, params};

use super::{Gathered, Payment, Reads};

pub(super) struct Rows(RefCell<Connection>);

impl Rows {
    pub(super) fn open(url: &str) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = url.strip_prefix("sqlite://").unwrap();
        Self(RefCell::new(
            Connection::open_with_flags(file, flags).unwrap(),
        ))
    }
}

impl Reads for Rows {
    async fn page(&self, (at, key): (i64, &str)) -> Vec<String> {
        let database = self.0.borrow();
        let mut page = database
            .prepare_cached(
                "SELECT payment_key FROM payments WHERE (began_at, payment_key) < (?, ?)
                 ORDER BY began_at DESC, payment_key DESC LIMIT 100",
            )
            .unwrap();
        let found = page.query_map(params![at, key], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    }

    async fn payments(&self, keys: &[String]) -> Vec<Payment> {
        let database = self.0.borrow();
        let list = serde_json::to_string(keys).unwrap();
        let mut gathered = Gathered::default();
        let select = |columns: &str, table: &str| {
            let text = format!(
                "SELECT payment_key, {columns} FROM {table} WHERE payment_key IN (SELECT value FROM json_each(?))"
            );
            database.prepare_cached(&text).unwrap()
        };
        let mut payments = select("order_id, status, total_amount", "payments");
        let mut rows = payments.query([&list]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let text = |place| row.get(place).unwrap();
            gathered.payment(text(0), text(1), text(2), row.get(3).unwrap());
        }
        let mut transactions = select(
            "transaction_key, status, transaction_at, amount",
            "transactions",
        );
        let mut rows = transactions.query([&list]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (text, number) = (
                |place| row.get(place).unwrap(),
                |place| row.get(place).unwrap(),
            );
            let of: String = text(0);
            gathered.transaction(&of, text(1), text(2), number(3), number(4));
        }
        let mut settlements = select(
            "amount, fee, pay_out_amount, sold_date, paid_out_date",
            "settlements",
        );
        let mut rows = settlements.query([&list]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let of: String = row.get(0).unwrap();
            let day =
                |place| -> NaiveDate { row.get::<_, String>(place).unwrap().parse().unwrap() };
            let amounts = [1, 2, 3].map(|place| row.get(place).unwrap());
            gathered.settlement(&of, amounts, day(4), day(5));
        }
        gathered.in_order(keys)
    }
}
