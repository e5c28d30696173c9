//! An older copy of the database is put back: nothing is paid twice, it is noticed, and `toss-recon restored` finds out what
//! the copy does not know.

use std::time::{Duration, Instant};

use reconciliation::CancelRequestStatus as Status;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use tokio::process::Child;
use toss_sim::{Amount, CancelByHand, Endpoint, Fault, FaultKind};
use url::Url;

use crate::books;
use crate::program::Program;
use crate::scene::{PATIENCE, Scene, admin, has_died, scenes_on_both_databases};

scenes_on_both_databases!(
    a_copy_that_was_put_back_pays_nothing_twice_and_catches_up,
    a_request_that_ran_after_the_copy_is_never_told_as_not_sent,
    a_sending_that_the_copy_holds_open_ends,
    what_is_marked_is_known_as_forgotten_before_anything_is_sent,
    an_intact_database_notices_nothing,
    without_toss_nobody_gets_in_and_a_second_run_goes_on,
    beside_a_server_nothing_is_done,
);

const KEY: &str = "key-restored";

/// What `restored` printed: its summary, and the cancels that no request names.
struct Told {
    summary: Value,
    unnamed: Vec<(String, String, String)>,
}

/// Ends the program in order, so that it counts as running no more.
async fn stop(mut child: Child) {
    let pid = child.id().unwrap().to_string();
    let told = std::process::Command::new("kill").arg(&pid).status();
    assert!(told.unwrap().success());
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
    ended.expect("it ends").unwrap();
}

/// A copy of the database as it is now, while no program works on it; its URL.
async fn copied(scene: &mut Scene) -> String {
    let url = scene.program.database_url().to_owned();
    if url.starts_with("sqlite") {
        let copy = scene.folder.path().join("older.db").display().to_string();
        let (status, said) = scene.program.run(&["backup", &copy]).await;
        assert_eq!(status, Some(0), "{said}");
        return format!("sqlite://{copy}");
    }
    scene.store.clone().close().await.unwrap();
    let mut copy: Url = url.parse().unwrap();
    let name = copy.path().trim_start_matches('/').to_owned();
    copy.set_path("postgres");
    let server = Database::connect(copy.as_str()).await.unwrap();
    let make = format!("CREATE DATABASE \"{name}_older\" TEMPLATE \"{name}\"");
    let started = Instant::now();
    // The server may need a moment to notice that a program is no more.
    while let Err(error) = server.execute_unprepared(&make).await {
        assert!(started.elapsed() < PATIENCE, "{error}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.close().await.unwrap();
    scene.reopen().await;
    copy.set_path(&format!("{name}_older"));
    copy.to_string()
}

async fn put_back(scene: &mut Scene, copy: &str) {
    scene.program = scene.program.on(copy);
    scene.reopen().await;
}

async fn restored(program: &Program) -> Told {
    let (status, said) = program.run(&["restored"]).await;
    assert_eq!(status, Some(0), "{said}");
    told(&said)
}

fn told(said: &str) -> Told {
    let mut lines = said.lines();
    let summary = serde_json::from_str(lines.next().unwrap()).unwrap();
    let unnamed = lines
        .filter(|line| line.contains('\t'))
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            assert_eq!(parts.len(), 6, "{line}");
            (
                parts[0].to_owned(),
                parts[1].to_owned(),
                parts[4].to_owned(),
            )
        })
        .collect();
    Told { summary, unnamed }
}

async fn is_let_in(scene: &Scene, token: &str) -> bool {
    let answer = scene
        .program
        .post(token, "{ viewer { name } }", Value::Null)
        .await;
    answer.unwrap()["data"]["viewer"]["name"].is_string()
}

async fn confirm(scene: &Scene, name: &str) {
    let (status, said) = scene.program.run(&["token", "confirm", name]).await;
    assert_eq!(status, Some(0), "{said}");
}

async fn entries(scene: &Scene, action: &str) -> usize {
    let all = scene.store.audit_entries(None, 1_000).await.unwrap();
    all.iter().filter(|entry| entry.action == action).count()
}

async fn metrics(scene: &Scene) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/metrics", scene.program.address);
    let answer = client.get(url).send().await.unwrap();
    answer.text().await.unwrap()
}

/// The only cancel of a payment that Toss has carried out.
fn only_cancel(scene: &Scene, payment: &str) -> String {
    let mut cancels = scene.sim.executed_cancels(payment);
    assert_eq!(cancels.len(), 1, "{payment}");
    cancels.remove(0).transaction_key
}

fn by_hand(scene: &Scene, payment: &str) -> String {
    let cancel = CancelByHand::part(Amount::won(1_000), "by hand");
    let made = scene.sim.console().cancel(payment, &cancel).unwrap();
    made.expect("a cancel of a paid card has a key")
}

