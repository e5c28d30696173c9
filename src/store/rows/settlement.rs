//! Rows of `settlements`.

use entity::settlement;
use reconciliation::{
    Currency, FeeLine, KstDate, Money, PaymentKey, Settlement, SettlementKind, TransactionKey,
};
use sea_orm::prelude::{ChronoUnixTimestampMillis, Date};

use super::before::Before;
use super::columns::{Columns, Placed, placed};
use super::{Row, instant, storable};
use crate::store::rows::packed::{RowKeys, packed};
use crate::store::{AccountName, SettlementId, SettlementRecord, StoreError, StoredSettlement};

/// What a row of the settlements list says, as a row that is being read holds it.
pub(super) struct SettlementColumns<'r> {
    mid: &'r str,
    payment_key: Option<&'r str>,
    transaction_key: Option<&'r str>,
    order_id: &'r str,
    method_label: Option<&'r str>,
    kind: &'r str,
    currency: &'r str,
    amount: i64,
    interest_fee: Option<i64>,
    fee: Option<i64>,
    supply_amount: Option<i64>,
    vat: Option<i64>,
    fees: Option<&'r str>,
    pay_out_amount: i64,
    approved_at: Option<ChronoUnixTimestampMillis>,
    sold_date: Date,
    paid_out_date: Date,
}

placed!(pub(super) SettlementColumns<'r>, mid, payment_key, transaction_key, order_id, method_label, kind, currency, amount,
    interest_fee, fee, supply_amount, vat, fees, pay_out_amount, approved_at, sold_date, paid_out_date);

impl Placed for StoredSettlement {
    const FROM: &'static str = "settlements";

    fn columns() -> String {
        format!("id, {}", SettlementColumns::columns(Self::FROM))
    }

    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError> {
        let id = columns.next()?;
        stored_settlement(id, SettlementColumns::take(columns)?, before)
    }
}

/// How the fee's parts stand in their column.
type FeePairs = Vec<(String, i64)>;

fn stored_settlement(
    id: &str,
    columns: SettlementColumns<'_>,
    before: &mut Before,
) -> Result<StoredSettlement, StoreError> {
    let row = Row {
        table: "settlements",
        key: id,
    };
    Ok(StoredSettlement {
        id: SettlementId::new(id),
        settlement: columns.settlement(row, before)?,
    })
}

impl SettlementColumns<'_> {
    /// What the row with that name says.
    pub(super) fn settlement(
        self,
        row: Row<'_>,
        before: &mut Before,
    ) -> Result<Settlement, StoreError> {
        let currency = row.read("currency", before.currency(self.currency))?;
        let money = |minor| Money::from_minor(minor, currency);
        Ok(Settlement {
            mid: row.read("mid", before.mid(self.mid))?,
            payment_key: row.read_some("payment_key", self.payment_key, |text| {
                before.payment_key(text)
            })?,
            transaction_key: row.read_some(
                "transaction_key",
                self.transaction_key,
                TransactionKey::parse,
            )?,
            order_id: row.read("order_id", before.order_id(self.order_id))?,
            method_label: self.method_label.map(str::to_owned),
            kind: kind_of(self.kind).ok_or_else(|| row.inconsistent("kind"))?,
            amount: money(self.amount),
            interest_fee: self.interest_fee.map(money),
            fee: self.fee.map(money),
            supply_amount: self.supply_amount.map(money),
            vat: self.vat.map(money),
            fees: row
                .read_some("fees", self.fees, |text| {
                    serde_json::from_str::<FeePairs>(text)
                })?
                .map(|pairs| fee_lines(pairs, currency)),
            pay_out_amount: money(self.pay_out_amount),
            approved_at: instant(self.approved_at),
            sold_date: KstDate::from_naive(self.sold_date),
            paid_out_date: KstDate::from_naive(self.paid_out_date),
        })
    }
}

/// The row of a settlement under its id.
pub(in crate::store) fn settlement_model(
    id: &SettlementId,
    record: &SettlementRecord<'_>,
    account: &AccountName,
) -> Result<settlement::Model, StoreError> {
    let value = record.value;
    let row = Row {
        table: "settlements",
        key: id.as_str(),
    };
    let currency = value.amount.currency();
    let minor = |column, money| row.minor_some(column, money, currency);
    // Only a row that names no payment has to be found by its order.
    let unprefixed = match value.payment_key {
        Some(_) => None,
        None => value.order_id.without_prefix().map(str::to_owned),
    };
    Ok(settlement::Model {
        id: id.to_string(),
        account: account.to_string(),
        mid: value.mid.to_string(),
        payment_key: value.payment_key.as_ref().map(ToString::to_string),
        transaction_key: value.transaction_key.as_ref().map(ToString::to_string),
        order_id: value.order_id.to_string(),
        order_id_unprefixed: unprefixed,
        method_label: value.method_label.as_deref().map(storable),
        kind: kind_text(value.kind).to_owned(),
        currency: currency.code().to_owned(),
        amount: value.amount.minor(),
        interest_fee: minor("interest_fee", value.interest_fee)?,
        fee: minor("fee", value.fee)?,
        supply_amount: minor("supply_amount", value.supply_amount)?,
        vat: minor("vat", value.vat)?,
        fees: fee_text(row, value.fees.as_deref(), currency)?,
        pay_out_amount: row.minor("pay_out_amount", value.pay_out_amount, currency)?,
        approved_at: value.approved_at.map(Into::into),
        sold_date: value.sold_date.naive(),
        paid_out_date: value.paid_out_date.naive(),
        raw: packed(
            &storable(record.raw),
            RowKeys {
                payment_key: value.payment_key.as_ref().map(PaymentKey::as_str),
                transaction_key: value.transaction_key.as_ref().map(TransactionKey::as_str),
                order_id: value.order_id.as_str(),
                mid: value.mid.as_str(),
            },
        ),
    })
}

/// The spelling of a kind in its column, and in ids.
pub(in crate::store) fn kind_text(kind: SettlementKind) -> &'static str {
    match kind {
        SettlementKind::Payment => "PAYMENT",
        SettlementKind::Cancel => "CANCEL",
    }
}

/// Reads that spelling.
pub(in crate::store) fn kind_of(text: &str) -> Option<SettlementKind> {
    [SettlementKind::Payment, SettlementKind::Cancel]
        .into_iter()
        .find(|kind| kind_text(*kind) == text)
}

fn fee_lines(pairs: FeePairs, currency: Currency) -> Vec<FeeLine> {
    pairs
        .into_iter()
        .map(|(kind, minor)| FeeLine {
            kind,
            fee: Money::from_minor(minor, currency),
        })
        .collect()
}

fn fee_text(
    row: Row<'_>,
    fees: Option<&[FeeLine]>,
    currency: Currency,
) -> Result<Option<String>, StoreError> {
    let Some(fees) = fees else {
        return Ok(None);
    };
    let pairs = fees
        .iter()
        .map(|line| Ok((line.kind.as_str(), row.minor("fees", line.fee, currency)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    row.read("fees", serde_json::to_string(&pairs)).map(Some)
}
