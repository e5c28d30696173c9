//! `toss-recon audit`: tells whether the audit log is as it was written.

use std::io::{self, Write};

use clap::Subcommand;

use super::CommandError;
use crate::store::{AuditVerdict, Store};

/// What to do with the audit log.
#[derive(Subcommand)]
pub(super) enum Action {
    /// Holds every entry against the one before; fails with the number of the first that was changed or is missing
    Verify,
}

/// Carries out one action.
pub(super) async fn run(store: Store, action: Action) -> Result<(), CommandError> {
    let Action::Verify = action;
    let verdict = store.verify_audit().await?;
    store.close().await?;
    match verdict {
        AuditVerdict::Whole { entries, last_hash } => {
            write!(
                io::stdout(),
                "{entries} entries, all whole; the last hash is "
            )?;
            for byte in last_hash {
                write!(io::stdout(), "{byte:02x}")?;
            }
            Ok(writeln!(io::stdout())?)
        }
        AuditVerdict::Broken { number, reason } => Err(CommandError::Failure(format!(
            "the audit log is broken at entry {number}: {reason}; compare it with a backup"
        ))),
    }
}
