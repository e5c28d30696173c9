//! Rows that belong to a verdict, in tables of their own: replaced for each subject whose rows differ, and left alone for
//! the others.

use std::collections::{BTreeMap, BTreeSet};

use entity::{discrepancy, settlement_match, unsettled_event, verdict_gap};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::store::StoreError;
use crate::store::db::keys::among;
use crate::store::db::upsert::insert;

/// A row that belongs to a verdict.
pub(super) trait Part: PartialEq {
    type Entity: EntityTrait<Model = Self>;

    fn subject(&self) -> &str;

    /// Tells it from the subject's others.
    fn name(&self) -> String;

    fn subject_column() -> <Self::Entity as EntityTrait>::Column;
}

/// The rows that these subjects have.
pub(super) async fn rows_of<P: Part + Send + Sync>(
    connection: &impl ConnectionTrait,
    subjects: impl IntoIterator<Item = &str>,
) -> Result<Vec<P>, StoreError> {
    let backend = connection.get_database_backend();
    Ok(P::Entity::find()
        .filter(among(backend, P::subject_column(), subjects))
        .all(connection)
        .await?)
}

/// What a table loses and gains.
pub(super) struct Difference<P> {
    pub(super) lost: Vec<P>,
    pub(super) gained: Vec<P>,
}

impl<P: Part> Difference<P> {
    /// All the old and all the new rows of each subject that does not have the same as before.
    pub(super) fn between(old: Vec<P>, new: Vec<P>) -> Self {
        type Named<P> = BTreeMap<String, P>;
        let mut subjects: BTreeMap<String, (Named<P>, Named<P>)> = BTreeMap::new();
        for row in old {
            let (before, _) = subjects.entry(row.subject().to_owned()).or_default();
            before.insert(row.name(), row);
        }
        for row in new {
            let (_, after) = subjects.entry(row.subject().to_owned()).or_default();
            after.insert(row.name(), row);
        }
        let mut difference = Self {
            lost: Vec::new(),
            gained: Vec::new(),
        };
        for (before, after) in subjects.into_values().filter(|(old, new)| old != new) {
            difference.lost.extend(before.into_values());
            difference.gained.extend(after.into_values());
        }
        difference
    }

    /// Changes the table.
    pub(super) async fn write(self, connection: &impl ConnectionTrait) -> Result<(), StoreError>
    where
        P: IntoActiveModel<<P::Entity as EntityTrait>::ActiveModel> + Send + Sync,
        <P::Entity as EntityTrait>::ActiveModel: Send,
    {
        let subjects: BTreeSet<&str> = self.lost.iter().map(Part::subject).collect();
        if !subjects.is_empty() {
            let backend = connection.get_database_backend();
            P::Entity::delete_many()
                .filter(among(backend, P::subject_column(), subjects))
                .exec(connection)
                .await?;
        }
        let gained = self.gained;
        insert::<P::Entity>(connection, gained, OnConflict::new().do_nothing()).await?;
        Ok(())
    }
}

impl Part for discrepancy::Model {
    type Entity = discrepancy::Entity;

    fn subject(&self) -> &str {
        &self.subject
    }

    fn name(&self) -> String {
        self.id.clone()
    }

    fn subject_column() -> discrepancy::Column {
        discrepancy::Column::Subject
    }
}

impl Part for unsettled_event::Model {
    type Entity = unsettled_event::Entity;

    fn subject(&self) -> &str {
        &self.subject
    }

    fn name(&self) -> String {
        format!("{}\n{}", self.transaction_key, self.mid)
    }

    fn subject_column() -> unsettled_event::Column {
        unsettled_event::Column::Subject
    }
}

impl Part for verdict_gap::Model {
    type Entity = verdict_gap::Entity;

    fn subject(&self) -> &str {
        &self.subject
    }

    fn name(&self) -> String {
        format!("{}\n{}", self.source, self.from_day)
    }

    fn subject_column() -> verdict_gap::Column {
        verdict_gap::Column::Subject
    }
}

impl Part for settlement_match::Model {
    type Entity = settlement_match::Entity;

    fn subject(&self) -> &str {
        &self.subject
    }

    fn name(&self) -> String {
        self.id.clone()
    }

    fn subject_column() -> settlement_match::Column {
        settlement_match::Column::Subject
    }
}
