//! Rows of `discrepancies`.

use chrono::{DateTime, Utc};
use entity::discrepancy;
use reconciliation::{DiscrepancyClass, MId, Money, PaymentKey, TransactionKey};

use super::columns::placed;
use super::{Row, storable, to_millis};
use crate::store::StoreError;
use crate::store::verdicts::{DiscrepancyId, DiscrepancyRecord, StoredDiscrepancy};

placed!(discrepancy::Model, from "discrepancies", id, subject, payment_key, mid, class, transaction_key, explanation, explanation_ko,
    expected, expected_currency, observed, observed_currency, delta, delta_currency, began_at, detected_at);

/// The row of a discrepancy.
pub(in crate::store) fn discrepancy_model(
    subject: &str,
    record: &DiscrepancyRecord,
    detected_at: DateTime<Utc>,
) -> discrepancy::Model {
    let parts = |money: Option<Money>| {
        (
            money.map(Money::minor),
            money.map(|money| money.currency().code().to_owned()),
        )
    };
    let (expected, expected_currency) = parts(record.expected);
    let (observed, observed_currency) = parts(record.observed);
    let (delta, delta_currency) = parts(record.delta);
    discrepancy::Model {
        id: record.id.as_str().to_owned(),
        subject: subject.to_owned(),
        payment_key: record.payment_key.as_ref().map(ToString::to_string),
        mid: record.mid.to_string(),
        class: record.class.as_str().to_owned(),
        transaction_key: record.transaction_key.as_ref().map(ToString::to_string),
        explanation: storable(&record.explanation),
        explanation_ko: record.explanation_ko.as_deref().map(storable),
        expected,
        expected_currency,
        observed,
        observed_currency,
        delta,
        delta_currency,
        began_at: to_millis(record.began_at).into(),
        detected_at: to_millis(detected_at).into(),
    }
}

/// A discrepancy.
pub(in crate::store) fn stored_discrepancy(
    row: discrepancy::Model,
) -> Result<StoredDiscrepancy, StoreError> {
    let name = Row {
        table: "discrepancies",
        key: &row.id,
    };
    let money = |column, minor: Option<i64>, currency: Option<&str>| match (minor, currency) {
        (Some(minor), Some(code)) => Ok(Some(Money::from_minor(
            minor,
            name.read(column, code.parse())?,
        ))),
        (None, None) => Ok(None),
        _ => Err(name.inconsistent(column)),
    };
    let record = DiscrepancyRecord {
        id: DiscrepancyId::new(&row.id),
        payment_key: name.read_some(
            "payment_key",
            row.payment_key.as_deref(),
            PaymentKey::parse,
        )?,
        mid: name.read("mid", MId::parse(&row.mid))?,
        class: DiscrepancyClass::parse(&row.class).ok_or_else(|| name.inconsistent("class"))?,
        transaction_key: name.read_some(
            "transaction_key",
            row.transaction_key.as_deref(),
            TransactionKey::parse,
        )?,
        expected: money("expected", row.expected, row.expected_currency.as_deref())?,
        observed: money("observed", row.observed, row.observed_currency.as_deref())?,
        delta: money("delta", row.delta, row.delta_currency.as_deref())?,
        began_at: row.began_at.0,
        explanation: row.explanation,
        explanation_ko: row.explanation_ko,
    };
    Ok(StoredDiscrepancy {
        record,
        detected_at: row.detected_at.0,
    })
}
