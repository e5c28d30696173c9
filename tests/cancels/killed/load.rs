//! The load under which every run is: cancels by several admins before a Toss that fails, and what must be so afterwards.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reconciliation::CancelRequestStatus as Status;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use toss_recon::store::{CancelRequest, Store};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, TossSim};

use super::operators::Operator;
use crate::books;
use crate::program::Program;

const PAYMENTS: usize = 60;
/// Screens on which each admin works at once.
const SCREENS: usize = 4;
pub(super) const TOTAL: i64 = 100_000;
const USUALLY: Duration = Duration::from_secs(25);
/// So much harm and so many cancels there have to be,
const LEAST: usize = 5;
/// and the machine may take so much longer for them.
const MOST: Duration = Duration::from_mins(5);

/// What is done to the programs, and how often each kind of it was, until they are to be left alone.
#[derive(Clone, Default)]
pub(super) struct Harm {
    stop: Arc<AtomicBool>,
    done: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Harm {
    pub(super) fn goes_on(&self) -> bool {
        !self.stop.load(Relaxed)
    }

    pub(super) fn count(&self, how: &'static str) {
        *self.done.lock().unwrap().entry(how).or_default() += 1;
    }

    fn total(&self) -> usize {
        self.done.lock().unwrap().values().sum()
    }
}

/// What was asked for under one key, and by whom.
#[derive(Clone)]
pub(super) struct Intent {
    pub(super) token: String,
    pub(super) input: Value,
    /// The id of the request that was answered with, if there was an answer.
    pub(super) answered: Option<String>,
}

/// Every intent, by its key.
pub(super) type Asked = HashMap<String, Intent>;

/// Programs on one database, before one Toss.
pub(super) struct Load {
    pub(super) sim: Arc<TossSim>,
    pub(super) programs: Vec<Program>,
    pub(super) admins: Vec<String>,
    pub(super) payments: Arc<Vec<String>>,
    pub(super) harm: Harm,
    at_work: Vec<JoinHandle<Asked>>,
    trouble: Option<JoinHandle<()>>,
}

impl Load {
    pub(super) async fn on(database_url: &str, folder: &Path, replicas: usize) -> Self {
        let sim = Arc::new(TossSim::start(toss_sim::Settings::default()).await.unwrap());
        let programs: Vec<Program> = (0..replicas)
            .map(|_| Program::new(database_url, sim.base_url(), folder))
            .collect();
        let mut admins = Vec::new();
        for name in ["kim", "lee", "park", "choi"] {
            admins.push(programs[0].admin(name).await);
        }
        let new = |number| NewPayment::card(format!("order-{number}"), TOTAL);
        let payments = (0..PAYMENTS).map(|number| sim.console().pay(new(number)));
        let payments = Arc::new(payments.collect());
        Self {
            sim,
            programs,
            admins,
            payments,
            harm: Harm::default(),
            at_work: Vec::new(),
            trouble: None,
        }
    }

    /// Has the admins begin, and Toss fail.
    pub(super) fn begin(&mut self) {
        let trouble = trouble(Arc::clone(&self.sim), self.harm.clone());
        self.trouble = Some(tokio::spawn(trouble));
        let screens = std::iter::repeat_n(&self.admins, SCREENS).flatten();
        self.at_work = screens
            .enumerate()
            .map(|(seed, token)| {
                let (programs, payments) = (self.programs.clone(), Arc::clone(&self.payments));
                let (token, harm) = (token.clone(), self.harm.clone());
                tokio::spawn(cancel_at_random(programs, token, payments, harm, seed))
            })
            .collect();
    }

