//! A shop for one test: the stand-in for Toss, the real server before it, a database of its own, one running clock.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reconciliation::{CancelPolicy, PaymentKey};
use serde_json::{Value, json};
use tempfile::TempDir;
use toss_recon::access::Role;
use toss_recon::config::ServerConfig;
use toss_recon::store::{CancelRequest, Store};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, Settings, SimClock, TossSim};

use crate::postgres;
use crate::running::{self, RunningServer, merchant};
use crate::token::create_token;

const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
const WEBHOOK_SECRET: &str = "a-secret-of-the-webhooks";
/// How long a request may take to end by itself once nothing stands in its way.
const PATIENCE: Duration = Duration::from_secs(30);

/// Declares tests that run once on each database, each with a shop of its own.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::shop::Shop::on_sqlite().await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::shop::Shop::on_postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// The fields of an answer that tests look at.
const PAYLOAD: &str = "{ request { id status transactionKey requestedBy } \
     payment { balanceAmount { amount } } error { code advice field } \
     preview { amount { amount } balanceBefore { amount } balanceAfter { amount } voids } }";

/// The stand-in and the server, which answers within a second or calls the outcome unknown, and asks again every second.
pub(crate) struct Shop {
    /// None only while another takes its place. Ends before what it works with.
    server: Option<RunningServer>,
    pub(crate) sim: TossSim,
    pub(crate) store: Store,
    tokens: [String; 3],
    config: ServerConfig,
    _folder: TempDir,
}

/// Whose token asks.
#[derive(Clone, Copy)]
pub(crate) enum As {
    Kim = 0,
    Lee = 1,
    Viewer = 2,
}

