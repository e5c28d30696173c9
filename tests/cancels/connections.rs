//! What the way to Toss can do to a cancel beyond losing its answer: deliver it twice, deliver it late, refuse it, not be
//! there at all.

use std::time::Duration;

use reconciliation::CancelRequestStatus as Status;
use toss_sim::FaultKind;

use crate::books;
use crate::scene::{Scene, kill, scenes_on_both_databases};
use crate::wire::Trick;

scenes_on_both_databases!(
    a_cancel_that_is_delivered_twice_runs_once,
    a_cancel_that_is_delivered_twice_while_it_runs_runs_once,
    a_first_sending_that_arrives_after_the_answer_to_the_second_runs_nothing,
    too_many_requests_with_a_time_to_wait_are_waited_for,
    a_key_that_toss_refuses_has_sent_nothing_the_first_time,
    a_key_that_toss_refuses_later_says_nothing_of_the_sending_before,
    under_another_key_of_the_settings_nothing_is_sent_until_the_old_one_is_back,
    a_connection_that_cannot_be_made_has_sent_nothing,
    a_connection_that_cannot_be_made_later_says_nothing_of_the_sending_before,
);

const KEY: &str = "key-wire";

fn answer(status: &str, headers: &str, code: &str) -> Trick {
    let body = format!(r#"{{"code":"{code}","message":"-"}}"#);
    Trick::Answered(format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}connection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

async fn succeeds_once(scene: &Scene) {
    let request = scene.becomes(|request| request.status.is_final()).await;
    assert_eq!((request.status, scene.executed()), (Status::Succeeded, 1));
}

async fn a_cancel_that_is_delivered_twice_runs_once(scene: Scene) {
    let _running = scene.started().await;
    let _played = scene.wire.on_next_cancel(Trick::Twice);
    scene.order(KEY).await.unwrap();
    succeeds_once(&scene).await;
    assert!(scene.sendings() >= 2);
}

/// The answer that comes back is that the other delivery still runs.
async fn a_cancel_that_is_delivered_twice_while_it_runs_runs_once(scene: Scene) {
    let _running = scene.started().await;
    scene.next_cancel(FaultKind::Slow(Duration::from_millis(300)));
    let _played = scene.wire.on_next_cancel(Trick::Twice);
    scene.order(KEY).await.unwrap();
    succeeds_once(&scene).await;
    assert!(scene.sendings() >= 2);
}

async fn a_first_sending_that_arrives_after_the_answer_to_the_second_runs_nothing(scene: Scene) {
    let _running = scene.started().await;
    let _played = scene.wire.on_next_cancel(Trick::Late);
    let told = scene.order(KEY).await.unwrap();
    assert_eq!(told["request"]["status"], "UNKNOWN");
    succeeds_once(&scene).await;
    assert_eq!(scene.sendings(), 1);
    scene.wire.let_go();
    while scene.sendings() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(scene.executed(), 1);
    assert_eq!(scene.ends_well(KEY).await.0, Status::Succeeded);
}

async fn too_many_requests_with_a_time_to_wait_are_waited_for(scene: Scene) {
    let _running = scene.started().await;
    for _ in 0..2 {
        let busy = answer(
            "429 Too Many Requests",
            "retry-after: 1\r\n",
            "TOO_MANY_REQUESTS",
        );
        drop(scene.wire.on_next_cancel(busy));
    }
    let told = scene.order(KEY).await.unwrap();
    assert_eq!(told["request"]["status"], "UNKNOWN");
    succeeds_once(&scene).await;
    assert_eq!(scene.recorded().await.unwrap().attempts, 3);
}

async fn a_key_that_toss_refuses_has_sent_nothing_the_first_time(scene: Scene) {
    let _running = scene.started().await;
    drop(
        scene
            .wire
            .on_next_cancel(answer("401 Unauthorized", "", "UNAUTHORIZED_KEY")),
    );
    let told = scene.order(KEY).await.unwrap();
    assert_eq!(told["request"]["status"], "REJECTED", "{told:#}");
    assert_eq!((scene.executed(), scene.sendings()), (0, 0));
}

async fn a_key_that_toss_refuses_later_says_nothing_of_the_sending_before(scene: Scene) {
    let _running = scene.started().await;
    let _executed = scene.wire.on_next_cancel(Trick::Unanswered);
    drop(
        scene
            .wire
            .on_next_cancel(answer("401 Unauthorized", "", "UNAUTHORIZED_KEY")),
    );
    let told = scene.order(KEY).await.unwrap();
    assert_eq!(told["request"]["status"], "UNKNOWN", "{told:#}");
    succeeds_once(&scene).await;
    assert_eq!(scene.recorded().await.unwrap().attempts, 3);
}

/// For Toss, the idempotency key belongs to the API key: under another one it would run again.
async fn under_another_key_of_the_settings_nothing_is_sent_until_the_old_one_is_back(scene: Scene) {
    let running = scene.started().await;
    let sent = scene.wire.on_next_cancel(Trick::Unanswered);
    let killed = async {
        sent.await.unwrap();
        kill(running).await;
    };
    let (told, ()) = tokio::join!(scene.order(KEY), killed);
    assert_eq!((told, scene.executed(), scene.sendings()), (None, 1, 1));
    let rotated = scene
        .program
        .with("TOSS_SECRET_KEY", "live_sk_an0therkey000000000000000");
    let running = rotated.serve_alone();
    // It is taken up, and put off.
    let first = scene
        .becomes(|request| request.status == Status::Unknown)
        .await;
    let later = |request: &toss_recon::store::CancelRequest| request.version > first.version;
    let request = scene.becomes(later).await;
    assert_eq!((request.status, request.attempts), (Status::Unknown, 1));
    assert_eq!(scene.sendings(), 1);
    kill(running).await;
    let (status, _) = scene.ends_well(KEY).await;
    assert_eq!((status, scene.executed()), (Status::Succeeded, 1));
}

async fn a_connection_that_cannot_be_made_has_sent_nothing(scene: Scene) {
    let _running = scene.started().await;
    // Known to the server from now on: the next order reads it once.
    scene.order("key-first").await.unwrap();
    let (told, ()) = tokio::join!(scene.order(KEY), scene.wire.is_cut_after_the_next_reading());
    let told = told.unwrap();
    assert_eq!(
        (&told["request"]["status"], &told["error"]["code"]),
        (&"REJECTED".into(), &"UPSTREAM_UNAVAILABLE".into()),
        "{told:#}"
    );
    assert_eq!((scene.executed(), scene.sendings()), (1, 1));
    scene.wire.is_mended().await;
    let next = scene.order("key-next").await.unwrap();
    assert_eq!(next["request"]["status"], "SUCCEEDED", "{next:#}");
    assert_eq!(books::recorded(&scene.store).await.len(), 3);
}

async fn a_connection_that_cannot_be_made_later_says_nothing_of_the_sending_before(scene: Scene) {
    let _running = scene.started().await;
    let _executed = scene.wire.on_next_cancel(Trick::Unanswered);
    let told = scene.order(KEY).await.unwrap();
    assert_eq!(told["request"]["status"], "UNKNOWN", "{told:#}");
    scene.wire.is_cut().await;
    scene
        .becomes(|request| request.attempts > 1 && request.status == Status::Unknown)
        .await;
    scene.wire.is_mended().await;
    succeeds_once(&scene).await;
}
