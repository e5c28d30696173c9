//! What sessions at PostgreSQL are set to, whatever the server is.

use sea_orm::Database;

use super::*;
use crate::store::db::pool::Pool;

#[path = "../../../../tests/support/postgres.rs"]
mod postgres;

async fn setting(pool: &Pool, name: &str) -> String {
    let asked = Statement::from_string(
        pool.get_database_backend(),
        format!("SELECT current_setting('{name}')"),
    );
    let row = pool.query_one_raw(asked).await.expect("an answer");
    row.expect("a row").try_get_by_index(0).expect("a text")
}

/// A store on a server that confirms in this way.
async fn on_server_with(synchronous_commit: &str) -> Store {
    let url = postgres::database().await;
    let beside = Database::connect(&url).await.expect("a connection");
    let change = format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = {synchronous_commit}', current_database()); END $$"
    );
    beside.execute_unprepared(&change).await.expect("it is set");
    Store::open(&url.parse().expect("a URL"))
        .await
        .expect("it opens")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_confirms_only_what_is_on_disk() {
    for (server, session) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_write", "on"),
        ("on", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        let store = on_server_with(server).await;
        let shelf = store.importer.shelf().await.expect("a shelf");
        for pool in [
            &store.writer,
            &store.reader,
            &store.witness,
            shelf.connection(),
        ] {
            assert_eq!(
                setting(pool, "synchronous_commit").await,
                session,
                "{server}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_or_stands_still_is_let_go() {
    let store = on_server_with("on").await;
    for pool in [&store.writer, &store.witness] {
        assert_eq!(setting(pool, "statement_timeout").await, "7s");
    }
    let shelf = store.importer.shelf().await.expect("a shelf");
    assert_eq!(
        setting(shelf.connection(), "statement_timeout").await,
        "1min"
    );
    for pool in [&store.writer, &store.witness, shelf.connection()] {
        let still = setting(pool, "idle_in_transaction_session_timeout").await;
        assert_eq!(still, "5s");
        // With or without its unit, by version.
        let unanswered = setting(pool, "tcp_user_timeout").await;
        assert!(
            ["10s", "10000"].contains(&unanswered.as_str()),
            "{unanswered}"
        );
        assert_eq!(setting(pool, "tcp_keepalives_idle").await, "10");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_takes_as_long_as_it_takes_within_its_transaction_alone() {
    let store = on_server_with("on").await;
    let ask = || {
        Statement::from_string(
            store.writer.get_database_backend(),
            "SELECT current_setting('statement_timeout')",
        )
    };
    let transaction = store.begin().await.expect("it begins");
    transaction.takes_its_time().await.expect("it may");
    let row = transaction.query_one_raw(ask()).await;
    let row = row.expect("an answer").expect("a row");
    assert_eq!(row.try_get_by_index::<String>(0).expect("a text"), "0");
    transaction.commit().await.expect("it is committed");
    for _ in 0..3 {
        assert_eq!(setting(&store.writer, "statement_timeout").await, "7s");
    }
}
