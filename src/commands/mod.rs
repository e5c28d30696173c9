//! The commands of the program: what each one reads, and how it ends.

mod audit;
#[cfg(feature = "demo")]
mod demo;
mod logging;
mod serve;
mod token;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Overrides, SettingError, Settings};
use crate::graphql;
use crate::store::{Store, StoreError};

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
    /// The database, instead of DATABASE_URL: sqlite://PATH or postgres://…
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
    /// Manages access tokens
    #[command(subcommand)]
    Token(token::Action),
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
            Self::Setting(_) | Self::Database(_) | Self::Usage(_) => EXIT_USAGE,
            Self::Failure(_) | Self::Store(_) | Self::Output(_) => EXIT_FAILURE,
        }
    }
}

/// Runs the program with the given arguments, the first of which is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command_line = match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => command_line,
        Err(error) => {
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            // A message that cannot be shown changes nothing about how the program ends.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match execute(command_line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "toss-recon: {error}");
            ExitCode::from(error.exit_code())
        }
    }
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
        Command::Demo(options) => in_runtime(demo::run(options)),
        Command::Serve(options) => {
            let settings = settings(Overrides {
                listen_addr: options.listen.clone(),
                ..overrides
            })?;
            logging::start(&settings.log()?)?;
            in_runtime(serve::run(settings.server()?, options))
        }
        Command::Token(action) => {
            let url = settings(overrides)?.database_url()?;
            in_runtime(async move { token::run(open_and_migrate(&url).await?, action).await })
        }
        Command::Audit(action) => {
            let url = settings(overrides)?.database_url()?;
            in_runtime(async move { audit::run(open_and_migrate(&url).await?, action).await })
        }
        Command::Migrate => {
            let url = settings(overrides)?.database_url()?;
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

/// Opens the database and brings its tables up to date. A database that cannot be opened is a wrong setting.
async fn open_and_migrate(url: &crate::store::DatabaseUrl) -> Result<Store, CommandError> {
    let store = Store::open(url).await.map_err(CommandError::Database)?;
    store.migrate().await?;
    Ok(store)
}

fn in_runtime(work: impl Future<Output = Result<(), CommandError>>) -> Result<(), CommandError> {
    actix_web::rt::System::new().block_on(work)
}
