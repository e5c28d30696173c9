//! Marks: whatever changes the books of a payment says so in the same database transaction, and its verdict is made
//! anew.
//!
//! Marks are gathered while a transaction writes and are written by one statement at its end, in the order of their
//! subjects, so that two transactions never wait for each other's. Whoever keeps verdicts does not wait for marks at
//! all, but passes over what is being marked.

use std::collections::BTreeSet;

use entity::settlement;
use reconciliation::KstDate;
use sea_orm::ConnectionTrait;

use crate::store::db::advisory_locks::Turn;
use crate::store::db::sql::Sql;
use crate::store::db::transaction::Transaction;
use crate::store::{AccountName, SettlementId, Source, StoreError, VerdictSubject};

/// From so many payments on, those that have no verdict yet are marked apart.
const MANY: usize = 500;

/// What a transaction has changed.
#[derive(Default)]
pub(in crate::store) struct Marks {
    payments: BTreeSet<String>,
    /// Payments whose own answer was read again and says what it said.
    confirmed: BTreeSet<String>,
    rows: BTreeSet<String>,
    /// Orders that rows without a payment name.
    orders: BTreeSet<String>,
    covered: Vec<Covered>,
}

/// A day that has been read.
struct Covered {
    account: String,
    source: Source,
    day: KstDate,
    /// Whether the list has been read before that day, but not up to it.
    makes_a_hole: bool,
}

impl Marks {
    /// A payment whose own answer or cancel requests have changed.
    pub(in crate::store) fn payment(&mut self, key: &str) {
        self.payments.insert(key.to_owned());
    }

    /// Payments of which rows of the transactions list are new or say something new.
    pub(in crate::store) fn payments(&mut self, keys: impl IntoIterator<Item = String>) {
        self.payments.extend(keys);
    }

    /// A payment whose own answer was read again and says what it said: it is not made anew, unless it waits for
    /// something that was not read. What is being made of its earlier reading is not kept.
    pub(in crate::store) fn confirmed(&mut self, key: &str) {
        self.confirmed.insert(key.to_owned());
    }

    /// A settlement row that is new, says something else, or is gone.
    pub(in crate::store) fn settlement(&mut self, row: &settlement::Model) {
        if let Some(key) = &row.payment_key {
            self.payment(key);
            return;
        }
        self.rows.insert(row.id.clone());
        self.orders.insert(row.order_id.clone());
        self.orders.extend(row.order_id_unprefixed.clone());
    }

