//! Rows of `settlement_versions`.

use chrono::{DateTime, Utc};
use entity::{RawText, settlement, settlement_version};

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
