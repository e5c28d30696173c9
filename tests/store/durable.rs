//! What is committed is there for everybody, and a database that takes no writes is told.

use reconciliation::CancelRequestStatus;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use toss_recon::store::{CancelRequestChange, CancelRequestId, Created, Store, StoreError};

use crate::database::TestDatabase;
use crate::samples::{at, new_cancel_request, sending};

on_both! {
    async fn a_sent_request_is_read_back_over_another_connection(database) {
        let store = &database.store;
        let new = new_cancel_request("p", "k");
        let Created::New(request) = store.create_cancel_request(&new).await.expect("an answer") else {
            panic!("it was not recorded");
        };
        let readable = async |version| store.sent_is_readable(&request.id, version).await;
        assert_eq!(readable(request.version).await, Ok(false), "it is not sent");
        let now = at("2026-04-02T00:00:30Z");
        let sent = store.move_cancel_request(&request, sending("2026-04-02T00:00:01Z"), now).await.expect("it is sent");
        assert_eq!(readable(sent.version).await, Ok(true));
        assert_eq!(readable(sent.version - 1).await, Ok(false), "another version");
        assert_eq!(readable(sent.version + 1).await, Ok(false), "another version");
        let other = CancelRequestId::new("none");
        assert_eq!(store.sent_is_readable(&other, sent.version).await, Ok(false));
        let unknown = CancelRequestChange::to(CancelRequestStatus::Unknown);
        let unknown = store.move_cancel_request(&sent, unknown, now).await.expect("it is unknown");
        assert_eq!(readable(unknown.version).await, Ok(false), "another state");
    }

    async fn what_is_not_committed_is_not_readable(database) {
        let store = &database.store;
        let new = new_cancel_request("p", "k");
        let Created::New(request) = store.create_cancel_request(&new).await.expect("an answer") else {
            panic!("it was not recorded");
        };
        let mut one = ConnectOptions::new(database.text());
        one.max_connections(1);
        let beside = Database::connect(one).await.expect("a connection");
        let write = async |sql: &str| beside.execute_unprepared(sql).await.map(drop).expect("it is done");
        write("BEGIN").await;
        write("UPDATE cancel_requests SET status = 'SENT', version = 2").await;
        assert_eq!(store.sent_is_readable(&request.id, 2).await, Ok(false));
        write("COMMIT").await;
        assert_eq!(store.sent_is_readable(&request.id, 2).await, Ok(true));
    }

    async fn a_database_that_is_up_to_date_is_opened_without_writing(database) {
        // Somebody else has the right to write, and keeps it.
        let mut one = ConnectOptions::new(database.text());
        one.max_connections(1);
        let beside = Database::connect(one).await.expect("a connection");
        let hold = if database.is_postgres() {
            "BEGIN; LOCK TABLE seaql_migrations IN EXCLUSIVE MODE"
        } else {
            "BEGIN IMMEDIATE"
        };
        beside.execute_unprepared(hold).await.expect("it is held");
        let store = Store::open(&database.url).await.expect("it opens");
        assert!(store.migrate().await.is_ok());
        let audit = store.verify_audit().await;
        assert!(audit.is_ok(), "{audit:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_is_not_ready_until_it_does() {
    let database = TestDatabase::on_postgres().await;
    let store = &database.store;
    assert_eq!(store.ready().await, Ok(()));
    let takes = async |no_writes: &str| {
        // For sessions that begin now; those of before are cut.
        let text = format!(
            "SET default_transaction_read_only = off;
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {no_writes}', current_database()); END $$;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'toss-recon' AND datname = current_database()"
        );
        let changed = database.raw.execute_unprepared(&text).await;
        changed.expect("it is changed");
    };
    takes("on").await;
    let refused = becomes(store, Result::is_err).await;
    assert_eq!(
        refused,
        Err(StoreError::NotWritable {
            reason: "the database cannot be reached: the PostgreSQL server takes no writes"
                .to_owned()
        })
    );
    takes("off").await;
    assert_eq!(becomes(store, Result::is_ok).await, Ok(()));
}

/// Waits until it is ready or not: a result stands for a second.
async fn becomes(
    store: &Store,
    is_so: impl Fn(&Result<(), StoreError>) -> bool,
) -> Result<(), StoreError> {
    let started = std::time::Instant::now();
    loop {
        let ready = store.ready().await;
        let is_cut = matches!(ready, Err(StoreError::Unavailable { .. }));
        if is_so(&ready) && !is_cut {
            return ready;
        }
        assert!(started.elapsed().as_secs() < 60, "{ready:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
