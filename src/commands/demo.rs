//! `toss-recon demo`: a simulated shop, an embedded database and the server in one process, with nothing to set up.

mod guide;
mod past;
mod shop;

use std::fmt::Display;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use reconciliation::{BusinessCalendar, CancelPolicy, Currency, KstDate, Money, PartialCancelRows};
use secrecy::ExposeSecret;
use tempfile::TempDir;
use toss_sim::TossSim;

use self::guide::Guide;
use self::past::{ADMIN, SlowClock};
use self::shop::{MERCHANT, SECRET_KEY, Shop, TEST_MERCHANT, TEST_SECRET_KEY};
use super::stop::StopSignals;
use super::{CommandError, token};
use crate::access::Role;
use crate::clock::Clock;
use crate::config::{
    FrontDoor, FrontEnds, LogConfig, MerchantConfig, ServerConfig, SyncConfig, TossConfig,
};
use crate::server::{Server, StartError};
use crate::store::{AccountName, InvalidDatabaseUrl};
use crate::toss::{BaseUrl, MusdAmounts, SecretKey};

/// Cancels of more than this many won need a second admin.
const APPROVAL_ABOVE_WON: i64 = 1_000_000;
/// What is logged where `LOG` is not set: warnings. But one cancel stays without an answer on purpose: neither that nor the broken connections at the simulated
/// Toss are told.
const LOGGED: &str = "warn,toss_recon::cancel=error,actix_http=off";

/// What the command line may say about the demo.
#[derive(Args)]
pub(super) struct Options {
    /// The port to serve on, on this machine only
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// Serves until it is told to stop. What it kept goes with it.
///
/// # Errors
/// When the port is in use, or a file cannot be made.
pub(super) async fn run(options: Options) -> Result<(), CommandError> {
    super::logging::start(&LogConfig::of_environment(LOGGED)?)?;
    // Before the folder is made, so that an early Ctrl-C leaves none behind.
    let mut signals = StopSignals::listen()?;
    let slow = SlowClock::new();
    let today = KstDate::of(Clock::system().now());
    let shop = Shop::open(slow.clock().now(), today.naive()).await?;
    let folder = TempDir::with_prefix("toss-recon-demo-")?;
    let config = config(&shop.sim, &folder, options.port)?;
    let server = Server::bind(&config, slow.clock())
        .await
        .map_err(|error| not_started(error, options.port))?;
    Box::pin(past::live_through(&server, &config, &shop, &slow)).await?;
    let admin = token::create(server.store(), ADMIN, ADMIN, Role::Admin).await?;
    let approver = token::create(
        server.store(),
        "demo-approver",
        "demo-approver",
        Role::Admin,
    )
    .await?;
    let viewer = token::create(server.store(), "demo-viewer", "demo-viewer", Role::Viewer).await?;
    let guide = Guide {
        address: &server.address().to_string(),
        toss: shop.sim.base_url(),
        admin: admin.expose_secret(),
        approver: approver.expose_secret(),
        viewer: viewer.expose_secret(),
    }
    .text();
    io::stderr().write_all(guide.as_bytes())?;
    server
        .as_demo()
        .following()
        .run(async move { signals.next().await })
        .await?;
    folder.close()?;
    Ok(())
}

/// The demo has no `LISTEN_ADDR`: its port is an option.
fn not_started(error: StartError, port: u16) -> CommandError {
    match error {
        StartError::Bind { cause, .. } => CommandError::Failure(format!(
            "port {port} cannot be served on ({cause}): choose another with --port, or 0 for any that is free"
        )),
        error => error.into(),
    }
}

fn config(sim: &TossSim, folder: &TempDir, port: u16) -> Result<ServerConfig, CommandError> {
    let database = format!("sqlite://{}", folder.path().join("demo.db").display());
    Ok(ServerConfig {
        merchants: vec![
            merchant(MERCHANT, SECRET_KEY)?,
            merchant(TEST_MERCHANT, TEST_SECRET_KEY)?,
        ],
        toss: TossConfig {
            base_url: BaseUrl::parse(sim.base_url()).map_err(|error| failed(&error))?,
            timeout: Duration::from_secs(30),
            calls_per_minute: None,
            partial_cancel_rows: PartialCancelRows::default(),
            musd_amounts: MusdAmounts::default(),
        },
        database_url: database
            .parse()
            .map_err(|error: InvalidDatabaseUrl| failed(&error))?,
        listen_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        cancel_retry: Duration::from_secs(5),
        sync: SyncConfig::default(),
        cancel_policy: CancelPolicy {
            approval_above: [Money::from_minor(APPROVAL_ABOVE_WON, Currency::KRW)]
                .into_iter()
                .collect(),
            ..CancelPolicy::default()
        },
        calendar: BusinessCalendar::korean().map_err(|error| failed(&error))?,
        webhook_secret: None,
        front_door: FrontDoor::default(),
        front_ends: FrontEnds::default(),
        public_url: None,
        notify: Vec::new(),
    })
}

fn merchant(account: &str, secret_key: &str) -> Result<MerchantConfig, CommandError> {
    Ok(MerchantConfig {
        account: AccountName::new(account),
        secret_key: SecretKey::parse(secret_key).map_err(|error| failed(&error))?,
        settlement_cycle: None,
        payout_business_days: None,
        unsettled_methods: Vec::new(),
    })
}

fn failed(error: &impl Display) -> CommandError {
    CommandError::Failure(format!("the demo could not be set up: {error}"))
}
