//! Rows of `booked_lines`, and rows of their sums.

use entity::{booked_day, booked_line};
use reconciliation::{
    BookedLine, BookedRow, BookedSums, CancelOrigin, Currency, DateBasis, DatedSums, Effect,
    KstDate, MId, Money, TransactionKey, Verdict,
};

use super::columns::placed;
use super::{METHOD_KINDS, Row, instant, method_kind, to_millis};
use crate::store::verdicts::{BookedDay, DatedBooks};
use crate::store::{StoreError, VerdictRecord};

placed!(booked_line::Model, from "booked_lines", id, subject, number, mid, transaction_key, listed_at, day, cohort_day,
    kind, method, verdict, unchecked, currency, amount, never_settled, sold_date, paid_out_date, settled, fee,
    supply_amount, vat, pay_out, payout_day, payout_after, forecast);

/// Every kind of an event, as lists are filtered by it.
pub(in crate::store) const EVENT_KINDS: [&str; 9] = [
    "PAID",
    "PAYMENT_REVERSED",
    "REFUNDED OURS",
    "REFUNDED ELSEWHERE",
    "REFUNDED UNCERTAIN",
    "VOIDED OURS",
    "VOIDED ELSEWHERE",
    "VOIDED UNCERTAIN",
    "NONE",
];

/// The kind of an event: what it did and, of a cancel, who caused it.
pub(in crate::store) fn event_kind(effect: Effect, origin: Option<CancelOrigin>) -> String {
    let effect = match effect {
        Effect::None => "NONE",
        Effect::Paid => "PAID",
        Effect::PaymentReversed => "PAYMENT_REVERSED",
        Effect::Refunded => "REFUNDED",
        Effect::Voided => "VOIDED",
    };
    let origin = match origin {
        None => return effect.to_owned(),
        Some(CancelOrigin::Ours) => "OURS",
        Some(CancelOrigin::Elsewhere) => "ELSEWHERE",
        Some(CancelOrigin::Uncertain) => "UNCERTAIN",
    };
    format!("{effect} {origin}")
}

/// Reads that spelling.
fn kind_of_event(text: &str) -> Option<(Effect, Option<CancelOrigin>)> {
    let (effect, origin) = match text.split_once(' ') {
        Some((effect, origin)) => (effect, Some(origin)),
        None => (text, None),
    };
    let effect = match effect {
        "NONE" => Effect::None,
        "PAID" => Effect::Paid,
        "PAYMENT_REVERSED" => Effect::PaymentReversed,
        "REFUNDED" => Effect::Refunded,
        "VOIDED" => Effect::Voided,
        _ => return None,
    };
    let origin = match origin {
        None => None,
        Some("OURS") => Some(CancelOrigin::Ours),
        Some("ELSEWHERE") => Some(CancelOrigin::Elsewhere),
        Some("UNCERTAIN") => Some(CancelOrigin::Uncertain),
        Some(_) => return None,
    };
    Some((effect, origin))
}

/// The rows of a verdict's books by date.
pub(in crate::store) fn booked_line_models(
    subject: &str,
    record: &VerdictRecord,
) -> Result<Vec<booked_line::Model>, StoreError> {
    let dated = &record.dated;
    let method = method_kind(dated.method.as_ref());
    let verdict = record.payment.as_ref().map(|payment| payment.verdict);
    (0..)
        .zip(&dated.lines)
        .map(|(number, line)| {
            let currency = line.amount.currency();
            let id = format!("{subject}/{number}");
            let name = Row {
                table: "booked_lines",
                key: &id,
            };
            let row = line.row.as_ref();
            let minor = |column, money: Option<Money>| name.minor_some(column, money, currency);
            Ok(booked_line::Model {
                subject: subject.to_owned(),
                number,
                mid: line.mid.to_string(),
                transaction_key: line.transaction_key.as_ref().map(ToString::to_string),
                listed_at: line.listed_at.map(|at| to_millis(at).into()),
                day: line.day.map(KstDate::naive),
                cohort_day: line.cohort.map(KstDate::naive),
                kind: event_kind(line.effect, line.origin),
                method: method.to_owned(),
                verdict: verdict.map(|verdict| verdict.as_str().to_owned()),
                unchecked: dated.unchecked,
                currency: currency.code().to_owned(),
                amount: line.amount.minor(),
                never_settled: name.minor("never_settled", line.never_settled, currency)?,
                sold_date: row.map(|row| row.sold_date.naive()),
                paid_out_date: row.map(|row| row.paid_out_date.naive()),
                settled: minor("settled", row.map(|row| row.amount))?,
                fee: minor("fee", row.map(|row| row.fee))?,
                supply_amount: minor("supply_amount", row.and_then(|row| row.supply_amount))?,
                vat: minor("vat", row.and_then(|row| row.vat))?,
                pay_out: minor("pay_out", row.map(|row| row.pay_out))?,
                payout_day: line.payout_day.map(KstDate::naive),
                payout_after: payout_after(line),
                forecast: line.is_forecast,
                id,
            })
        })
        .collect()
}

/// How many days after its event the money of a line moves.
fn payout_after(line: &BookedLine) -> Option<i32> {
    let (day, payout) = (line.day?.naive(), line.payout_day?.naive());
    i32::try_from(payout.signed_duration_since(day).num_days()).ok()
}