    /// As [`Marks::settlement`], for several.
    pub(in crate::store) fn settlements<'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r settlement::Model>,
    ) {
        for row in rows {
            self.settlement(row);
        }
    }

    /// A day of a list that has been read, whatever it held: verdicts that waited for it are made anew. Where it makes a
    /// hole, so are those of every payment begun before that day.
    pub(in crate::store) fn covered(
        &mut self,
        account: &AccountName,
        source: Source,
        day: KstDate,
        makes_a_hole: bool,
    ) {
        self.covered.push(Covered {
            account: account.to_string(),
            source,
            day,
            makes_a_hole,
        });
    }

    /// Takes in what else the transaction changes.
    pub(in crate::store) fn append(&mut self, other: Self) {
        self.payments.extend(other.payments);
        self.confirmed.extend(other.confirmed);
        self.rows.extend(other.rows);
        self.orders.extend(other.orders);
        self.covered.extend(other.covered);
    }

    /// Writes the marks: the last statements of a transaction.
    pub(in crate::store) async fn write(
        mut self,
        transaction: &Transaction,
    ) -> Result<(), StoreError> {
        let connection = transaction;
        // What waits for a day is told of when its verdict is made.
        let stored = self.payments.iter().chain(&self.confirmed);
        transaction.note(|changed| changed.payments(stored.map(String::as_str)));
        let mut sql = Sql::new(connection.get_database_backend());
        if !self.covered.is_empty() {
            Turn::NoteReading.wait(connection).await?;
        } else if !self.confirmed.is_empty() && !Turn::NoteReading.is_free(connection).await? {
            // What a cancel waits for does not wait for verdicts: they are made anew instead.
            self.payments.append(&mut self.confirmed);
        }
        // What waits for a day has no bounds, nor has what was begun before a hole.
        if !self.covered.is_empty() {
            transaction.takes_its_time().await?;
        }
        let parts = self.parts(&mut sql);
        if parts.is_empty() {
            return Ok(());
        }
        let has_keyless_rows = has_keyless_rows(connection).await?;
        if !sql.is_postgres() && !has_keyless_rows && self.is_of_many_payments_alone() {
            return self.write_payments(connection).await;
        }
        let mut marked = format!(
            "SELECT key, 0 AS due_at FROM ({}) AS changed",
            parts.join(" UNION ")
        );
        // A payment that has appeared takes the rows that name no payment but its order.
        if has_keyless_rows {
            marked = format!(
                "WITH marked (key, due_at) AS ({marked}), orders (id) AS (
                     SELECT order_id FROM payments WHERE payment_key IN (SELECT key FROM marked))
                 SELECT key, due_at FROM marked
                 UNION SELECT 'row/' || id, 0 FROM settlements
                     WHERE payment_key IS NULL AND order_id IN (SELECT id FROM orders)
                 UNION SELECT 'row/' || id, 0 FROM settlements
                     WHERE payment_key IS NULL AND order_id_unprefixed IN (SELECT id FROM orders)"
            );
        }
        if !self.confirmed.is_empty() {
            let confirmed = sql.among("subject", self.confirmed.iter().map(String::as_str));
            marked = format!(
                "SELECT key, MIN(due_at) AS due_at FROM (
                     SELECT key, due_at FROM ({marked}) AS anew
                     UNION ALL SELECT subject, NULL FROM verdicts WHERE {confirmed}) AS either
                 GROUP BY key"
            );
        }
        let text = format!(
            "INSERT INTO verdicts (subject, books_version, due_at)
             SELECT key, 1, due_at FROM ({marked}) AS marks WHERE TRUE ORDER BY key
             ON CONFLICT (subject) DO UPDATE SET
                 due_at = COALESCE(excluded.due_at, verdicts.due_at), books_version = verdicts.books_version + 1"
        );
        connection.execute_raw(sql.statement(text)).await?;
        Ok(())
    }

    fn is_of_many_payments_alone(&self) -> bool {
        self.payments.len() >= MANY
            && self.confirmed.is_empty()
            && self.rows.is_empty()
            && self.covered.is_empty()
    }

    /// Marks payments on SQLite, in two statements: one that may either insert or replace first copies every page that it
    /// touches, and of a large day most are new.
    async fn write_payments(&self, connection: &impl ConnectionTrait) -> Result<(), StoreError> {
        let keys = || self.payments.iter().map(String::as_str);
        let mut sql = Sql::new(connection.get_database_backend());
        let known = sql.among("subject", keys());
        let text = format!(
            "UPDATE verdicts SET due_at = 0, books_version = books_version + 1 WHERE {known}"
        );
        connection.execute_raw(sql.statement(text)).await?;
        let mut sql = Sql::new(connection.get_database_backend());
        let listed = sql.listed(keys());
        let text = format!(
            "INSERT OR FAIL INTO verdicts (subject, books_version, due_at)
             SELECT key, 1, 0 FROM ({listed}) AS marks WHERE TRUE ON CONFLICT DO NOTHING"
        );
        connection.execute_raw(sql.statement(text)).await?;
        Ok(())
    }

    /// Queries of one column, `key`: the subjects to be made anew.
    fn parts(&self, sql: &mut Sql) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        if !self.payments.is_empty() {
            parts.push(sql.listed(self.payments.iter().map(String::as_str)));
        }
        if !self.confirmed.is_empty() {
            let waits = sql.among("subject", self.confirmed.iter().map(String::as_str));
            parts.push(format!(
                "SELECT subject AS key FROM verdict_gaps WHERE {waits}"
            ));
        }
        for covered in &self.covered {
            parts.push(covered.waiting(sql));
            if covered.makes_a_hole {
                parts.push(covered.begun_before(sql));
            }
        }
        if !self.rows.is_empty() {
            let row = |id: &String| VerdictSubject::Row(SettlementId::new(id)).to_text();
            let rows: Vec<String> = self.rows.iter().map(row).collect();
            parts.push(sql.listed(rows.iter().map(String::as_str)));
            let of_order = sql.among("order_id", self.orders.iter().map(String::as_str));
            parts.push(format!(
                "SELECT payment_key AS key FROM payments WHERE {of_order}"
            ));
        }
        parts
    }
}

impl Covered {
    /// Verdicts that depend on the day.
    fn waiting(&self, sql: &mut Sql) -> String {
        let account = sql.bind(self.account.as_str());
        let source = sql.bind(self.source.as_str());
        let day = sql.bind(self.day.naive());
        format!(
            "SELECT subject AS key FROM verdict_gaps
             WHERE account = {account} AND source = {source} AND from_day <= {day} AND to_day >= {day}"
        )
    }

    /// Verdicts of payments that were begun before the day, as far as they are not marked.
    fn begun_before(&self, sql: &mut Sql) -> String {
        let account = sql.bind(self.account.as_str());
        let start = sql.bind(self.day.start().timestamp_millis());
        format!(
            "SELECT subject AS key FROM verdicts
             WHERE account = {account} AND began_at < {start} AND (due_at IS NULL OR due_at <> 0)"
        )
    }
}

/// Marks payments at once, in a transaction that writes little else.
pub(in crate::store) async fn mark_payment(
    transaction: &Transaction,
    key: &str,
) -> Result<(), StoreError> {
    let mut marks = Marks::default();
    marks.payment(key);
    Box::pin(marks.write(transaction)).await
}

/// Whether any settlement row names no payment, or did in an earlier reading. Rows under live keys all do.
pub(in crate::store) async fn has_keyless_rows(
    connection: &impl ConnectionTrait,
) -> Result<bool, StoreError> {
    let statement = Sql::new(connection.get_database_backend()).statement(
        "SELECT 1 FROM settlements WHERE payment_key IS NULL
             UNION ALL SELECT 1 FROM settlement_versions WHERE payment_key IS NULL LIMIT 1",
    );
    Ok(connection.query_one_raw(statement).await?.is_some())
}

#[cfg(test)]
#[path = "dirty/plans.rs"]
mod plans;
