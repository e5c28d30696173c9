//! Where the program's log goes: lines on stderr, readable or as JSON.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, Registry};

use super::CommandError;
use crate::config::LogConfig;
use crate::traces::{Collector, TARGET};

/// Starts the log.
///
/// # Errors
/// When the filter is none.
pub(super) fn start(config: &LogConfig) -> Result<(), CommandError> {
    start_up_to(LevelFilter::TRACE, config)
}

/// Starts the log, and what hands spans to the collector, if there is one.
///
/// # Errors
/// When the filter is none.
pub(super) fn start_with(
    config: &LogConfig,
    collector: Option<&Collector>,
) -> Result<(), CommandError> {
    let Some(collector) = collector else {
        return start(config);
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let filter = filter(&config.filter)?;
    let lines = if config.json {
        lines.json().with_filter(filter).boxed()
    } else {
        let is_terminal = io::stderr().is_terminal();
        lines.with_ansi(is_terminal).with_filter(filter).boxed()
    };
    let started = Registry::default()
        .with(lines)
        .with(collector.layer())
        .try_init();
    started.map_err(|error| not_started(&error))
}

/// Starts the log of a command that is done at once: of what the settings ask for, only what a person should see.
///
/// # Errors
/// When the filter is none.
pub(super) fn start_for_warnings(config: &LogConfig) -> Result<(), CommandError> {
    start_up_to(LevelFilter::WARN, config)
}

fn start_up_to(most: LevelFilter, config: &LogConfig) -> Result<(), CommandError> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(&config.filter)?)
        .with_writer(io::stderr);
    let started = if config.json {
        lines.json().finish().with(most).try_init()
    } else if io::stderr().is_terminal() {
        lines.finish().with(most).try_init()
    } else {
        lines.with_ansi(false).finish().with(most).try_init()
    };
    started.map_err(|error| not_started(&error))
}

fn not_started(error: &TryInitError) -> CommandError {
    CommandError::Failure(format!("the log could not be started: {error}"))
}

/// Reads a filter.
///
/// # Errors
/// When it is none.
pub(super) fn filter(text: &str) -> Result<EnvFilter, CommandError> {
    let refused = |why: &str| {
        CommandError::Usage(format!(
            "LOG is {text:?}, {why}: set it to info, or like info,toss_recon=debug"
        ))
    };
    // The parser takes a bare word for the name of a module, so that a misspelt level would silence the program.
    let is_level = |word: &str| word.parse::<LevelFilter>().is_ok();
    if !text.contains('[')
        && let Some(word) = text
            .split(',')
            .map(str::trim)
            .find(|word| !word.contains('=') && !is_level(word))
    {
        return Err(refused(&format!("where {word:?} is no level")));
    }
    // Anybody can send what is no HTTP, or make others wait for a connection, and would fill the log with it.
    let mut quiet = text.to_owned();
    for (library, directive) in [
        ("actix_http", "actix_http::h1=off"),
        ("sqlx::pool", "sqlx::pool::acquire=error"),
        // Spans for a collector: what they tell stands in lines of the log's own.
        (TARGET, "toss_recon::spans=off"),
    ] {
        if !text.contains(library) {
            quiet = format!("{quiet},{directive}");
        }
    }
    EnvFilter::builder()
        .parse(quiet)
        .map_err(|error| refused(&format!("which is no filter ({error})")))
}
