//! Rows of `settlement_versions`.

use chrono::{DateTime, Utc};
use entity::{RawText, settlement, settlement_version};
use reconciliation::FormerSettlement;
use sea_orm::prelude::{ChronoUnixTimestampMillis, Date};

use super::columns::placed;
use super::settlement::SettlementRow;
use crate::store::{SettlementId, StoreError};

/// What a settlement row said: the columns that are needed to answer.
#[derive(Debug)]
pub(in crate::store) struct FormerRow {
    settlement_id: String,
    replaced_at: i64,
    read_at: ChronoUnixTimestampMillis,
    mid: String,
    payment_key: Option<String>,
    transaction_key: Option<String>,
    order_id: String,
    method_label: Option<String>,
    kind: String,
    currency: String,
    amount: i64,
    interest_fee: Option<i64>,
    fee: Option<i64>,
    supply_amount: Option<i64>,
    vat: Option<i64>,
    fees: Option<String>,
    pay_out_amount: i64,
    approved_at: Option<ChronoUnixTimestampMillis>,
    sold_date: Date,
    paid_out_date: Date,
}

placed!(FormerRow, from "settlement_versions", settlement_id, replaced_at, read_at, mid, payment_key, transaction_key,
    order_id, method_label, kind, currency, amount, interest_fee, fee, supply_amount, vat, fees, pay_out_amount, approved_at,
    sold_date, paid_out_date);

impl FormerRow {
    /// The id of the row that said so, and what it said.
    pub(in crate::store) fn former_settlement(
        self,
    ) -> Result<(SettlementId, FormerSettlement), StoreError> {
        let replaced_at = DateTime::from_timestamp_millis(self.replaced_at).ok_or_else(|| {
            StoreError::inconsistent("settlement_versions", "replaced_at", &self.settlement_id)
        })?;
        let row = SettlementRow {
            id: self.settlement_id,
            mid: self.mid,
            payment_key: self.payment_key,
            transaction_key: self.transaction_key,
            order_id: self.order_id,
            method_label: self.method_label,
            kind: self.kind,
            currency: self.currency,
            amount: self.amount,
            interest_fee: self.interest_fee,
            fee: self.fee,
            supply_amount: self.supply_amount,
            vat: self.vat,
            fees: self.fees,
            pay_out_amount: self.pay_out_amount,
            approved_at: self.approved_at,
            sold_date: self.sold_date,
            paid_out_date: self.paid_out_date,
        };
        let stored = row.stored_settlement()?;
        let former = FormerSettlement {
            place: stored.id.place(),
            settlement: stored.settlement,
            read_at: self.read_at.0,
            replaced_at,
        };
        Ok((stored.id, former))
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
