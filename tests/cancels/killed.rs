//! The real program under a load of cancels by several admins, before a Toss that loses answers, fails, hangs and is slow.
//! It is killed at random moments, and dies at a random one of the instants that matter, and is started again; all the
//! time. Afterwards the record is held against Toss's own books.
//!
//! It runs for some seconds on each database; `CRASH_MINUTES` makes it longer.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reconciliation::CancelRequestStatus as Status;
use serde_json::json;
use tempfile::TempDir;
use toss_recon::store::{CancelRequest, Store};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, TossSim};

use crate::program::Program;
use crate::{books, postgres};

const PAYMENTS: usize = 60;
/// Screens on which each admin works at once.
const SCREENS: usize = 4;
const TOTAL: i64 = 100_000;
const USUALLY: Duration = Duration::from_secs(25);
/// So many kills and so many cancels there have to be,
const LEAST: usize = 5;
/// and the machine may take so much longer for them.
const MOST: Duration = Duration::from_mins(5);
/// What a kill that comes from without is counted as.
const FROM_WITHOUT: &str = "at a random moment";
/// The instants at which the program may die by itself, of which one is armed at each start.
const POINTS: [&str; 8] = [
    "cancel-request-not-committed",
    "cancel-request-committed",
    "sending-committed",
    "answer-read",
    "cancel-change-not-committed",
    "outcome-committed",
    "taken-up",
    "day-not-committed",
];
/// A database that refuses a commit now and then, or carries it out and does not say so.
const DATABASE_TROUBLE: &str = "commit-refused=3%return;commit-answer-lost=3%return";

/// How often the program died, by how.
type Kills = BTreeMap<&'static str, usize>;

