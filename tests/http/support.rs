//! A started server on a free port, its tokens, and what is asked of it in most tests.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpServer, dev::ServerHandle, rt};
use async_graphql::Schema;
use rand::{SeedableRng as _, rngs::StdRng};
use reconciliation::MId;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header::HeaderMap};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use toss_recon::{
    access::{Access, LookupFailed, NewToken, Role, Scope, StoredToken},
    graphql::Metering,
    http::{
        Console, DoorSettings, Endpoint, Graphiql, HttpParts, Metrics, NotReady, Readiness,
        TrustedDocuments, app, on_connect,
    },
};

use crate::schema::{Mutation, Query, Subscription};

/// What a resolver must never let out.
pub(crate) const SECRET_CAUSE: &str = "SELECT secret_column FROM vault";

/// A server that stops when it is dropped.
pub(crate) struct TestServer {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) tokens: Tokens,
    pub(crate) switches: Arc<Switches>,
    client: Client,
    handle: ServerHandle,
}

/// Texts of the tokens that the server knows.
pub(crate) struct Tokens {
    pub(crate) admin: String,
    pub(crate) viewer: String,
    /// A viewer's, of one merchant.
    pub(crate) scoped: String,
    pub(crate) revoked: String,
}

/// What a test sees of the server's inside, or changes in it.
#[derive(Default)]
pub(crate) struct Switches {
    /// Mutations that ran to their end.
    pub(crate) mutations: AtomicU32,
    /// Slow fields that have ended or were given up.
    pub(crate) slow_ended: AtomicU32,
    /// Reports that have ended or were given up.
    pub(crate) reports_ended: AtomicU32,
    /// Look-ups of tokens.
    pub(crate) lookups: AtomicU32,
    pub(crate) tokens_unreadable: AtomicBool,
    pub(crate) viewer_revoked: AtomicBool,
    pub(crate) not_ready: AtomicBool,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::start_with(Duration::from_secs(30), Duration::from_secs(5))
    }

    /// `answer_time` is how long an answer is waited for, `trust` how long an accepted token is believed.
    pub(crate) fn start_with(answer_time: Duration, trust: Duration) -> Self {
        Self::start_behind(DoorSettings::default(), false, answer_time, trust)
    }

    /// `metrics_need_token` also on this machine.
    pub(crate) fn start_behind(
        door: DoorSettings,
        metrics_need_token: bool,
        answer_time: Duration,
        trust: Duration,
    ) -> Self {
        let nothing = (true, Vec::new(), TrustedDocuments::default());
        Self::start_as(door, metrics_need_token, answer_time, trust, nothing)
    }

    /// For pages of these origins, with these documents.
    pub(crate) fn start_for(origins: &[&str], documents: TrustedDocuments) -> Self {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let (answer_time, trust) = (Duration::from_secs(30), Duration::from_secs(5));
        Self::start_as(
            DoorSettings::default(),
            false,
            answer_time,
            trust,
            (true, origins, documents),
        )
    }

    /// Without the console.
    pub(crate) fn start_without_console() -> Self {
        let (answer_time, trust) = (Duration::from_secs(30), Duration::from_secs(5));
        let nothing = (false, Vec::new(), TrustedDocuments::default());
        Self::start_as(DoorSettings::default(), false, answer_time, trust, nothing)
    }

    fn start_as(
        door: DoorSettings,
        metrics_need_token: bool,
        answer_time: Duration,
        trust: Duration,
        (has_console, allowed_origins, documents): (bool, Vec<String>, TrustedDocuments),
    ) -> Self {
        let switches = Arc::new(Switches::default());
        let (tokens, access) = access(&switches, trust);
        let schema = Schema::build(Query, Mutation, Subscription)
            .data(Arc::clone(&switches))
            .limit_complexity(10_000)
            .extension(Metering)
            .disable_suggestions()
            .finish();
        let checked = Arc::clone(&switches);
        let parts = HttpParts {
            endpoint: Endpoint::new(schema, access)
                .with_door(door)
                .with_answer_time(answer_time)
                .with_trusted_documents(documents),
            readiness: Readiness::new(move || {
                let not_ready = checked.not_ready.load(Ordering::SeqCst);
                async move {
                    if not_ready {
                        Err(NotReady::NotMigrated)
                    } else {
                        Ok(())
                    }
                }
            }),
            metrics: Metrics::new(async || "measured 1\n".to_owned())
                .with_token_needed(metrics_need_token),
            graphiql: Graphiql::from_binary(),
            console: has_console.then(|| Console::from_binary(200)),
            webhooks: None,
            reports: Some(crate::reports::reports(&switches)),
            allowed_origins,
        };
        let server = HttpServer::new(move || app(&parts))
            .workers(1)
            .on_connect(on_connect)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .expect("a free port");
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        rt::spawn(server);
        Self {
            address,
            tokens,
            switches,
            client: Client::builder().no_proxy().build().expect("a client"),
            handle,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A GET without a token.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    /// Any method on `/graphql`, without a token.
    pub(crate) fn bare(&self, method: reqwest::Method) -> RequestBuilder {
        self.client.request(method, self.url("/graphql"))
    }

    /// A POST with the admin's token.
    pub(crate) fn post(&self) -> RequestBuilder {
        self.bare(reqwest::Method::POST)
            .bearer_auth(&self.tokens.admin)
    }

    /// The answer to a query, which must come with the status 200.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        let answer = self
            .post()
            .json(&json!({ "query": query }))
            .send()
            .await
            .into_answer()
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.body);
        answer.body
    }

    /// The answer under `application/graphql-response+json`, whose status tells more.
    pub(crate) async fn ask_strictly(&self, request: &Value) -> Answer {
        let request = self
            .post()
            .header("accept", "application/graphql-response+json")
            .json(request);
        request.send().await.into_answer().await
    }

    pub(crate) fn mutations(&self) -> u32 {
        self.switches.mutations.load(Ordering::SeqCst)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// An answer read to its end. Every body of this server but a page or a file is JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    /// `extensions.code` of the first error.
    pub(crate) fn code(&self) -> Option<&str> {
        self.body["errors"][0]["extensions"]["code"].as_str()
    }

    pub(crate) fn has_data(&self) -> bool {
        self.body
            .as_object()
            .expect("an object")
            .contains_key("data")
    }
}

