//! A shop for one test: the stand-in for Toss, the real server before it over HTTP, a database of its own, one held clock.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use reconciliation::{PaymentMethod, SettlementCycle};
use serde_json::{Value, json};
use tempfile::TempDir;
use toss_recon::access::Role;
use toss_recon::config::{MerchantConfig, ServerConfig};
use toss_recon::notify::Target;
use toss_recon::store::Store;
use toss_sim::{Endpoint, Fault, FaultKind, Merchant, Scenario, Settings, SimClock, TossSim};

use crate::postgres;
use crate::running::{self, RunningServer};
use crate::token::create_token;

pub(crate) const MERCHANT: &str = "tdemoshop01";
const NOON: &str = "2026-03-20T12:00:00+09:00";
pub(crate) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";

/// Declares tests that run once on each database. A test takes a [`Shop`] of its own, or the [`Engine`] to open shops of
/// its choice on.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::run(super::$name, $crate::support::Engine::Sqlite).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::support::run(super::$name, $crate::support::Engine::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// Which database a test runs on.
#[derive(Clone, Copy)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// What a test is handed.
pub(crate) trait Given {
    async fn on(engine: Engine) -> Self;
}

/// Runs one test on one database.
pub(crate) async fn run<G: Given, F: Future<Output = ()>>(test: impl FnOnce(G) -> F, on: Engine) {
    test(G::on(on).await).await;
}

impl Given for Engine {
    async fn on(engine: Engine) -> Self {
        engine
    }
}

impl Given for Shop {
    async fn on(engine: Engine) -> Self {
        Self::open(engine).await
    }
}

/// A shop at the stand-in with the server before it. Everything ends with it.
pub(crate) struct Shop {
    pub(crate) sim: TossSim,
    pub(crate) database_url: String,
    pub(crate) admin: String,
    pub(crate) viewer: String,
    address: SocketAddr,
    client: reqwest::Client,
    /// Ends before the folder that its database lies in.
    _server: RunningServer,
    _folder: TempDir,
}

/// What a test may choose about its shop.
pub(crate) struct Choices {
    pub(crate) merchants: Vec<(Merchant, &'static str)>,
    pub(crate) timeout: Duration,
    pub(crate) cycle: Option<SettlementCycle>,
    pub(crate) payout_business_days: Option<u32>,
    pub(crate) unsettled_methods: Vec<PaymentMethod>,
    pub(crate) calls_per_minute: Option<u32>,
    pub(crate) live_reads_per_minute: Option<u32>,
    pub(crate) notify: Vec<Target>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            merchants: vec![(Merchant::live(MERCHANT, SECRET_KEY), SECRET_KEY)],
            timeout: Duration::from_secs(10),
            cycle: Some(SettlementCycle::Daily),
            payout_business_days: None,
            unsettled_methods: Vec::new(),
            calls_per_minute: None,
            live_reads_per_minute: None,
            notify: Vec::new(),
        }
    }
}

impl Choices {
    fn config(&self, sim: &TossSim, database_url: &str) -> ServerConfig {
        let merchants = self.merchants.iter().map(|(merchant, key)| MerchantConfig {
            settlement_cycle: self.cycle,
            payout_business_days: self.payout_business_days,
            unsettled_methods: self.unsettled_methods.clone(),
            ..running::merchant(&merchant.mid, key)
        });
        let mut config = running::config(sim, database_url, merchants.collect());
        config.toss.timeout = self.timeout;
        config.toss.calls_per_minute = self.calls_per_minute;
        config.notify.clone_from(&self.notify);
        if let Some(most) = self.live_reads_per_minute {
            config.front_door.live_reads_per_minute = most;
        }
        config
    }
}

