//! `toss-recon backup`: a copy that is whole, its owner's alone, and replaces nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::Value;
use toss_recon::store::Store;

use crate::postgres;
use crate::program::Place;
use crate::server::{Running, token};

#[tokio::test]
async fn beside_a_running_server_the_copy_is_whole_and_its_owners_alone() {
    let place = Place::with_key();
    let server = Running::serve(&place, &[]).await;
    token(&place, "before", "viewer").await;
    // Needs no key, and settings that only servers have are none of its business.
    let printed = place.succeeds(&["backup", "copy.db"]).await;
    token(&place, "after", "viewer").await;
    server.stop("TERM").await;

    assert_eq!(printed.lines().count(), 1, "{printed}");
    let line: Value = serde_json::from_str(&printed).unwrap();
    let metadata = place.path("copy.db").metadata().unwrap();
    assert_eq!(line["file"], "copy.db");
    assert_eq!(line["bytes"], metadata.len());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert_eq!(left(&place), Vec::<String>::new());

    let url = format!("sqlite://{}", place.path("copy.db").display());
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    store.ready().await.unwrap();
    let tokens = store.list_tokens().await.unwrap();
    let names: Vec<&str> = tokens.iter().map(|token| token.name.as_str()).collect();
    assert_eq!(names, ["before"]);
    store.close().await.unwrap();
}

/// What a backup that did not end well has left in the folder.
fn left(place: &Place) -> Vec<String> {
    let names = std::fs::read_dir(place.path("")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("backup")).collect()
}

#[tokio::test]
async fn what_exists_is_never_replaced() {
    let place = Place::new().write("copy.db", "mine");
    place.succeeds(&["token", "list"]).await;
    for file in ["copy.db", "toss-recon.db", "."] {
        let line = place.refuses(1, &["backup", file]).await;
        assert!(line.contains(file), "{line}");
    }
    assert_eq!(std::fs::read(place.path("copy.db")).unwrap(), b"mine");
    let line = place.refuses(1, &["backup", "nowhere/copy.db"]).await;
    assert!(line.contains("nowhere/copy.db cannot be written"), "{line}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_not_made() {
    let place = Place::new();
    let line = place.refuses(2, &["backup", "copy.db"]).await;
    assert!(line.contains("DATABASE_URL"), "{line}");
    assert!(!place.path("toss-recon.db").exists() && !place.path("copy.db").exists());
}

#[tokio::test]
async fn without_room_there_is_a_clear_line_and_no_copy() {
    let place = Place::new();
    place.succeeds(&["token", "list"]).await;
    let program = place.command(&[]);
    let program = program.as_std();
    let given = program
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    // Writing beyond the limit fails, as on a full disk, and does not end the program.
    let ended = tokio::process::Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -S -f 64; exec \"$0\" backup copy.db",
        ])
        .arg(program.get_program())
        .current_dir(place.path(""))
        .env_clear()
        .envs(given)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert_eq!(
        said,
        "toss-recon: there is no room for copy.db: make room on its disk, or choose another one\n"
    );
    assert!(!place.path("copy.db").exists());
    assert_eq!(left(&place), Vec::<String>::new());
}

#[tokio::test]
async fn on_postgresql_the_command_is_named_without_the_password() {
    let mut url: url::Url = postgres::database().await.parse().unwrap();
    url.set_password(Some("s3cret-of-the-database")).unwrap();
    let place = Place::new().set("DATABASE_URL", url.as_str());
    let printed = place.succeeds(&["backup", "money.dump"]).await;
    let name = url.path().trim_start_matches('/');
    assert!(
        printed.starts_with("pg_dump --format=custom --file='money.dump'"),
        "{printed}"
    );
    assert!(printed.contains(&format!("--dbname='{name}'")), "{printed}");
    assert!(!printed.contains("s3cret"), "{printed}");
}