/// The line that a row holds.
pub(in crate::store) fn booked_line(row: &booked_line::Model) -> Result<BookedLine, StoreError> {
    let name = Row {
        table: "booked_lines",
        key: &row.id,
    };
    let currency = name.currency(&row.currency)?;
    let (effect, origin) = kind_of_event(&row.kind).ok_or_else(|| name.inconsistent("kind"))?;
    let money = |minor| Money::from_minor(minor, currency);
    let settlement = match (
        row.sold_date,
        row.paid_out_date,
        row.settled,
        row.fee,
        row.pay_out,
    ) {
        (Some(sold), Some(paid_out), Some(settled), Some(fee), Some(pay_out)) => Some(BookedRow {
            sold_date: KstDate::from_naive(sold),
            paid_out_date: KstDate::from_naive(paid_out),
            amount: money(settled),
            fee: money(fee),
            supply_amount: row.supply_amount.map(money),
            vat: row.vat.map(money),
            pay_out: money(pay_out),
        }),
        (None, None, None, None, None) => None,
        _ => return Err(name.inconsistent("settled")),
    };
    Ok(BookedLine {
        mid: name.read("mid", MId::parse(&row.mid))?,
        transaction_key: name.read_some(
            "transaction_key",
            row.transaction_key.as_deref(),
            TransactionKey::parse,
        )?,
        listed_at: instant(row.listed_at),
        day: row.day.map(KstDate::from_naive),
        cohort: row.cohort_day.map(KstDate::from_naive),
        effect,
        origin,
        amount: money(row.amount),
        never_settled: money(row.never_settled),
        row: settlement,
        payout_day: row.payout_day.map(KstDate::from_naive),
        is_forecast: row.forecast,
    })
}

/// The books by date that rows hold, in their order.
pub(in crate::store) fn dated_books(rows: &[booked_line::Model]) -> Result<DatedBooks, StoreError> {
    let method = rows.first().map(|row| row.method.as_str());
    Ok(DatedBooks {
        method: method
            .and_then(|method| METHOD_KINDS.iter().find(|kind| **kind == method))
            .map(|kind| reconciliation::PaymentMethod::from_label(kind)),
        unchecked: rows.iter().any(|row| row.unchecked),
        lines: rows.iter().map(booked_line).collect::<Result<_, _>>()?,
    })
}

/// The row of sums that a payment's day is part of, with these sums alone; `signed` turns them round to take them out.
pub(in crate::store) fn booked_day_model(
    basis: DateBasis,
    of: &DatedSums,
    line: &booked_line::Model,
    signed: impl Fn(i64) -> i64,
) -> booked_day::Model {
    let (sums, verdict) = (&of.sums, line.verdict.clone());
    let currency = sums.currency().code();
    let count = |rows: u64| signed(i64::try_from(rows).unwrap_or(i64::MAX));
    let earlier = of.earlier.map(|day| day.to_string()).unwrap_or_default();
    let parts = [
        basis.as_str(),
        &of.day.to_string(),
        &earlier,
        verdict.as_deref().unwrap_or_default(),
        &line.method,
        currency,
        of.mid.as_str(),
    ];
    booked_day::Model {
        place: parts.join("\n"),
        basis: basis.as_str().to_owned(),
        day: of.day.naive(),
        earlier: of.earlier.map(KstDate::naive),
        mid: of.mid.to_string(),
        method: line.method.clone(),
        currency: currency.to_owned(),
        subjects: signed(1),
        payments: signed(i64::from(verdict.is_some())),
        unchecked: signed(i64::from(line.unchecked)),
        verdict,
        paid: signed(sums.paid.minor()),
        effective_refund: signed(sums.effective_refund.minor()),
        voided: signed(sums.voided.minor()),
        settled: signed(sums.settled.minor()),
        fee: signed(sums.fee.minor()),
        supply_amount: signed(sums.supply_amount.minor()),
        vat: signed(sums.vat.minor()),
        pay_out: signed(sums.pay_out.minor()),
        never_settled: signed(sums.never_settled.minor()),
        row_count: count(sums.rows),
        rows_without_vat: count(sums.rows_without_vat),
    }
}

/// The sums that a row holds.
pub(in crate::store) fn booked_day(row: &booked_day::Model) -> Result<BookedDay, StoreError> {
    let name = Row {
        table: "booked_days",
        key: &row.place,
    };
    let currency: Currency = name.currency(&row.currency)?;
    let money = |minor| Money::from_minor(minor, currency);
    let count = |column, count: i64| name.read(column, u64::try_from(count));
    Ok(BookedDay {
        mid: name.read("mid", MId::parse(&row.mid))?,
        day: KstDate::from_naive(row.day),
        earlier: row.earlier.map(KstDate::from_naive),
        method: reconciliation::PaymentMethod::from_label(&row.method),
        verdict: name.read_some("verdict", row.verdict.as_deref(), |text| {
            Verdict::parse(text).ok_or(())
        })?,
        payments: count("payments", row.payments)?,
        unchecked: count("unchecked", row.unchecked)?,
        sums: BookedSums {
            paid: money(row.paid),
            effective_refund: money(row.effective_refund),
            voided: money(row.voided),
            settled: money(row.settled),
            fee: money(row.fee),
            supply_amount: money(row.supply_amount),
            vat: money(row.vat),
            pay_out: money(row.pay_out),
            never_settled: money(row.never_settled),
            rows: count("row_count", row.row_count)?,
            rows_without_vat: count("rows_without_vat", row.rows_without_vat)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_an_event_is_read_as_it_is_written() {
        for kind in EVENT_KINDS {
            let (effect, origin) = kind_of_event(kind).unwrap();
            assert_eq!(event_kind(effect, origin), kind);
            let is_cancel = matches!(effect, Effect::Refunded | Effect::Voided);
            assert_eq!(origin.is_some(), is_cancel, "{kind}");
        }
        assert_eq!(kind_of_event("REFUNDED THEIRS"), None);
        assert_eq!(kind_of_event("GONE"), None);
    }
}
