//! `toss-recon demo`: a simulated shop, an embedded database and the server in one process, with nothing to set up.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chrono::{Days, NaiveDate};
use clap::Args;
use reconciliation::{BusinessCalendar, CancelPolicy, KstDate, PartialCancelRows};
use secrecy::ExposeSecret;
use tempfile::TempDir;
use toss_sim::{Merchant, Scenario, SimClock, TossSim, is_business_day};

use super::stop::StopSignals;
use super::{CommandError, token};
use crate::access::Role;
use crate::clock::Clock;
use crate::config::{LogConfig, MerchantConfig, ServerConfig, SyncConfig, TossConfig};
use crate::server::{Server, StartError};
use crate::store::{AccountName, InvalidDatabaseUrl, Source};
use crate::sync::Import;
use crate::toss::{BaseUrl, MusdAmounts, SecretKey};

/// The story that the shop has lived through: every case of the books within thirty days.
const STORY: &str = "month";
/// On which of the story's days the card payment that the guide shows is paid, and cancelled in part twice.
const SHOWN_DAYS: [u64; 3] = [5, 6, 7];
/// From the story's first day to today.
const DAYS_BEFORE: u32 = 30;
const SEED: u64 = 1;
const MERCHANT: &str = "tdemoshop01";
const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";

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
    super::logging::start(&LogConfig {
        filter: "warn".to_owned(),
        json: false,
    })?;
    // Before the folder is made, so that an early Ctrl-C leaves none behind.
    let mut stop = StopSignals::listen()?;
    let clock = Clock::system();
    let sim = start_shop(&clock).await?;
    let folder = TempDir::with_prefix("toss-recon-demo-")?;
    let today = KstDate::of(clock.now());
    let server = Server::bind(&config(&sim, &folder, options.port)?, clock)
        .await
        .map_err(|error| not_started(error, options.port))?;
    let month = Import {
        from: today.minus_days(DAYS_BEFORE),
        to: today,
        sources: Source::ALL.to_vec(),
    };
    server.mirror().import(&month, |_| {}).await?;
    server.reconciler().catch_up(Duration::MAX).await?;
    let admin = token::create(server.store(), "demo-admin", "demo-admin", Role::Admin).await?;
    let viewer = token::create(server.store(), "demo-viewer", "demo-viewer", Role::Viewer).await?;
    let guide = guide(
        &server.address().to_string(),
        sim.base_url(),
        admin.expose_secret(),
        viewer.expose_secret(),
    );
    io::stderr().write_all(guide.as_bytes())?;
    server
        .following()
        .run(async move { stop.next().await })
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

/// A shop whose month is over, so that its settlement rows are there.
async fn start_shop(clock: &Clock) -> Result<TossSim, CommandError> {
    let failed =
        |error: String| CommandError::Failure(format!("the simulated shop did not start: {error}"));
    let now = clock.now();
    let settings = toss_sim::Settings {
        clock: SimClock::running_from(now),
        seed: SEED,
        merchants: vec![Merchant::live(MERCHANT, SECRET_KEY)],
        ..toss_sim::Settings::default()
    };
    let sim = TossSim::start(settings)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let story = Scenario::by_name(STORY).map_err(|error| failed(error.to_string()))?;
    let today = KstDate::of(now).naive();
    sim.play(story, first_day(today, story.days.into()));
    Ok(sim)
}

/// The latest day on which a month that is over by `today` can begin, so that what the guide shows happened on business
/// days: what is sold over a weekend is paid out on one and the same day, and would not show what it should.
fn first_day(today: NaiveDate, days: u64) -> NaiveDate {
    (days..days + 30)
        .filter_map(|days| today.checked_sub_days(Days::new(days)))
        .find(|start| {
            SHOWN_DAYS
                .iter()
                .all(|day| is_business_day(*start + Days::new(*day)))
        })
        .unwrap_or(today - Days::new(days))
}

fn config(sim: &TossSim, folder: &TempDir, port: u16) -> Result<ServerConfig, CommandError> {
    let failed =
        |error: String| CommandError::Failure(format!("the demo could not be set up: {error}"));
    let database = format!("sqlite://{}", folder.path().join("demo.db").display());
    Ok(ServerConfig {
        merchants: vec![MerchantConfig {
            account: AccountName::new(MERCHANT),
            secret_key: SecretKey::parse(sim.secret_key())
                .map_err(|error| failed(error.to_string()))?,
            settlement_cycle: None,
            payout_business_days: None,
        }],
        toss: TossConfig {
            base_url: BaseUrl::parse(sim.base_url()).map_err(|error| failed(error.to_string()))?,
            timeout: Duration::from_secs(30),
            calls_per_minute: None,
            partial_cancel_rows: PartialCancelRows::default(),
            musd_amounts: MusdAmounts::default(),
        },
        database_url: database
            .parse()
            .map_err(|error: InvalidDatabaseUrl| failed(error.to_string()))?,
        listen_addr: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        cancel_retry: Duration::from_secs(5),
        sync: SyncConfig::default(),
        cancel_policy: CancelPolicy::default(),
        calendar: BusinessCalendar::korean().map_err(|error| failed(error.to_string()))?,
        webhook_secret: None,
        public_url: None,
    })
}

/// What to do with it, and what will be seen.
fn guide(address: &str, toss: &str, admin: &str, viewer: &str) -> String {
    format!(
        r#"
toss-recon demo: a simulated shop that has lived through a month of payments. Ctrl-C ends it; nothing is kept.

  open          http://{address}/graphql
  viewer token  {viewer}
  admin token   {admin}

The page asks for a token: a viewer may query, an admin may also cancel. Paste this query:

query {{
  neverPaid: payment(by: {{orderId: "order-never-paid"}}) {{ ...Money }}
  partlyCancelled: payment(by: {{orderId: "order-partial-cancels"}}) {{ ...Money }}
}}
fragment Money on Payment {{
  status
  history {{ transactionAt status amount {{ amount }} effect }}
  settlements {{ kind amount {{ amount }} payOutAmount {{ amount }} soldDate paidOutDate }}
  effectiveRefund {{ amount currency }}
}}

It shows a virtual account of 22,400 won that nobody paid: Toss lists CANCELED 22400, but its effect is VOIDED and
0 was refunded. Beside it, a card payment of 15,000 won that was cancelled in part twice: three settlement rows, each
with its own sold date and paid-out date, and 8,000 won refunded.

The same from a terminal, for the first of them:

curl -s http://{address}/graphql \
  -H 'Authorization: Bearer {viewer}' -H 'Content-Type: application/json' \
  -d '{{"query":"{{ payment(by: {{orderId: \"order-never-paid\"}}) {{ status effectiveRefund {{ amount }} history {{ status effect amount {{ amount }} }} }} }}"}}'

The simulated Toss itself answers at {toss}
"#
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use toss_sim::business_days_after;

    use super::*;

    #[test]
    fn on_every_day_of_some_years_the_three_rows_are_paid_out_on_days_of_their_own() {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        for today in first.iter_days().take(3 * 365) {
            let start = first_day(today, 30);
            assert!(start + Days::new(30) <= today);
            let paid_out: BTreeSet<NaiveDate> = SHOWN_DAYS
                .iter()
                .map(|day| business_days_after(start + Days::new(*day), 5))
                .collect();
            assert_eq!(paid_out.len(), 3, "{today}");
            assert!(paid_out.last() < Some(&today), "{today}");
        }
    }
}
