//! `running_limits`: the limits for cancels that each running process holds.

use sea_orm::entity::prelude::*;

/// What one process was started with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "running_limits")]
pub struct Model {
    /// The process.
    #[sea_orm(primary_key, auto_increment = false)]
    pub process: String,
    /// Its limits, as JSON.
    pub limits: String,
    /// When the process counts as gone unless it has said otherwise.
    pub until: ChronoUnixTimestampMillis,
}

impl ActiveModelBehavior for ActiveModel {}
