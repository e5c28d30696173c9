//! `merchant_ids`: the merchants that a key has shown.

use sea_orm::entity::prelude::*;

/// A merchant whose rows a key has listed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "merchant_ids")]
pub struct Model {
    /// The configured merchant whose key it was.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// The merchant that a row named.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mid: String,
}

impl ActiveModelBehavior for ActiveModel {}