impl Shop {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self::open(url, folder).await
    }

    pub(crate) async fn on_postgres() -> Self {
        Self::open(postgres::database().await, TempDir::new().unwrap()).await
    }

    async fn open(database_url: String, folder: TempDir) -> Self {
        let noon = at("2026-03-20T12:00:00+09:00");
        let settings = Settings {
            clock: SimClock::running_from(noon),
            ..Settings::default()
        };
        let sim = TossSim::start(settings).await.unwrap();
        let config = config(&sim, &database_url);
        let server = serve(&config, &sim).await;
        let store = Store::open(&database_url.parse().unwrap()).await.unwrap();
        let tokens = [
            create_token(&store, "kim", Role::Admin, noon).await,
            create_token(&store, "lee", Role::Admin, noon).await,
            create_token(&store, "viewer", Role::Viewer, noon).await,
        ];
        Self {
            sim,
            store,
            tokens,
            config,
            server: Some(server),
            _folder: folder,
        }
    }

    /// Stops the server and starts another on the same database, with these rules for cancels.
    pub(crate) async fn restart_under(&mut self, policy: CancelPolicy) {
        self.config.cancel_policy = policy;
        // The first one has ended before the second begins.
        drop(self.server.take());
        self.server = Some(serve(&self.config, &self.sim).await);
    }

    /// Starts one more server on the same database, with these rules for cancels.
    pub(crate) async fn another_under(&self, policy: CancelPolicy) -> RunningServer {
        let config = ServerConfig {
            cancel_policy: policy,
            ..self.config.clone()
        };
        serve(&config, &self.sim).await
    }

    /// Ends the server in order.
    pub(crate) fn stop(&mut self) {
        drop(self.server.take());
    }

    /// Lets another server take the place of the one that answers.
    pub(crate) fn answers_from(&mut self, server: RunningServer) -> Option<RunningServer> {
        self.server.replace(server)
    }

    /// Where the server that answers is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.as_ref().expect("a server runs").address
    }

    /// A card payment of that many won.
    pub(crate) fn card(&self, won: i64) -> String {
        self.pay(NewPayment::card(
            format!("order-{}", uuid::Uuid::new_v4()),
            won,
        ))
    }

    pub(crate) fn pay(&self, payment: NewPayment) -> String {
        self.sim.console().pay(payment)
    }

    /// Lets the next calls of the cancel endpoint go wrong.
    pub(crate) fn next_cancels(&self, calls: u32, kind: FaultKind) {
        let fault = Fault::next(Endpoint::Cancel, kind).times(calls);
        self.sim.faults().add(fault);
    }

    /// What a cancel by this admin answers, with `input` beside what every cancel has.
    pub(crate) async fn cancel(&self, who: As, payment: &str, key: &str, input: Value) -> Value {
        self.cancel_or_try(who, payment, key, input, false).await
    }

    pub(crate) async fn cancel_or_try(
        &self,
        who: As,
        payment: &str,
        key: &str,
        input: Value,
        dry_run: bool,
    ) -> Value {
        let mut all = json!({ "paymentKey": payment, "idempotencyKey": key, "reason": "test" });
        for (field, value) in input.as_object().unwrap() {
            all[field] = value.clone();
        }
        let query = format!(
            "mutation ($input: CancelPaymentInput!, $dryRun: Boolean!) {{ cancelPayment(input: $input, dryRun: $dryRun) {PAYLOAD} }}"
        );
        let variables = json!({ "input": all, "dryRun": dry_run });
        self.ask(who, &query, variables).await["cancelPayment"].clone()
    }

    pub(crate) async fn resolve(&self, request: &Value, outcome: &str, note: &str) -> Value {
        let query = format!(
            "mutation ($id: ID!, $note: String!) {{ resolveCancelRequest(id: $id, outcome: {outcome}, note: $note) {PAYLOAD} }}"
        );
        let variables = json!({ "id": request["id"], "note": note });
        self.ask(As::Lee, &query, variables).await["resolveCancelRequest"].clone()
    }

    /// The `data` of an answer without errors.
    pub(crate) async fn ask(&self, who: As, query: &str, variables: Value) -> Value {
        let answer = self.post(who, query, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    pub(crate) async fn post(&self, who: As, query: &str, variables: Value) -> Value {
        let client = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        let [kim, lee, viewer] = &self.tokens;
        let answer = client
            .post(format!("http://{}/graphql", self.address()))
            .bearer_auth(match who {
                As::Kim => kim,
                As::Lee => lee,
                As::Viewer => viewer,
            })
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    /// Somebody who knows the address for webhooks sends one about a payment; Toss sends nothing else.
    pub(crate) async fn webhook(&self, transmission: &str, data: Value) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client
            .post(format!(
                "http://{}/webhooks/toss/{WEBHOOK_SECRET}",
                self.address()
            ))
            .header("tosspayments-webhook-transmission-id", transmission)
            .json(&json!({
                "eventType": "PAYMENT_STATUS_CHANGED",
                "createdAt": "2026-03-20T12:00:00.65327",
                "data": data,
            }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Every request for a payment, oldest first.
    pub(crate) async fn requests_for(&self, payment: &str) -> Vec<CancelRequest> {
        let key = PaymentKey::parse(payment).unwrap();
        let found = self
            .store
            .cancel_requests_of(std::slice::from_ref(&key))
            .await;
        found.unwrap().remove(&key).unwrap_or_default()
    }

    /// Waits until the request is in that state by itself.
    pub(crate) async fn becomes(&self, request: &Value, status: &str) -> Value {
        let query = "query ($id: ID!) { cancelRequest(id: $id) \
             { id status transactionKey error { code advice } } }";
        let started = Instant::now();
        loop {
            let asked = self
                .ask(As::Viewer, query, json!({ "id": request["id"] }))
                .await;
            if asked["cancelRequest"]["status"] == status {
                return asked["cancelRequest"].clone();
            }
            assert!(
                started.elapsed() < PATIENCE,
                "it does not become {status}: {asked:#}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How often Toss was called to cancel this payment.
    pub(crate) fn sendings(&self, payment: &str) -> usize {
        let path = format!("/v1/payments/{payment}/cancel");
        self.sim
            .requests()
            .iter()
            .filter(|call| call.path == path)
            .count()
    }

    /// The cancels that Toss really carried out.
    pub(crate) fn executed(&self, payment: &str) -> Vec<String> {
        let executed = self.sim.executed_cancels(payment);
        executed
            .into_iter()
            .map(|cancel| cancel.transaction_key)
            .collect()
    }
}

/// The state of the request in an answer, and the error's code and advice.
pub(crate) fn told(answer: &Value) -> (&str, &str, &str) {
    (
        answer["request"]["status"].as_str().unwrap_or("none"),
        answer["error"]["code"].as_str().unwrap_or("none"),
        answer["error"]["advice"].as_str().unwrap_or("none"),
    )
}

pub(crate) fn won(amount: i64) -> Value {
    json!({ "amount": amount.to_string(), "currency": "KRW" })
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Answers come within a second or count as lost, and are asked for again every second.
fn config(sim: &TossSim, database_url: &str) -> ServerConfig {
    let mut config = running::config(sim, database_url, vec![merchant("shop", SECRET_KEY)]);
    config.webhook_secret = Some(WEBHOOK_SECRET.into());
    config.toss.timeout = Duration::from_secs(1);
    config.cancel_retry = Duration::from_secs(1);
    config
}

async fn serve(config: &ServerConfig, sim: &TossSim) -> RunningServer {
    RunningServer::start(config.clone(), sim, std::convert::identity).await
}
