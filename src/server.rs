//! The server: the only place where the rooms are joined.

mod database_clock;
mod measuring;
mod trusted_documents;
mod who_asks;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use chrono::TimeDelta;
use futures_util::future::join;
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::database_clock::CommandClock;
pub(crate) use self::trusted_documents::faults as faults_of_documents;

use self::database_clock::DatabaseClock;
use self::measuring::Measuring;
use crate::cancel::{Canceller, LimitsInForce, MoneySteps, WeakerLimits, longest_reason};
use crate::clock::Clock;
use crate::config::{
    FrontDoor, MerchantConfig, ServerConfig, SettingError, SyncConfig, TossConfig,
};
use crate::graphql::{self, Interpretation};
use crate::http::{self, HttpParts};
use crate::listing::ListSettings;
use crate::lookup::{Lookup, LookupSettings};
use crate::merchants::{Merchant, Merchants};
use crate::reconcile::Reconciler;
use crate::store::{Migrated, Store, StoreError};
use crate::sync::{Follower, Mirror, MirrorSettings};
use crate::toss::{ClientSetupError, Toss, TossSettings, first, in_background};
use crate::webhooks::{Webhook, WebhookReceiver, WebhookWorker};

/// How long requests under way may take after the program was told to stop.
const REQUESTS_MAY_TAKE: Duration = Duration::from_secs(15);
/// How long cancels under way may take after that. What has not ended by then is found out at the next start.
const CANCELS_MAY_TAKE: Duration = Duration::from_secs(30);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened as configured.
    #[error("DATABASE_URL: {0}")]
    OpenStore(#[source] StoreError),
    /// The database could not be brought up to date.
    #[error("{0}")]
    Migrate(#[source] StoreError),
    /// The database could not be asked what time it is.
    #[error("{0}")]
    Clock(#[source] StoreError),
    /// The client of Toss's API could not be made.
    #[error("{0}")]
    Toss(#[from] ClientSetupError),
    /// A setting does not fit.
    #[error("{0}")]
    Setting(#[from] SettingError),
    /// Trusted documents that cannot be answered, one line for each fault.
    #[error("{}", .0.join("; "))]
    Documents(Vec<String>),
    /// The address cannot be served on.
    #[error(
        "LISTEN_ADDR: {address} cannot be served on ({cause}): choose another address or port, or stop what is there"
    )]
    Bind {
        /// The configured address.
        address: SocketAddr,
        /// The system's word for it.
        cause: io::ErrorKind,
    },
}

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
        // Without room for it, what is there is still told; the next start says it.
        if let Err(error) = store.say_audit_key(clock.now()).await {
            tracing::warn!(%error, "the key that signs the audit log could not be named in it");
        }
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
        let lookup = Lookup::with(
            store.clone(),
            merchants.clone(),
            clock.clone(),
            lookup_settings(&config.sync, reconciler.clone()),
        );
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
            interpretation,
            live_reads_per_minute: config.front_door.live_reads_per_minute,
        });
        let (receiver, webhook_worker) = WebhookReceiver::new(
            store.clone(),
            lookup.clone(),
            clock.clone(),
            Handle::current(),
        );
        let stop_streams = CancellationToken::new();
        let access = who_asks::access(&store, &clock, config.public_url.clone());
        let http = HttpParts {
            webhooks: config
                .webhook_secret
                .clone()
                .map(|secret| webhooks(secret, receiver)),
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

pub(crate) fn merchants(
    configured: &[MerchantConfig],
    toss: &TossConfig,
) -> Result<Merchants, ClientSetupError> {
    let merchants = configured.iter().map(|merchant| {
        Ok(Merchant {
            account: merchant.account.clone(),
            toss: Toss::new(TossSettings {
                timeout: toss.timeout,
                calls_per_minute: toss.calls_per_minute,
                musd: toss.musd_amounts,
                ..TossSettings::new(toss.base_url.clone(), merchant.secret_key.clone())
            })?,
            settlement_cycle: merchant.settlement_cycle,
            payout_business_days: merchant.payout_business_days,
            unsettled_methods: merchant.unsettled_methods.clone(),
            has_test_key: merchant.secret_key.is_test(),
        })
    });
    merchants.collect::<Result<Vec<_>, _>>().map(Merchants::new)
}

/// What cancels, by the settings, for a command that looks up what became of cancels; and the limits by which it does, for as
/// long as they are not given back.
pub(crate) async fn canceller_alone(
    config: &ServerConfig,
    store: Store,
    merchants: Merchants,
    clock: Clock,
) -> (Canceller, LimitsInForce) {
    let limits =
        LimitsInForce::begin(store.clone(), config.cancel_policy.clone(), clock.clone()).await;
    let canceller = Canceller::new(
        store.clone(),
        merchants.clone(),
        Lookup::new(store, merchants, clock.clone()),
        clock,
        MoneySteps::on(Handle::current()),
        config.cancel_retry,
        limits.clone(),
    );
    (canceller, limits)
}

pub(crate) fn mirror_settings(sync: &SyncConfig) -> MirrorSettings {
    MirrorSettings {
        retry_pause: sync.retry_pause,
        transaction_days: sync.transaction_days,
        settlement_days: sync.settlement_days,
        webhook_days: sync.webhook_days,
        ..MirrorSettings::every(sync.interval)
    }
}

/// How lists are read for single payments: as the mirror reads them, by the cycles that verdicts are made by.
fn lookup_settings(sync: &SyncConfig, reconciler: Reconciler) -> LookupSettings {
    let mirror = mirror_settings(sync);
    LookupSettings {
        lists: ListSettings {
            page_rows: mirror.page_rows,
            settlement_days: mirror.settlement_days,
            interval: TimeDelta::from_std(mirror.interval).unwrap_or(TimeDelta::MAX),
        },
        learned_cycle: Some(Arc::new(move |mid, method| {
            let reconciler = reconciler.clone();
            Box::pin(async move { reconciler.learned_cycle(&mid, method.as_ref()).await })
        })),
    }
}

/// The database, up to date.
async fn open_store(config: &ServerConfig) -> Result<(Store, Migrated), StartError> {
    let store = Store::open(&config.database_url)
        .await
        .map_err(StartError::OpenStore)?;
    let store = store.signing_with(config.audit_signer());
    let migrated = store.migrate().await.map_err(StartError::Migrate)?;
    store
        .warn_of_forgetful_server()
        .await
        .map_err(StartError::OpenStore)?;
    Ok((store, migrated))
}

/// Binds the address, and tells which port it is.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bind_error = |error: io::Error| StartError::Bind {
        address,
        cause: error.kind(),
    };
    let listener = TcpListener::bind(address).map_err(bind_error)?;
    let address = listener.local_addr().map_err(bind_error)?;
    Ok((listener, address))
}