fn succeeded(answer: Option<&Value>) -> String {
    let answer = answer.expect("an answer");
    assert_eq!(answer["request"]["status"], "SUCCEEDED", "{answer:#}");
    answer["request"]["transactionKey"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn behind(answer: Option<&Value>) {
    let code = &answer.expect("an answer")["error"]["code"];
    assert_eq!(code, "DATABASE_BEHIND", "{answer:#?}");
}

async fn a_copy_that_was_put_back_pays_nothing_twice_and_catches_up(mut scene: Scene) {
    let lee = admin(&scene.store, "lee").await;
    let others = scene.payments(2);
    let running = scene.started().await;
    stop(running).await;
    let copy = copied(&mut scene).await;

    let running = scene.started().await;
    let first = succeeded(scene.order(KEY).await.as_ref());
    succeeded(scene.order_of(&others[0], "key-lost").await.as_ref());
    let at_the_console = by_hand(&scene, &others[1]);
    let (status, said) = scene.program.run(&["token", "revoke", "lee"]).await;
    assert_eq!(status, Some(0), "{said}");
    stop(running).await;

    put_back(&mut scene, &copy).await;
    let running = scene.started().await;
    assert!(is_let_in(&scene, &lee).await, "the copy lets her in");
    scene.sim.faults().add(silence_about_payments());
    let refused = scene.order(KEY).await.unwrap();
    assert_eq!(
        refused["error"]["code"], "UPSTREAM_UNAVAILABLE",
        "{refused:#}"
    );
    scene.sim.faults().clear();
    let again = succeeded(scene.order(KEY).await.as_ref());
    assert_eq!((again, scene.executed()), (first, 1));
    behind(scene.order("key-next").await.as_ref());
    assert_eq!(scene.executed(), 1);
    assert_eq!(entries(&scene, "DATABASE_BEHIND").await, 1);
    let metrics = metrics(&scene).await;
    assert!(
        metrics.contains("toss_recon_database_behind_payments 1"),
        "{metrics}"
    );
    stop(running).await;

    let sendings = scene.sendings();
    let found = restored(&scene.program).await;
    assert_eq!(found.summary["epoch"], 1, "{:#}", found.summary);
    assert_eq!(found.summary["tokensSuspended"], 2);
    assert_eq!(found.summary["paymentsUnblocked"], 1);
    assert_eq!(found.summary["complete"], true);
    assert_eq!(found.summary["madeSince"]["oursForgotten"], 0);
    assert_eq!(found.summary["madeSince"]["cannotBeTold"], 2);
    let line = |payment: &str, key: String| (payment.to_owned(), key, "CANNOT_BE_TOLD".to_owned());
    let lost = line(&others[0], only_cancel(&scene, &others[0]));
    let by_hand = line(&others[1], at_the_console);
    assert!(found.unnamed.contains(&lost) && found.unnamed.contains(&by_hand));
    assert_eq!(entries(&scene, "DATABASE_RESTORED").await, 1);

    let twice = restored(&scene.program).await;
    assert_eq!(
        (&twice.summary["epoch"], &twice.unnamed),
        (&json!(1), &found.unnamed)
    );
    assert_eq!(twice.summary["tokensSuspended"], 0);
    assert_eq!(twice.summary["paymentsUnblocked"], 0);
    assert_eq!(scene.sendings(), sendings, "nothing was open");
    assert_eq!(entries(&scene, "DATABASE_RESTORED").await, 1);

    confirm(&scene, "kim").await;
    let running = scene.started().await;
    assert!(!is_let_in(&scene, &lee).await, "she was revoked since");
    confirm(&scene, "lee").await;
    assert!(is_let_in(&scene, &lee).await);
    succeeded(scene.order("key-next-2").await.as_ref());
    assert_eq!(scene.executed(), 2);
    // What was forgotten is still answered, and stands in nobody's way any more.
    succeeded(scene.order_of(&others[0], "key-lost").await.as_ref());
    only_cancel(&scene, &others[0]);
    succeeded(scene.order_of(&others[0], "key-more").await.as_ref());
    stop(running).await;
    books::hold_audit(&scene.store).await;
}

fn silence_about_payments() -> Fault {
    Fault::next(Endpoint::Payment, FaultKind::Status(503)).times(1_000)
}

/// Toss is called as the server called it after the copy was taken.
async fn runs_at_toss(scene: &Scene) {
    let request = scene.recorded().await.unwrap();
    let payment = &scene.payment;
    let url = format!("{}/v1/payments/{payment}/cancel", scene.sim.base_url());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client
        .post(url)
        .basic_auth(scene.sim.secret_key(), Some(""))
        .header("Idempotency-Key", &request.idempotency_key)
        .json(&json!({ "cancelReason": request.reason, "cancelAmount": 3_000 }))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
}

async fn a_request_that_ran_after_the_copy_is_never_told_as_not_sent(scene: Scene) {
    let running = scene.armed("cancel-request-committed=return").await;
    scene.order(KEY).await;
    has_died(running).await;
    assert_eq!(scene.recorded().await.unwrap().status, Status::Requested);
    runs_at_toss(&scene).await;
    let found = restored(&scene.program).await;
    let request = scene.recorded().await.unwrap();
    assert_ne!(request.status, Status::Rejected, "{request:#?}");
    let code = request.error.as_ref().map(|error| error.code.as_str());
    assert_ne!(code, Some("NEVER_SENT"), "{:#}", found.summary);
    assert_eq!(found.unnamed.len(), 1, "what nothing proves is listed");
    confirm(&scene, "kim").await;
    let running = scene.started().await;
    let again = succeeded(scene.order(KEY).await.as_ref());
    assert_eq!(again, only_cancel(&scene, &scene.payment));
    stop(running).await;
}

async fn a_sending_that_the_copy_holds_open_ends(scene: Scene) {
    let running = scene.armed("sending-committed=return").await;
    scene.order(KEY).await;
    has_died(running).await;
    assert_eq!(scene.recorded().await.unwrap().status, Status::Sent);
    let found = restored(&scene.program).await;
    assert_eq!(found.summary["open"], json!({ "SUCCEEDED": 1 }));
    assert_eq!((found.unnamed.len(), scene.executed()), (0, 1));
    let ended = scene.recorded().await.unwrap();
    let named = ended.transaction_key.map(|key| key.to_string());
    assert_eq!(named, Some(only_cancel(&scene, &scene.payment)));
    let twice = restored(&scene.program).await;
    assert_eq!(twice.summary["open"], json!({}));
    assert_eq!(scene.executed(), 1);
}

async fn what_is_marked_is_known_as_forgotten_before_anything_is_sent(mut scene: Scene) {
    scene.program = scene.program.with("CANCEL_REASON_MARK", "on");
    let other = scene.payments(1).remove(0);
    let running = scene.started().await;
    stop(running).await;
    let copy = copied(&mut scene).await;
    let running = scene.started().await;
    let forgotten = succeeded(scene.order(KEY).await.as_ref());
    let at_the_console = by_hand(&scene, &other);
    stop(running).await;

    put_back(&mut scene, &copy).await;
    let running = scene.started().await;
    behind(scene.order("key-next").await.as_ref());
    assert_eq!(scene.sendings(), 1, "it is noticed before anything is sent");
    assert_eq!(entries(&scene, "DATABASE_BEHIND").await, 1);
    succeeded(scene.order_of(&other, "key-other").await.as_ref());
    stop(running).await;

    let found = restored(&scene.program).await;
    assert_eq!(found.summary["paymentsUnblocked"], 1, "{:#}", found.summary);
    let payment = scene.payment.clone();
    assert_eq!(
        found.unnamed,
        [
            (payment, forgotten, "OURS_FORGOTTEN".to_owned()),
            (other, at_the_console, "CANNOT_BE_TOLD".to_owned()),
        ]
    );
    confirm(&scene, "kim").await;
    let running = scene.started().await;
    succeeded(scene.order("key-next-2").await.as_ref());
    assert_eq!(scene.executed(), 2);
    stop(running).await;
}

async fn an_intact_database_notices_nothing(scene: Scene) {
    let running = scene.started().await;
    let first = succeeded(scene.order(KEY).await.as_ref());
    stop(running).await;
    let running = scene.started().await;
    assert_eq!(succeeded(scene.order(KEY).await.as_ref()), first);
    by_hand(&scene, &scene.payment);
    succeeded(scene.order("key-next").await.as_ref());
    stop(running).await;
    assert_eq!(entries(&scene, "DATABASE_BEHIND").await, 0);
    let found = restored(&scene.program).await;
    assert_eq!(found.summary["paymentsUnblocked"], 0);
    assert_eq!(found.summary["open"], json!({}));
    let [(_, _, which)] = &found.unnamed[..] else {
        panic!("only what was made at the console: {:?}", found.unnamed);
    };
    assert_eq!(which, "CANNOT_BE_TOLD");
}

async fn without_toss_nobody_gets_in_and_a_second_run_goes_on(scene: Scene) {
    let nowhere = scene.program.with("TOSS_BASE_URL", "http://127.0.0.1:9");
    let (status, said) = nowhere.run(&["restored"]).await;
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("tokens stay suspended"), "{said}");
    let summary = told(&said).summary;
    assert_eq!(
        (&summary["complete"], &summary["tokensSuspended"]),
        (&json!(false), &json!(1))
    );
    let found = restored(&scene.program).await;
    assert_eq!(
        (&found.summary["epoch"], &found.summary["complete"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(found.summary["copyKnewUntil"], summary["copyKnewUntil"]);
    assert_eq!(found.summary["tokensSuspended"], 0);
    assert_eq!(entries(&scene, "DATABASE_RESTORED").await, 1);
}

async fn beside_a_server_nothing_is_done(scene: Scene) {
    let running = scene.started().await;
    let (status, said) = scene.program.run(&["restored"]).await;
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("stop every server"), "{said}");
    assert!(is_let_in(&scene, &scene.admin).await);
    assert_eq!(entries(&scene, "DATABASE_RESTORED").await, 0);
    stop(running).await;
}
