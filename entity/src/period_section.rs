//! `period_sections`: the digests of a closed period's report.

use sea_orm::entity::prelude::*;

/// One section of the report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_sections")]
pub struct Model {
    /// The period.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// The place in the report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Its name.
    pub section: String,
    /// The SHA-256 of its CSV file, in hexadecimal digits.
    pub sha256: String,
}

impl ActiveModelBehavior for ActiveModel {}
