//! What SQLite's connections are trusted with after something failed.

use std::path::Path;

use sea_orm::Statement;
use tempfile::TempDir;

use super::*;
use crate::store::Store;
use crate::store::db::connect;

async fn opened(files: &TempDir) -> Store {
    let store = connect::sqlite(&files.path().join("kept.db"))
        .await
        .expect("it opens");
    store.migrate().await.expect("it is migrated");
    store
}

async fn run(connection: &impl ConnectionTrait, sql: &str) {
    connection.execute_unprepared(sql).await.expect(sql);
}

/// Marks the connection that writes, so that another one is told from it.
async fn mark(store: &Store) {
    run(&store.writer, "CREATE TEMP TABLE mark (x)").await;
}

async fn is_marked(store: &Store) -> bool {
    let marked = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT 1 FROM sqlite_temp_master WHERE name = 'mark'",
    );
    let found = store.writer.query_one_raw(marked).await;
    found.expect("an answer").is_some()
}

/// How many webhooks another process sees.
fn seen_from_without(files: &Path) -> i64 {
    let file = rusqlite::Connection::open(files.join("kept.db")).expect("the file");
    file.query_row("SELECT count(*) FROM webhooks", [], |row| row.get(0))
        .expect("a number")
}

async fn keep(store: &Store, id: &str, bytes: usize) -> Result<(), StoreError> {
    let transaction = store.begin().await?;
    let statement = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        "INSERT INTO webhooks (id, body, received_at) VALUES (?, ?, 0)",
        [id.into(), "x".repeat(bytes).into()],
    );
    transaction.execute_raw(statement).await?;
    transaction.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_committed_after_the_disk_was_full_is_there_for_everybody() {
    let files = TempDir::new().expect("a folder");
    let store = opened(&files).await;
    for round in 0..3 {
        mark(&store).await;
        run(&store.writer, "PRAGMA max_page_count = 1").await;
        let full = keep(&store, &format!("large-{round}"), 100_000).await;
        assert!(matches!(full, Err(StoreError::NoSpace { .. })), "{full:?}");
        assert!(!is_marked(&store).await, "the connection is used again");
    }
    assert_eq!(keep(&store, "small", 1).await, Ok(()));
    assert_eq!(seen_from_without(files.path()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_whose_commit_failed_is_not_used_again() {
    let files = TempDir::new().expect("a folder");
    let store = opened(&files).await;
    run(
        &store.writer,
        "CREATE TABLE parents (id integer PRIMARY KEY);
         CREATE TABLE children (parent integer REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    mark(&store).await;
    let transaction = store.begin().await.expect("it begins");
    run(&transaction, "INSERT INTO children VALUES (7)").await;
    let refused = transaction.commit().await;
    assert!(
        matches!(refused, Err(StoreError::Database { .. })),
        "{refused:?}"
    );
    assert!(!is_marked(&store).await, "the connection is used again");
    assert_eq!(keep(&store, "later", 1).await, Ok(()));
    assert_eq!(seen_from_without(files.path()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_with_which_nothing_went_wrong_is_kept() {
    let files = TempDir::new().expect("a folder");
    let store = opened(&files).await;
    mark(&store).await;
    assert_eq!(keep(&store, "kept", 1).await, Ok(()));
    let transaction = store.begin().await.expect("it begins");
    transaction.rollback().await.expect("it is rolled back");
    drop(store.begin().await.expect("it begins"));
    let twice = keep(&store, "kept", 1).await;
    assert!(
        matches!(twice, Err(StoreError::Database { .. })),
        "{twice:?}"
    );
    assert!(is_marked(&store).await);
    assert_eq!(seen_from_without(files.path()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_begins_within_a_transaction_that_somebody_left_open() {
    let files = TempDir::new().expect("a folder");
    let store = opened(&files).await;
    run(&store.writer, "BEGIN IMMEDIATE").await;
    let begun = store.begin().await.map(drop);
    assert!(begun.is_err(), "{begun:?}");
    assert_eq!(keep(&store, "later", 1).await, Ok(()));
    assert_eq!(seen_from_without(files.path()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_changes_gives_back_what_it_took_of_the_disk() {
    let files = TempDir::new().expect("a folder");
    let store = opened(&files).await;
    let log = || {
        let log = files.path().join("kept.db-wal");
        std::fs::metadata(log).expect("a log").len()
    };
    assert_eq!(keep(&store, "large", 40 << 20).await, Ok(()));
    let large = log();
    assert!(large > 40 << 20, "{large}");
    for number in 0..3 {
        assert_eq!(keep(&store, &format!("small-{number}"), 1).await, Ok(()));
    }
    assert!(log() <= 16 << 20, "{}", log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_write_is_remembered_until_another_succeeds() {
    let files = TempDir::new().expect("a folder");
    let store = opened(&files).await;
    assert_eq!(store.ready().await, Ok(()));
    // Nobody may write a fact.
    run(
        &store.writer,
        "CREATE TRIGGER full BEFORE INSERT ON database_facts BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    .await;
    assert_eq!(store.ready().await, Ok(()), "it was tried just now");
    run(&store.writer, "PRAGMA max_page_count = 1").await;
    assert!(keep(&store, "large", 100_000).await.is_err());
    let not_ready = store.ready().await;
    assert!(
        matches!(not_ready, Err(StoreError::NotWritable { .. })),
        "{not_ready:?}"
    );
    assert_eq!(store.ready().await, not_ready, "nor a moment later");
    run(&store.writer, "DROP TRIGGER full").await;
    let started = Instant::now();
    while store.ready().await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
