//! A scene for one death: the stand-in for Toss, the wire to it, the real program with a database of its own, one admin
//! and one payment.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use reconciliation::CancelRequestStatus as Status;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;
use toss_recon::access::{NewToken, Role};
use toss_recon::store::{CancelRequest, Store};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, Settings, TossSim};

use crate::program::Program;
use crate::wire::Wire;
use crate::{books, postgres};

/// What the payment is about.
pub(crate) const TOTAL: i64 = 10_000;
/// What is cancelled of it.
const PART: i64 = 3_000;
/// Longer than the program lets a caller wait: who has no answer by then gets none.
const CALLER_WAITS: Duration = Duration::from_secs(25);
/// How long everything may take to end: a lease that a dead process left has to run out first, twice at most.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Which database a scene has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Declares one test for each database, in which these are played side by side, each with a scene of its own.
macro_rules! scenes_on_both_databases {
    ($($name:ident),+ $(,)?) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_sqlite() {
            let engine = $crate::scene::Engine::Sqlite;
            $crate::scene::side_by_side(vec![$((
                stringify!($name),
                Box::pin(async move { $name($crate::scene::Scene::on(engine).await).await }),
            )),+]).await;
        }
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_postgres() {
            let engine = $crate::scene::Engine::Postgres;
            $crate::scene::side_by_side(vec![$((
                stringify!($name),
                Box::pin(async move { $name($crate::scene::Scene::on(engine).await).await }),
            )),+]).await;
        }
    };
}
pub(crate) use scenes_on_both_databases;

/// More programs at once would keep each other from answering in time.
const SIDE_BY_SIDE: usize = 6;

/// Plays scenes at once, since they are mostly waiting for leases to run out, and names those that failed.
pub(crate) async fn side_by_side(scenes: Vec<(&'static str, BoxFuture<'static, ()>)>) {
    let played = scenes.into_iter().map(|(name, scene)| async move {
        let ended = tokio::spawn(scene).await;
        ended.err().map(|failed| format!("{name}: {failed}"))
    });
    let ended = stream::iter(played).buffer_unordered(SIDE_BY_SIDE);
    let failed: Vec<String> = ended.filter_map(std::future::ready).collect().await;
    assert!(failed.is_empty(), "{failed:#?}");
}

pub(crate) struct Scene {
    pub(crate) sim: TossSim,
    pub(crate) wire: Wire,
    pub(crate) program: Program,
    pub(crate) store: Store,
    pub(crate) admin: String,
    pub(crate) payment: String,
    pub(crate) folder: TempDir,
}

impl Scene {
    pub(crate) async fn on(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let database_url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("scene.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        let sim = TossSim::start(Settings::default()).await.unwrap();
        let wire = Wire::to(sim.base_url()).await;
        let program = Program::new(&database_url, &wire.base_url(), folder.path());
        let program = program
            .with("TOSS_TIMEOUT_SECONDS", "2")
            .waited_for(CALLER_WAITS);
        let store = Store::open(&database_url.parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let admin = admin(&store, "kim").await;
        let payment = sim.console().pay(NewPayment::card("order-1", TOTAL));
        Self {
            sim,
            wire,
            program,
            store,
            admin,
            payment,
            folder,
        }
    }

    /// Starts the program with these points armed, and waits until it answers.
    pub(crate) async fn armed(&self, points: &str) -> Child {
        let child = self.recovering(points);
        self.program.answers(&self.admin).await;
        child
    }

    /// Starts the program with these points armed, at which it may die before it answers anybody.
    pub(crate) fn recovering(&self, points: &str) -> Child {
        self.program.with("FAILPOINTS", points).serve_alone()
    }

    /// Starts the program as it is, and waits until it answers.
    pub(crate) async fn started(&self) -> Child {
        let child = self.program.serve_alone();
        self.program.answers(&self.admin).await;
        child
    }

    /// Lets the next cancel go wrong at Toss.
    pub(crate) fn next_cancel(&self, kind: FaultKind) {
        self.sim.faults().add(Fault::next(Endpoint::Cancel, kind));
    }

    /// Orders a cancel under this key; what is answered, if anything is.
    pub(crate) async fn order(&self, key: &str) -> Option<Value> {
        self.order_of(&self.payment, key).await
    }

    /// The same for another payment.
    pub(crate) async fn order_of(&self, payment: &str, key: &str) -> Option<Value> {
        self.order_at(&self.program, payment, key).await
    }

    /// The same of a program beside the scene's own.
    pub(crate) async fn order_at(
        &self,
        program: &Program,
        payment: &str,
        key: &str,
    ) -> Option<Value> {
        let query = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input) \
             { request { id status transactionKey } error { code advice } } }";
        let input = json!({
            "paymentKey": payment,
            "idempotencyKey": key,
            "reason": key,
            "amount": { "amount": PART.to_string(), "currency": "KRW" },
        });
        let answer = program
            .post(&self.admin, query, json!({ "input": input }))
            .await?;
        let payload = answer["data"]["cancelPayment"].clone();
        (!payload.is_null()).then_some(payload)
    }

