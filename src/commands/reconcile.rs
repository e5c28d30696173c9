//! `toss-recon reconcile`: makes the verdicts that are due, or every verdict anew to see whether it is the one kept.

use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::CommandError;
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::reconcile::{RecomputeError, Recomputed, Reconciler};
use crate::server::{self, CommandClock};
use crate::store::Store;

/// Which verdicts.
#[derive(Args)]
pub(super) struct Options {
    /// Every verdict, compared with the one that is kept; ends with 1 when any differs
    #[arg(long)]
    all: bool,
}

/// Makes verdicts, and prints how many as one line of JSON.
pub(super) async fn run(config: ServerConfig, options: Options) -> Result<(), CommandError> {
    let store = super::open_signing(&config).await?;
    let clock = CommandClock::on(&store).await?;
    let reconciler = reconciler(&config, &store, clock.get())?;
    if options.all {
        let bar = spinner()?;
        let recomputed = reconciler.recompute_all(|made| show(&bar, made)).await;
        bar.finish_and_clear();
        store.close().await?;
        tell(&recomputed.map_err(|error| match error {
            RecomputeError::Store(error) => CommandError::Store(error),
            error @ RecomputeError::OtherTerms => CommandError::Failure(error.to_string()),
        })?)
    } else {
        let made = catch_up(&reconciler).await?;
        store.close().await?;
        let line = serde_json::json!({ "verdicts": made });
        Ok(writeln!(io::stdout(), "{line}")?)
    }
}

/// A reconciler over the store, by these settings.
fn reconciler(
    config: &ServerConfig,
    store: &Store,
    clock: Clock,
) -> Result<Reconciler, CommandError> {
    let merchants = server::merchants(&config.merchants, &config.toss)
        .map_err(|error| CommandError::Failure(error.to_string()))?;
    Ok(server::reconciler(config, store.clone(), &merchants, clock))
}

/// Makes every verdict that is due, and shows on a terminal how many; how many were made.
pub(super) async fn catch_up(reconciler: &Reconciler) -> Result<u64, CommandError> {
    let bar = spinner()?;
    let caught_up = reconciler
        .catch_up_telling(Duration::MAX, |made| show(&bar, made))
        .await;
    bar.finish_and_clear();
    Ok(caught_up?.verdicts)
}

fn tell(recomputed: &Recomputed) -> Result<(), CommandError> {
    writeln!(
        io::stdout(),
        r#"{{"verdicts":{},"differences":{}}}"#,
        recomputed.verdicts,
        recomputed.differences
    )?;
    let mut errors = io::stderr().lock();
    for found in &recomputed.shown {
        let line = format!(
            "{}: kept {}, made {}",
            found.subject, found.kept, found.made
        );
        writeln!(errors, "{}", line.replace(char::is_control, " "))?;
    }
    let shown = u64::try_from(recomputed.shown.len()).unwrap_or(u64::MAX);
    let more = recomputed.differences.saturating_sub(shown);
    if more > 0 {
        writeln!(errors, "and {more} more")?;
    }
    match recomputed.differences {
        0 => Ok(()),
        differences => Err(CommandError::Failure(format!(
            "{differences} verdicts differed from those that were kept, and have been replaced"
        ))),
    }
}

/// Shows itself on a terminal only.
fn spinner() -> Result<ProgressBar, CommandError> {
    let style = ProgressStyle::with_template("{spinner} {msg} verdicts  {elapsed} gone")
        .map_err(|error| CommandError::Failure(format!("the progress bar: {error}")))?;
    Ok(ProgressBar::new_spinner()
        .with_style(style)
        .with_message("0"))
}

fn show(bar: &ProgressBar, made: u64) {
    bar.set_message(HumanCount(made).to_string());
    bar.tick();
}
