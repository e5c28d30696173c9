//! `settlement_matches`: settlement rows that do not surely belong to one event.

use sea_orm::entity::prelude::*;

/// How a row belongs to the events of its payment. A row that has none here belongs to one for certain, or was never held
/// against any.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settlement_matches")]
pub struct Model {
    /// The settlement row. One that names an order which was paid for in several attempts is held against one of them here.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The subject of the verdict that it was found by.
    pub subject: String,
    /// `WEAK`, `AMBIGUOUS` or `NONE`.
    pub strength: String,
    /// The row's merchant.
    pub mid: String,
    /// The row's kind.
    pub kind: String,
    /// The row's sold date.
    pub sold_date: Date,
    /// The row's paid-out date.
    pub paid_out_date: Date,
}

impl ActiveModelBehavior for ActiveModel {}
