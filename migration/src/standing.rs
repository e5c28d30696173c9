//! How a database stands to this program, told without changing it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::EntityTrait;
use sea_orm_migration::{IntoSchemaManagerConnection, seaql_migrations};

use crate::Migrator;
use crate::contract::to_be_known;

/// The changes that a database and this program do not share, each oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Known here and not made there.
    pub pending: Vec<String>,
    /// Made there and not known here: the work of a newer program.
    pub unknown: Vec<String>,
    /// The change without which no program may run on the database, where this program does not know it.
    pub must_be_known: Option<String>,
}

impl Standing {
    /// Reads the record of changes. A database without one has none made.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn of<'c>(connection: impl IntoSchemaManagerConnection<'c>) -> Result<Self, DbErr> {
        let manager = SchemaManager::new(connection);
        let made: Vec<String> = if manager
            .has_table(Migrator::migration_table_name().to_string())
            .await?
        {
            let rows = seaql_migrations::Entity::find()
                .all(manager.get_connection())
                .await?;
            rows.into_iter().map(|row| row.version).collect()
        } else {
            Vec::new()
        };
        let known: Vec<String> = Migrator::migrations()
            .iter()
            .map(|migration| migration.name().to_owned())
            .collect();
        let unknown = without(&made, &known);
        let must_be_known = if unknown.is_empty() {
            None
        } else {
            // Who does not say it, did not hold to it.
            let said = to_be_known(&manager).await?;
            let change = said.or_else(|| unknown.first().cloned());
            change.filter(|change| !known.contains(change))
        };
        Ok(Self {
            pending: without(&known, &made),
            unknown,
            must_be_known,
        })
    }
}

/// What stands in the first list only, sorted.
fn without(list: &[String], other: &[String]) -> Vec<String> {
    let mut left: Vec<String> = list
        .iter()
        .filter(|name| !other.contains(name))
        .cloned()
        .collect();
    left.sort();
    left
}
