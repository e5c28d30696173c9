//! `discrepancies`: what disagrees.

use sea_orm::entity::prelude::*;

/// A disagreement.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "discrepancies")]
pub struct Model {
    /// Ours: the same disagreement has the same id whenever it is found.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The verdict's subject.
    pub subject: String,
    /// The payment, if a row names one.
    pub payment_key: Option<String>,
    /// The merchant.
    pub mid: String,
    /// What kind.
    pub class: String,
    /// The event, when it is about a single one.
    pub transaction_key: Option<String>,
    /// One sentence with the numbers in it, in English.
    pub explanation: String,
    /// The same in Korean; null where an older program made it.
    pub explanation_ko: Option<String>,
    /// Minor units.
    pub expected: Option<i64>,
    /// Of what should be.
    pub expected_currency: Option<String>,
    /// Minor units.
    pub observed: Option<i64>,
    /// Of what is.
    pub observed_currency: Option<String>,
    /// Minor units, signed.
    pub delta: Option<i64>,
    /// Of the difference.
    pub delta_currency: Option<String>,
    /// Its place in lists.
    pub began_at: ChronoUnixTimestampMillis,
    /// As of when it was first found.
    pub detected_at: ChronoUnixTimestampMillis,
    /// A digest of what its evidence says; null where an older program made it.
    pub evidence: Option<String>,
    /// `OPEN` or `ACKNOWLEDGED`, as `desk_records` has it for this evidence.
    pub state: String,
    /// Who has it, as `desk_records` has it.
    pub assignee: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
