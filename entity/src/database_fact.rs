//! `database_facts`: what is known of the database as a whole, such as how often an older copy of it was put back.

use sea_orm::entity::prelude::*;

/// A fact.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "database_facts")]
pub struct Model {
    /// What it tells of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// What is so.
    pub value: String,
}

impl ActiveModelBehavior for ActiveModel {}
