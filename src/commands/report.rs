//! `toss-recon report`: writes the figures and rows of a range of days for people who keep books.

mod period;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::CommandError;
use super::days::Days;
use super::stop::StopSignals;
use crate::config::ServerConfig;
use crate::report::{Format, Progress, Range, ReportError, Reporter, Written};
use crate::server::{self, CommandClock};
use crate::sync::Mirror;

/// How often the progress shows that the program is alive.
const TICK: Duration = Duration::from_millis(200);

/// Which days, and where to.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    days: Option<Days>,
    /// Instead of days: the id of a closed period, whose report is written as it was closed, byte for byte
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    /// How it is written; without it, by the ending of --out, and a workbook else
    #[arg(long)]
    format: Option<FormatName>,
    /// The file, or the folder for csv; without it, one in this folder that is named after the days. What has that name is
    /// replaced once the new report is whole
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The formats.
#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// A folder with a file for each section, UTF-8 with a byte order mark
    Csv,
    /// An Excel workbook with a sheet for each section
    Xlsx,
    /// One document
    Json,
}

/// Writes the report and prints where it is.
pub(super) async fn run(config: ServerConfig, options: Options) -> Result<(), CommandError> {
    let format = format(&options);
    if let Some(period) = &options.period {
        let store = super::open_and_migrate(&config.database_url).await?;
        return period::write(store, period, format, options.out).await;
    }
    let Some(days) = &options.days else {
        return Err(CommandError::Usage(
            "of which days? Give --from and --to, or --period".to_owned(),
        ));
    };
    let (from, to) = days.range()?;
    let range = Range { from, to };
    let path = options.out.unwrap_or_else(|| usual_path(range, format));
    let merchants = server::merchants(&config.merchants, &config.toss)
        .map_err(|error| CommandError::Failure(error.to_string()))?;
    // From here on an interrupt ends the report in order: nothing of it is left.
    let mut stop = StopSignals::listen()?;
    let store = super::open_and_migrate(&config.database_url).await?;
    let kept = CommandClock::on(&store).await?;
    let clock = kept.get();
    let reconciler = server::reconciler(&config, store.clone(), &merchants, clock.clone());
    let settings = server::mirror_settings(&config.sync);
    let mirror = Mirror::new(store.clone(), merchants, clock.clone(), settings);
    let reporter = Reporter::new(store.clone(), reconciler, mirror, clock);
    let bar = bar()?;
    let written = tokio::select! {
        written = reporter.write(range, format, &path, |progress| show(&bar, progress)) => Some(written),
        () = stop.next() => None,
    };
    bar.finish_and_clear();
    let Some(written) = written else {
        // The database may still be busy with a question of ours, so that it is not waited for.
        return Err(CommandError::Failure(
            "interrupted: no report was written".to_owned(),
        ));
    };
    store.close().await?;
    warn(&written?);
    writeln!(io::stdout(), "{}", path.display())?;
    Ok(())
}

/// Says on stderr in one line what the report lacks.
fn warn(written: &Written) {
    if !written.warnings.is_empty() {
        let line = written.warnings.join("; ").replace(char::is_control, " ");
        // A message that cannot be shown changes nothing about the report, whose manifest has it too.
        let _ = writeln!(io::stderr(), "toss-recon: {line}");
    }
}

fn format(options: &Options) -> Format {
    let ending = options.out.as_deref().and_then(Path::extension);
    match (options.format, ending.and_then(OsStr::to_str)) {
        (Some(FormatName::Csv), _) | (None, Some("csv")) => Format::Csv,
        (Some(FormatName::Json), _) | (None, Some("json")) => Format::Json,
        (Some(FormatName::Xlsx) | None, _) => Format::Xlsx,
    }
}

fn usual_path(range: Range, format: Format) -> PathBuf {
    let Range { from, to } = range;
    let ending = ending(format);
    PathBuf::from(format!("toss-recon-{from}-{to}{ending}"))
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Csv => "",
        Format::Xlsx => ".xlsx",
        Format::Json => ".json",
    }
}

/// A line that shows itself on a terminal only.
fn bar() -> Result<ProgressBar, CommandError> {
    let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed}")
        .map_err(|error| CommandError::Failure(format!("the progress bar: {error}")))?;
    let bar = ProgressBar::new_spinner().with_style(style);
    if !bar.is_hidden() {
        bar.enable_steady_tick(TICK);
    }
    Ok(bar)
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(match progress {
        Progress::Verdicts(made) => format!("{} payments reconciled", HumanCount(made)),
        Progress::Rows(written) => format!("{} rows written", HumanCount(written)),
    });
}

impl From<ReportError> for CommandError {
    fn from(error: ReportError) -> Self {
        if error.is_usage() {
            Self::Usage(error.to_string())
        } else {
            Self::Failure(error.to_string())
        }
    }
}