    /// Orders a cancel of each payment, under these keys with a number, one after the other; what is answered.
    pub(crate) async fn order_each(
        &self,
        program: &Program,
        payments: &[String],
        key: &str,
    ) -> Vec<Option<Value>> {
        let mut answers = Vec::new();
        for (number, payment) in payments.iter().enumerate() {
            let key = format!("{key}-{number}");
            answers.push(self.order_at(program, payment, &key).await);
        }
        answers
    }

    /// Payments of which nothing is cancelled yet.
    pub(crate) fn payments(&self, count: usize) -> Vec<String> {
        let new = |number| NewPayment::card(format!("order-more-{number}"), TOTAL);
        (0..count)
            .map(|number| self.sim.console().pay(new(number)))
            .collect()
    }

    /// The request that is recorded, when there is one.
    pub(crate) async fn recorded(&self) -> Option<CancelRequest> {
        let mut all = books::recorded(&self.store).await;
        assert!(all.len() <= 1, "{all:#?}");
        all.pop()
    }

    pub(crate) fn executed(&self) -> usize {
        self.sim.executed_cancels(&self.payment).len()
    }

    /// Opens the test's own connections anew, after all were cut.
    pub(crate) async fn reopen(&mut self) {
        let url = self.program.database_url().parse().unwrap();
        self.store = Store::open(&url).await.unwrap();
    }

    /// Waits until the request is as it should be.
    pub(crate) async fn becomes(&self, is_so: impl Fn(&CancelRequest) -> bool) -> CancelRequest {
        let started = Instant::now();
        loop {
            let request = self.recorded().await;
            if let Some(request) = request.filter(&is_so) {
                return request;
            }
            assert!(started.elapsed() < PATIENCE, "it does not come to that");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How often a cancel arrived at Toss, whole.
    pub(crate) fn sendings(&self) -> usize {
        self.sim
            .requests()
            .iter()
            .filter(|call| call.endpoint == Endpoint::Cancel)
            .count()
    }

    /// Starts the program anew, waits until nothing is under way any more, and holds the record against Toss's books.
    /// The key that was asked with gets one and the same answer then; how the request ended is given back.
    pub(crate) async fn ends_well(&self, key: &str) -> (Status, CancelRequest) {
        let _running = self.started().await;
        self.settles(key).await
    }

    /// The same of the program that runs.
    pub(crate) async fn settles(&self, key: &str) -> (Status, CancelRequest) {
        books::everything_ends(&self.store, PATIENCE).await;
        let first = self.answer(key).await;
        let requests = books::everything_ends(&self.store, PATIENCE).await;
        books::hold(
            &self.sim,
            std::slice::from_ref(&self.payment),
            TOTAL,
            &requests,
        );
        books::hold_audit(&self.store).await;
        let again = self.answer(key).await;
        assert_eq!(again, first, "one key, two answers");
        let request = self.recorded().await.unwrap();
        assert_eq!(first["request"]["id"], books::shown_id(&request));
        (request.status, request)
    }

    /// The answer to a key, when need be after asking again: the database may have one more fault to come.
    async fn answer(&self, key: &str) -> Value {
        let started = Instant::now();
        loop {
            if let Some(answer) = self.order(key).await.filter(is_known) {
                return answer;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "there is no answer: {}",
                self.program.said()
            );
        }
    }
}

/// Whether an answer tells what became of the request: its record could be written and read.
fn is_known(answer: &Value) -> bool {
    let code = answer["error"]["code"].as_str().unwrap_or_default();
    !(code == "NOT_RECORDED" || (code == "OUTCOME_UNKNOWN" && answer["request"].is_null()))
}

/// Waits until the program has died of itself.
pub(crate) async fn has_died(mut child: Child) {
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
    let status = ended.expect("it dies at its point").unwrap();
    assert!(status.signal().is_some(), "it ended with {status}");
}

/// Kills the program from without.
pub(crate) async fn kill(mut child: Child) {
    child.kill().await.unwrap();
}

/// An admin of that name, with a token made now.
pub(crate) async fn admin(store: &Store, name: &str) -> String {
    let token = NewToken::generate(&mut rand::rng());
    let at = crate::shop::at("2026-03-20T12:00:00+09:00");
    store
        .create_token(
            &token.id,
            name,
            name,
            Role::Admin.as_str(),
            token.secret_hash(),
            at,
        )
        .await
        .unwrap();
    token.text.expose_secret().to_owned()
}
