//! `toss-recon config`: tells everything that is wrong with the settings, and touches nothing.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;

use super::{CommandError, logging};
use crate::config::{Overrides, Settings};
use crate::server::faults_of_documents;

/// What to do with the settings.
#[derive(Subcommand)]
pub(super) enum Action {
    /// Says what is wrong with the settings of serve, each fault on a line of its own; fails when there is any
    Check,
}

/// Carries out one action.
///
/// # Errors
/// [`CommandError::Faults`] when a setting is unknown, missing or wrong.
pub(super) async fn run(
    action: Action,
    file: Option<PathBuf>,
    overrides: Overrides,
) -> Result<(), CommandError> {
    let Action::Check = action;
    let (settings, faults) = Settings::with_faults(file, overrides);
    let faults = faults.and(settings.faults());
    let mut lines: Vec<String> = faults.into_each().iter().map(ToString::to_string).collect();
    lines.extend(faults_of_documents(&settings.front_ends()).await);
    if let Ok(log) = settings.log()
        && let Err(fault) = logging::filter(&log.filter)
    {
        lines.push(fault.to_string());
    }
    if lines.is_empty() {
        return Ok(writeln!(io::stdout(), "the settings can be used")?);
    }
    Err(CommandError::Faults(lines))
}
