//! `toss-recon token`: makes access tokens, lists them, confirms them after a restore, and takes them back.

use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Subcommand, ValueEnum};
use reconciliation::MId;
use secrecy::{ExposeSecret, SecretString};

use super::CommandError;
use crate::access::{NewToken, Role, check_new_name, checked_name};
use crate::config::Settings;
use crate::server::CommandClock;
use crate::store::{AuditSigner, NewStoredToken, Store};

/// Ten years; a larger number is a mistake.
const MOST_DAYS: i64 = 3_650;

/// What to do with tokens.
#[derive(Subcommand)]
pub(super) enum Action {
    /// Makes a token and prints it; it can never be shown again
    Create {
        /// What it is called, once and for ever; shown as the one who asked for a cancel
        #[arg(long, value_parser = checked_name)]
        name: String,
        /// The person or system that it stands for, whose other tokens it may replace; the name where it is left out
        #[arg(long, value_parser = checked_name)]
        owner: Option<String>,
        /// What it may do
        #[arg(long)]
        role: RoleArgument,
        /// After how many days it ends by itself, 1 to 3650; without it, it does not
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_DAYS))]
        expires_in_days: Option<u16>,
        /// The merchants at Toss (mId) that it sees and cancels for, separated by commas; without it, all
        #[arg(long, value_name = "MID,…", value_delimiter = ',', value_parser = MId::parse)]
        merchants: Option<Vec<MId>>,
    },
    /// Lists the tokens: name, owner, role, merchants, made, expires, last used, revoked, and since when it waits to be
    /// confirmed
    List,
    /// Lets a token in again that waits to be confirmed since an older copy of the database was put back
    Confirm {
        /// The token's name
        name: String,
    },
    /// Takes a token back; with the last admin token of its owner, also what the owner has waiting for approval
    Revoke {
        /// The token's name
        name: String,
    },
}

impl Action {
    /// What signs the entries of the audit log that it makes, where the settings have a key.
    ///
    /// # Errors
    /// When there is a key that cannot be used.
    pub(super) fn signer(&self, settings: &Settings) -> Result<Option<AuditSigner>, CommandError> {
        match self {
            Self::List => Ok(None),
            Self::Create { .. } | Self::Confirm { .. } | Self::Revoke { .. } => {
                Ok(settings.audit_signers()?.into_iter().next())
            }
        }
    }
}

/// What a token may do.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleArgument {
    /// Query
    Viewer,
    /// Query, the audit log too, and work on what needs a person
    Accountant,
    /// Query and cancel
    Admin,
}

impl From<RoleArgument> for Role {
    fn from(argument: RoleArgument) -> Self {
        match argument {
            RoleArgument::Viewer => Self::Viewer,
            RoleArgument::Accountant => Self::Accountant,
            RoleArgument::Admin => Self::Admin,
        }
    }
}

/// Carries out one action.
///
/// # Errors
/// When the name to be made is in use or can be taken for another, the one to be taken back or confirmed is not there, or the
/// database fails.
pub(super) async fn run(store: Store, action: Action) -> Result<(), CommandError> {
    let now = CommandClock::on(&store).await?.get().now();
    match action {
        Action::Create {
            name,
            owner,
            role,
            expires_in_days,
            merchants,
        } => {
            let token = NewToken::generate(&mut rand::rng());
            let new = NewStoredToken {
                id: &token.id,
                name: &name,
                owner: owner.as_deref().unwrap_or(&name),
                role: Role::from(role).as_str(),
                merchants: merchants.as_deref(),
                expires_at: expires_in_days.map(|days| now + TimeDelta::days(days.into())),
                secret_hash: token.secret_hash(),
                by: None,
                at: now,
            };
            keep(&store, &new).await?;
            let token = token.text;
            writeln!(io::stdout(), "{}", token.expose_secret())?;
        }
        Action::List => {
            let mut out = io::stdout().lock();
            for token in store.list_tokens().await? {
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                    token.name,
                    token.owner,
                    token.role,
                    shown_merchants(token.merchants.as_deref()),
                    shown(Some(token.created_at)),
                    shown(token.expires_at),
                    shown(token.last_used_at),
                    shown(token.revoked_at),
                    shown(token.suspended_at),
                )?;
            }
        }
        Action::Confirm { name } => {
            if !store.confirm_token(&name, now).await? {
                return Err(CommandError::Failure(format!(
                    "no token named {name:?} waits to be confirmed: see `toss-recon token list`"
                )));
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

/// The merchants that a token sees.
fn shown_merchants(merchants: Option<&[MId]>) -> String {
    merchants.map_or_else(
        || "all".to_owned(),
        |merchants| {
            let names: Vec<&str> = merchants.iter().map(MId::as_str).collect();
            names.join(",")
        },
    )
}

/// An instant, or a dash where there is none.
fn shown(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339())
}

/// Makes a token of that name for that owner and gives its text, which is not stored.
///
/// # Errors
/// When the name is in use, it or the owner can be taken for another, or the database fails.
pub(super) async fn create(
    store: &Store,
    name: &str,
    owner: &str,
    role: Role,
) -> Result<SecretString, CommandError> {
    let token = NewToken::generate(&mut rand::rng());
    let new = NewStoredToken {
        id: &token.id,
        name,
        owner,
        role: role.as_str(),
        merchants: None,
        expires_at: None,
        secret_hash: token.secret_hash(),
        by: None,
        at: CommandClock::on(store).await?.get().now(),
    };
    keep(store, &new).await?;
    Ok(token.text)
}

/// Keeps a token if it may be called so.
async fn keep(store: &Store, new: &NewStoredToken<'_>) -> Result<(), CommandError> {
    store
        .create_token_if(new, |existing| {
            check_new_name(new.name, new.owner, existing)
        })
        .await?
        .map_err(|refused| CommandError::Usage(refused.to_string()))
}
