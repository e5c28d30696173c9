//! Rows of `verdicts` and of what belongs to them, and rows of their sums.

use chrono::DateTime;
use entity::{payment_day, unsettled_day, unsettled_event, verdict, verdict_gap};
use reconciliation::{Currency, KstDate, MId, Money, TransactionKey, Verdict};

use super::columns::placed;
use super::{Row, kind_of, kind_text, storable, to_millis};
use crate::store::verdicts::{
    PaymentSums, PaymentVerdict, ReconciliationSums, UnsettledEvent, UnsettledSums, VerdictGap,
    VerdictRecord, VerdictSubject,
};
use crate::store::{AccountName, Source, StoreError};

placed!(verdict::Model, from "verdicts", subject, books_version, due_at, account, mid, began_at, verdict, as_of, currency,
    paid, effective_refund, voided, settled, fee, pay_out);
placed!(unsettled_event::Model, from "unsettled_events", subject, transaction_key, mid, method_label, kind, currency,
    amount, sold_date);
placed!(verdict_gap::Model, from "verdict_gaps", subject, account, source, from_day, to_day);

/// A verdict without what stands in other tables.
pub(in crate::store) fn verdict_record(row: &verdict::Model) -> Result<VerdictRecord, StoreError> {
    let name = Row {
        table: "verdicts",
        key: &row.subject,
    };
    let as_of = row.as_of.ok_or_else(|| name.inconsistent("as_of"))?.0;
    let due_at = row
        .due_at
        .map(|millis| {
            DateTime::from_timestamp_millis(millis).ok_or_else(|| name.inconsistent("due_at"))
        })
        .transpose()?;
    Ok(VerdictRecord {
        subject: VerdictSubject::parse(&row.subject)?,
        books_version: 0,
        as_of,
        due_at,
        payment: payment_verdict(row)?,
        discrepancies: Vec::new(),
        unsettled: Vec::new(),
        gaps: Vec::new(),
    })
}

fn payment_verdict(row: &verdict::Model) -> Result<Option<PaymentVerdict>, StoreError> {
    let Some(verdict) = &row.verdict else {
        return Ok(None);
    };
    let name = Row {
        table: "verdicts",
        key: &row.subject,
    };
    let text =
        |column, text: &Option<String>| text.clone().ok_or_else(|| name.inconsistent(column));
    let currency = name.currency(&text("currency", &row.currency)?)?;
    let money = |column, minor: Option<i64>| {
        let minor = minor.ok_or_else(|| name.inconsistent(column))?;
        Ok::<_, StoreError>(Money::from_minor(minor, currency))
    };
    Ok(Some(PaymentVerdict {
        mid: name.read("mid", MId::parse(&text("mid", &row.mid)?))?,
        account: AccountName::new(&text("account", &row.account)?),
        began_at: row.began_at.ok_or_else(|| name.inconsistent("began_at"))?.0,
        verdict: Verdict::parse(verdict).ok_or_else(|| name.inconsistent("verdict"))?,
        sums: PaymentSums {
            paid: money("paid", row.paid)?,
            effective_refund: money("effective_refund", row.effective_refund)?,
            voided: money("voided", row.voided)?,
            settled: money("settled", row.settled)?,
            fee: money("fee", row.fee)?,
            pay_out: money("pay_out", row.pay_out)?,
        },
    }))
}

/// The row of a verdict, with the version that is stored.
pub(in crate::store) fn verdict_model(
    record: &VerdictRecord,
    books_version: i64,
) -> Result<verdict::Model, StoreError> {
    let subject = record.subject.to_text();
    let mut model = verdict::Model {
        subject,
        books_version,
        due_at: record.due_at.map(|at| at.timestamp_millis()),
        account: None,
        mid: None,
        began_at: None,
        verdict: None,
        as_of: Some(to_millis(record.as_of).into()),
        currency: None,
        paid: None,
        effective_refund: None,
        voided: None,
        settled: None,
        fee: None,
        pay_out: None,
    };
    let Some(payment) = &record.payment else {
        return Ok(model);
    };
    let subject = model.subject.clone();
    let name = Row {
        table: "verdicts",
        key: &subject,
    };
    let sums = &payment.sums;
    let currency = sums.paid.currency();
    let minor = |column, money| name.minor(column, money, currency).map(Some);
    model.account = Some(payment.account.to_string());
    model.mid = Some(payment.mid.to_string());
    model.began_at = Some(to_millis(payment.began_at).into());
    model.verdict = Some(payment.verdict.as_str().to_owned());
    model.currency = Some(currency.code().to_owned());
    model.paid = minor("paid", sums.paid)?;
    model.effective_refund = minor("effective_refund", sums.effective_refund)?;
    model.voided = minor("voided", sums.voided)?;
    model.settled = minor("settled", sums.settled)?;
    model.fee = minor("fee", sums.fee)?;
    model.pay_out = minor("pay_out", sums.pay_out)?;
    Ok(model)
}

