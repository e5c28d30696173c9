//! `toss-recon restored`: what is to be done after an older copy of the database was put back, before anybody is served.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use indicatif::ProgressBar;
use serde_json::json;

use super::CommandError;
use super::backup::waiting;
use crate::cancel::{OpenLookedUp, UnnamedCancel};
use crate::config::ServerConfig;
use crate::merchants::Merchants;
use crate::server::{self, CommandClock};
use crate::store::{AccountName, Epoch, Store};

/// A server that was killed counts as running for 18 seconds more.
const SERVERS_END_WITHIN: Duration = Duration::from_secs(25);
/// So much before the newest instant that the copy knows Toss's list is read from: clocks differ, and what was under way may
/// be listed under an earlier time.
const BEFORE_THE_NEWEST: TimeDelta = TimeDelta::hours(1);
/// How far back the list is read for a database that knows of nothing: as long as Toss keeps what was answered to a key.
const KEYS_LIVE: TimeDelta = TimeDelta::days(15);
/// So many cancels are printed at most.
const MOST_LINES: usize = 10_000;

/// What was found, and what is missing.
struct Found {
    open: OpenLookedUp,
    since: DateTime<Utc>,
    unnamed: Vec<(AccountName, UnnamedCancel)>,
    unblocked: usize,
    missing: Vec<String>,
}

/// Lets no token in until it is confirmed, looks up at Toss what the copy does not know, and prints it: a line of JSON, and
/// then a line for each cancel that no request names.
pub(super) async fn run(config: ServerConfig) -> Result<(), CommandError> {
    let merchants = server::merchants(&config.merchants, &config.toss)
        .map_err(|error| CommandError::Failure(error.to_string()))?;
    let store = super::open_signing(&config).await?;
    let clock = CommandClock::on(&store).await?;
    let waiting = waiting()?;
    no_server_runs(&store, &waiting).await?;
    // Neither needs Toss: nobody gets in who is not to, even if all else fails.
    let epoch = store.begin_epoch(clock.get().now()).await?;
    let suspended = store.suspend_tokens(clock.get().now()).await?;
    store.say_audit_key(clock.get().now()).await?;
    let found = look_up(&config, &store, &merchants, &clock, &epoch, &waiting).await;
    waiting.finish_and_clear();
    let found = found?;
    if found.missing.is_empty() {
        store.end_epoch().await?;
    }
    store.close().await?;
    print(&epoch, suspended, &found)?;
    if found.missing.is_empty() {
        return Ok(());
    }
    Err(CommandError::Failure(format!(
        "not everything could be looked up, and tokens stay suspended: {}; run `toss-recon restored` again",
        found.missing.join("; ")
    )))
}

/// Waits for the leases of servers that were killed; one that runs would renew its own.
async fn no_server_runs(store: &Store, waiting: &ProgressBar) -> Result<(), CommandError> {
    let began = Instant::now();
    while store.has_running_servers().await? {
        if began.elapsed() > SERVERS_END_WITHIN {
            return Err(CommandError::Failure(
                "a server runs on this database, and nothing was done: stop every server, then run `toss-recon restored` again"
                    .to_owned(),
            ));
        }
        waiting.set_message("waiting until servers that were stopped count no more");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

async fn look_up(
    config: &ServerConfig,
    store: &Store,
    merchants: &Merchants,
    clock: &CommandClock,
    epoch: &Epoch,
    waiting: &ProgressBar,
) -> Result<Found, CommandError> {
    let now = clock.get().now();
    let since = epoch.knew_until.map_or_else(
        || now - KEYS_LIVE,
        |newest| newest.min(now) - BEFORE_THE_NEWEST,
    );
    let (canceller, limits) =
        server::canceller_alone(config, store.clone(), merchants.clone(), clock.get()).await;
    waiting.set_message("asking Toss about the requests that were open");
    let open = canceller.look_up_open().await;
    limits.give_back().await;
    let open = open?;
    let mut missing = Vec::new();
    if open.missing > 0 {
        missing.push(format!(
            "{} of the requests that were open in the copy",
            open.missing
        ));
    }
    let (mut unnamed, mut unblocked) = (Vec::new(), 0);
    for merchant in merchants.all() {
        let account = &merchant.account;
        waiting.set_message(format!("reading Toss's list of {account}"));
        let cancels = match canceller.look_up_made_since(merchant, since).await {
            Ok(cancels) => cancels,
            Err(error) => {
                missing.push(format!("the cancels of the merchant {account} ({error})"));
                continue;
            }
        };
        // What is open may still be what was forgotten.
        if open.missing == 0 {
            let keys: Vec<_> = cancels
                .iter()
                .map(|cancel| (&cancel.payment, &cancel.transaction))
                .collect();
            unblocked += store.note_looked_up(account, &keys, now).await?;
        }
        unnamed.extend(cancels.into_iter().map(|cancel| (account.clone(), cancel)));
    }
    for account in store.accounts_behind().await? {
        if merchants.named(&account).is_none() {
            missing.push(format!(
                "the cancels of the merchant {account}, which is not in the settings"
            ));
        }
    }
    Ok(Found {
        open,
        since,
        unnamed,
        unblocked,
        missing,
    })
}

fn print(epoch: &Epoch, suspended: u64, found: &Found) -> io::Result<()> {
    let ours = found.unnamed.iter().filter(|(_, cancel)| cancel.is_ours);
    let ours = ours.count();
    let mut out = io::stdout().lock();
    let summary = json!({
        "epoch": epoch.number,
        "copyKnewUntil": epoch.knew_until.map(shown),
        "tokensSuspended": suspended,
        "open": found.open.states,
        "madeSince": {
            "from": shown(found.since),
            "oursForgotten": ours,
            "cannotBeTold": found.unnamed.len() - ours,
            "notListed": found.unnamed.len().saturating_sub(MOST_LINES),
        },
        "paymentsUnblocked": found.unblocked,
        "complete": found.missing.is_empty(),
    });
    writeln!(out, "{summary}")?;
    // What is known to be ours first, lest it be among what is left out.
    let (ours, others): (Vec<_>, Vec<_>) =
        found.unnamed.iter().partition(|(_, cancel)| cancel.is_ours);
    for (account, cancel) in ours.into_iter().chain(others).take(MOST_LINES) {
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{account}",
            cancel.payment,
            cancel.transaction,
            cancel.amount,
            shown(cancel.at),
            if cancel.is_ours {
                "OURS_FORGOTTEN"
            } else {
                "CANNOT_BE_TOLD"
            },
        )?;
    }
    Ok(())
}

fn shown(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
