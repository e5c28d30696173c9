//! Opening, migrating and losing a database.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use toss_recon::store::{DatabaseUrl, Migrated, Store, StoreError};

use crate::postgres;
use crate::samples::{Reading, key, payment};

/// An empty database on the server of another one.
async fn empty_postgres() -> String {
    let made = postgres::database().await;
    let (server, name) = made.rsplit_once('/').expect("a path");
    let empty = format!("{name}_empty");
    let connection = Database::connect(&made).await.expect("a connection");
    connection
        .execute_unprepared(&format!("CREATE DATABASE \"{empty}\""))
        .await
        .expect("a database");
    format!("{server}/{empty}")
}

async fn open(text: &str) -> Result<Store, StoreError> {
    Store::open(&text.parse().expect("a database URL")).await
}

async fn is_ready_once_migrated(text: &str) {
    let store = open(text).await.expect("the store opens");
    assert_eq!(
        store.ready().await,
        Err(StoreError::NotMigrated {
            pending: Migrator::migrations().len()
        })
    );
    assert_eq!(store.migrate().await, Ok(Migrated::FromNothing));
    assert_eq!(store.ready().await, Ok(()));
    assert_eq!(store.migrate().await, Ok(Migrated::FromBefore));
    assert_eq!(store.ready().await, Ok(()));
}

#[tokio::test]
async fn sqlite_is_ready_once_migrated() {
    let files = TempDir::new().expect("a folder");
    is_ready_once_migrated(&format!("sqlite://{}/new.db", files.path().display())).await;
}

#[tokio::test]
async fn postgres_is_ready_once_migrated() {
    is_ready_once_migrated(&empty_postgres().await).await;
}

on_both! {
    async fn tables_can_be_unmade_and_made_again(database) {
        Migrator::down(&database.raw, None).await.expect("every change is taken back");
        let left = match database.raw.get_database_backend() {
            sea_orm::DbBackend::Postgres => {
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
            }
            _ => "SELECT count(*) FROM sqlite_master WHERE type = 'table'",
        };
        assert_eq!(database.number(left).await, 1, "the record of changes alone is left");
        database.store.migrate().await.expect("it is made again");
        let reading = Reading::of(payment("again"));
        reading.save(&database.store).await.expect("it is saved");
    }

    async fn a_newer_program_that_has_only_added_leaves_this_one_ready(database) {
        database.spoil("INSERT INTO seaql_migrations VALUES ('m20990101_000001_wings', 0)").await;
        assert_eq!(database.store.ready().await, Ok(()));
        assert_eq!(database.store.migrate().await, Ok(Migrated::FromBefore));
        // What this one lacks cannot be made beside it.
        database.spoil("DELETE FROM seaql_migrations WHERE version LIKE '%_restores'").await;
        let too_new = StoreError::TooNew { migration: "m20990101_000001_wings".to_owned() };
        assert_eq!(database.store.ready().await, Err(too_new.clone()));
        assert_eq!(database.store.migrate().await, Err(too_new));
    }

    async fn a_database_with_a_change_that_has_to_be_known_is_refused(database) {
        database.spoil("INSERT INTO seaql_migrations VALUES ('m20990101_000001_wings', 0), ('m20990101_000002_feet', 0)").await;
        database.spoil("UPDATE database_facts SET value = 'm20990101_000002_feet' WHERE name = 'program_must_know'").await;
        let too_new = |migration: &str| StoreError::TooNew { migration: migration.to_owned() };
        assert_eq!(database.store.ready().await, Err(too_new("m20990101_000002_feet")));
        assert_eq!(database.store.migrate().await, Err(too_new("m20990101_000002_feet")));
        // Who does not say it, did not hold to it.
        database.spoil("DELETE FROM database_facts").await;
        assert_eq!(database.store.ready().await, Err(too_new("m20990101_000001_wings")));
    }

    async fn a_closed_store_is_unavailable(database) {
        let clone = database.store.clone();
        database.store.close().await.expect("it closes");
        let read = clone.payments(&[key("p")]).await.expect_err("closed");
        assert!(matches!(read, StoreError::Unavailable { .. }), "{read}");
        let write = Reading::of(payment("p")).save(&clone).await.expect_err("closed");
        assert!(matches!(write, StoreError::Unavailable { .. }), "{write}");
    }
}

