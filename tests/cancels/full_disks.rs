//! The disk under SQLite fills up at any of the commits of a cancel, and has room again while the program runs on: what it
//! confirms then is there for everybody, also after it was killed, and no key pays twice.

use futures_util::future::join_all;
use sea_orm::ConnectionTrait as _;
use toss_recon::store::Store;

use crate::books;
use crate::databases::one_connection;
use crate::program::make_room;
use crate::scene::{Engine, PATIENCE, Scene, TOTAL, kill};

/// A file of so many blocks takes no change at all: SQLite writes a page of 4 KiB and what belongs to it.
const NOTHING: u64 = 8;
/// How far the log of changes may grow, in KiB: from nothing, over each change of a cancel, to more than one cancel.
const ROOM: [u64; 7] = [4, 20, 68, 132, 228, 324, 484];

/// A scene whose log of changes is empty, so that it is the log that has to grow.
async fn with_empty_log() -> Scene {
    let scene = Scene::on(Engine::Sqlite).await;
    let beside = one_connection(scene.program.database_url()).await;
    let emptied = beside.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)");
    emptied.await.unwrap();
    beside.close().await.unwrap();
    let log = scene.folder.path().join("scene.db-wal");
    assert_eq!(std::fs::metadata(log).unwrap().len(), 0);
    scene
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_and_has_room_again_pays_nothing_twice() {
    let ends = join_all(ROOM.map(fills_up)).await;
    assert_eq!(
        ends[0],
        (0, 0),
        "without room nothing is recorded, and so nothing is sent"
    );
    assert!(ends.iter().any(|(recorded, _)| *recorded > 0), "{ends:?}");
}

/// How many requests were recorded, and how many cancels carried out, while the disk was full.
async fn fills_up(kibibytes: u64) -> (usize, usize) {
    let scene = with_empty_log().await;
    let running = scene.program.serve_within(2 * kibibytes);
    scene.program.answers(&scene.admin).await;
    let payments = scene.payments(5);
    // Two that fail are what it takes for a driver to lose its count of transactions.
    scene
        .order_each(&scene.program, &payments[..3], "key-full")
        .await;
    let fresh = beside(&scene).await;
    let while_full = books::recorded(&fresh).await.len();
    let paid_while_full = executed(&scene, &payments);
    if kibibytes == ROOM[0] {
        let reason = Some("database_not_writable");
        scene.program.becomes_ready(reason).await;
    }
    make_room(&running);
    scene.program.becomes_ready(None).await;
    let answers = scene
        .order_each(&scene.program, &payments, "key-full")
        .await;
    assert!(answers.iter().all(Option::is_some), "{answers:#?}");
    let ended = books::everything_ends(&fresh, PATIENCE).await;
    assert_eq!(ended.len(), payments.len(), "what was answered is there");
    let paid = executed(&scene, &payments);
    books::hold(&scene.sim, &payments, TOTAL, &ended);
    kill(running).await;
    let running = scene.started().await;
    let again = scene
        .order_each(&scene.program, &payments, "key-full")
        .await;
    for (first, again) in answers.iter().flatten().zip(again.iter().flatten()) {
        assert_eq!(first["request"]["id"], again["request"]["id"]);
    }
    let ended = books::everything_ends(&beside(&scene).await, PATIENCE).await;
    books::hold(&scene.sim, &payments, TOTAL, &ended);
    books::hold_audit(&fresh).await;
    assert_eq!(executed(&scene, &payments), paid, "the same keys pay again");
    kill(running).await;
    (while_full, paid_while_full)
}

/// Another process's view of the database.
async fn beside(scene: &Scene) -> Store {
    let url = scene.program.database_url().parse().unwrap();
    Store::open(&url).await.unwrap()
}

fn executed(scene: &Scene, payments: &[String]) -> usize {
    let of = |payment: &String| scene.sim.executed_cancels(payment).len();
    payments.iter().map(of).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_only_read_need_no_room() {
    let scene = with_empty_log().await;
    let command = async |arguments: &[&str]| scene.program.run_within(NOTHING, arguments).await;
    let (status, said) = command(&["audit", "verify"]).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("all whole"), "{said}");
    let (status, said) = command(&["token", "list"]).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("kim"), "{said}");
    let (status, said) = command(&["migrate"]).await;
    assert_eq!(status, Some(0), "nothing is missing: {said}");
    // What writes says why it cannot.
    let (status, said) = command(&["token", "revoke", "kim"]).await;
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("make room for it"), "{said}");
}
