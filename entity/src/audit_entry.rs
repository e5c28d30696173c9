//! `audit_entries`: what was asked for, decided and changed, in a chain that tells when a link is missing or altered.

use sea_orm::entity::prelude::*;

/// An entry.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    /// Counts from 1 without a gap.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// When.
    pub at: ChronoUnixTimestampMillis,
    /// The name of the token that acted, or the program itself.
    pub actor: String,
    /// What was done, as a word in capitals.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// What is to be known of it, as JSON.
    pub detail: String,
    /// The hash of the entry before; 32 zero bytes for the first.
    pub previous_hash: Vec<u8>,
    /// SHA-256 of everything above.
    pub hash: Vec<u8>,
    /// Names the key of `signature`; null where the entry was written without one.
    pub signing_key: Option<String>,
    /// A keyed digest of `hash`, so that whoever may write here cannot make the chain anew.
    pub signature: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
