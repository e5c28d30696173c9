//! Rows of `settlement_versions`.

use chrono::{DateTime, Utc};
use entity::{RawText, settlement, settlement_version};
use reconciliation::FormerSettlement;
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::Row;
use super::before::Before;
use super::columns::{Columns, Placed};
use super::settlement::SettlementColumns;
use crate::store::{SettlementId, StoreError};

/// What a settlement row said, with the id of the row that said so.
#[derive(Clone)]
pub(in crate::store) struct FormerRow {
    /// The row's id.
    pub(in crate::store) id: SettlementId,
    /// What it said.
    pub(in crate::store) former: FormerSettlement,
}

impl Placed for FormerRow {
    const FROM: &'static str = "settlement_versions";

    fn columns() -> String {
        let said = SettlementColumns::columns(Self::FROM);
        format!("settlement_id, replaced_at, read_at, {said}")
    }

    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError> {
        let row = Row {
            table: Self::FROM,
            key: columns.next()?,
        };
        let replaced_at = DateTime::from_timestamp_millis(columns.next()?);
        let read_at: ChronoUnixTimestampMillis = columns.next()?;
        let said = SettlementColumns::take(columns)?;
        let id = SettlementId::new(row.key);
        let former = FormerSettlement {
            place: id.place(),
            settlement: said.settlement(row, before)?,
            read_at: read_at.0,
            replaced_at: replaced_at.ok_or_else(|| row.inconsistent("replaced_at"))?,
        };
        Ok(Self { id, former })
    }
}

/// What a row said until another reading, kept with the instants of both.
pub(in crate::store) fn version_model(
    row: settlement::Model,
    read_at: DateTime<Utc>,
    replaced_at: DateTime<Utc>,
    gone: bool,
) -> settlement_version::Model {
    settlement_version::Model {
        settlement_id: row.id,
        replaced_at: replaced_at.timestamp_millis(),
        read_at: read_at.into(),
        gone,
        account: row.account,
        mid: row.mid,
        payment_key: row.payment_key,
        transaction_key: row.transaction_key,
        order_id: row.order_id,
        order_id_unprefixed: row.order_id_unprefixed,
        method_label: row.method_label,
        kind: row.kind,
        currency: row.currency,
        amount: row.amount,
        interest_fee: row.interest_fee,
        fee: row.fee,
        supply_amount: row.supply_amount,
        vat: row.vat,
        fees: row.fees,
        pay_out_amount: row.pay_out_amount,
        approved_at: row.approved_at,
        sold_date: row.sold_date,
        paid_out_date: row.paid_out_date,
        raw: row.raw,
    }
}

/// Whether two rows of one id say the same, whatever Toss wrote around it and whoever read it.
pub(in crate::store) fn same_content(old: &settlement::Model, new: &settlement::Model) -> bool {
    let outside = |row: &settlement::Model| settlement::Model {
        account: String::new(),
        method_label: None,
        raw: RawText(String::new()),
        ..row.clone()
    };
    outside(old) == outside(new)
}
