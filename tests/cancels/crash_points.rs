//! The real program killed at each instant that matters in the life of a cancel, started again, and held against Toss's
//! own books. Where it cannot reach an instant by itself, the wire tells when it has come, and it is killed from without.
//!
//! | killed | what is on record then, and how it ends |
//! |---|---|
//! | before the request is committed | nothing, and nothing was sent: the same key is a new request |
//! | when it is committed, before it is worked on | `REQUESTED`: it was never sent, and ends so |
//! | when the sending is committed, before the connection | `SENT`: sent under the same key, carried out |
//! | when half of it has been written | `SENT`: the same |
//! | when all of it has been sent, and nothing has come back | `SENT`: the same key tells that it ran |
//! | when the answer has been read, before it is committed | the same |
//! | during the commit of the outcome | `SENT` or `SUCCEEDED`, nothing between |
//! | after that commit, before the caller is answered | `SUCCEEDED`: the same key tells it, without a call |
//! | while it takes up what was left behind, at each step | `SENT` or `UNKNOWN`: the next start goes on |
//! | when a webhook has been kept, before it is followed | there is no outbox; this is the one message that is stored first and acted on later. Nothing depends on it |
//! | while a day with the same payment is being stored | the day is not stored; the next pass reads it |
//! | while the tables are being made | no tables, or all of them |

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use reconciliation::CancelRequestStatus as Status;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

use crate::scene::{Engine, Scene, has_died, kill, side_by_side};
use crate::wire::Trick;

const KEY: &str = "key-crash";
const SECRET: &str = "a-secret-of-the-webhooks";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_point_on_sqlite_a_cancel_happens_once_and_is_not_lost() {
    every_death(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_point_on_postgres_a_cancel_happens_once_and_is_not_lost() {
    every_death(Engine::Postgres).await;
}

async fn every_death(engine: Engine) {
    let deaths: Vec<(&'static str, BoxFuture<'static, ()>)> = vec![
        ("not recorded", Box::pin(before_it_is_recorded(engine))),
        ("recorded", Box::pin(when_it_is_recorded(engine))),
        (
            "free again",
            Box::pin(the_payment_is_free_again_soon(engine)),
        ),
        ("to be sent", Box::pin(before_the_connection(engine))),
        ("half written", Box::pin(half_written(engine))),
        ("sent", Box::pin(sent_and_no_answer(engine))),
        ("answered", Box::pin(when_the_answer_is_read(engine))),
        ("commit, at once", Box::pin(during_the_commit(engine, ""))),
        ("commit, soon", Box::pin(during_the_commit(engine, "(50)"))),
        (
            "commit, later",
            Box::pin(during_the_commit(engine, "(500)")),
        ),
        ("committed", Box::pin(before_the_caller_is_answered(engine))),
        ("taken up", Box::pin(while_it_recovers(engine))),
        ("webhook", Box::pin(when_a_webhook_is_kept(engine))),
        (
            "mirror",
            Box::pin(while_the_mirror_stores_the_payment(engine)),
        ),
        ("tables", Box::pin(while_the_tables_are_made(engine))),
    ];
    side_by_side(deaths).await;
}

/// Starts the program with points armed, orders a cancel, and sees it die without an answer.
async fn dies_of_an_order(scene: &Scene, points: &str) {
    let child = scene.armed(points).await;
    assert_eq!(scene.order(KEY).await, None, "it was to die first");
    has_died(child).await;
}

async fn is_recorded_as(scene: &Scene, status: Status) {
    assert_eq!(
        scene.recorded().await.map(|request| request.status),
        Some(status)
    );
}

async fn before_it_is_recorded(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "cancel-request-not-committed=return").await;
    assert_eq!(scene.recorded().await, None);
    assert_eq!(scene.sendings(), 0);
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn when_it_is_recorded(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "cancel-request-committed=return").await;
    is_recorded_as(&scene, Status::Requested).await;
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.sendings()), (Status::Rejected, 0));
}

