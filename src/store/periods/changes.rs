//! What payments bring into closed periods, or take out of them: noted in the transaction that changes their books by
//! date, so that the figures of a period and what was noted since are together what its figures would be now.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{booked_line, period, period_change};
use reconciliation::{BookedLine, DateBasis, DatedSums, KstDate, dated_sums};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::PeriodState;
use crate::store::StoreError;
use crate::store::db::sum_changes::{Changes, Sums, Way};
use crate::store::db::transaction::Transaction;
use crate::store::rows::booked_line;

/// Notes what the lines that go and those that come change in closed periods.
pub(in crate::store) async fn note_changes(
    transaction: &Transaction,
    lost: &[booked_line::Model],
    gained: &[booked_line::Model],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if lost.is_empty() && gained.is_empty() {
        return Ok(());
    }
    let periods = period::Entity::find()
        .filter(period::Column::State.ne(PeriodState::Reopened.as_str()))
        .all(transaction)
        .await?;
    if periods.is_empty() {
        return Ok(());
    }
    let mut changes: Changes<period_change::Model> = Changes::new();
    for (rows, way) in [(lost, Way::Out), (gained, Way::In)] {
        add(&mut changes, &periods, rows, way, at)?;
    }
    changes.drop_nothings();
    changes
        .write::<period_change::Entity>(transaction, period_change::Column::Place)
        .await
}

fn add(
    changes: &mut Changes<period_change::Model>,
    periods: &[period::Model],
    rows: &[booked_line::Model],
    way: Way,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut subjects: BTreeMap<&str, Vec<BookedLine>> = BTreeMap::new();
    for row in rows {
        let lines = subjects.entry(&row.subject).or_default();
        lines.push(booked_line(row)?);
    }
    for (subject, lines) in subjects {
        // Lines that no sum can hold are in none.
        for of_day in dated_sums(&lines, DateBasis::Event).unwrap_or_default() {
            for period in periods.iter().filter(|period| holds(period, &of_day)) {
                changes.add(change(period, subject, &of_day, way, at));
            }
        }
    }
    Ok(())
}

fn holds(period: &period::Model, of_day: &DatedSums) -> bool {
    let days = KstDate::from_naive(period.from_day)..=KstDate::from_naive(period.to_day);
    period.mid == of_day.mid.as_str() && days.contains(&of_day.day)
}

fn change(
    period: &period::Model,
    subject: &str,
    of_day: &DatedSums,
    way: Way,
    at: DateTime<Utc>,
) -> period_change::Model {
    let sums = &of_day.sums;
    let currency = sums.currency().code();
    let signed = |money: reconciliation::Money| way.signed(money.minor());
    period_change::Model {
        place: [period.id.as_str(), subject, currency].join("\n"),
        period: period.id.clone(),
        subject: subject.to_owned(),
        currency: currency.to_owned(),
        changed_at: at.timestamp_millis(),
        paid: signed(sums.paid),
        effective_refund: signed(sums.effective_refund),
        voided: signed(sums.voided),
        settled: signed(sums.settled),
        fee: signed(sums.fee),
        supply_amount: signed(sums.supply_amount),
        vat: signed(sums.vat),
        pay_out: signed(sums.pay_out),
        never_settled: signed(sums.never_settled),
    }
}

impl Sums for period_change::Model {
    fn place(&self) -> &str {
        &self.place
    }

    fn add(&mut self, other: &Self) {
        self.changed_at = self.changed_at.max(other.changed_at);
        let others = other.sums();
        for (sum, more) in self.sums_mut().into_iter().zip(others) {
            *sum = sum.wrapping_add(more);
        }
    }

    fn is_empty(&self) -> bool {
        self.sums().iter().all(|sum| *sum == 0)
    }
}

trait Summed {
    fn sums(&self) -> [i64; 9];
    fn sums_mut(&mut self) -> [&mut i64; 9];
}

impl Summed for period_change::Model {
    fn sums(&self) -> [i64; 9] {
        [
            self.paid,
            self.effective_refund,
            self.voided,
            self.settled,
            self.fee,
            self.supply_amount,
            self.vat,
            self.pay_out,
            self.never_settled,
        ]
    }

    fn sums_mut(&mut self) -> [&mut i64; 9] {
        [
            &mut self.paid,
            &mut self.effective_refund,
            &mut self.voided,
            &mut self.settled,
            &mut self.fee,
            &mut self.supply_amount,
            &mut self.vat,
            &mut self.pay_out,
            &mut self.never_settled,
        ]
    }
}
