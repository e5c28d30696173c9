//! `verdict_settings`: the settings that the terms of verdicts follow from.

use sea_orm::entity::prelude::*;

/// The settings of some terms.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verdict_settings")]
pub struct Model {
    /// Names the terms.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fingerprint: String,
    /// JSON: business days, partial cancel rows, and what is said of each merchant's key.
    pub settings: String,
}

impl ActiveModelBehavior for ActiveModel {}
