//! `toss-recon audit`: tells whether the audit log is as it was written.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;

use super::CommandError;
use crate::config::{Settings, audit_signer_of_file};
use crate::store::{AuditSignatures, AuditSigner, AuditVerdict, Store};

/// What to do with the audit log.
#[derive(Subcommand)]
pub(super) enum Action {
    /// Holds every entry against the one before, and its signature against the key; fails with the number of the first that
    /// was changed, is missing or is not signed
    Verify(KeyFiles),
}

/// Keys that are not in the settings any more.
#[derive(clap::Args)]
pub(super) struct KeyFiles {
    /// A file with an old secret key of Toss, for entries signed before it was replaced; may be given several times
    #[arg(long = "key-file", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Action {
    /// The keys to check signatures by: those of the merchants in the settings, and those of the files.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub(super) fn keys(&self, settings: &Settings) -> Result<Vec<AuditSigner>, CommandError> {
        let Self::Verify(KeyFiles { files }) = self;
        let mut keys = settings.audit_signers()?;
        for file in files {
            keys.push(audit_signer_of_file("--key-file", file)?);
        }
        Ok(keys)
    }
}

/// Checks the log by these keys.
pub(super) async fn run(store: Store, keys: &[AuditSigner]) -> Result<(), CommandError> {
    let (verdict, signatures) = store.verify_signed_audit(keys).await?;
    store.close().await?;
    let (entries, last_hash) = match verdict {
        AuditVerdict::Whole { entries, last_hash } => (entries, last_hash),
        AuditVerdict::Broken { number, reason } => {
            return Err(CommandError::Failure(format!(
                "the audit log is broken at entry {number}: {reason}; compare it with a backup"
            )));
        }
    };
    if let Some(missing) = missing_keys(&signatures, keys.is_empty()) {
        return Err(CommandError::Failure(missing));
    }
    let mut out = io::stdout().lock();
    write!(out, "{entries} entries, all whole; the last hash is ")?;
    for byte in last_hash {
        write!(out, "{byte:02x}")?;
    }
    writeln!(out)?;
    for (key, signed) in &signatures.signed {
        writeln!(out, "{signed} signed with the key {key}")?;
    }
    Ok(writeln!(out, "{} not signed", signatures.unsigned)?)
}

/// What to say when not every signature could be checked.
fn missing_keys(signatures: &AuditSignatures, no_key_is_given: bool) -> Option<String> {
    if signatures.not_checked.is_empty() {
        return None;
    }
    let missing: Vec<String> = signatures
        .not_checked
        .iter()
        .map(|(key, of_key)| format!("{key} ({} from {} on)", of_key.entries, of_key.first))
        .collect();
    let missing = missing.join(", ");
    Some(if no_key_is_given {
        format!(
            "no entry was changed since its hash was made, but whether these are the entries that were signed only the key \
             tells that signed them: set TOSS_SECRET_KEY as for serve, or name a file that holds the secret key with \
             --key-file; signed with: {missing}"
        )
    } else {
        format!(
            "entries are signed with keys that are not at hand: name a file that holds the secret key of Toss of that time \
             with --key-file, once for each: {missing}"
        )
    })
}
