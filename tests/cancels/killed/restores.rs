//! An older copy of the database is put back, and all callers ask again with every key that they have ever used. Toss then
//! knows cancels that the database does not.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use reconciliation::{CancelRequestStatus as Status, TransactionKey};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use toss_recon::store::CancelRequest;

use super::kill;
use super::load::{Asked, CANCEL, Intent, Load, duration};
use crate::books;
use crate::databases::one_connection;

/// How many callers ask again at once.
const AT_ONCE: usize = 16;
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_that_is_put_back_in_the_middle_pays_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let file = |name| folder.path().join(name);
    let url = format!("sqlite://{}", file("restored.db").display());
    let mut load = Load::on(&url, folder.path(), 1).await;
    let (token, harm) = (load.admins[0].clone(), load.harm.clone());
    let killer = tokio::spawn(kill(load.programs[0].clone(), token.clone(), harm));
    load.begin();
    load.goes_on_for(duration() / 2).await;
    copy(&url, &file("copy.db").display().to_string()).await;
    load.goes_on_for(duration() / 2).await;
    let asked = load.stops().await;
    let mut running = killer.await.unwrap();
    running.kill().await.unwrap();
    let known = books::recorded(&load.store().await).await;
    for gone in ["restored.db-wal", "restored.db-shm"] {
        // They go with the database.
        let _ = std::fs::remove_file(file(gone));
    }
    std::fs::rename(file("copy.db"), file("restored.db")).unwrap();
    let forgotten = known.len() - books::recorded(&load.store().await).await.len();
    let running = load.programs[0].serve();
    load.programs[0].answers(&token).await;
    let store = load.store().await;
    let operator = load.operator(&store);
    tokio::select! {
        () = ask_again(&load, &asked) => {}
        never = operator.keeps_looking() => match never {},
    }
    let requests = operator.everything_ends().await;
    let (behind, ran) = hold(&load, &asked, &requests);
    hold(&load, &asked, &operator.decides(&requests).await);
    let what = format!(
        "a copy put back, {forgotten} forgotten, {behind} told DATABASE_BEHIND, {ran} of which had run"
    );
    load.says(&asked, &requests, &what).await;
    drop(running);
}

/// A whole copy of the database as it is in between two changes.
async fn copy(url: &str, to: &str) {
    let beside = one_connection(url).await;
    let began = Instant::now();
    while let Err(error) = beside
        .execute_unprepared(&format!("VACUUM INTO '{to}'"))
        .await
    {
        assert!(began.elapsed() < PATIENCE, "{error}");
        let _ = std::fs::remove_file(to);
    }
    beside.close().await.unwrap();
}

/// Asks with every key until there is a request for it, or its payment was found to be behind.
async fn ask_again(load: &Load, asked: &Asked) {
    stream::iter(asked)
        .for_each_concurrent(AT_ONCE, |(key, intent)| until_recorded(load, key, intent))
        .await;
}

async fn until_recorded(load: &Load, key: &str, intent: &Intent) {
    let began = Instant::now();
    loop {
        let variables = json!({ "input": intent.input });
        let answer = load.programs[0]
            .post(&intent.token, CANCEL, variables)
            .await;
        let payload = answer.map(|answer| answer["data"]["cancelPayment"].clone());
        let has_ended = |payload: &Value| {
            payload["request"]["id"].is_string() || payload["error"]["code"] == "DATABASE_BEHIND"
        };
        if payload.as_ref().is_some_and(has_ended) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{key} is answered {payload:?}");
        // Another cancel of the payment is under way.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Every key has one request at most, and Toss has carried it out once at most; what has ended says what Toss says. Of a payment
/// that was found to be behind nothing may be recorded, or a request say so: how many keys, and how many of these had run.
fn hold(load: &Load, asked: &Asked, requests: &[CancelRequest]) -> (usize, usize) {
    let cancels = load.payments.iter();
    let cancels: Vec<_> = cancels
        .flat_map(|payment| load.sim.executed_cancels(payment))
        .collect();
    let recorded = |key: &str| {
        requests
            .iter()
            .filter(|request| request.client_key == key)
            .count()
    };
    let mut told = (0, 0);
    for key in asked.keys() {
        let ran = cancels.iter().filter(|cancel| &cancel.reason == key);
        let ran = ran.count();
        assert!(ran <= 1, "{key} ran more than once");
        match recorded(key) {
            0 => {
                told.0 += 1;
                told.1 += ran;
            }
            only => assert_eq!(only, 1, "{key}"),
        }
    }
    for cancel in &cancels {
        assert!(asked.contains_key(&cancel.reason), "{cancel:?}");
    }
    for request in requests {
        let ran: Vec<&str> = cancels
            .iter()
            .filter(|cancel| cancel.reason == request.client_key)
            .map(|cancel| cancel.transaction_key.as_str())
            .collect();
        assert!(
            ran.len() <= 1,
            "{} ran more than once: {request:#?}",
            request.client_key
        );
        let named = request.transaction_key.as_ref().map(TransactionKey::as_str);
        let code = request.error.as_ref().map(|error| error.code.as_str());
        match request.status {
            Status::Succeeded => assert_eq!(named, ran.first().copied(), "{request:#?}"),
            Status::Rejected if code == Some("DATABASE_BEHIND") => {
                told.0 += 1;
                told.1 += ran.len();
            }
            Status::Rejected => assert!(ran.is_empty(), "{ran:?} {request:#?}"),
            _ => {}
        }
    }
    told
}
