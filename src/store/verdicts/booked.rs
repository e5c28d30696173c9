//! The books by date: kept with verdicts, line by line, and summed by day. Sums are changed by the lines that a verdict
//! leaves and those that it brings.

use std::collections::BTreeMap;

use entity::{booked_day, booked_line};
use reconciliation::{
    BookedLine, BookedSums, Currency, DateBasis, KstDate, MId, Money, PaymentMethod, Verdict,
    dated_sums,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};

use super::VerdictRecord;
use super::parts::{Difference, Part, rows_of};
use crate::store::db::sql::Sql;
use crate::store::db::sum_changes::{Changes, Sums, Way};
use crate::store::db::transaction::Transaction;
use crate::store::mirror::payout_sums::saturating;
use crate::store::periods::changes::note_changes;
use crate::store::rows::{
    booked_day, booked_day_model, booked_line, booked_line_models, method_kind,
};
use crate::store::{Store, StoreError};

/// What a subject's books are by date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatedBooks {
    /// How the payment was paid; every method that is not known is one. `None` without lines.
    pub method: Option<PaymentMethod>,
    /// Whether it is reconciled without the payment itself having been read since its last event.
    pub unchecked: bool,
    /// Line by line.
    pub lines: Vec<BookedLine>,
}

/// Sums of what payments that stand alike have on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedDay {
    /// Their merchant.
    pub mid: MId,
    /// The day.
    pub day: KstDate,
    /// The day before it on which the same payments have something; see [`reconciliation::DatedSums::earlier`].
    pub earlier: Option<KstDate>,
    /// How they were paid.
    pub method: PaymentMethod,
    /// How they stand; `None` of settlement rows of no payment that is known.
    pub verdict: Option<Verdict>,
    /// How many payments.
    pub payments: u64,
    /// How many of them are reconciled without having been read since their last event.
    pub unchecked: u64,
    /// Their sums; the currency is theirs.
    pub sums: BookedSums,
}

/// What one merchant has sold and been paid out in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldAndPaidOut {
    /// The merchant.
    pub mid: MId,
    /// The day; `None` of all days together.
    pub day: Option<KstDate>,
    /// Σ effective amounts of the events, without what Toss never settles.
    pub sales: Money,
    /// Σ amount of the settlement rows, by their paid-out dates.
    pub paid_out: Money,
}

impl DatedBooks {
    /// The books of a payment that was paid so.
    pub fn new(method: Option<&PaymentMethod>, unchecked: bool, lines: Vec<BookedLine>) -> Self {
        if lines.is_empty() {
            return Self::default();
        }
        Self {
            method: Some(PaymentMethod::from_label(method_kind(method))),
            unchecked,
            lines,
        }
    }
}

