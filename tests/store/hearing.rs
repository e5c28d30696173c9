//! Hearing of what another process on the same database changes: whatever becomes of the way there, who watches looks again.

use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use toss_recon::store::{Created, Store, Topic, Watcher};

use crate::database::TestDatabase;
use crate::samples::{key, new_cancel_request};

/// How long it may take on a busy machine until somebody is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process beside the one that is asked.
struct Scene {
    database: TestDatabase,
    other: Store,
    ends: CancellationToken,
}

impl Scene {
    async fn set(database: TestDatabase) -> Self {
        let other = Store::open(&database.url).await.expect("it opens");
        let ends = CancellationToken::new();
        tokio::spawn(database.store.clone().hear_others(ends.clone()));
        Self {
            database,
            other,
            ends,
        }
    }

    fn watch(&self, payment: &str) -> Watcher {
        let changes = self.database.store.changes();
        changes.watch(Topic::Payment(key(payment)))
    }

    async fn ends(self) {
        self.ends.cancel();
        self.other.close().await.expect("it closes");
    }
}

async fn change(store: &Store, payment: &str) {
    let request = new_cancel_request(payment, payment);
    let created = store.create_cancel_request(&request).await;
    assert!(matches!(created, Ok(Created::New(_))), "{created:?}");
}

async fn is_told(watcher: &mut Watcher) {
    timeout(PATIENCE, watcher.changed())
        .await
        .expect("it is told");
}

/// Waits until nobody has anything to tell for a while, as after the start.
async fn settles(watcher: &mut Watcher) {
    let quiet = Duration::from_millis(1_500);
    while timeout(quiet, watcher.changed()).await.is_ok() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_another_process_is_noticed_and_our_own_writes_are_not_taken_for_it() {
    let scene = Scene::set(TestDatabase::on_sqlite().await).await;
    let (mut watcher, mut elsewhere) = (scene.watch("pay-1"), scene.watch("pay-9"));
    settles(&mut elsewhere).await;
    watcher.looks_now();
    change(&scene.database.store, "pay-1").await;
    is_told(&mut watcher).await;
    let quiet = timeout(Duration::from_millis(2_500), elsewhere.changed()).await;
    assert!(quiet.is_err(), "a change of something else");
    change(&scene.other, "pay-2").await;
    is_told(&mut elsewhere).await;
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_a_lost_connection_and_lost_notifications_keep_nobody_from_looking() {
    let scene = Scene::set(TestDatabase::on_postgres().await).await;
    let hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let (mut watcher, mut elsewhere) = (scene.watch("pay-1"), scene.watch("pay-9"));
    // It listens.
    is_told(&mut watcher).await;
    settles(&mut elsewhere).await;
    change(&scene.other, "pay-1").await;
    is_told(&mut watcher).await;
    let quiet = timeout(Duration::from_millis(300), elsewhere.changed()).await;
    assert!(quiet.is_err(), "a change of something else");

    scene.database.spoil(hang_up).await;
    // Whatever was told while nobody listened.
    is_told(&mut elsewhere).await;
    settles(&mut elsewhere).await;
    let mut again = scene.watch("pay-3");
    change(&scene.other, "pay-3").await;
    is_told(&mut again).await;

    // As behind a pooler that hands connections on: it listens, and hears nothing.
    fail::cfg("notifications-lost", "return").expect("a fail point");
    scene.database.spoil(hang_up).await;
    is_told(&mut elsewhere).await;
    change(&scene.other, "pay-4").await;
    for _ in 0..4 {
        is_told(&mut elsewhere).await;
    }
    fail::remove("notifications-lost");
    scene.ends().await;
}
