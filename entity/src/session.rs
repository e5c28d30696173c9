//! `sessions`: who has signed in with a browser.

use sea_orm::entity::prelude::*;

/// A session.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// SHA-256 of the cookie's value, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// The public half of the token that was signed in with.
    pub token_id: String,
    /// The role that the token had then.
    pub role: String,
    /// When it began.
    pub begun_at: ChronoUnixTimestampMillis,
    /// When it was last used, to the minute.
    pub seen_at: ChronoUnixTimestampMillis,
    /// When it ends, however much it is used.
    pub ends_at: ChronoUnixTimestampMillis,
}

impl ActiveModelBehavior for ActiveModel {}
