//! The commands of the program: what each one reads, and how it ends.

mod audit;
mod backup;
mod config;
mod days;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod logging;
mod new_database;
mod raw;
mod reconcile;
mod report;
mod restored;
mod serve;
mod stop;
mod sync;
mod token;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::config::{Overrides, ServerConfig, SettingError, Settings};
use crate::graphql;
use crate::store::{DatabaseUrl, Store, StoreError};

/// Wrong usage or settings.
const EXIT_USAGE: u8 = 2;
/// The command could not do its work.
const EXIT_FAILURE: u8 = 1;

/// Tells what became of your money at Toss Payments, over GraphQL.
#[derive(Parser)]
#[command(name = "toss-recon", version, about)]
struct CommandLine {
    /// The settings file; without it, toss-recon.toml if there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database, instead of `DATABASE_URL`: `sqlite://PATH` or `postgres://…`
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows everything without any set-up: a simulated shop, an embedded database, and the server
    #[cfg(feature = "demo")]
    Demo(demo::Options),
    /// Brings the database up to date and serves
    Serve(serve::Options),
    /// Mirrors Toss's lists of some days; interrupted and run again, it goes on where it was
    Sync(sync::Options),
    /// Makes the verdicts of payments that are due; serve does so by itself
    Reconcile(reconcile::Options),
    /// Writes the figures and rows of some days for finance staff: as a workbook, CSV files or JSON
    Report(report::Options),
    /// Manages access tokens
    #[command(subcommand)]
    Token(token::Action),
    /// Checks the settings
    #[command(subcommand, name = "config")]
    Settings(config::Action),
    /// Asks Toss a few harmless questions and says which readings of its documentation hold here, and whether the settings agree
    Doctor,
    /// Copies the SQLite database while the server runs; for PostgreSQL it prints the command that does
    Backup(backup::Options),
    /// To be run after an older copy of the database was put back, before serving: suspends all tokens, and looks up at Toss
    /// what the copy does not know
    Restored,
    /// Prints what Toss said of a payment, word for word
    Raw(raw::Options),
    /// Checks the audit log
    #[command(subcommand)]
    Audit(audit::Action),
    /// Brings the database's tables to the newest form
    Migrate,
    /// Prints the GraphQL schema
    Schema,
}

/// Why a command ended without having done its work.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("{0}")]
    Setting(#[from] SettingError),
    #[error("{}", .0.join("; "))]
    Faults(Vec<String>),
    #[error("DATABASE_URL: {0}")]
    Database(StoreError),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failure(String),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the output could not be written: {0}")]
    Output(#[from] io::Error),
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            // The setting is right; the disk is full.
            Self::Database(StoreError::NoSpace { .. })
            | Self::Failure(_)
            | Self::Store(_)
            | Self::Output(_) => EXIT_FAILURE,
            Self::Setting(_) | Self::Faults(_) | Self::Database(_) | Self::Usage(_) => EXIT_USAGE,
        }
    }

    /// What is shown of it: a line, or one for each fault.
    fn into_lines(self) -> Vec<String> {
        match self {
            Self::Faults(lines) => lines,
            one => vec![one.to_string()],
        }
    }
}

/// Runs the program with the given arguments, the first of which is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let outcome = match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => execute(command_line),
        Err(error) if is_one_line(&error) => Err(CommandError::Usage(usage(&error))),
        Err(error) => {
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            // A message that cannot be shown changes nothing about how the program ends.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.exit_code();
            for line in error.into_lines() {
                // One line, whatever the text of a setting or a path holds.
                let line = line.replace(char::is_control, " ");
                let _ = writeln!(io::stderr(), "toss-recon: {line}");
            }
            ExitCode::from(code)
        }
    }
}

