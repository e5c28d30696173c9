//! A change that an older program cannot live with says so in the database; one that only adds does not.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};

/// The first change from which on the database says which one has to be known.
const FIRST: &str = "m20261130_000043_payment_attempts";

/// What programs rely on.
#[derive(Default)]
struct Tables {
    /// By table and column, how it is declared, and whether whoever writes must give it.
    columns: BTreeMap<(String, String), (String, bool)>,
    /// Unique indexes that were made beside the tables, by table, name and what they keep apart.
    unique: BTreeSet<(String, String, String)>,
}

impl Tables {
    async fn of(database: &DatabaseConnection) -> Self {
        let columns = rows(
            database,
            "SELECT tables.name, columns.name, columns.type,
                 CASE WHEN columns.\"notnull\" = 1 AND columns.dflt_value IS NULL THEN 'given' ELSE '' END
             FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'",
        );
        let unique = rows(
            database,
            "SELECT tables.name, indexes.name, made.sql, '' FROM sqlite_master AS tables,
                 pragma_index_list(tables.name) AS indexes, sqlite_master AS made
             WHERE tables.type = 'table' AND indexes.\"unique\" = 1 AND indexes.origin = 'c'
                 AND made.type = 'index' AND made.name = indexes.name",
        );
        let column =
            |[table, column, kind, given]: [String; 4]| ((table, column), (kind, given == "given"));
        let index = |[table, index, made, _]: [String; 4]| (table, index, made);
        Self {
            columns: columns.await.into_iter().map(column).collect(),
            unique: unique.await.into_iter().map(index).collect(),
        }
    }

    fn has(&self, table: &str) -> bool {
        self.columns.keys().any(|(name, _)| name == table)
    }

    /// Why a program that knows these tables cannot live with those.
    fn broken_by(&self, after: &Self) -> Option<String> {
        for (place, (kind, given)) in &self.columns {
            match after.columns.get(place) {
                None => return Some(format!("{place:?} is gone")),
                Some((other, _)) if other != kind => return Some(format!("{place:?} is {other}")),
                Some((_, true)) if !given => return Some(format!("{place:?} must be given")),
                Some(_) => {}
            }
        }
        let demanded = after.columns.iter();
        for (place, (_, given)) in demanded.filter(|(place, _)| self.has(&place.0)) {
            if *given && !self.columns.contains_key(place) {
                return Some(format!("{place:?} must be given"));
            }
        }
        // Who finds one row by what was unique may come upon another once it is not.
        if let Some(index) = self.unique.difference(&after.unique).next() {
            return Some(format!("{index:?} is gone"));
        }
        let mut unique = after.unique.difference(&self.unique);
        let unique = unique.find(|(table, ..)| self.has(table));
        unique.map(|index| format!("{index:?} is new"))
    }
}

async fn rows(database: &DatabaseConnection, sql: &str) -> Vec<[String; 4]> {
    let asked = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(asked).await.expect("an answer");
    let text = |row: &sea_orm::QueryResult, place| row.try_get_by_index(place).expect("a text");
    rows.iter()
        .map(|row| [text(row, 0), text(row, 1), text(row, 2), text(row, 3)])
        .collect()
}

async fn to_be_known(database: &DatabaseConnection) -> String {
    let asked = Statement::from_string(
        database.get_database_backend(),
        "SELECT value FROM database_facts WHERE name = 'program_must_know'",
    );
    let row = database.query_one_raw(asked).await.expect("an answer");
    let row = row.expect("it is said");
    row.try_get_by_index(0).expect("a text")
}

#[tokio::test]
async fn what_takes_away_or_demands_says_that_it_has_to_be_known() {
    let database = Database::connect("sqlite::memory:")
        .await
        .expect("a database");
    let changes = Migrator::migrations();
    let names: Vec<&str> = changes.iter().map(|change| change.name()).collect();
    let first = names.iter().position(|name| *name == FIRST);
    let first = first.expect("it is there");
    let steps = u32::try_from(first + 1).expect("a few");
    Migrator::up(&database, Some(steps)).await.expect("made");
    assert_eq!(to_be_known(&database).await, FIRST);
    for name in &names[first + 1..] {
        let before = Tables::of(&database).await;
        Migrator::up(&database, Some(1)).await.expect("made");
        let Some(why) = before.broken_by(&Tables::of(&database).await) else {
            continue;
        };
        assert_eq!(&to_be_known(&database).await, name, "{why}");
    }
}

#[tokio::test]
async fn it_is_seen_what_takes_away_or_demands_and_what_only_adds() {
    for (change, breaks) in [
        ("ALTER TABLE payments ADD COLUMN note text", false),
        (
            "ALTER TABLE payments ADD COLUMN n bigint NOT NULL DEFAULT 0",
            false,
        ),
        ("CREATE TABLE wings (id text NOT NULL PRIMARY KEY)", false),
        ("CREATE INDEX payments_raw ON payments (raw)", false),
        ("ALTER TABLE payments DROP COLUMN raw", true),
        ("ALTER TABLE payments RENAME COLUMN raw TO words", true),
        ("DROP TABLE payment_attempts", true),
        ("CREATE UNIQUE INDEX one_order ON payments (order_id)", true),
        (
            "DROP INDEX cancel_requests_client_key; CREATE UNIQUE INDEX cancel_requests_client_key \
             ON cancel_requests (owner, client_key) WHERE status <> 'REJECTED'",
            true,
        ),
        ("DROP INDEX cancel_requests_of_client_key", false),
        (
            "ALTER TABLE webhooks RENAME TO old; CREATE TABLE webhooks (id text NOT NULL PRIMARY KEY, \
             received_at bigint NOT NULL, body text NOT NULL, due_at bigint NOT NULL); DROP TABLE old",
            true,
        ),
        (
            "ALTER TABLE webhooks RENAME TO old; CREATE TABLE webhooks (id text NOT NULL PRIMARY KEY, \
             received_at bigint NOT NULL, body text NOT NULL, due_at bigint, sender text NOT NULL); DROP TABLE old",
            true,
        ),
    ] {
        let database = Database::connect("sqlite::memory:")
            .await
            .expect("a database");
        Migrator::up(&database, None).await.expect("made");
        let before = Tables::of(&database).await;
        let done = database.execute_unprepared(change).await;
        done.expect(change);
        let why = before.broken_by(&Tables::of(&database).await);
        assert_eq!(why.is_some(), breaks, "{change}: {why:?}");
    }
}
