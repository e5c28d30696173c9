//! Every page of a list that Toss documents is read, row by row.

use std::collections::BTreeMap;

use reconciliation::{Currency, KstDate, Money, PaymentStatus, SettlementKind};
use serde_json::Value;
use toss_recon::toss::{MusdAmounts, read_settlements, read_transactions};

use crate::fixtures::fixture;

const MUSD: MusdAmounts = MusdAmounts::Millionths;

fn krw(won: i64) -> Money {
    Money::from_minor(won, Currency::KRW)
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

#[test]
fn a_page_of_transactions_is_read_in_tosss_order_each_row_with_its_own_text() {
    let rows = read_transactions(&fixture("toss/transactions_page.json"), 100, MUSD).expect("rows");
    assert_eq!(rows.len(), 15);
    for (index, row) in (0_u32..).zip(&rows) {
        assert_eq!(row.value.listed_position, 100 + index);
        let own: Value = serde_json::from_str(row.raw.as_str()).expect("the row's own JSON");
        assert_eq!(own["transactionKey"], row.value.transaction_key.as_str());
    }
    let of_key = |key: &str| {
        rows.iter()
            .find(|row| row.value.transaction_key.as_str() == key)
            .map(|row| &row.value)
            .expect(key)
    };
    let issued = of_key("A1B2C3D4E5F60718293A4B5C6D7E8F10");
    assert_eq!(
        (&issued.status, issued.amount),
        (&PaymentStatus::WaitingForDeposit, krw(0))
    );
    let voided = of_key("A1B2C3D4E5F60718293A4B5C6D7E8F13");
    assert_eq!(
        (&voided.status, voided.amount),
        (&PaymentStatus::Canceled, krw(31_000))
    );
    assert_eq!(
        voided.transaction_at.to_rfc3339(),
        "2026-03-03T04:20:40+00:00"
    );
    assert_eq!(
        of_key("A1B2C3D4E5F60718293A4B5C6D7E8F30").amount,
        usd(72_624)
    );
    assert_eq!(
        of_key("A1B2C3D4E5F60718293A4B5C6D7E8F31").amount,
        usd(18_156)
    );
    assert_eq!(
        of_key("txrd_a01jexample0000000000000001").amount,
        krw(12_000)
    );
}

#[test]
fn a_page_of_settlements_is_read_with_signs_fees_and_days() {
    let rows = read_settlements(&fixture("toss/settlements_page.json"), MUSD).expect("rows");
    let amounts: Vec<(i64, i64, SettlementKind)> = rows
        .iter()
        .map(|row| {
            (
                row.value.amount.minor(),
                row.value.pay_out_amount.minor(),
                row.value.kind,
            )
        })
        .collect();
    let (payment, cancel) = (SettlementKind::Payment, SettlementKind::Cancel);
    assert_eq!(
        amounts,
        [
            (22_000, 21_492, payment),
            (-22_000, -21_492, cancel),
            (15_000, 14_654, payment),
            (20_000, 19_340, payment),
            (20_000, 19_340, payment),
            (22_400, 22_070, payment),
            (-3_000, -2_931, cancel),
            (12_000, 11_459, payment),
        ]
    );
    for row in &rows {
        let value = &row.value;
        let parts = value
            .supply_amount
            .expect("a part")
            .plus(value.vat.expect("a part"));
        assert_eq!(parts.ok(), value.fee, "{value:?}");
        assert_eq!(
            value.amount.minus(value.fee.expect("a fee")).ok(),
            Some(value.pay_out_amount)
        );
    }
    let refunded = &rows[6].value;
    assert_eq!(
        refunded.sold_date,
        KstDate::parse("2026-03-04").expect("a day")
    );
    assert_eq!(
        refunded.paid_out_date,
        KstDate::parse("2026-03-11").expect("a day")
    );
    assert_eq!(
        refunded.approved_at.expect("an instant").to_rfc3339(),
        "2026-03-03T01:15:21+00:00"
    );
    let lines: BTreeMap<&str, i64> = rows[7]
        .value
        .fees
        .iter()
        .flatten()
        .map(|line| (line.kind.as_str(), line.fee.minor()))
        .collect();
    assert_eq!(lines, BTreeMap::from([("BASE", 277), ("INSTALLMENT", 264)]));
}

#[test]
fn rows_without_fees_or_without_keys_are_read_and_what_is_absent_stays_absent() {
    let rows =
        read_settlements(&fixture("toss/settlements_page_degraded_rows.json"), MUSD).expect("rows");
    let without_fees = &rows[0].value;
    assert_eq!(
        (without_fees.fees.as_ref(), without_fees.fee),
        (None, Some(krw(859_786)))
    );
    assert!(without_fees.payment_key.is_some());
    let without_keys = &rows[1].value;
    assert_eq!(
        (&without_keys.payment_key, &without_keys.transaction_key),
        (&None, &None)
    );
    assert_eq!(
        without_keys.order_id.without_prefix(),
        Some("order-20251020-0001")
    );
    assert_eq!(without_keys.pay_out_amount, krw(1_537));
    assert_eq!(without_keys.fees.as_ref().map(Vec::len), Some(1));
}

#[test]
fn empty_lists_are_lists() {
    let settlements = read_settlements(&fixture("toss/settlements_empty.json"), MUSD);
    assert_eq!(settlements.expect("a list"), []);
    let transactions = read_transactions(&fixture("toss/transactions_empty.json"), 0, MUSD);
    assert_eq!(transactions.expect("a list"), []);
}

#[test]
fn a_cancel_that_is_listed_with_positive_amounts_is_deducted() {
    let text = fixture("toss/settlements_page.json");
    let mut rows: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let cancel = rows
        .iter_mut()
        .find(|row| row["amount"] == -3_000)
        .expect("a cancel");
    cancel["cancel"] = serde_json::json!({ "cancelAmount": 3_000 });
    let right = cancel.clone();
    for name in ["amount", "payOutAmount", "fee", "supplyAmount", "vat"] {
        cancel[name] = Value::from(-cancel[name].as_i64().expect("a number"));
    }
    for line in cancel["fees"].as_array_mut().expect("a breakdown") {
        line["fee"] = Value::from(-line["fee"].as_i64().expect("a number"));
    }
    let turned = cancel.clone();
    let read = |row: &Value| {
        let text = Value::from(vec![row.clone()]).to_string();
        let mut rows = read_settlements(&text, MUSD).expect("rows");
        rows.remove(0).value
    };
    assert_eq!(read(&turned).amount, krw(-3_000));
    assert_eq!(read(&turned), read(&right));
}