/// The row of days that a verdict waits for.
pub(in crate::store) fn verdict_gap_model(
    subject: &str,
    account: &str,
    gap: &VerdictGap,
) -> verdict_gap::Model {
    verdict_gap::Model {
        subject: subject.to_owned(),
        account: account.to_owned(),
        source: gap.source.as_str().to_owned(),
        from_day: gap.from.naive(),
        to_day: gap.to.naive(),
    }
}

/// The days that a verdict waits for.
pub(in crate::store) fn verdict_gap(row: &verdict_gap::Model) -> Result<VerdictGap, StoreError> {
    let source = Source::ALL
        .into_iter()
        .find(|source| source.as_str() == row.source);
    Ok(VerdictGap {
        source: source
            .ok_or_else(|| StoreError::inconsistent("verdict_gaps", "source", &row.subject))?,
        from: KstDate::from_naive(row.from_day),
        to: KstDate::from_naive(row.to_day),
    })
}

/// The row of an event without a settlement row.
pub(in crate::store) fn unsettled_event_model(
    subject: &str,
    event: &UnsettledEvent,
) -> unsettled_event::Model {
    unsettled_event::Model {
        subject: subject.to_owned(),
        transaction_key: event.transaction_key.to_string(),
        mid: event.mid.to_string(),
        method_label: storable(event.method_label.as_deref().unwrap_or_default()),
        kind: kind_text(event.kind).to_owned(),
        currency: event.amount.currency().code().to_owned(),
        amount: event.amount.minor(),
        sold_date: event.sold_date.naive(),
    }
}

/// An event without a settlement row.
pub(in crate::store) fn unsettled_event(
    row: unsettled_event::Model,
) -> Result<UnsettledEvent, StoreError> {
    let name = Row {
        table: "unsettled_events",
        key: &row.transaction_key,
    };
    Ok(UnsettledEvent {
        transaction_key: name.read(
            "transaction_key",
            TransactionKey::parse(&row.transaction_key),
        )?,
        mid: name.read("mid", MId::parse(&row.mid))?,
        kind: kind_of(&row.kind).ok_or_else(|| name.inconsistent("kind"))?,
        amount: Money::from_minor(row.amount, name.currency(&row.currency)?),
        sold_date: KstDate::from_naive(row.sold_date),
        method_label: Some(row.method_label).filter(|label| !label.is_empty()),
    })
}

/// The sums of a day's payments.
pub(in crate::store) fn payment_sums(
    row: &payment_day::Model,
) -> Result<ReconciliationSums, StoreError> {
    let name = Row {
        table: "payment_days",
        key: &row.place,
    };
    let currency: Currency = name.currency(&row.currency)?;
    let money = |minor| Money::from_minor(minor, currency);
    Ok(ReconciliationSums {
        mid: name.read("mid", MId::parse(&row.mid))?,
        verdict: Verdict::parse(&row.verdict).ok_or_else(|| name.inconsistent("verdict"))?,
        payments: name.read("payments", u64::try_from(row.payments))?,
        sums: PaymentSums {
            paid: money(row.paid),
            effective_refund: money(row.effective_refund),
            voided: money(row.voided),
            settled: money(row.settled),
            fee: money(row.fee),
            pay_out: money(row.pay_out),
        },
    })
}

/// The sums of a day's events.
pub(in crate::store) fn unsettled_sums(
    row: &unsettled_day::Model,
) -> Result<UnsettledSums, StoreError> {
    let name = Row {
        table: "unsettled_days",
        key: &row.place,
    };
    let currency = name.currency(&row.currency)?;
    Ok(UnsettledSums {
        mid: name.read("mid", MId::parse(&row.mid))?,
        method_label: Some(row.method_label.clone()).filter(|label| !label.is_empty()),
        kind: kind_of(&row.kind).ok_or_else(|| name.inconsistent("kind"))?,
        sold_date: KstDate::from_naive(row.sold_date),
        events: name.read("events", u64::try_from(row.events))?,
        amount: Money::from_minor(row.amount, currency),
    })
}
