//! Where the program's log goes: lines on stderr, readable or as JSON.

use std::io;

use tracing_subscriber::EnvFilter;

use super::CommandError;
use crate::config::LogConfig;

/// Starts the log.
pub(super) fn start(config: &LogConfig) -> Result<(), CommandError> {
    let filter = EnvFilter::builder().parse(&config.filter).map_err(|error| {
        CommandError::Usage(format!("LOG is {:?}, which is no filter ({error}): set it to info, or like info,toss_recon=debug", config.filter))
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    let started = if config.json {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
    started.map_err(|error| CommandError::Failure(format!("the log could not be started: {error}")))
}
