//! `verdict_terms`: by what terms verdicts are made.

use sea_orm::entity::prelude::*;

/// The terms.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verdict_terms")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// Names them.
    pub fingerprint: String,
}

impl ActiveModelBehavior for ActiveModel {}