fn total(kills: &Kills) -> usize {
    kills.values().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_on_sqlite_killed_at_random_moments_cancels_once_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("killed.db").display());
    survives(&url, folder.path(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_on_postgres_killed_at_random_moments_cancel_once_and_lose_nothing() {
    let folder = TempDir::new().unwrap();
    survives(&postgres::database().await, folder.path(), 2).await;
}

async fn survives(database_url: &str, folder: &Path, replicas: usize) {
    let sim = Arc::new(TossSim::start(toss_sim::Settings::default()).await.unwrap());
    let programs: Vec<Program> = (0..replicas)
        .map(|_| Program::new(database_url, sim.base_url(), folder))
        .collect();
    let mut admins = Vec::new();
    for name in ["kim", "lee", "park", "choi"] {
        admins.push(programs[0].admin(name).await);
    }
    let payments: Arc<Vec<String>> = Arc::new(
        (0..PAYMENTS)
            .map(|number| {
                sim.console()
                    .pay(NewPayment::card(format!("order-{number}"), TOTAL))
            })
            .collect(),
    );
    let stop = Arc::new(AtomicBool::new(false));
    let kills = Arc::new(Mutex::new(Kills::new()));
    let killers: Vec<_> = programs
        .iter()
        .map(|program| {
            let (kills, stop) = (Arc::clone(&kills), Arc::clone(&stop));
            tokio::spawn(kill(program.clone(), admins[0].clone(), kills, stop))
        })
        .collect();
    let trouble = tokio::spawn(trouble(Arc::clone(&sim), Arc::clone(&stop)));
    let load: Vec<_> = std::iter::repeat_n(&admins, SCREENS)
        .flatten()
        .enumerate()
        .map(|(seed, token)| {
            let (token, payments, stop) = (token.clone(), Arc::clone(&payments), Arc::clone(&stop));
            tokio::spawn(cancel_at_random(
                programs.clone(),
                token,
                payments,
                stop,
                seed,
            ))
        })
        .collect();
    let began = Instant::now();
    let happens = || {
        let executed = payments
            .iter()
            .map(|payment| sim.executed_cancels(payment).len());
        total(&kills.lock().unwrap()) >= LEAST && executed.sum::<usize>() >= LEAST
    };
    // On a busy machine it takes longer until there is something to hold against anything.
    while began.elapsed() < duration() || !happens() {
        assert!(
            began.elapsed() < duration() + MOST,
            "hardly anything happens"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    stop.store(true, Relaxed);
    let mut asked = HashMap::new();
    for admin in load {
        asked.extend(admin.await.unwrap());
    }
    trouble.await.unwrap();
    let mut running = Vec::new();
    for killer in killers {
        running.push(killer.await.unwrap());
    }
    let kills = kills.lock().unwrap().clone();
    let store = Store::open(&database_url.parse().unwrap()).await.unwrap();
    let requests = books::everything_ends(&store, Duration::from_mins(1) + duration()).await;
    books::hold(&sim, &payments, TOTAL, &requests);
    nothing_that_was_answered_is_lost(&requests, &asked);
    drop(running);
    let (status, said) = programs[0].run(&["audit", "verify"]).await;
    assert_eq!(status, Some(0), "{said}");
    let count = |status| {
        requests
            .iter()
            .filter(|request| request.status == status)
            .count()
    };
    let mut told = std::io::stderr().lock();
    writeln!(
        told,
        "{} asked, {} recorded, {} kills of {replicas}: {} succeeded, {} rejected, {} need an operator, 0 violations; {}\n\
         kills: {kills:?}",
        asked.len(),
        requests.len(),
        total(&kills),
        count(Status::Succeeded),
        count(Status::Rejected),
        count(Status::NeedsOperator),
        said.trim(),
    )
    .unwrap();
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long to go on is said to the test, not to the program"
)]
fn duration() -> Duration {
    let minutes = std::env::var("CRASH_MINUTES").ok();
    let minutes: Option<u64> = minutes.and_then(|text| text.parse().ok());
    minutes.map_or(USUALLY, |minutes| Duration::from_secs(60 * minutes))
}

/// Lets the program die again and again, at a point or at any moment, and leaves it running at the end.
async fn kill(
    program: Program,
    token: String,
    kills: Arc<Mutex<Kills>>,
    stop: Arc<AtomicBool>,
) -> tokio::process::Child {
    let mut rng = StdRng::seed_from_u64(u64::from(program.address.port()));
    while !stop.load(Relaxed) {
        let point = POINTS[rng.random_range(0..POINTS.len())];
        // Now and then it dies there at once, now and then a little later.
        let later = match rng.random_range(0..3) {
            0 => format!("({})", rng.random_range(0..2_000)),
            _ => String::new(),
        };
        let trouble = if rng.random_bool(0.3) {
            DATABASE_TROUBLE
        } else {
            ""
        };
        let armed = format!("{point}=20%return{later};{trouble}");
        let mut child = program.with("FAILPOINTS", &armed).serve();
        let is_up = rng.random_bool(0.8);
        let lives = Duration::from_millis(rng.random_range(100..4_000));
        let life = async {
            if is_up {
                program.answers(&token).await;
            }
            tokio::time::sleep(lives).await;
        };
        let died = tokio::select! {
            _status = child.wait() => true,
            () = life => false,
        };
        if !died {
            // SIGKILL, in the middle of whatever it does, also of recovering from the last time.
            child.kill().await.unwrap();
        }
        let how = if died { point } else { FROM_WITHOUT };
        *kills.lock().unwrap().entry(how).or_default() += 1;
    }
    let child = program.serve();
    program.answers(&token).await;
    child
}

/// Lets Toss fail in one way or another, all the time, and be well again at the end.
async fn trouble(sim: Arc<TossSim>, stop: Arc<AtomicBool>) {
    let mut rng = StdRng::seed_from_u64(11);
    while !stop.load(Relaxed) {
        let kind = match rng.random_range(0..10) {
            0 => FaultKind::ExecuteThenDrop,
            1 => FaultKind::ExecuteThenHang,
            2 => FaultKind::ExecuteThenStatus(502),
            3 => FaultKind::HalfBody,
            4 => FaultKind::Html,
            5 => FaultKind::Drop,
            6 => FaultKind::Status(503),
            7 => FaultKind::Status(429),
            8 => FaultKind::Slow(Duration::from_millis(rng.random_range(100..2_500))),
            // A temporary one would be believed only two minutes after a lost answer.
            _ => FaultKind::Refusal("EXCEED_MAX_REFUND_DUE".to_owned()),
        };
        sim.faults().add(Fault::next(Endpoint::Cancel, kind));
        tokio::time::sleep(Duration::from_millis(rng.random_range(50..500))).await;
    }
    sim.faults().clear();
}

const CANCEL: &str = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) \
     { request { id status } error { code } } }";

/// Cancels parts of random payments, each under a key of its own, and asks again with the same key when there is no
/// answer. Gives the ids of the requests that were answered with, by key.
async fn cancel_at_random(
    programs: Vec<Program>,
    token: String,
    payments: Arc<Vec<String>>,
    stop: Arc<AtomicBool>,
    seed: usize,
) -> HashMap<String, Option<String>> {
    let mut rng = StdRng::seed_from_u64(u64::try_from(seed).unwrap());
    let mut asked: HashMap<String, Option<String>> = HashMap::new();
    while !stop.load(Relaxed) {
        let key = format!("intent-{seed}-{}", asked.len());
        let amount = rng.random_range(1..300).to_string();
        let input = json!({
            "paymentKey": payments[rng.random_range(0..payments.len())],
            "idempotencyKey": key,
            // What Toss carries out bears its intent's name.
            "reason": key,
            "amount": { "amount": amount, "currency": "KRW" },
        });
        let mut known: Option<String> = None;
        for _ in 0..rng.random_range(1..5) {
            let program = &programs[rng.random_range(0..programs.len())];
            let answer = program
                .post(&token, CANCEL, json!({ "input": input }))
                .await;
            let payload = answer.map(|answer| answer["data"]["cancelPayment"].clone());
            let id = payload
                .as_ref()
                .and_then(|payload| payload["request"]["id"].as_str());
            if let (Some(id), Some(known)) = (id, &known) {
                assert_eq!(id, known, "one key, two requests");
            }
            known = id.map(ToOwned::to_owned).or(known);
            let busy =
                payload.is_some_and(|payload| payload["error"]["code"] == "CANCEL_IN_FLIGHT");
            if busy || (known.is_some() && rng.random_bool(0.7)) {
                break;
            }
        }
        asked.insert(key, known);
    }
    asked
}

fn nothing_that_was_answered_is_lost(
    requests: &[CancelRequest],
    asked: &HashMap<String, Option<String>>,
) {
    let recorded: HashMap<&str, String> = requests
        .iter()
        .map(|request| (request.client_key.as_str(), books::shown_id(request)))
        .collect();
    for (intent, answered) in asked {
        if let Some(id) = answered {
            let found = recorded.get(intent.as_str());
            assert_eq!(found, Some(id), "the answer to {intent} is lost");
        }
    }
}
