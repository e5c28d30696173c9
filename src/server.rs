//! The server: the only place where the rooms are joined.

mod database_clock;
mod for_http;
mod from_settings;
mod measuring;
mod opening;
mod reporting;
mod trusted_documents;
mod who_asks;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_web::HttpServer;
use futures_util::future::join;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::opening::StartError;

pub(crate) use self::database_clock::CommandClock;
pub(crate) use self::from_settings::{canceller_alone, merchants, mirror_settings, reconciler};
pub(crate) use self::trusted_documents::faults as faults_of_documents;

use self::database_clock::DatabaseClock;
use self::for_http::{console, readiness, reports, webhooks};
use self::from_settings::{door, lookup, notifier};
use self::measuring::Measuring;
use self::opening::{listen, open_store, say_audit_key};
use self::reporting::periods;
use crate::cancel::{Canceller, LimitsInForce, MoneySteps};
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::graphql::{self, Interpretation};
use crate::http::{self, HttpParts};
use crate::lookup::Lookup;
use crate::notify::Notifier;
use crate::reconcile::Reconciler;
use crate::store::{Migrated, Store};
use crate::sync::{Follower, Mirror};
use crate::toss::{first, in_background};
use crate::webhooks::{WebhookReceiver, WebhookWorker};

/// How long requests under way may take after the program was told to stop.
const REQUESTS_MAY_TAKE: Duration = Duration::from_secs(15);
/// How long cancels under way may take after that. What has not ended by then is found out at the next start.
const CANCELS_MAY_TAKE: Duration = Duration::from_secs(30);

/// A server that has its database and its address, and waits to be run.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    store: Store,
    mirror: Mirror,
    reconciler: Reconciler,
    migrated: Migrated,
    limits: LimitsInForce,
    canceller: Canceller,
    lookup: Lookup,
    webhook_worker: WebhookWorker,
    notifier: Option<Notifier>,
    /// Ends the background work.
    stop: CancellationToken,
    measuring: Measuring,
    /// What keeps the clock, where that is the database's.
    database_clock: Option<DatabaseClock>,
    money_steps: MoneySteps,
    http: HttpParts<graphql::Query, graphql::Mutation, graphql::Subscription>,
    /// Ends subscriptions.
    stop_streams: CancellationToken,
    follows: bool,
}

impl Server {
    /// Binds the address, opens the database and brings it up to date. In place of the system's clock it goes by
    /// PostgreSQL's, which all its processes share.
    ///
    /// # Errors
    /// The first part that could not be had.
    pub async fn bind(config: &ServerConfig, clock: Clock) -> Result<Self, StartError> {
        let measuring = Measuring::new();
        let merchants = measuring.of(|| merchants(&config.merchants, &config.toss))?;
        let trusted = trusted_documents::checked(&config.front_ends)
            .await
            .map_err(StartError::Documents)?;
        // First, so that a second server started by mistake changes nothing in the database of the first.
        let (listener, address) = listen(config.listen_addr)?;
        let (store, migrated) = open_store(config).await?;
        let (clock, database_clock) = DatabaseClock::instead_of(clock, &store)
            .await
            .map_err(StartError::Clock)?;
        say_audit_key(&store, &clock).await;
        let limits =
            LimitsInForce::begin(store.clone(), config.cancel_policy.clone(), clock.clone()).await;
        let money_steps = MoneySteps::on(Handle::current());
        let mirror = Mirror::new(
            store.clone(),
            merchants.clone(),
            clock.clone(),
            mirror_settings(&config.sync),
        );
        let reconciler = reconciler(config, store.clone(), &merchants, clock.clone());
        let lookup = lookup(&config.sync, &store, &merchants, &clock, &reconciler);
        let canceller = Canceller::new(
            store.clone(),
            merchants.clone(),
            lookup.clone(),
            clock.clone(),
            money_steps.clone(),
            config.cancel_retry,
            limits.clone(),
        );
        let interpretation = Interpretation {
            partial_cancel_rows: config.toss.partial_cancel_rows,
        };
        let schema = graphql::schema(graphql::Parts {
            store: store.clone(),
            lookup: lookup.clone(),
            canceller: canceller.clone(),
            mirror: mirror.clone(),
            reconciler: reconciler.clone(),
            periods: periods(&store, &reconciler, &mirror, &clock),
            interpretation,
            live_reads_per_minute: config.front_door.live_reads_per_minute,
        });
        let (receiver, webhook_worker) = WebhookReceiver::new(
            store.clone(),
            lookup.clone(),
            clock.clone(),
            Handle::current(),
        );
        let notifier = measuring.of(|| notifier(config, &store, &reconciler, &clock))?;
        let stop_streams = CancellationToken::new();
        let access = who_asks::access(&store, &clock, config.public_url.clone());
        let http = HttpParts {
            webhooks: config
                .webhook_secret
                .clone()
                .map(|secret| webhooks(secret, receiver)),
            reports: Some(measuring.of(|| reports(&store, &reconciler, &mirror, &clock))),
            endpoint: measuring
                .of(|| http::Endpoint::new(schema, access).with_door(door(&config.front_door)))
                .with_request_data(graphql::with_request_data)
                .with_trusted_documents(trusted)
                .until(stop_streams.clone()),
            readiness: readiness(&store, &limits, database_clock.clone()),
            metrics: measuring
                .shown(store.clone(), merchants, clock)
                .with_token_needed(config.front_door.metrics_need_token),
            graphiql: http::Graphiql::from_binary(),
            console: console(config),
            allowed_origins: config.front_ends.allowed_origins.clone(),
        };
        let stop = CancellationToken::new();
        Ok(Self {
            listener,
            address,
            store,
            mirror,
            reconciler,
            migrated,
            limits,
            canceller,
            lookup,
            webhook_worker: webhook_worker(stop.clone()),
            notifier,
            stop,
            measuring,
            database_clock,
            money_steps,
            http,
            stop_streams,
            follows: false,
        })
    }