/// Several processes that start at once: each has a store of its own.
async fn migrate_at_once(text: &str) {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let store = open(text).await.expect("the store opens");
        running.spawn(async move {
            let migrated = store.migrate().await?;
            store.ready().await.map(|()| migrated)
        });
    }
    let mut new = 0;
    while let Some(outcome) = running.join_next().await {
        let migrated = outcome.expect("no panic").expect("it is migrated");
        new += usize::from(migrated == Migrated::FromNothing);
    }
    assert_eq!(new, 1, "one of them found nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_migrate_postgres_at_once_do_not_break_it() {
    migrate_at_once(&empty_postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_migrate_sqlite_at_once_do_not_break_it() {
    let files = TempDir::new().expect("a folder");
    migrate_at_once(&format!("sqlite://{}/new.db", files.path().display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_write_into_one_sqlite_file() {
    let files = TempDir::new().expect("a folder");
    let text = format!("sqlite://{}/shared.db", files.path().display());
    let stores = [
        open(&text).await.expect("one"),
        open(&text).await.expect("two"),
    ];
    stores[0].migrate().await.expect("it is migrated");
    let mut running = tokio::task::JoinSet::new();
    for number in 0..60 {
        let store = stores[number % 2].clone();
        running.spawn(async move {
            Reading::of(payment(&format!("p{number}")))
                .save(&store)
                .await
        });
    }
    while let Some(outcome) = running.join_next().await {
        assert_eq!(outcome.expect("no panic"), Ok(()));
    }
}

async fn refuses_to_be_made(text: &str) {
    let url: DatabaseUrl = text.parse().expect("a database URL");
    let must_exist = url.clone().that_must_exist(true);
    let place = url.place();
    let missing = || {
        Some(StoreError::Missing {
            place: place.clone(),
        })
    };
    assert_eq!(Store::open(&must_exist).await.err(), missing());
    let store = Store::open(&url).await.expect("it opens");
    assert_eq!(
        Store::open(&must_exist).await.err(),
        missing(),
        "it is empty"
    );
    store.migrate().await.expect("it is migrated");
    let opened = Store::open(&must_exist).await.expect("it is there");
    assert_eq!(opened.ready().await, Ok(()));
}

#[tokio::test]
async fn a_file_that_must_exist_is_not_made() {
    let files = TempDir::new().expect("a folder");
    let path = files.path().join("kept.db");
    refuses_to_be_made(&format!("sqlite://{}", path.display())).await;
}

#[tokio::test]
async fn a_database_of_postgres_that_must_exist_is_not_filled() {
    refuses_to_be_made(&empty_postgres().await).await;
}

#[tokio::test]
async fn a_new_file_is_readable_by_its_owner_alone() {
    let files = TempDir::new().expect("a folder");
    let path = files.path().join("kept.db");
    let store = open(&format!("sqlite://{}", path.display()))
        .await
        .expect("it opens");
    store.migrate().await.expect("it is migrated");
    for file in ["kept.db", "kept.db-wal", "kept.db-shm"] {
        let mode = std::fs::metadata(files.path().join(file))
            .expect(file)
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

async fn refused_file(path: &Path) -> String {
    let url: DatabaseUrl = format!("sqlite://{}", path.display())
        .parse()
        .expect("a URL");
    match Store::open(&url).await {
        Err(StoreError::File {
            path: named,
            reason,
        }) => {
            assert_eq!(named, path);
            reason
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{} was opened", path.display()),
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_the_reason() {
    let files = TempDir::new().expect("a folder");
    let folder = files.path();
    assert!(
        refused_file(&folder.join("no/such.db"))
            .await
            .contains("does not exist")
    );
    assert!(refused_file(folder).await.contains("cannot be written"));
    // Nobody may write there, root included.
    assert!(
        refused_file(Path::new("/sys/kernel/toss-recon.db"))
            .await
            .contains("cannot be written")
    );
    let text = folder.join("notes.txt");
    std::fs::write(
        &text,
        "a shopping list, long enough to have a header of its own".repeat(9),
    )
    .expect("a file");
    assert!(refused_file(&text).await.contains("not a SQLite database"));
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_unavailable_and_its_password_stays_secret() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port that nobody listens on");
    let refused = open(&format!("postgres://kim:hunter2@{free}/recon")).await;
    let error = refused.expect_err("nobody is there");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_postgres_without_the_database_says_so() {
    let made = postgres::database().await;
    let error = open(&format!("{made}_gone"))
        .await
        .expect_err("there is none");
    assert!(error.to_string().contains("create it first"), "{error}");
}

#[tokio::test]
async fn postgres_connections_are_named_and_limited() {
    let text = postgres::database().await;
    let store = open(&text).await.expect("it opens");
    store.ready().await.expect("it is migrated");
    let raw = Database::connect(&text).await.expect("a connection");
    let ours = raw
        .query_one_raw(sea_orm::Statement::from_string(
            raw.get_database_backend(),
            "SELECT count(*) FROM pg_stat_activity \
             WHERE application_name = 'toss-recon' AND datname = current_database()",
        ))
        .await
        .expect("an answer")
        .expect("a row")
        .try_get_by_index::<i64>(0)
        .expect("a number");
    assert!(ours >= 1);
}
