//! `toss-recon token`: makes access tokens, lists them, and takes them back.

use std::io::{self, Write};

use clap::{Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

use super::CommandError;
use crate::access::{NewToken, Role};
use crate::server::CommandClock;
use crate::store::Store;

const LONGEST_NAME: usize = 100;

/// What to do with tokens.
#[derive(Subcommand)]
pub(super) enum Action {
    /// Makes a token and prints it; it can never be shown again
    Create {
        /// Who it is for; shown as the one who asked for a cancel
        #[arg(long, value_parser = checked_name)]
        name: String,
        /// What it may do
        #[arg(long)]
        role: RoleArgument,
    },
    /// Lists the tokens: name, role, since when, until when
    List,
    /// Takes a token back
    Revoke {
        /// The token's name
        name: String,
    },
}

/// What a token may do.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleArgument {
    /// Query
    Viewer,
    /// Query and cancel
    Admin,
}

impl From<RoleArgument> for Role {
    fn from(argument: RoleArgument) -> Self {
        match argument {
            RoleArgument::Viewer => Self::Viewer,
            RoleArgument::Admin => Self::Admin,
        }
    }
}

/// Carries out one action.
///
/// # Errors
/// When the name to be made is in use, the one to be taken back is not, or the database fails.
pub(super) async fn run(store: Store, action: Action) -> Result<(), CommandError> {
    let now = CommandClock::on(&store).await?.get().now();
    match action {
        Action::Create { name, role } => {
            let token = create(&store, &name, role.into()).await?;
            writeln!(io::stdout(), "{}", token.expose_secret())?;
        }
        Action::List => {
            let mut out = io::stdout().lock();
            for token in store.list_tokens().await? {
                let until = token
                    .revoked_at
                    .map_or_else(|| "-".to_owned(), |at| at.to_rfc3339());
                writeln!(
                    out,
                    "{}\t{}\t{}\t{until}",
                    token.name,
                    token.role,
                    token.created_at.to_rfc3339()
                )?;
            }
        }
        Action::Revoke { name } => {
            if !store.revoke_token(&name, now).await? {
                return Err(CommandError::Failure(format!(
                    "there is no valid token named {name:?}: see `toss-recon token list`"
                )));
            }
        }
    }
    store.close().await?;
    Ok(())
}

/// Makes a token of that name and gives its text, which is not stored.
///
/// # Errors
/// When the name is in use, or the database fails.
pub(super) async fn create(
    store: &Store,
    name: &str,
    role: Role,
) -> Result<SecretString, CommandError> {
    let token = NewToken::generate(&mut rand::rng());
    store
        .create_token(
            &token.id,
            name,
            name,
            role.as_str(),
            token.secret_hash(),
            CommandClock::on(store).await?.get().now(),
        )
        .await?;
    Ok(token.text)
}

/// A name that can be told from others in a list.
fn checked_name(name: &str) -> Result<String, String> {
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length)
        && !name.contains(char::is_control)
        && name.trim() == name
    {
        return Ok(name.to_owned());
    }
    Err(format!(
        "it must have 1 to {LONGEST_NAME} visible characters, without spaces around them"
    ))
}