    /// Lets it go on for so long, and until there is something to hold against anything: on a busy machine that takes
    /// longer.
    pub(super) async fn goes_on_for(&self, lasts: Duration) {
        let began = Instant::now();
        let happens = || {
            let executed = self.payments.iter();
            let executed = executed.map(|payment| self.sim.executed_cancels(payment).len());
            self.harm.total() >= LEAST && executed.sum::<usize>() >= LEAST
        };
        while began.elapsed() < lasts || !happens() {
            assert!(
                began.elapsed() < lasts + MOST,
                "hardly anything happens: {}",
                self.programs[0].said()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Lets the admins stop and Toss be well again; what was asked for.
    pub(super) async fn stops(&mut self) -> Asked {
        self.harm.stop.store(true, Relaxed);
        let mut asked = Asked::new();
        for admin in self.at_work.drain(..) {
            asked.extend(admin.await.unwrap());
        }
        if let Some(trouble) = self.trouble.take() {
            trouble.await.unwrap();
        }
        asked
    }

    /// Holds what is recorded against Toss's books once everything has ended, with the programs running, and says so.
    pub(super) async fn holds(&self, asked: &Asked, what: &str) {
        let store = self.store().await;
        let operator = self.operator(&store);
        let requests = operator.everything_ends().await;
        books::hold(&self.sim, &self.payments, TOTAL, &requests);
        nothing_that_was_answered_is_lost(&requests, asked);
        let decided = operator.decides(&requests).await;
        books::hold(&self.sim, &self.payments, TOTAL, &decided);
        self.says(asked, &requests, what).await;
    }

    pub(super) async fn store(&self) -> Store {
        let url = self.programs[0].database_url().parse().unwrap();
        Store::open(&url).await.unwrap()
    }

    pub(super) fn operator<'a>(&'a self, store: &'a Store) -> Operator<'a> {
        Operator {
            sim: &self.sim,
            program: &self.programs[0],
            token: &self.admins[0],
            store,
        }
    }

    /// Says how it was, in one line, once the audit log is whole.
    pub(super) async fn says(&self, asked: &Asked, requests: &[CancelRequest], what: &str) {
        let (status, said) = self.programs[0].run(&["audit", "verify"]).await;
        assert_eq!(status, Some(0), "{said}");
        let count = |status| {
            let of_status = requests.iter().filter(|request| request.status == status);
            of_status.count()
        };
        let executed = self.payments.iter();
        let executed = executed.map(|payment| self.sim.executed_cancels(payment).len());
        let audit = said.lines().next().unwrap_or_default();
        writeln!(
            std::io::stderr().lock(),
            "{what}: {} asked, {} recorded, {} executed: {} succeeded, {} rejected, {} needed an operator, 0 violations; \
             {} of {} replicas: {:?}; {audit}",
            asked.len(),
            requests.len(),
            executed.sum::<usize>(),
            count(Status::Succeeded),
            count(Status::Rejected),
            count(Status::NeedsOperator),
            self.harm.total(),
            self.programs.len(),
            self.harm.done.lock().unwrap(),
        )
        .unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long to go on is said to the test, not to the program"
)]
pub(super) fn duration() -> Duration {
    let minutes = std::env::var("CRASH_MINUTES").ok();
    let minutes: Option<u64> = minutes.and_then(|text| text.parse().ok());
    minutes.map_or(USUALLY, |minutes| Duration::from_secs(60 * minutes))
}

/// Lets Toss fail in one way or another, all the time, and be well again at the end.
async fn trouble(sim: Arc<TossSim>, harm: Harm) {
    let mut rng = StdRng::seed_from_u64(11);
    while harm.goes_on() {
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
            _ => FaultKind::Refusal("PROVIDER_ERROR".to_owned()),
        };
        sim.faults().add(Fault::next(Endpoint::Cancel, kind));
        tokio::time::sleep(Duration::from_millis(rng.random_range(50..500))).await;
    }
    sim.faults().clear();
}

pub(super) const CANCEL: &str = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) \
     { request { id status } error { code } } }";

/// Cancels parts of random payments, each under a key of its own, and asks again with the same key when there is no
/// answer. Gives what was asked for.
async fn cancel_at_random(
    programs: Vec<Program>,
    token: String,
    payments: Arc<Vec<String>>,
    harm: Harm,
    seed: usize,
) -> Asked {
    let mut rng = StdRng::seed_from_u64(u64::try_from(seed).unwrap());
    let mut asked = Asked::new();
    while harm.goes_on() {
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
        let intent = Intent {
            token: token.clone(),
            input,
            answered: known,
        };
        asked.insert(key, intent);
    }
    asked
}

fn nothing_that_was_answered_is_lost(requests: &[CancelRequest], asked: &Asked) {
    let recorded: HashMap<&str, String> = requests
        .iter()
        .map(|request| (request.client_key.as_str(), books::shown_id(request)))
        .collect();
    for (intent, answered) in asked {
        if let Some(id) = &answered.answered {
            let found = recorded.get(intent.as_str());
            assert_eq!(found, Some(id), "the answer to {intent} is lost");
        }
    }
}