pub(crate) trait IntoAnswer {
    async fn into_answer(self) -> Answer;
}

impl IntoAnswer for reqwest::Result<Response> {
    async fn into_answer(self) -> Answer {
        let response = self.expect("an answer");
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.json().await.expect("JSON"),
        }
    }
}

fn access(switches: &Arc<Switches>, trust: Duration) -> (Tokens, Access) {
    let mut rng = StdRng::seed_from_u64(20_260_101);
    let [admin, viewer, scoped, revoked] = [(); 4].map(|()| NewToken::generate(&mut rng));
    let tokens = Tokens {
        admin: admin.text.expose_secret().to_owned(),
        viewer: viewer.text.expose_secret().to_owned(),
        scoped: scoped.text.expose_secret().to_owned(),
        revoked: revoked.text.expose_secret().to_owned(),
    };
    let stored = [
        (admin, "till", Role::Admin),
        (viewer, "books", Role::Viewer),
        (scoped, "one-shop", Role::Viewer),
        (revoked, "old", Role::Admin),
    ];
    let switches = Arc::clone(switches);
    let lookup = move |id: String| {
        switches.lookups.fetch_add(1, Ordering::SeqCst);
        let unreadable = switches.tokens_unreadable.load(Ordering::SeqCst);
        let viewer_revoked = switches.viewer_revoked.load(Ordering::SeqCst);
        let found = stored
            .iter()
            .find(|(token, ..)| token.id == id)
            .map(|(token, name, role)| StoredToken {
                name: (*name).to_owned(),
                owner: (*name).to_owned(),
                role: *role,
                secret_hash: token.secret_hash(),
                revoked: *name == "old" || (*name == "books" && viewer_revoked),
                scope: match *name {
                    "one-shop" => Scope::only([MId::parse("shopa").expect("a merchant")]),
                    _ => Scope::ALL,
                },
            });
        let answer = if unreadable {
            Err(LookupFailed::new(SECRET_CAUSE))
        } else {
            Ok(found)
        };
        Box::pin(async move { answer }) as futures_util::future::BoxFuture<'static, _>
    };
    (tokens, Access::with_trust(lookup, trust))
}
