//! `toss-recon serve`: the server, until it is told to stop.

use clap::Args;
use reconciliation::CancelPolicy;

use super::stop::StopSignals;
use super::{CommandError, new_database};
use crate::clock::Clock;
use crate::config::{ServerConfig, Settings};
use crate::server::{Server, StartError};
use crate::traces::Collector;

/// What the command line may say about serving.
#[derive(Args)]
pub(super) struct Options {
    /// The address to serve on, instead of `LISTEN_ADDR`
    #[arg(long, value_name = "ADDR")]
    pub(super) listen: Option<String>,
    /// Answer from live reads alone, without following Toss's lists in the background
    #[arg(long)]
    no_sync: bool,
}

/// Where spans are handed to, if the settings say so.
pub(super) fn collector(settings: &Settings) -> Result<Option<Collector>, CommandError> {
    if !settings.traces()? {
        return Ok(None);
    }
    Collector::of_environment()
        .map(Some)
        .map_err(|error| CommandError::Usage(error.to_string()))
}

/// Serves until it is told to stop.
pub(super) async fn run(config: ServerConfig, options: Options) -> Result<(), CommandError> {
    let mut stop = StopSignals::listen()?;
    let mut server = tokio::select! {
        server = Server::bind(&config, Clock::system()) => server?,
        () = stop.next() => return Ok(()),
    };
    new_database::tell(&config.database_url, server.migrated());
    if !options.no_sync {
        server = server.following();
    }
    tell_limits(&config.cancel_policy);
    tracing::info!(
        address = %server.address(),
        merchants = config.merchants.len(),
        follows_lists = !options.no_sync,
        "serving"
    );
    server
        .run(async move {
            stop.next().await;
            tracing::info!("stopping: requests and cancels under way are finished first");
        })
        .await?;
    tracing::info!("stopped");
    Ok(())
}

/// Says which limits hold, under the names of their settings.
fn tell_limits(policy: &CancelPolicy) {
    tracing::info!(
        CANCEL_LIMIT_PER_REQUEST = %policy.per_request,
        CANCEL_LIMIT_PER_DAY = %policy.per_day,
        CANCEL_APPROVAL_ABOVE = %policy.approval_above,
        CANCEL_APPROVAL_HOURS = policy.approval_lives.num_hours(),
        CANCEL_REASON_MARK = if policy.marks_reasons { "on" } else { "off" },
        "limits in force"
    );
}

impl From<StartError> for CommandError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::OpenStore(error) => Self::Database(error),
            StartError::Migrate(error) | StartError::Clock(error) => Self::Store(error),
            StartError::Setting(error) => Self::Setting(error),
            StartError::Documents(faults) => Self::Faults(faults),
            StartError::Toss(_) | StartError::Notifier(_) | StartError::Bind { .. } => {
                Self::Failure(error.to_string())
            }
        }
    }
}