/// Whether it says what is wrong with the command line, and is not the help or the version.
fn is_one_line(error: &clap::Error) -> bool {
    error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// What is wrong with the command line: the parser's words, up to where it repeats how the command is used.
fn usage(error: &clap::Error) -> String {
    let text = error.to_string();
    let reason: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect();
    let reason = reason.join(" ");
    let reason = reason.strip_prefix("error: ").unwrap_or(&reason);
    format!("{reason}; --help shows how it is used")
}

fn execute(command_line: CommandLine) -> Result<(), CommandError> {
    let CommandLine {
        config,
        database_url,
        command,
    } = command_line;
    let settings = |overrides| Settings::read(config.clone(), overrides);
    let overrides = Overrides {
        database_url,
        listen_addr: None,
    };
    match command {
        Command::Schema => Ok(write!(io::stdout(), "{}", graphql::sdl())?),
        #[cfg(feature = "demo")]
        Command::Demo(_) if config.is_some() || overrides.database_url.is_some() => {
            Err(CommandError::Usage(
                "the demo has settings and a database of its own: leave --config and --database-url out".to_owned(),
            ))
        }
        #[cfg(feature = "demo")]
        Command::Demo(options) => in_runtime(demo::run(options)),
        Command::Serve(options) => {
            let settings = settings(Overrides {
                listen_addr: options.listen.clone(),
                ..overrides
            })?;
            let collector = serve::collector(&settings)?;
            logging::start_with(&settings.log()?, collector.as_ref())?;
            let config = settings.server()?;
            in_runtime(async move {
                let served = serve::run(config, options).await;
                if let Some(collector) = collector {
                    collector.end().await;
                }
                served
            })
        }
        Command::Sync(options) => {
            let settings = settings(overrides)?;
            logging::start(&settings.log()?)?;
            in_runtime(sync::run(settings.server()?, options))
        }
        Command::Reconcile(options) => {
            let settings = settings(overrides)?;
            logging::start(&settings.log()?)?;
            in_runtime(reconcile::run(settings.server()?, options))
        }
        Command::Report(options) => {
            let settings = settings(overrides)?;
            logging::start(&settings.log()?)?;
            in_runtime(report::run(settings.server()?, options))
        }
        Command::Settings(action) => in_runtime(config::run(action, config.clone(), overrides)),
        Command::Doctor => {
            let settings = settings(overrides)?;
            logging::start_for_warnings(&settings.log()?)?;
            in_runtime(Box::pin(doctor::run(settings.server()?)))
        }
        Command::Token(action) => {
            let settings = settings(overrides)?;
            let url = logged(&settings)?;
            let signer = action.signer(&settings)?;
            in_runtime(async move {
                let store = open_and_migrate(&url).await?.signing_with(signer);
                token::run(store, action).await
            })
        }
        Command::Backup(options) => {
            let url = logged(&settings(overrides)?)?;
            in_runtime(async move { backup::run(&url, options).await })
        }
        Command::Restored => {
            let settings = settings(overrides)?;
            logging::start_for_warnings(&settings.log()?)?;
            in_runtime(restored::run(settings.server()?))
        }
        Command::Raw(options) => {
            let url = logged(&settings(overrides)?)?;
            in_runtime(async move { raw::run(open_and_migrate(&url).await?, &options).await })
        }
        Command::Audit(action) => {
            let settings = settings(overrides)?;
            let url = logged(&settings)?;
            let keys = action.keys(&settings)?;
            in_runtime(async move { audit::run(open_and_migrate(&url).await?, &keys).await })
        }
        Command::Migrate => {
            let url = logged(&settings(overrides)?)?;
            in_runtime(async move {
                open_and_migrate(&url)
                    .await?
                    .close()
                    .await
                    .map_err(Into::into)
            })
        }
    }
}

/// Starts the log of a command that needs a database and nothing else, and gives the database's address.
fn logged(settings: &Settings) -> Result<DatabaseUrl, CommandError> {
    let url = settings.database_url()?;
    logging::start_for_warnings(&settings.log()?)?;
    Ok(url)
}

/// Opens the database and brings its tables up to date. A database that cannot be opened is a wrong setting.
async fn open_and_migrate(url: &DatabaseUrl) -> Result<Store, CommandError> {
    let opened = Store::open_for_command(url).await;
    let store = opened.map_err(CommandError::Database)?;
    new_database::tell(url, store.migrate().await?);
    Ok(store)
}

/// As [`open_and_migrate`], signing the audit log.
async fn open_signing(config: &ServerConfig) -> Result<Store, CommandError> {
    let store = open_and_migrate(&config.database_url).await?;
    Ok(store.signing_with(config.audit_signer()))
}

fn in_runtime(work: impl Future<Output = Result<(), CommandError>>) -> Result<(), CommandError> {
    actix_web::rt::System::new().block_on(work)
}
