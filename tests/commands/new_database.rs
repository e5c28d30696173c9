//! A database that is not there: it is made with a word about it, or with `DATABASE_MUST_EXIST=on` it is an error.

use sea_orm::{ConnectionTrait, Database};

use crate::postgres;
use crate::program::{Ended, Place};
use crate::server::{Running, place_before, shop};

/// Every command that opens the database.
const COMMANDS: [&[&str]; 8] = [
    &["serve", "--listen", "127.0.0.1:0"],
    &["sync", "--from", "2026-03-01", "--to", "2026-03-01"],
    &["reconcile"],
    &["report", "--from", "2026-03-01", "--to", "2026-03-01"],
    &["token", "list"],
    &["token", "create", "--name", "a", "--role", "viewer"],
    &["audit", "verify"],
    &["migrate"],
];

/// An empty database on the tests' server.
async fn empty_postgres() -> String {
    let made = postgres::database().await;
    let (server, name) = made.rsplit_once('/').unwrap();
    let connection = Database::connect(&made).await.unwrap();
    let statement = format!("CREATE DATABASE \"{name}_empty\"");
    connection.execute_unprepared(&statement).await.unwrap();
    format!("{server}/{name}_empty")
}

fn warnings(ended: &Ended) -> Vec<&str> {
    let lines = ended.stderr.lines();
    lines
        .filter(|line| line.contains(" WARN ") && line.contains("a new, empty database was made"))
        .collect()
}

#[tokio::test]
async fn one_that_must_exist_is_not_made_by_any_command() {
    let place = Place::with_key()
        .set("DATABASE_URL", "sqlite://kept.db")
        .set("DATABASE_MUST_EXIST", "on");
    let absolute = std::fs::canonicalize(place.path(""))
        .unwrap()
        .join("kept.db");
    for command in COMMANDS {
        let line = place.refuses(2, command).await;
        assert!(
            line.starts_with("toss-recon: DATABASE_URL: there is no database of toss-recon at ")
                && line.contains(absolute.to_str().unwrap())
                && line.contains("volume is mounted"),
            "{line}"
        );
    }
    let left: Vec<_> = std::fs::read_dir(place.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    // The folder that it is to be in may be what is not mounted.
    let url = "sqlite://not/mounted/kept.db";
    let line = place.refuses(2, &["migrate", "--database-url", url]).await;
    assert!(
        line.contains("there is no database of toss-recon"),
        "{line}"
    );
}

#[tokio::test]
async fn an_empty_file_is_no_database_that_exists() {
    let place = Place::with_key()
        .set("DATABASE_MUST_EXIST", "on")
        .write("toss-recon.db", "");
    let line = place.refuses(2, &["token", "list"]).await;
    assert!(
        line.contains("there is no database of toss-recon"),
        "{line}"
    );
}

#[tokio::test]
async fn one_without_our_tables_on_postgresql_is_none_either() {
    let url = empty_postgres().await;
    let place = Place::with_key()
        .set("DATABASE_URL", &url)
        .set("DATABASE_MUST_EXIST", "on");
    for command in COMMANDS {
        let line = place.refuses(2, command).await;
        assert!(
            line.contains("there is no database of toss-recon at postgres://127.0.0.1:")
                && line.contains("_empty"),
            "{line}"
        );
    }
    let tables = Database::connect(&url).await.unwrap();
    let made = tables
        .execute_unprepared("SELECT 1 FROM seaql_migrations")
        .await;
    assert!(made.is_err(), "nothing was made");
}

#[tokio::test]
async fn one_that_is_there_is_used_whether_it_must_exist_or_not() {
    for url in ["sqlite://kept.db".to_owned(), postgres::database().await] {
        let place = Place::with_key().set("DATABASE_URL", url);
        place.succeeds(&["migrate"]).await;
        let place = place.set("DATABASE_MUST_EXIST", "on");
        let ended = place.run(&["token", "list"]).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
        Running::serve(&place, &["--no-sync"])
            .await
            .stop("TERM")
            .await;
    }
}

#[tokio::test]
async fn a_new_one_is_told_of_in_one_line_by_whichever_command_made_it_and_by_no_other() {
    for is_postgres in [false, true] {
        for command in COMMANDS {
            let sim = shop("account_never_paid").await;
            let place = place_before(&sim);
            let (place, named) = if is_postgres {
                (
                    place.set("DATABASE_URL", empty_postgres().await),
                    "_empty".to_owned(),
                )
            } else {
                let absolute = std::fs::canonicalize(place.path("")).unwrap();
                let file = absolute.join("toss-recon.db").display().to_string();
                (place, file)
            };
            if command[0] == "serve" {
                let server = Running::serve(&place, &["--no-sync"]).await;
                let (stdout, stderr) = server.stop("TERM").await;
                let ended = Ended {
                    status: 0,
                    stdout,
                    stderr,
                };
                assert_eq!(warnings(&ended).len(), 1, "{}", ended.stderr);
                continue;
            }
            let ended = place.run(command).await;
            let lines = warnings(&ended);
            assert_eq!(
                (ended.status, lines.len()),
                (0, 1),
                "{command:?}: {}",
                ended.stderr
            );
            assert!(
                lines[0].contains(&named) && lines[0].contains("volume is mounted"),
                "{lines:?}"
            );
            let again = place.run(&["migrate"]).await;
            assert_eq!((again.status, again.stderr.as_str()), (0, ""));
        }
    }
}

#[tokio::test]
async fn the_demo_has_one_of_its_own_and_says_nothing_of_it() {
    let place = Place::new();
    let demo = Running::start(&place, &["demo", "--port", "0"], &["http://"]).await;
    demo.says("The simulated Toss itself answers at").await;
    let (_, stderr) = demo.stop("TERM").await;
    assert!(!stderr.contains("WARN"), "{stderr}");
}
