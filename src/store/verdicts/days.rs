//! The sums that are kept beside verdicts, changed by what a verdict leaves and what it brings. One transaction at a time
//! does so.
//!
//! Sums wrap around: what ran over is right again as soon as the row that made it run over is gone.

use std::collections::BTreeMap;

use entity::{unsettled_day, unsettled_event};
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
