//! `leases`: who of several processes does what only one may do.

use sea_orm::entity::prelude::*;

/// A task that one process at a time does.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "leases")]
pub struct Model {
    /// The task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The process.
    pub holder: String,
    /// When it counts as dead unless it has said otherwise.
    pub until: ChronoUnixTimestampMillis,
}

impl ActiveModelBehavior for ActiveModel {}
