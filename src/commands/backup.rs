//! `toss-recon backup`: a copy of the database while the server runs.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::CommandError;
use crate::store::{Backup, BackupError, DatabaseUrl, StoreError};

/// Where the copy goes.
#[derive(Args)]
pub(super) struct Options {
    /// The file to make; one that exists is never replaced
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Copies the database, and prints the file and its size as one line of JSON. For PostgreSQL it prints the command that does
/// it.
pub(super) async fn run(url: &DatabaseUrl, options: Options) -> Result<(), CommandError> {
    let waiting = waiting()?;
    waiting.set_message("copying the database");
    let backup = url.back_up(&options.file).await;
    waiting.finish_and_clear();
    match backup? {
        Backup::Copied(bytes) => {
            let file = options.file.display().to_string();
            let line = serde_json::json!({ "file": file, "bytes": bytes });
            writeln!(io::stdout(), "{line}")?;
        }
        Backup::ByCommand(command) => writeln!(io::stdout(), "{command}")?,
    }
    Ok(())
}

/// What turns on a terminal, and on a terminal only, while something takes its time.
pub(super) fn waiting() -> Result<ProgressBar, CommandError> {
    let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed} gone")
        .map_err(|error| CommandError::Failure(format!("the progress bar: {error}")))?;
    let waiting = ProgressBar::no_length().with_style(style);
    waiting.enable_steady_tick(Duration::from_millis(200));
    Ok(waiting)
}

impl From<BackupError> for CommandError {
    fn from(error: BackupError) -> Self {
        match error {
            // It is not where the settings say.
            BackupError::Database(error @ StoreError::File { .. }) => Self::Database(error),
            BackupError::Database(error) => Self::Store(error),
            other => Self::Failure(other.to_string()),
        }
    }
}
