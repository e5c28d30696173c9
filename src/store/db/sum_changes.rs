//! Sums that are kept in a table, changed by what leaves them and what comes into them. One transaction at a time does so.
//!
//! Sums wrap around: what ran over is right again as soon as the row that made it run over is gone.

use std::collections::BTreeMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter};

use crate::store::StoreError;
use crate::store::db::keys::among;
use crate::store::db::upsert::insert;

/// Which way a row's numbers go into the sums.
#[derive(Clone, Copy)]
pub(in crate::store) enum Way {
    /// They are added.
    In,
    /// They are taken out.
    Out,
}

impl Way {
    /// What is added for this number.
    pub(in crate::store) fn signed(self, number: i64) -> i64 {
        match self {
            Self::In => number,
            Self::Out => number.wrapping_neg(),
        }
    }
}

/// A row of sums.
pub(in crate::store) trait Sums {
    /// What they are sums of: the key of their row.
    fn place(&self) -> &str;
    /// Adds what another row of the same place has.
    fn add(&mut self, other: &Self);
    /// Whether nothing is in it.
    fn is_empty(&self) -> bool;
}

/// What is added to the sums of one table, by their places.
pub(in crate::store) struct Changes<M>(BTreeMap<String, M>);

impl<M: Sums> Changes<M> {
    pub(in crate::store) fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub(in crate::store) fn add(&mut self, sums: M) {
        match self.0.get_mut(sums.place()) {
            Some(known) => known.add(&sums),
            None => {
                self.0.insert(sums.place().to_owned(), sums);
            }
        }
    }

    /// Forgets what comes to nothing.
    pub(in crate::store) fn drop_nothings(&mut self) {
        self.0.retain(|_, sums| !sums.is_empty());
    }

    /// Adds them to what the table has. Sums of nothing leave it.
    pub(in crate::store) async fn write<E>(
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
