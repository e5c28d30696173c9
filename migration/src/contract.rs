//! Which change a program has to know to run on a database. `README.md` says which changes that are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement};

use crate::statements::run;

/// The fact of the database that names the change.
const FACT: &str = "program_must_know";

/// Says, within a migration, that no program may run on the database from now on which does not know this change. What
/// undoes the migration says it of the change that was said before.
pub(crate) async fn must_be_known(manager: &SchemaManager<'_>, change: &str) -> Result<(), DbErr> {
    let delete = format!("DELETE FROM database_facts WHERE name = '{FACT}'");
    let insert = format!("INSERT INTO database_facts (name, value) VALUES ('{FACT}', '{change}')");
    run(manager, &[&delete, &insert]).await
}

/// Takes it back that any change has to be known, for what undoes the first migration that said so.
pub(crate) async fn none_must_be_known(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let delete = format!("DELETE FROM database_facts WHERE name = '{FACT}'");
    run(manager, &[&delete]).await
}

/// The change that a program has to know, where the database says one.
pub(crate) async fn to_be_known(manager: &SchemaManager<'_>) -> Result<Option<String>, DbErr> {
    if !manager.has_table("database_facts").await? {
        return Ok(None);
    }
    let connection = manager.get_connection();
    let asked = Statement::from_string(
        connection.get_database_backend(),
        format!("SELECT value FROM database_facts WHERE name = '{FACT}'"),
    );
    let row = connection.query_one_raw(asked).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
