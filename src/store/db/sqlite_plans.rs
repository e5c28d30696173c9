//! SQLite's plans for this program's statements, for the tests that hold them to the indexes.

use std::fmt::Debug;

use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, StatementBuilder, Value,
};

use crate::store::{PageRequest, Toward};

/// A database in memory with this program's tables and indexes, and no rows.
pub(in crate::store) async fn empty_tables() -> DatabaseConnection {
    let database = Database::connect("sqlite::memory:")
        .await
        .expect("a database");
    Migrator::up(&database, None).await.expect("the tables");
    database
}

/// The same with many rows, which SQLite has counted: of a hundred payments one is another merchant's, and nearly all are
/// done, by card, reconciled. A shop's database is never counted; one that was must be served as well.
pub(in crate::store) async fn counted_tables() -> DatabaseConnection {
    let database = empty_tables().await;
    for statement in SKEWED {
        database
            .execute_unprepared(statement)
            .await
            .expect("the rows");
    }
    database
}

/// Payments of forty days with a settlement row and a verdict each, and a discrepancy for each tenth.
const SKEWED: [&str; 5] = [
    "INSERT INTO payments (payment_key, mid, account, order_id, status, currency, read_at, began_at, status_kind, method_kind)
     WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 3999)
     SELECT 'payment-' || n, CASE n % 100 WHEN 0 THEN 'small' ELSE 'large' END, 'default', 'order-' || n, 'DONE', 'KRW', 0,
        1772323200000 + n * 864000, CASE n % 30 WHEN 1 THEN 'CANCELED' WHEN 2 THEN 'ABORTED' ELSE 'DONE' END,
        CASE n % 20 WHEN 1 THEN 'TRANSFER' WHEN 2 THEN 'EASY_PAY' ELSE 'CARD' END FROM n",
    "INSERT INTO verdicts (subject, books_version, account, mid, began_at, verdict)
     SELECT payment_key, 0, account, mid, began_at,
        CASE began_at / 864000 % 50 WHEN 1 THEN 'DISCREPANT' WHEN 2 THEN 'PENDING' ELSE 'RECONCILED' END FROM payments",
    "INSERT INTO discrepancies (id, subject, mid, class, explanation, began_at, detected_at)
     SELECT payment_key, payment_key, mid, CASE began_at / 8640000 % 20 WHEN 1 THEN 'SOURCE_GAP' ELSE 'AMOUNT_MISMATCH' END,
        '', began_at, 0 FROM payments WHERE began_at / 864000 % 10 = 0",
    "INSERT INTO settlements (id, account, mid, payment_key, order_id, kind, currency, amount, pay_out_amount, sold_date,
        paid_out_date, raw)
     SELECT payment_key, account, mid, payment_key, order_id, CASE status_kind WHEN 'CANCELED' THEN 'CANCEL' ELSE 'PAYMENT' END,
        'KRW', 1, 1, date(began_at / 1000, 'unixepoch'), date(began_at / 1000, 'unixepoch', '+5 days'), '' FROM payments",
    "ANALYZE",
];

/// Both databases that lists are planned on.
pub(in crate::store) async fn tables() -> [DatabaseConnection; 2] {
    [empty_tables().await, counted_tables().await]
}

/// Pages of a hundred: from each end of a list, and past a place each way.
pub(in crate::store) fn pages(place: (Value, Value)) -> [PageRequest<(Value, Value)>; 4] {
    let page = |past, toward| PageRequest {
        rows: 100,
        past,
        toward,
    };
    [
        page(None, Toward::Older),
        page(None, Toward::Newer),
        page(Some(place.clone()), Toward::Older),
        page(Some(place), Toward::Newer),
    ]
}

/// Holds the plan for a page of a list to the index that `entry` begins with the name of, entered at every column that
/// `entry` names behind it and, past a place, at that place: `order` is how the index spells the list's order. Other tables
/// may be looked into by their keys. Nothing is sorted but what the parts of the list give, a page each.
#[track_caller]
pub(in crate::store) fn assert_walks(
    steps: &[String],
    entry: &str,
    order: Option<&str>,
    asked: &impl Debug,
) {
    let reads = |step: &str| step.starts_with("SCAN ") || step.starts_with("SEARCH ");
    let along_an_index = |step: &str| reads(step) && step.contains(" USING ");
    let of_a_part = |step: &str| {
        ["SCAN part", "SCAN (sub"]
            .iter()
            .any(|name| step.starts_with(name))
    };
    let by_key = |step: &str| {
        [" INDEX sqlite_autoindex_", " PRIMARY KEY "]
            .iter()
            .any(|key| step.contains(key))
    };
    let mut walked = 0;
    for step in steps.iter().filter(|step| reads(step)) {
        let enters = step.contains(&format!(" INDEX {entry}"));
        walked += usize::from(enters);
        assert!(
            enters || by_key(step) || of_a_part(step),
            "{asked:?}: {steps:#?}"
        );
        // By the place before the page, not by the end of the range: no page passes those before it.
        let at_the_place = order.is_none_or(|order| step.contains(order));
        assert!(!enters || at_the_place, "{asked:?}: {steps:#?}");
    }
    assert!(walked > 0, "{asked:?}: {steps:#?}");
    let sorts = steps
        .windows(2)
        .any(|steps| along_an_index(&steps[0]) && steps[1].contains("TEMP B-TREE"));
    assert!(!sorts, "{asked:?}: {steps:#?}");
}

/// The steps by which SQLite would carry out a statement.
pub(in crate::store) async fn steps(
    database: &DatabaseConnection,
    statement: &impl StatementBuilder,
) -> Vec<String> {
    steps_of(database, DbBackend::Sqlite.build(statement)).await
}

/// The same, of a statement that is written out.
pub(in crate::store) async fn steps_of(
    database: &DatabaseConnection,
    built: Statement,
) -> Vec<String> {
    let plan = Statement {
        sql: format!("EXPLAIN QUERY PLAN {}", built.sql),
        ..built
    };
    database
        .query_all_raw(plan)
        .await
        .expect("a plan")
        .iter()
        .map(|step| step.try_get("", "detail").expect("a text"))
        .collect()
}
