//! The database fails while a cancel is recorded: it refuses a commit, carries one out and does not say so, is held by
//! another process, takes no writes, is full, or cuts its connections. The program goes on, or is started again, and finds
//! out what became of each request.

use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use reconciliation::CancelRequestStatus as Status;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use serde_json::{Value, json};
use toss_sim::FaultKind;

use crate::books;
use crate::scene::{Engine, PATIENCE, Scene, TOTAL, kill, scenes_on_both_databases, side_by_side};

const KEY: &str = "key-store";
/// More commits than a start and a cancel make.
const COMMITS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_each_commit_of_a_cancel_may_fail_or_its_answer_be_lost() {
    each_commit_in_turn(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_each_commit_of_a_cancel_may_fail_or_its_answer_be_lost() {
    each_commit_in_turn(Engine::Postgres).await;
}

async fn each_commit_in_turn(engine: Engine) {
    let faults = ["commit-refused", "commit-answer-lost"];
    let all = faults.into_iter().flat_map(|fault| {
        (0..COMMITS).map(move |before| -> (&'static str, BoxFuture<'static, ()>) {
            (fault, Box::pin(one_commit(engine, fault, before)))
        })
    });
    side_by_side(all.collect()).await;
}

async fn one_commit(engine: Engine, fault: &str, before: usize) {
    let scene = Scene::on(engine).await;
    let running = scene
        .armed(&format!("{fault}={before}*off->1*return"))
        .await;
    scene.order(KEY).await;
    let (status, _) = scene.settles(KEY).await;
    // What was given up before it was sent did not run, and nothing else was given up.
    let ran = usize::from(status == Status::Succeeded);
    assert_eq!(scene.executed(), ran, "{fault} after {before}");
    kill(running).await;
}

mod held {
    use super::*;

    scenes_on_both_databases!(
        a_database_that_another_process_holds_before_the_request_is_recorded,
        a_database_that_another_process_holds_while_toss_is_at_work,
    );

    /// Takes what a writer needs, until it is dropped or rolled back.
    async fn hold(scene: &Scene) -> DatabaseConnection {
        let url = scene.program.database_url();
        let connection = one_connection(url).await;
        let take = if url.starts_with("sqlite") {
            "BEGIN IMMEDIATE"
        } else {
            "BEGIN; LOCK TABLE cancel_requests IN EXCLUSIVE MODE"
        };
        connection.execute_unprepared(take).await.unwrap();
        connection
    }

    async fn let_go(connection: DatabaseConnection) {
        connection.execute_unprepared("ROLLBACK").await.unwrap();
        connection.close().await.unwrap();
    }

    async fn a_database_that_another_process_holds_before_the_request_is_recorded(scene: Scene) {
        let running = scene.started().await;
        let held = hold(&scene).await;
        let refused = scene.order(KEY).await.unwrap();
        assert_eq!(refused["request"], Value::Null);
        let error = (&refused["error"]["code"], &refused["error"]["advice"]);
        assert_eq!(error, (&json!("NOT_RECORDED"), &json!("RETRY")));
        assert_eq!((scene.recorded().await, scene.sendings()), (None, 0));
        let_go(held).await;
        let (status, _) = scene.settles(KEY).await;
        assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
        kill(running).await;
    }

    async fn a_database_that_another_process_holds_while_toss_is_at_work(scene: Scene) {
        let running = scene.started().await;
        scene.next_cancel(FaultKind::Slow(Duration::from_millis(500)));
        let holding = async {
            while scene.sendings() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            hold(&scene).await
        };
        let (_error, held) = tokio::join!(scene.order(KEY), holding);
        assert_eq!(scene.recorded().await.unwrap().status, Status::Sent);
        let_go(held).await;
        let (status, _) = scene.settles(KEY).await;
        assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
        kill(running).await;
    }
}

/// How far the log of changes may still grow: from nothing, over some of the changes of a cancel, to more than one cancel.
const ROOM: [u64; 7] = [0, 16, 64, 128, 224, 320, 480];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_sqlite_stops_cancels_and_loses_none() {
    let all = ROOM.map(|kibibytes| async move {
        let scene = Scene::on(Engine::Sqlite).await;
        let log = scene.folder.path().join("scene.db-wal");
        let size = std::fs::metadata(log).unwrap().len();
        let full = scene
            .program
            .serve_within((size + 1024 * kibibytes).div_ceil(512));
        scene.program.answers(&scene.admin).await;
        let payments = scene.payments(3);
        let mut refused = 0;
        for (number, payment) in payments.iter().enumerate() {
            let answer = scene.order_of(payment, &format!("key-full-{number}")).await;
            let is_refused = answer.is_none_or(|answer| answer["request"].is_null());
            refused += usize::from(is_refused);
        }
        kill(full).await;
        let running = scene.started().await;
        let ended = books::everything_ends(&scene.store, PATIENCE).await;
        books::hold(&scene.sim, &payments, TOTAL, &ended);
        books::hold_audit(&scene.store).await;
        kill(running).await;
        (refused, ended.len())
    });
    let ends = join_all(all).await;
    let (refused, recorded) = ends[0];
    assert_eq!(
        (refused, recorded),
        (3, 0),
        "without room nothing is recorded, and so nothing is sent"
    );
    assert!(
        ends.iter()
            .any(|(refused, recorded)| *refused > 0 && *recorded > 0),
        "{ends:?}"
    );
}

const ADMINISTRATION: &str = "application_name = 'toss-recon' AND datname = current_database()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_cuts_its_connections_again_and_again_also_during_commits() {
    let mut scene = Scene::on(Engine::Postgres).await;
    let running = scene.started().await;
    let beside = one_connection(scene.program.database_url()).await;
    let payments = scene.payments(40);
    let keys: Vec<String> = (0..payments.len())
        .map(|number| format!("key-cut-{number}"))
        .collect();
    let orders = payments.iter().zip(&keys);
    let ordering = join_all(orders.map(|(payment, key)| scene.order_of(payment, key)));
    let cutting = async {
        // Never all at once: some are in the middle of a commit, others of nothing.
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ADMINISTRATION} AND random() < 0.3"
        );
        loop {
            beside.execute_unprepared(&cut).await.unwrap();
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    };
    tokio::select! {
        _ = ordering => {}
        () = cutting => {}
    }
    scene.reopen().await;
    let ended = books::everything_ends(&scene.store, PATIENCE).await;
    books::hold(&scene.sim, &payments, TOTAL, &ended);
    books::hold_audit(&scene.store).await;
    kill(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_no_writes_for_a_while() {
    let mut scene = Scene::on(Engine::Postgres).await;
    let running = scene.started().await;
    let beside = one_connection(scene.program.database_url()).await;
    scene.next_cancel(FaultKind::Slow(Duration::from_millis(500)));
    let failing_over = async {
        while scene.sendings() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        writes(&beside, "off").await;
    };
    tokio::join!(scene.order(KEY), failing_over);
    scene.reopen().await;
    assert_eq!(scene.recorded().await.unwrap().status, Status::Sent);
    let other = scene.payments(1);
    let refused = scene.order_of(&other[0], "key-meanwhile").await.unwrap();
    assert_eq!(refused["error"]["code"], "NOT_RECORDED");
    assert_eq!(scene.sendings(), 1, "what cannot be recorded is not sent");
    writes(&beside, "on").await;
    scene.reopen().await;
    let (status, _) = scene.settles(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
    kill(running).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_may_forget_what_is_committed_is_told_once_at_the_start() {
    // The server of tests runs so.
    let scene = Scene::on(Engine::Postgres).await;
    let running = scene.program.with("LOG", "warn").serve_alone();
    scene.program.answers(&scene.admin).await;
    scene.order(KEY).await.unwrap();
    let said = scene.program.said();
    let told: Vec<_> = said.lines().filter(|line| line.contains("fsync")).collect();
    assert_eq!(told.len(), 1, "{said}");
    assert!(told[0].contains("WARN"), "{said}");
    kill(running).await;
}

/// One connection to the database, beside the program's: what a statement sets holds for the next.
pub(crate) async fn one_connection(url: &str) -> DatabaseConnection {
    let mut one = sea_orm::ConnectOptions::new(url);
    one.max_connections(1);
    Database::connect(one).await.unwrap()
}

/// Says whether the database takes writes, and cuts the program's connections, which would not mind.
async fn writes(beside: &DatabaseConnection, on: &str) {
    let read_only = if on == "on" { "off" } else { "on" };
    let change = format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {read_only}', current_database()); END $$"
    );
    for statement in [
        "SET default_transaction_read_only = off".to_owned(),
        change,
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ADMINISTRATION}"),
    ] {
        beside.execute_unprepared(&statement).await.unwrap();
    }
}