impl Shop {
    /// A shop whose clock stands at noon in Seoul on 2026-03-20.
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, Choices::default()).await
    }

    pub(crate) async fn open_with(engine: Engine, choices: Choices) -> Self {
        let noon = instant(NOON);
        let settings = Settings {
            clock: SimClock::manual(noon),
            merchants: choices
                .merchants
                .iter()
                .map(|(merchant, _)| merchant.clone())
                .collect(),
            ..Settings::default()
        };
        let sim = TossSim::start(settings).await.unwrap();
        let folder = TempDir::new().unwrap();
        let database_url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("test.db").display()),
            Engine::Postgres => postgres::database().await,
        };
        let config = choices.config(&sim, &database_url);
        let server = RunningServer::start(config, &sim, std::convert::identity).await;
        let store = Store::open(&database_url.parse().unwrap()).await.unwrap();
        let admin = create_token(&store, "test-admin", Role::Admin, noon).await;
        let viewer = create_token(&store, "test-viewer", Role::Viewer, noon).await;
        store.close().await.unwrap();
        let client = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self {
            sim,
            database_url,
            admin,
            viewer,
            address: server.address,
            client,
            _server: server,
            _folder: folder,
        }
    }

    /// Lets a story of the stand-in begin on the given KST day.
    pub(crate) fn play(&self, story: &str, start: &str) {
        let start: NaiveDate = start.parse().unwrap();
        self.sim.play(Scenario::by_name(story).unwrap(), start);
    }

    /// Asks as a viewer and gives `data`; there must be no errors.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        data(self.post(&self.viewer, query, Value::Null).await)
    }

    /// Asks about one payment by its order, and always asks Toss.
    pub(crate) async fn payment(&self, order: &str, selection: &str) -> Value {
        let query = format!(
            r#"{{ payment(by: {{orderId: "{order}"}}, maxAgeSeconds: 0) {{ {selection} }} }}"#
        );
        self.ask(&query).await["payment"].clone()
    }

    /// Asks as a viewer something that must be refused, and gives the first error's code.
    pub(crate) async fn refusal(&self, query: &str) -> String {
        code(&self.post(&self.viewer, query, Value::Null).await)
    }

    /// The whole answer to a query.
    pub(crate) async fn post(&self, token: &str, query: &str, variables: Value) -> Value {
        let answer = self
            .client
            .post(self.url("/graphql"))
            .bearer_auth(token)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token of that name, made now.
    pub(crate) async fn new_token(&self, name: &str, role: Role) -> String {
        let store = self.store().await;
        let text = create_token(&store, name, role, instant(NOON)).await;
        store.close().await.unwrap();
        text
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// The server's database, beside the server.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.database_url.parse().unwrap())
            .await
            .unwrap()
    }

    /// Calls of Toss's API so far, as "METHOD path".
    pub(crate) fn calls(&self) -> Vec<String> {
        self.sim
            .requests()
            .iter()
            .map(|request| format!("{} {}", request.method, request.path))
            .collect()
    }

    /// Calls of one endpoint so far.
    pub(crate) fn calls_of(&self, endpoint: Endpoint) -> usize {
        let requests = self.sim.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }

    /// Waits until an endpoint has been called that often.
    pub(crate) async fn until_called(&self, endpoint: Endpoint, times: usize) {
        until(async || (self.calls_of(endpoint) >= times).then_some(())).await;
    }

    /// Meets every coming call of an endpoint with a nuisance.
    pub(crate) fn always(&self, endpoint: Endpoint, kind: FaultKind) {
        self.sim
            .faults()
            .add(Fault::next(endpoint, kind).times(10_000));
    }

    /// Moves the shop's clock.
    pub(crate) fn pass(&self, time: chrono::Duration) {
        self.sim.clock().advance(time);
    }

    /// The payment key of an order.
    pub(crate) async fn payment_key(&self, order: &str) -> String {
        let query = format!(r#"{{ payment(by: {{orderId: "{order}"}}) {{ paymentKey }} }}"#);
        self.ask(&query).await["payment"]["paymentKey"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// Waits for a condition, and fails when it does not come about.
pub(crate) async fn until<T>(mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = condition().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("what is waited for comes about")
}

/// The `data` of an answer without errors.
pub(crate) fn data(mut answer: Value) -> Value {
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].take()
}

/// The code of an answer's first error.
pub(crate) fn code(answer: &Value) -> String {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("an error with a code was expected: {answer:#}"))
        .to_owned()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}
