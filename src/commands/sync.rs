//! `toss-recon sync`: mirrors a range of days to its end, and makes the verdicts that follow. Interrupted at any moment
//! and run again, it goes on where it was.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use reconciliation::KstDate;

use super::CommandError;
use super::days::Days;
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::server::{self, CommandClock};
use crate::store::{Source, StoredUnreadable};
use crate::sync::{Import, ImportError, Imported, Mirror, Progress, unreadable_text};

/// Which days, and of which lists.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    days: Days,
    /// One of the two lists alone
    #[arg(long, value_name = "LIST")]
    only: Option<List>,
    /// Read every day, also those that have been read completely, for rows that came late
    #[arg(long)]
    again: bool,
}

/// How many rows that could not be read are named one by one.
const SHOWN_UNREADABLE: usize = 20;
/// How many are counted.
const MOST_UNREADABLE: u64 = 100_000;

/// One of Toss's lists.
#[derive(Clone, Copy, ValueEnum)]
enum List {
    /// Approvals, cancels and issued accounts
    Transactions,
    /// What is paid out
    Settlements,
}

/// Mirrors, and prints how many rows these days have as one line of JSON.
pub(super) async fn run(config: ServerConfig, options: Options) -> Result<(), CommandError> {
    let import = import(&options, KstDate::of(Clock::system().now()))?;
    let merchants = server::merchants(&config.merchants, &config.toss)
        .map_err(|error| CommandError::Failure(error.to_string()))?;
    let store = super::open_signing(&config).await?;
    let clock = CommandClock::on(&store).await?;
    let settings = server::mirror_settings(&config.sync);
    let reconciler = server::reconciler(&config, store.clone(), &merchants, clock.get());
    let mirror = Mirror::new(store.clone(), merchants, clock.get(), settings);
    let bar = bar()?;
    let show = |progress: Progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(HumanCount(progress.rows).to_string());
    };
    let imported = if options.again {
        mirror.import_again(&import, show).await
    } else {
        mirror.import(&import, show).await
    };
    bar.finish_and_clear();
    let imported = imported?;
    super::reconcile::catch_up(&reconciler).await?;
    let mut unreadable = store
        .unreadable_rows(Some((import.from, import.to)), MOST_UNREADABLE)
        .await?;
    unreadable.retain(|row| import.sources.contains(&row.source));
    store.close().await?;
    tell(&unreadable)?;
    writeln!(io::stdout(), "{}", line(&imported))?;
    Ok(())
}

/// Names rows that could not be read, one a line. They are kept as they came; nobody has to run this again for them.
fn tell(rows: &[StoredUnreadable]) -> Result<(), io::Error> {
    let mut out = io::stderr().lock();
    for row in rows.iter().take(SHOWN_UNREADABLE) {
        let list = match row.source {
            Source::Transactions => "transactions",
            Source::Settlements => "settlements",
        };
        let (mid, day) = (&row.mid, row.listed.day);
        let text = unreadable_text(row);
        writeln!(
            out,
            "a row of the {list} of {mid} of {day} could not be read and is kept as it came: {text}"
        )?;
    }
    let more = rows.len().saturating_sub(SHOWN_UNREADABLE);
    if more > 0 {
        writeln!(out, "{more} more rows could not be read")?;
    }
    Ok(())
}

fn import(options: &Options, today: KstDate) -> Result<Import, CommandError> {
    let (from, to) = options.days.range()?;
    if to > today {
        return Err(CommandError::Usage(format!(
            "--to {to} is in the future: the last day that can be read is {today}"
        )));
    }
    let sources = match options.only {
        None => Source::ALL.to_vec(),
        Some(List::Transactions) => vec![Source::Transactions],
        Some(List::Settlements) => vec![Source::Settlements],
    };
    Ok(Import { from, to, sources })
}

/// A bar that shows itself on a terminal only.
fn bar() -> Result<ProgressBar, CommandError> {
    let style = ProgressStyle::with_template(
        "{wide_bar} {pos}/{len} days  {msg} rows  {elapsed} gone, {eta} left",
    )
    .map_err(|error| CommandError::Failure(format!("the progress bar: {error}")))?;
    Ok(ProgressBar::new(0).with_style(style).with_message("0"))
}

/// In the order in which the documentation has it.
fn line(imported: &Imported) -> String {
    let Imported {
        transactions,
        settlements,
        days,
        changed,
    } = imported;
    format!(
        r#"{{"transactions":{transactions},"settlements":{settlements},"days":{days},"changed":{changed}}}"#
    )
}

impl From<ImportError> for CommandError {
    fn from(error: ImportError) -> Self {
        Self::Failure(error.to_string())
    }
}
