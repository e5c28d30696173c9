//! How a database stands to this program, told without changing it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::EntityTrait;
use sea_orm_migration::{IntoSchemaManagerConnection, seaql_migrations};

use crate::Migrator;

/// The changes that a database and this program do not share, each oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Known here and not made there.
    pub pending: Vec<String>,
    /// Made there and not known here: the work of a newer program.
    pub unknown: Vec<String>,
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
        Ok(Self {
            pending: without(&known, &made),
            unknown: without(&made, &known),
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