/// What keeps verdicts, by the settings.
pub(crate) fn reconciler(
    config: &ServerConfig,
    store: Store,
    merchants: &Merchants,
    clock: Clock,
) -> Reconciler {
    Reconciler::new(
        store,
        merchants,
        clock,
        config.calendar.clone(),
        config.toss.partial_cancel_rows,
    )
}

fn console(config: &ServerConfig) -> Option<http::Console> {
    let longest_reason = longest_reason(config.cancel_policy.marks_reasons);
    config
        .front_ends
        .console
        .then(|| http::Console::from_binary(longest_reason))
}

fn door(config: &FrontDoor) -> http::DoorSettings {
    http::DoorSettings {
        requests_per_minute: config.requests_per_minute,
        trusted_proxies: config.trusted_proxies,
    }
}

fn webhooks(secret: SecretString, receiver: WebhookReceiver) -> http::Webhooks {
    http::Webhooks::new(secret, move |transmission_id, body| {
        let receiver = receiver.clone();
        async move {
            let webhook = Webhook {
                transmission_id: transmission_id.as_deref(),
                body: &body,
            };
            if let Err(error) = receiver.take(webhook).await {
                tracing::warn!(%error, "a webhook could not be kept");
            }
        }
    })
}

fn readiness(
    store: &Store,
    limits: &LimitsInForce,
    clock: Option<DatabaseClock>,
) -> http::Readiness {
    let (store, limits) = (store.clone(), limits.clone());
    http::Readiness::new(move || {
        let (store, limits, clock) = (store.clone(), limits.clone(), clock.clone());
        Box::pin(async move {
            store.ready().await.map_err(|error| match error {
                StoreError::NotMigrated { .. } | StoreError::TooNew { .. } => {
                    http::NotReady::NotMigrated
                }
                StoreError::NotWritable { .. } => http::NotReady::DatabaseNotWritable,
                _ => http::NotReady::DatabaseUnreachable,
            })?;
            limits.may_cancel().map_err(|weaker| match weaker {
                WeakerLimits::Weaker(_) => http::NotReady::WeakerLimits,
                // It answers, and takes no writes.
                WeakerLimits::NotCompared => http::NotReady::DatabaseUnreachable,
            })?;
            match clock {
                Some(clock) if clock.differs() => Err(http::NotReady::ClockDiffers),
                _ => Ok(()),
            }
        })
    })
}
