//! `access_tokens`: who may ask.

use std::fmt;

use sea_orm::entity::prelude::*;

/// An access token, by a hash of its secret.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_tokens")]
pub struct Model {
    /// The token's public half.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose it is; never used twice.
    #[sea_orm(unique)]
    pub name: String,
    /// `viewer` or `admin`.
    pub role: String,
    /// SHA-256 of the secret half.
    pub secret_hash: SecretHash,
    /// When it was made.
    pub created_at: ChronoUnixTimestampMillis,
    /// When it stopped being valid.
    pub revoked_at: Option<ChronoUnixTimestampMillis>,
    /// The person or system that it stands for.
    pub owner: String,
    /// Since when it waits to be confirmed, because an older copy of the database was put back.
    pub suspended_at: Option<ChronoUnixTimestampMillis>,
    /// When it stops being valid by itself.
    pub expires_at: Option<ChronoUnixTimestampMillis>,
    /// The merchants that it sees, a space between; null is all of them.
    pub merchants: Option<String>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<ChronoUnixTimestampMillis>,
    /// `accountant`, of a `viewer` who is one.
    pub duty: Option<String>,
}

/// A hash that need not be seen to be compared: its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct SecretHash(pub Vec<u8>);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(masked)")
    }
}

impl ActiveModelBehavior for ActiveModel {}