    /// The address that is served on; its port is the one that the system chose when the configured one was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the database was before.
    pub fn migrated(&self) -> Migrated {
        self.migrated
    }

    /// The mirror of Toss's lists, for the commands that fill it first.
    pub fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    /// Keeps the verdicts, for the commands that have them made first.
    pub fn reconciler(&self) -> &Reconciler {
        &self.reconciler
    }

    /// What cancels, for the commands that cancel before anybody else does.
    pub fn canceller(&self) -> &Canceller {
        &self.canceller
    }

    /// What answers questions about one payment, for the commands that have payments read first.
    pub fn lookup(&self) -> &Lookup {
        &self.lookup
    }

    /// The server with background passes over Toss's lists.
    #[must_use]
    pub fn following(self) -> Self {
        Self {
            follows: true,
            ..self
        }
    }

    /// The server with pages that take a token from their own address: for a demo alone.
    #[must_use]
    pub fn as_demo(mut self) -> Self {
        self.http.console = self.http.console.map(http::Console::of_demo);
        self
    }

    /// The server's database, for the commands that prepare it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Serves until `stop` is ready; then lets requests and cancels under way end. Signals to the process are the
    /// caller's business.
    ///
    /// # Errors
    /// When the system takes the address away.
    pub async fn run(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Self {
            listener,
            store,
            limits,
            canceller,
            mirror,
            reconciler,
            lookup,
            webhook_worker,
            notifier,
            stop: stop_background,
            measuring,
            database_clock,
            money_steps,
            http,
            stop_streams,
            follows,
            ..
        } = self;
        // Much may have been done since the server was bound.
        limits.renew().await;
        let workers = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let mut serving = HttpServer::new(move || http::app(&http))
            .workers(workers)
            .on_connect(http::on_connect)
            .keep_alive(http::limits::KEEP_ALIVE)
            .client_request_timeout(http::limits::HEAD_TIME)
            .shutdown_timeout(REQUESTS_MAY_TAKE.as_secs())
            // An interrupt would drop requests under way.
            .disable_signals()
            .listen(listener)?
            .run();
        let background = TaskTracker::new();
        background.spawn(measuring.summing_up(stop_background.clone()));
        if let Some(database_clock) = database_clock {
            background.spawn(database_clock.keep(stop_background.clone()));
        }
        background.spawn(store.clone().hear_others(stop_background.clone()));
        background.spawn(in_background(webhook_worker.run()));
        if let Some(notifier) = notifier {
            background.spawn(notifier.run(stop_background.clone()));
        }
        background.spawn(reconciler.run(stop_background.clone(), lookup.changes()));
        if follows {
            let follower = Follower::new(mirror, lookup);
            background.spawn(in_background(follower.run(stop_background.clone())));
        }
        background.close();
        let handle = serving.handle();
        let (stop_recovery, stop_limits) = (CancellationToken::new(), CancellationToken::new());
        let limits = tokio::spawn(limits.keep(stop_limits.clone()));
        let mut recovery = tokio::spawn(first(canceller.recover(stop_recovery.clone())));
        let served = tokio::select! {
            served = &mut serving => served,
            () = stop => {
                stop_streams.cancel();
                // The server stops only while it is polled.
                let ((), served) = join(handle.stop(true), serving).await;
                served
            }
        };
        stop_recovery.cancel();
        stop_background.cancel();
        background.wait().await;
        // Recovery first: until it has ended, it may begin another step.
        let steps_end = async {
            let _ = (&mut recovery).await;
            money_steps.finish().await;
        };
        if timeout(CANCELS_MAY_TAKE, steps_end).await.is_err() {
            tracing::warn!("a cancel was still under way; it is recorded as such");
        }
        recovery.abort();
        stop_limits.cancel();
        let _ = limits.await;
        if let Err(error) = store.close().await {
            tracing::warn!(%error, "the database was not closed in order");
        }
        served
    }
}