impl Store {
    /// What is booked between these days, both included, on a basis.
    pub async fn booked_days(
        &self,
        basis: DateBasis,
        days: (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<BookedDay>, StoreError> {
        use booked_day::Column;
        booked_day::Entity::find()
            .filter(Column::Basis.eq(basis.as_str()))
            .filter(Column::Day.between(days.0.naive(), days.1.naive()))
            .apply_if(mids, |rows, mids| {
                rows.filter(Column::Mid.is_in(mids.iter().map(MId::as_str)))
            })
            .all(&self.reader)
            .await?
            .iter()
            .map(booked_day)
            .collect()
    }

    /// What was sold and paid out on each day up to that one, by merchant, currency and day; all days before `from` are added
    /// up. A sum beyond 64 bits ends there.
    pub async fn sold_and_paid_out(
        &self,
        (from, to): (KstDate, KstDate),
        mids: Option<&[MId]>,
    ) -> Result<Vec<SoldAndPaidOut>, StoreError> {
        let mut sql = Sql::new(self.reader.get_database_backend());
        let mut part = |basis: DateBasis, sales: &str, paid_out: &str| {
            let of_merchant = match mids {
                Some(mids) => sql.among("mid", mids.iter().map(MId::as_str)),
                None => "TRUE".to_owned(),
            };
            let (from, to) = (sql.bind(from.naive()), sql.bind(to.naive()));
            format!(
                "SELECT mid, currency, CASE WHEN day >= {from} THEN day END AS day, {sales} AS sales, {paid_out} AS paid_out
                 FROM booked_days WHERE basis = '{}' AND day <= {to} AND {of_merchant}",
                basis.as_str()
            )
        };
        let sold = part(
            DateBasis::Event,
            "paid - effective_refund - never_settled",
            "0",
        );
        let paid_out = part(DateBasis::PaidOut, "0", "settled + never_settled");
        let text = format!(
            "SELECT mid, currency, day, {}, {} FROM ({sold} UNION ALL {paid_out}) AS booked
             GROUP BY mid, currency, day ORDER BY mid, currency, day",
            saturating("sales"),
            saturating("paid_out"),
        );
        let rows = self.reader.query_all_raw(sql.statement(text)).await?;
        rows.iter()
            .map(|row| {
                let (mid, code): (String, String) =
                    (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                let unread = |column| StoreError::inconsistent("booked_days", column, &mid);
                let currency: Currency = code.parse().map_err(|_| unread("currency"))?;
                let day: Option<chrono::NaiveDate> = row.try_get_by_index(2)?;
                Ok(SoldAndPaidOut {
                    mid: MId::parse(&mid).map_err(|_| unread("mid"))?,
                    day: day.map(KstDate::from_naive),
                    sales: Money::from_minor(row.try_get_by_index(3)?, currency),
                    paid_out: Money::from_minor(row.try_get_by_index(4)?, currency),
                })
            })
            .collect()
    }
}

/// Keeps the books by date of these verdicts, each with the subject as it is stored.
pub(super) async fn keep_booked(
    transaction: &Transaction,
    kept: &[(&str, &VerdictRecord)],
) -> Result<(), StoreError> {
    let old: Vec<booked_line::Model> =
        rows_of(transaction, kept.iter().map(|(subject, _)| *subject)).await?;
    let mut new = Vec::new();
    for (subject, record) in kept {
        new.extend(booked_line_models(subject, record)?);
    }
    let difference = Difference::between(old, new);
    let mut days: Changes<booked_day::Model> = Changes::new();
    add(&mut days, &difference.lost, Way::Out)?;
    add(&mut days, &difference.gained, Way::In)?;
    if let Some(at) = kept.iter().map(|(_, record)| record.as_of).max() {
        note_changes(transaction, &difference.lost, &difference.gained, at).await?;
    }
    difference.write(transaction).await?;
    days.write::<booked_day::Entity>(transaction, booked_day::Column::Place)
        .await
}

/// What these lines put into the sums of their days, subject by subject.
fn add(
    days: &mut Changes<booked_day::Model>,
    rows: &[booked_line::Model],
    way: Way,
) -> Result<(), StoreError> {
    let mut subjects: BTreeMap<&str, Vec<&booked_line::Model>> = BTreeMap::new();
    for row in rows {
        subjects.entry(&row.subject).or_default().push(row);
    }
    for rows in subjects.values() {
        let Some(first) = rows.first() else {
            continue;
        };
        let lines: Vec<BookedLine> = rows
            .iter()
            .map(|row| booked_line(row))
            .collect::<Result<_, _>>()?;
        for basis in DateBasis::ALL {
            // Lines that no sum can hold are in none, neither now nor when they go.
            for sums in dated_sums(&lines, basis).unwrap_or_default() {
                let signed = |minor| way.signed(minor);
                days.add(booked_day_model(basis, &sums, first, signed));
            }
        }
    }
    Ok(())
}

impl Part for booked_line::Model {
    type Entity = booked_line::Entity;

    fn subject(&self) -> &str {
        &self.subject
    }

    fn name(&self) -> String {
        self.id.clone()
    }

    fn subject_column() -> booked_line::Column {
        booked_line::Column::Subject
    }
}

impl Sums for booked_day::Model {
    fn place(&self) -> &str {
        &self.place
    }

    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.subjects, other.subjects),
            (&mut self.payments, other.payments),
            (&mut self.unchecked, other.unchecked),
            (&mut self.paid, other.paid),
            (&mut self.effective_refund, other.effective_refund),
            (&mut self.voided, other.voided),
            (&mut self.settled, other.settled),
            (&mut self.fee, other.fee),
            (&mut self.supply_amount, other.supply_amount),
            (&mut self.vat, other.vat),
            (&mut self.pay_out, other.pay_out),
            (&mut self.never_settled, other.never_settled),
            (&mut self.row_count, other.row_count),
            (&mut self.rows_without_vat, other.rows_without_vat),
        ];
        for (sum, more) in pairs {
            *sum = sum.wrapping_add(more);
        }
    }

    fn is_empty(&self) -> bool {
        self.subjects == 0
    }
}
