//! A replica stands still, as one does whose machine was paused, in the middle of a transaction and with a lock in its
//! hand. The others go on.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use crate::books;
use crate::databases::one_connection;
use crate::program::{Program, stop_dead};
use crate::scene::{Engine, PATIENCE, Scene, TOTAL, kill, side_by_side};

/// How long after the freeze three cancels in a row may take at another replica.
const MOST: Duration = Duration::from_secs(25);
/// Where a transaction is open, and what its process does then.
const POINTS: [(&str, &str); 4] = [
    (
        "counting what an admin asked for",
        "cancel-request-not-committed",
    ),
    ("the audit log", "cancel-change-not-committed"),
    ("keeping verdicts", "verdicts-not-committed"),
    ("a day of a list", "day-not-committed"),
];
const STANDS_STILL: &str = "=sleep(600000)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_replica_holds_when_it_freezes_others_cancel_soon() {
    let all = POINTS
        .map(
            |(what, point)| -> (&'static str, futures_util::future::BoxFuture<'static, ()>) {
                (what, Box::pin(frozen(point)))
            },
        )
        .into_iter();
    side_by_side(all.collect()).await;
}

async fn frozen(point: &str) {
    let scene = Scene::on(Engine::Postgres).await;
    let limit = ("CANCEL_LIMIT_PER_DAY", "10000000 KRW");
    let frozen = scene
        .program
        .with("FAILPOINTS", &format!("{point}{STANDS_STILL}"))
        .with(limit.0, limit.1);
    let toss = scene.wire.base_url();
    let folder = tempfile::TempDir::new().unwrap();
    let other = Program::new(scene.program.database_url(), &toss, folder.path())
        .with("TOSS_TIMEOUT_SECONDS", "2")
        .with(limit.0, limit.1)
        .waited_for(MOST);
    // It is there before the other one stands still, since PostgreSQL soon cuts that one off. Only verdicts are kept by one
    // process at a time, so that there it comes after.
    let comes_after = point == "verdicts-not-committed";
    let mut running = (!comes_after).then(|| other.serve_alone());
    if running.is_some() {
        other.answers(&scene.admin).await;
    }
    let child = frozen.serve();
    let beside = one_connection(scene.program.database_url()).await;
    let payments = scene.payments(4);
    // Where it stands still before it can answer, nobody need ask it for a cancel.
    let asked = async {
        frozen.answers(&scene.admin).await;
        scene.order_at(&frozen, &payments[3], "key-frozen").await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = holds_a_lock(&beside) => {}
        () = asked => {}
    }
    stop_dead(&child).await;
    let since = Instant::now();
    if comes_after {
        running = Some(other.serve_alone());
        other.answers(&scene.admin).await;
    }
    let answers = scene.order_each(&other, &payments[..3], "key-other").await;
    let took = since.elapsed();
    for answer in &answers {
        let status = answer.as_ref().map(|answer| &answer["request"]["status"]);
        assert_eq!(
            status.and_then(|status| status.as_str()),
            Some("SUCCEEDED"),
            "{answer:?}: {}",
            other.said()
        );
    }
    assert!(took < MOST, "{took:?}");
    kill(child).await;
    let ended = books::everything_ends(&scene.store, PATIENCE).await;
    books::hold(&scene.sim, &payments, TOTAL, &ended);
    books::hold_audit(&scene.store).await;
    kill(running.expect("it was started")).await;
}

/// Whether somebody stands still in the middle of a transaction and holds a lock of this program's.
async fn is_held(beside: &DatabaseConnection) -> bool {
    let held = Statement::from_string(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) \
         WHERE locktype = 'advisory' AND granted AND state = 'idle in transaction' \
             AND datname = current_database() AND now() - state_change > interval '200 milliseconds'",
    );
    beside.query_one_raw(held).await.unwrap().is_some()
}

async fn holds_a_lock(beside: &DatabaseConnection) {
    let began = Instant::now();
    while !is_held(beside).await {
        assert!(began.elapsed() < Duration::from_mins(2), "no lock is held");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
