//! Rows of `verdicts` and of what belongs to them, and rows of their sums.

use chrono::DateTime;
use entity::{unsettled_day, unsettled_event, verdict, verdict_gap};
use reconciliation::{KstDate, MId, Money, TransactionKey, Verdict};
use sea_orm::prelude::ChronoUnixTimestampMillis;

use super::before::Before;
use super::columns::{Columns, Placed, placed};
use super::{Row, kind_of, kind_text, storable, to_millis};
use crate::store::verdicts::{
    DatedBooks, PaymentSums, PaymentVerdict, UnsettledEvent, UnsettledSums, VerdictGap,
    VerdictRecord, VerdictSubject,
};
use crate::store::{Source, StoreError};

/// The subject of a verdict, as it is stored.
pub(in crate::store) struct SubjectRow {
    pub(in crate::store) subject: String,
}

placed!(SubjectRow, from "verdicts", subject);
placed!(unsettled_event::Model, from "unsettled_events", subject, transaction_key, mid, method_label, kind, currency,
    amount, sold_date);
placed!(verdict_gap::Model, from "verdict_gaps", subject, account, source, from_day, to_day);

/// What is to have a verdict, with the one that it has.
pub(in crate::store) struct VerdictRow {
    pub(in crate::store) subject: VerdictSubject,
    pub(in crate::store) books_version: i64,
    /// Without what stands in other tables, and with 0 for the version; `None` while none was made.
    pub(in crate::store) kept: Option<VerdictRecord>,
}

struct VerdictColumns<'r> {
    subject: &'r str,
    books_version: i64,
    due_at: Option<i64>,
    account: Option<&'r str>,
    mid: Option<&'r str>,
    began_at: Option<ChronoUnixTimestampMillis>,
    verdict: Option<&'r str>,
    as_of: Option<ChronoUnixTimestampMillis>,
    currency: Option<&'r str>,
    paid: Option<i64>,
    effective_refund: Option<i64>,
    voided: Option<i64>,
    settled: Option<i64>,
    fee: Option<i64>,
    pay_out: Option<i64>,
    never_settled: Option<i64>,
}

placed!(
    VerdictColumns<'r>,
    subject,
    books_version,
    due_at,
    account,
    mid,
    began_at,
    verdict,
    as_of,
    currency,
    paid,
    effective_refund,
    voided,
    settled,
    fee,
    pay_out,
    never_settled
);

impl Placed for VerdictRow {
    const FROM: &'static str = "verdicts";

    fn columns() -> String {
        VerdictColumns::columns(Self::FROM)
    }

    fn take<'r>(columns: &mut impl Columns<'r>, before: &mut Before) -> Result<Self, StoreError> {
        let columns = VerdictColumns::take(columns)?;
        let subject = VerdictSubject::parse(columns.subject)?;
        Ok(Self {
            kept: columns.record(&subject, before)?,
            books_version: columns.books_version,
            subject,
        })
    }
}

impl VerdictColumns<'_> {
    fn row(&self) -> Row<'_> {
        Row {
            table: "verdicts",
            key: self.subject,
        }
    }

    fn record(
        &self,
        subject: &VerdictSubject,
        before: &mut Before,
    ) -> Result<Option<VerdictRecord>, StoreError> {
        let Some(as_of) = self.as_of else {
            return Ok(None);
        };
        let instant = |millis| {
            let at = DateTime::from_timestamp_millis(millis);
            at.ok_or_else(|| self.row().inconsistent("due_at"))
        };
        Ok(Some(VerdictRecord {
            subject: subject.clone(),
            books_version: 0,
            as_of: as_of.0,
            due_at: self.due_at.map(instant).transpose()?,
            payment: self.payment(before)?,
            discrepancies: Vec::new(),
            unsettled: Vec::new(),
            gaps: Vec::new(),
            dated: DatedBooks::default(),
            unsure: Vec::new(),
        }))
    }

    fn payment(&self, before: &mut Before) -> Result<Option<PaymentVerdict>, StoreError> {
        let Some(verdict) = self.verdict else {
            return Ok(None);
        };
        let row = self.row();
        let there = |column, text: Option<_>| text.ok_or_else(|| row.inconsistent(column));
        let code = there("currency", self.currency)?;
        let currency = row.read("currency", before.currency(code))?;
        let money = |column, minor: Option<i64>| {
            let minor = minor.ok_or_else(|| row.inconsistent(column))?;
            Ok::<_, StoreError>(Money::from_minor(minor, currency))
        };
        Ok(Some(PaymentVerdict {
            mid: row.read("mid", before.mid(there("mid", self.mid)?))?,
            account: before.account(there("account", self.account)?),
            began_at: self.began_at.ok_or_else(|| row.inconsistent("began_at"))?.0,
            verdict: Verdict::parse(verdict).ok_or_else(|| row.inconsistent("verdict"))?,
            sums: PaymentSums {
                paid: money("paid", self.paid)?,
                effective_refund: money("effective_refund", self.effective_refund)?,
                voided: money("voided", self.voided)?,
                settled: money("settled", self.settled)?,
                fee: money("fee", self.fee)?,
                pay_out: money("pay_out", self.pay_out)?,
                // Verdicts of earlier versions have none.
                never_settled: Money::from_minor(self.never_settled.unwrap_or(0), currency),
            },
        }))
    }
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
        never_settled: None,
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
    model.never_settled = minor("never_settled", sums.never_settled)?;
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
