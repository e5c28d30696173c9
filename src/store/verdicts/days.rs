//! The sums that are kept beside verdicts, changed by what a verdict leaves and what it brings. One transaction at a time
//! does so.
//!
//! Sums wrap around: what ran over is right again as soon as the row that made it run over is gone.

use std::collections::BTreeMap;

use entity::{payment_day, unsettled_day, unsettled_event, verdict};
use reconciliation::KstDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter};

use crate::store::StoreError;
use crate::store::db::keys::among;
use crate::store::db::upsert::insert;

/// Which way a row's numbers go into the sums.
#[derive(Clone, Copy)]
pub(super) enum Way {
    In,
    Out,
}

/// A row of sums.
pub(super) trait Sums {
    fn place(&self) -> &str;
    fn add(&mut self, other: &Self);
    /// Whether nothing is in it.
    fn is_empty(&self) -> bool;
}

/// What is added to the sums of one table, by their places.
pub(super) struct Changes<M>(BTreeMap<String, M>);

impl<M: Sums> Changes<M> {
    pub(super) fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(super) fn add(&mut self, sums: M) {
        match self.0.get_mut(sums.place()) {
            Some(known) => known.add(&sums),
            None => {
                self.0.insert(sums.place().to_owned(), sums);
            }
        }
    }

    /// Adds them to what the table has. Sums of nothing leave it.
    pub(super) async fn write<E>(
        mut self,
        connection: &impl ConnectionTrait,
        place: E::Column,
    ) -> Result<(), StoreError>
    where
        E: EntityTrait<Model = M>,
        M: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        if self.0.is_empty() {
            return Ok(());
        }
        let backend = connection.get_database_backend();
        let places: Vec<String> = self.0.keys().cloned().collect();
        let known = E::find()
            .filter(among(backend, place, places.iter().map(String::as_str)))
            .all(connection)
            .await?;
        for row in &known {
            self.add_known(row);
        }
        let (empty, full): (Vec<M>, Vec<M>) = self.0.into_values().partition(Sums::is_empty);
        if !known.is_empty() && !empty.is_empty() {
            E::delete_many()
                .filter(among(backend, place, empty.iter().map(Sums::place)))
                .exec(connection)
                .await?;
        }
        let others = E::Column::iter().filter(|column| column.as_str() != place.as_str());
        let replace = OnConflict::column(place).update_columns(others).to_owned();
        insert::<E>(connection, full, &replace).await?;
        Ok(())
    }

    fn add_known(&mut self, row: &M) {
        if let Some(change) = self.0.get_mut(row.place()) {
            change.add(row);
        }
    }
}

/// What a verdict puts into the sums of its day; nothing without a payment.
pub(super) fn of_verdict(row: &verdict::Model, way: Way) -> Option<payment_day::Model> {
    let (mid, currency, verdict) = (
        row.mid.clone()?,
        row.currency.clone()?,
        row.verdict.clone()?,
    );
    let day = KstDate::of(row.began_at?.0);
    let signed = |minor: Option<i64>| match way {
        Way::In => minor.unwrap_or(0),
        Way::Out => minor.unwrap_or(0).wrapping_neg(),
    };
    Some(payment_day::Model {
        place: [&day.to_string(), &verdict, &currency, &mid]
            .map(String::as_str)
            .join("\n"),
        day: day.naive(),
        mid,
        currency,
        verdict,
        payments: signed(Some(1)),
        paid: signed(row.paid),
        effective_refund: signed(row.effective_refund),
        voided: signed(row.voided),
        settled: signed(row.settled),
        fee: signed(row.fee),
        pay_out: signed(row.pay_out),
        never_settled: signed(row.never_settled),
    })
}

/// What an event without a row puts into the sums of its sold date.
pub(super) fn of_event(row: &unsettled_event::Model, way: Way) -> unsettled_day::Model {
    let sold = row.sold_date.to_string();
    let (events, amount) = match way {
        Way::In => (1, row.amount),
        Way::Out => (-1, row.amount.wrapping_neg()),
    };
    unsettled_day::Model {
        place: [&sold, &row.kind, &row.currency, &row.mid, &row.method_label]
            .map(String::as_str)
            .join("\n"),
        mid: row.mid.clone(),
        method_label: row.method_label.clone(),
        kind: row.kind.clone(),
        currency: row.currency.clone(),
        sold_date: row.sold_date,
        events,
        amount,
    }
}

impl Sums for payment_day::Model {
    fn place(&self) -> &str {
        &self.place
    }

    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.payments, other.payments),
            (&mut self.paid, other.paid),
            (&mut self.effective_refund, other.effective_refund),
            (&mut self.voided, other.voided),
            (&mut self.settled, other.settled),
            (&mut self.fee, other.fee),
            (&mut self.pay_out, other.pay_out),
            (&mut self.never_settled, other.never_settled),
        ];
        for (sum, more) in pairs {
            *sum = sum.wrapping_add(more);
        }
    }

    fn is_empty(&self) -> bool {
        self.payments == 0
    }
}

impl Sums for unsettled_day::Model {
    fn place(&self) -> &str {
        &self.place
    }

    fn add(&mut self, other: &Self) {
        self.events = self.events.wrapping_add(other.events);
        self.amount = self.amount.wrapping_add(other.amount);
    }

    fn is_empty(&self) -> bool {
        self.events == 0
    }
}
