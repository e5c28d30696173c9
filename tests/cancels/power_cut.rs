//! The power fails in the middle of writing: what is on the disk then is an image of SQLite's files, with a log of changes
//! that may end in nonsense. The program is started on such images.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use toss_sim::NewPayment;

use crate::books;
use crate::program::stop_dead;
use crate::scene::{Engine, PATIENCE, Scene, TOTAL, kill};

const ADMINS: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_of_the_files_taken_in_the_middle_of_writing_has_lost_nothing() {
    let images = [(2, false), (7, true), (13, false), (19, true)];
    join_all(images.map(|(sendings, torn)| image(sendings, torn))).await;
}

/// Takes the image once so many cancels have been sent; `torn` leaves the beginning of something behind the log's end.
async fn image(sendings: usize, torn: bool) {
    let mut scene = Scene::on(Engine::Sqlite).await;
    let running = scene.started().await;
    let payments: Vec<String> = (0..ADMINS)
        .map(|number| {
            let new = NewPayment::card(format!("order-cut-{number}"), TOTAL);
            scene.sim.console().pay(new)
        })
        .collect();
    let keys: Vec<String> = (0..ADMINS)
        .map(|number| format!("key-cut-{number}"))
        .collect();
    let after = scene.folder.path().join("after");
    std::fs::create_dir(&after).unwrap();
    let orders = payments.iter().zip(&keys);
    let ordering = join_all(orders.map(|(payment, key)| scene.order_of(payment, key)));
    let cut = async {
        while scene.sendings() < sendings {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // Nothing is written any more, wherever it is in writing, until the files have been copied.
        stop_dead(&running).await;
        for file in ["scene.db", "scene.db-wal"] {
            std::fs::copy(scene.folder.path().join(file), after.join(file)).unwrap();
        }
        kill(running).await;
    };
    tokio::join!(ordering, cut);
    if torn {
        leave_nonsense(&after.join("scene.db-wal"));
    }
    let url = format!("sqlite://{}", after.join("scene.db").display());
    scene.program = scene.program.on(&url);
    scene.reopen().await;
    books::hold_audit(&scene.store).await;
    let running = scene.started().await;
    let ended = books::everything_ends(&scene.store, PATIENCE).await;
    assert!(ended.len() >= sendings);
    books::hold(&scene.sim, &payments, TOTAL, &ended);
    books::hold_audit(&scene.store).await;
    kill(running).await;
}

/// Adds to SQLite's log what a write leaves that reached the disk in part: the head of a frame and some of its page.
fn leave_nonsense(log: &Path) {
    let mut bytes = std::fs::read(log).unwrap();
    let frame: Vec<u8> = bytes[32..32 + 24 + 1_000].to_vec();
    bytes.extend(frame);
    std::fs::write(log, bytes).unwrap();
}