/// What was recorded and never worked on keeps its payment for no longer than its lease, which is a short one.
async fn the_payment_is_free_again_soon(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "cancel-request-committed=return").await;
    let died = Instant::now();
    let _running = scene.started().await;
    let answer = loop {
        let answer = scene.order("key-meanwhile").await.unwrap();
        if answer["error"]["code"] != "CANCEL_IN_FLIGHT" {
            break answer;
        }
        assert!(died.elapsed() < Duration::from_secs(40), "{answer:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(answer["request"]["status"], "SUCCEEDED", "{answer:#}");
}

async fn before_the_connection(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "sending-committed=return").await;
    is_recorded_as(&scene, Status::Sent).await;
    assert_eq!(scene.sendings(), 0);
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn half_written(engine: Engine) {
    let scene = Scene::on(engine).await;
    let child = scene.started().await;
    let halfway = scene.wire.on_next_cancel(Trick::Half);
    let killed = async {
        halfway.await.unwrap();
        kill(child).await;
    };
    let (answer, ()) = tokio::join!(scene.order(KEY), killed);
    assert_eq!(answer, None);
    is_recorded_as(&scene, Status::Sent).await;
    assert_eq!(scene.sendings(), 0, "half a request is none");
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn sent_and_no_answer(engine: Engine) {
    let scene = Scene::on(engine).await;
    let child = scene.started().await;
    let sent = scene.wire.on_next_cancel(Trick::Unanswered);
    let killed = async {
        sent.await.unwrap();
        kill(child).await;
    };
    let (answer, ()) = tokio::join!(scene.order(KEY), killed);
    assert_eq!((answer, scene.executed()), (None, 1));
    is_recorded_as(&scene, Status::Sent).await;
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn when_the_answer_is_read(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "answer-read=return").await;
    is_recorded_as(&scene, Status::Sent).await;
    assert_eq!(scene.executed(), 1);
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

/// `after` says how long after the last statement: SQLite's writer or PostgreSQL is then at work on the commit.
async fn during_the_commit(engine: Engine, after: &str) {
    let scene = Scene::on(engine).await;
    // The first change is that it is sent.
    let points = format!("cancel-change-not-committed=1*off->return{after}");
    let child = scene.armed(&points).await;
    scene.order(KEY).await;
    has_died(child).await;
    let request = scene.recorded().await.unwrap();
    match request.status {
        Status::Sent => assert_eq!(request.transaction_key, None),
        Status::Succeeded => assert!(request.transaction_key.is_some()),
        other => panic!("half committed: {other:?}"),
    }
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn before_the_caller_is_answered(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "outcome-committed=return").await;
    is_recorded_as(&scene, Status::Succeeded).await;
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.sendings()), (Status::Succeeded, 1));
}

async fn while_it_recovers(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "answer-read=return").await;
    // Recovery's first step calls it unknown, its second sends it again; then there is an answer to be recorded.
    has_died(scene.recovering("taken-up=return")).await;
    is_recorded_as(&scene, Status::Unknown).await;
    has_died(scene.recovering("taken-up=return")).await;
    is_recorded_as(&scene, Status::Sent).await;
    has_died(scene.recovering("answer-read=return")).await;
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn when_a_webhook_is_kept(engine: Engine) {
    let mut scene = Scene::on(engine).await;
    scene.program = scene.program.with("WEBHOOK_SECRET", SECRET);
    let child = scene.armed("webhook-kept=return").await;
    let sent = scene.wire.on_next_cancel(Trick::Unanswered);
    let told = async {
        sent.await.unwrap();
        let url = format!("http://{}/webhooks/toss/{SECRET}", scene.program.address);
        let body = serde_json::json!({
            "eventType": "PAYMENT_STATUS_CHANGED",
            "createdAt": "2026-01-02T14:46:59.65327",
            "data": { "paymentKey": scene.payment, "status": "PARTIAL_CANCELED" },
        });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let _ = client.post(url).json(&body).send().await;
    };
    let (answer, ()) = tokio::join!(scene.order(KEY), told);
    assert_eq!(answer, None);
    has_died(child).await;
    is_recorded_as(&scene, Status::Sent).await;
    let database = database(scene.program.database_url()).await;
    assert_eq!(count(&database, "SELECT COUNT(*) FROM webhooks").await, 1);
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn while_the_mirror_stores_the_payment(engine: Engine) {
    let scene = Scene::on(engine).await;
    dies_of_an_order(&scene, "answer-read=return").await;
    let armed = scene.program.with("FAILPOINTS", "day-not-committed=return");
    // It reads today's list at the start, in which the payment and its cancel are.
    has_died(armed.serve()).await;
    // On a busy machine the request is taken up before the list is read.
    let recorded = scene.recorded().await.map(|request| request.status);
    assert!(
        matches!(recorded, Some(Status::Sent | Status::Succeeded)),
        "{recorded:?}"
    );
    let database = database(scene.program.database_url()).await;
    let days = "SELECT COUNT(*) FROM sync_windows WHERE source = 'TRANSACTIONS' AND row_count > 0";
    assert_eq!(
        count(&database, days).await,
        0,
        "a day is stored whole or not at all"
    );
    let following = scene.program.serve();
    while count(&database, days).await == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    kill(following).await;
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn while_the_tables_are_made(engine: Engine) {
    for points in [
        "migration-begun=return",
        "migration-begun=return(3000)",
        "migration-begun=return(20000)",
        "migration-not-committed=return",
        "migration-not-committed=return(200)",
    ] {
        let mut scene = Scene::on(engine).await;
        let empty = empty_database(&scene, engine).await;
        scene.program = scene.program.on(&empty);
        has_died(scene.program.with("FAILPOINTS", points).serve_alone()).await;
        let made = scene.program.run(&["migrate"]).await;
        assert_eq!(made.0, Some(0), "{points}: {}", made.1);
        scene.reopen().await;
        scene.admin = crate::scene::admin(&scene.store, "kim").await;
        let (status, _) = scene.ends_well(KEY).await;
        assert_eq!(
            (status, scene.executed()),
            (Status::Succeeded, 1),
            "{points}"
        );
    }
}

/// A database without tables.
async fn empty_database(scene: &Scene, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => format!(
            "sqlite://{}",
            scene.folder.path().join("empty.db").display()
        ),
        Engine::Postgres => {
            let mut url: url::Url = scene.program.database_url().parse().unwrap();
            let name = format!("{}_empty", url.path().trim_start_matches('/'));
            let beside = database(url.as_str()).await;
            let make = format!("CREATE DATABASE \"{name}\"");
            beside.execute_unprepared(&make).await.unwrap();
            url.set_path(&name);
            url.to_string()
        }
    }
}

async fn database(url: &str) -> DatabaseConnection {
    Database::connect(url).await.unwrap()
}

async fn count(database: &DatabaseConnection, query: &str) -> i64 {
    let statement = Statement::from_string(database.get_database_backend(), query);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
