//! Rows of `discrepancies`.

use chrono::{DateTime, Utc};
use entity::{discrepancy, resolved_discrepancy};
use reconciliation::{DeskState, DiscrepancyClass, MId, Money, PaymentKey, TransactionKey};

use super::columns::placed;
use super::{Row, storable, to_millis};
use crate::store::StoreError;
use crate::store::verdicts::{
    AtDesk, DiscrepancyId, DiscrepancyRecord, StoredDiscrepancy, VerdictSubject,
};

placed!(discrepancy::Model, from "discrepancies", id, subject, payment_key, mid, class, transaction_key, explanation, explanation_ko,
    expected, expected_currency, observed, observed_currency, delta, delta_currency, began_at, detected_at, evidence,
    state, assignee);

/// The row of a discrepancy.
pub(in crate::store) fn discrepancy_model(
    subject: &str,
    record: &DiscrepancyRecord,
    detected_at: DateTime<Utc>,
    (state, assignee): (DeskState, Option<String>),
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
        evidence: record.evidence.clone(),
        state: state.as_str().to_owned(),
        assignee,
    }
}

/// The row of one that is no longer found.
pub(in crate::store) fn resolved_model(
    row: discrepancy::Model,
    resolved_at: DateTime<Utc>,
) -> resolved_discrepancy::Model {
    resolved_discrepancy::Model {
        id: row.id,
        subject: row.subject,
        payment_key: row.payment_key,
        mid: row.mid,
        class: row.class,
        transaction_key: row.transaction_key,
        explanation: row.explanation,
        explanation_ko: row.explanation_ko,
        expected: row.expected,
        expected_currency: row.expected_currency,
        observed: row.observed,
        observed_currency: row.observed_currency,
        delta: row.delta,
        delta_currency: row.delta_currency,
        began_at: row.began_at,
        detected_at: row.detected_at,
        evidence: row.evidence,
        assignee: row.assignee,
        resolved_at: to_millis(resolved_at).into(),
    }
}

/// One that is no longer found.
pub(in crate::store) fn resolved_discrepancy(
    row: resolved_discrepancy::Model,
) -> Result<StoredDiscrepancy, StoreError> {
    let resolved_at = row.resolved_at.0;
    let stored = stored_discrepancy(discrepancy::Model {
        id: row.id,
        subject: row.subject,
        payment_key: row.payment_key,
        mid: row.mid,
        class: row.class,
        transaction_key: row.transaction_key,
        explanation: row.explanation,
        explanation_ko: row.explanation_ko,
        expected: row.expected,
        expected_currency: row.expected_currency,
        observed: row.observed,
        observed_currency: row.observed_currency,
        delta: row.delta,
        delta_currency: row.delta_currency,
        began_at: row.began_at,
        detected_at: row.detected_at,
        evidence: row.evidence,
        state: DeskState::Resolved.as_str().to_owned(),
        assignee: row.assignee,
    })?;
    let at_desk = AtDesk {
        resolved_at: Some(resolved_at),
        ..stored.at_desk
    };
    Ok(StoredDiscrepancy { at_desk, ..stored })
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
    let state = DeskState::parse(&row.state).ok_or_else(|| name.inconsistent("state"))?;
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
        evidence: row.evidence,
    };
    Ok(StoredDiscrepancy {
        subject: VerdictSubject::parse(&row.subject)?,
        detected_at: row.detected_at.0,
        at_desk: AtDesk {
            state,
            assignee: row.assignee,
            resolved_at: None,
        },
        record,
    })
}
