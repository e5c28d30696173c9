//! `toss-recon token`: made, listed and taken back beside a running server.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};
use toss_recon::store::Store;

use crate::program::Place;
use crate::server::{Running, token};

#[tokio::test]
async fn a_token_works_at_a_server_that_runs_already_until_it_is_taken_back() {
    let place = Place::with_key();
    let server = Running::serve(&place, &[]).await;
    let text = token(&place, "front-end", "viewer").await;
    assert!(
        text.starts_with("trc_") && !text.contains(char::is_whitespace),
        "{text}"
    );
    let status = async || {
        server
            .post(&text, "{ __typename }", Value::Null)
            .await
            .status()
    };
    assert_eq!(status().await, 200);

    assert_eq!(place.succeeds(&["token", "revoke", "front-end"]).await, "");
    let deadline = Instant::now() + Duration::from_secs(10);
    while status().await != 401 {
        assert!(Instant::now() < deadline, "it is still believed");
        sleep(Duration::from_millis(100)).await;
    }
    let line = place.refuses(1, &["token", "revoke", "front-end"]).await;
    assert!(line.contains("\"front-end\""), "{line}");
    server.stop("TERM").await;
}

#[tokio::test]
async fn the_list_shows_names_and_roles_and_no_secret() {
    let place = Place::new();
    assert_eq!(place.succeeds(&["token", "list"]).await, "");
    let viewer = token(&place, "front-end", "viewer").await;
    let admin = token(&place, "back-office", "admin").await;
    place.succeeds(&["token", "revoke", "front-end"]).await;
    let list = place.succeeds(&["token", "list"]).await;
    let rows: Vec<Vec<&str>> = list.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2, "{list}");
    assert_eq!(rows[0][..3], ["back-office", "back-office", "admin"]);
    assert_eq!(rows[1][..3], ["front-end", "front-end", "viewer"]);
    assert_eq!(rows[0][3], "all", "of every merchant");
    let nothing = ["-"; 4];
    assert_eq!(
        rows[0][5..],
        nothing,
        "neither ends, nor used, nor taken back nor suspended"
    );
    assert!(rows[1][4] <= rows[1][7], "{list}");
    for text in [viewer, admin] {
        let (_, secret) = text.split_at("trc_0123456789_".len());
        assert!(!list.contains(secret), "{list}");
    }
}

#[tokio::test]
async fn a_token_may_end_by_itself_and_see_some_merchants_alone() {
    let place = Place::new();
    let create = ["token", "create", "--name", "books", "--role", "accountant"];
    let limits = ["--expires-in-days", "30", "--merchants", "shop-a,shop-b"];
    place.succeeds(&[&create[..], &limits].concat()).await;
    let list = place.succeeds(&["token", "list"]).await;
    let row: Vec<&str> = list.trim_end().split('\t').collect();
    assert_eq!(row[..4], ["books", "books", "accountant", "shop-a,shop-b"]);
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap();
    assert_eq!(
        at(row[5]) - at(row[4]),
        chrono::Duration::days(30),
        "{list}"
    );
    for wrong in [
        ["--expires-in-days", "0"],
        ["--expires-in-days", "3651"],
        ["--merchants", "shop a"],
        ["--merchants", ""],
    ] {
        let line = place.refuses(2, &[&create[..], &wrong].concat()).await;
        assert!(line.contains(wrong[0]), "{line}");
    }
}

#[tokio::test]
async fn a_name_is_given_once_and_stays_taken() {
    let place = Place::new();
    let again = ["token", "create", "--name", "a", "--role", "admin"];
    token(&place, "a", "viewer").await;
    assert!(place.refuses(1, &again).await.contains("\"a\""));
    place.succeeds(&["token", "revoke", "a"]).await;
    assert!(place.refuses(1, &again).await.contains("\"a\""));
    let line = place.refuses(1, &["token", "revoke", "b"]).await;
    assert!(line.contains("\"b\""), "{line}");
}

#[tokio::test]
async fn a_name_or_an_owner_outside_the_alphabet_is_wrong_usage() {
    let place = Place::new();
    let long = "a".repeat(64);
    let wrong = [
        "",
        " a",
        "a ",
        "a\nb",
        "front end",
        "Kim",
        "영희",
        "kim\u{200b}",
        "-a",
        &long,
    ];
    for text in wrong {
        for option in ["--name", "--owner"] {
            let other = if option == "--name" {
                "--owner"
            } else {
                "--name"
            };
            let given = format!("{option}={text}");
            let line = place
                .refuses(
                    2,
                    &["token", "create", "--role", "viewer", &given, other, "a"],
                )
                .await;
            assert!(
                line.contains("1 to 63 of the characters a-z") && line.contains(option),
                "{line}"
            );
        }
    }
    assert!(
        !place.path("toss-recon.db").exists(),
        "nothing was made for a wrong name"
    );
    token(&place, &"a".repeat(63), "viewer").await;
}

/// Makes a token for an owner; the exit status and what was said.
async fn create(place: &Place, name: &str, owner: &str) -> (i32, String) {
    let arguments = [
        "token", "create", "--role", "admin", "--name", name, "--owner", owner,
    ];
    let ended = place.run(&arguments).await;
    (ended.status, ended.stderr)
}

#[tokio::test]
async fn a_rotated_token_is_of_the_same_owner_and_looks_like_nobody_elses() {
    let place = Place::new();
    assert_eq!(create(&place, "fe-2026a", "fe").await.0, 0);
    assert_eq!(create(&place, "fe-2026b", "fe").await.0, 0);
    place.succeeds(&["token", "revoke", "fe-2026a"]).await;
    // A revoked name counts: it stands in the records.
    let alike = [
        ("fe-2o26a", "kim", "\"fe-2026a\" of the owner \"fe\""),
        ("park", "f-e", "the owner \"fe\""),
        ("toss-recon", "kim", "--name \"toss-recon\""),
        ("kim", "toss-recon", "--owner \"toss-recon\""),
        ("t0ss_recon", "kim", "--name \"t0ss_recon\""),
    ];
    for (name, owner, like) in alike {
        let (status, line) = create(&place, name, owner).await;
        assert_eq!((status, line.lines().count()), (2, 1), "{line}");
        assert!(line.contains(like), "{line}");
    }
    for (name, owner) in [("fe_2026a", "fe"), ("kim", "kim"), ("fe-2026c", "lee")] {
        let (status, line) = create(&place, name, owner).await;
        assert_eq!(status, 0, "{line}");
    }
    let list = place.succeeds(&["token", "list"]).await;
    let owners: Vec<&str> = list
        .lines()
        .filter_map(|row| row.split('\t').nth(1))
        .collect();
    assert_eq!(owners, ["fe", "fe", "lee", "fe", "kim"], "{list}");
}

#[tokio::test]
async fn what_is_written_is_signed_and_so_a_wrong_key_is_told_first() {
    let place = Place::new().set("TOSS_SECRET_KEY", "live_ck_aClientKey");
    for arguments in [
        &["token", "create", "--name", "kim", "--role", "admin"][..],
        &["token", "revoke", "kim"],
        &["token", "confirm", "kim"],
    ] {
        let line = place.refuses(2, arguments).await;
        assert!(line.contains("TOSS_SECRET_KEY"), "{line}");
    }
    assert_eq!(place.succeeds(&["token", "list"]).await, "");
}

#[tokio::test]
async fn of_processes_that_make_names_alike_at_once_one_succeeds() {
    for place in [
        Place::new(),
        Place::new().set("DATABASE_URL", crate::postgres::database().await),
    ] {
        place.succeeds(&["migrate"]).await;
        let alike = ["kim", "k1m", "klm", "k-im"].map(|name| create(&place, name, name));
        let ended = futures_util::future::join_all(alike).await;
        let mut statuses: Vec<i32> = ended.iter().map(|(status, _)| *status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [0, 2, 2, 2], "{ended:?}");
    }
}

#[tokio::test]
async fn a_suspended_token_is_nobodys_until_it_is_confirmed() {
    let place = Place::with_key();
    let server = Running::serve(&place, &[]).await;
    let text = token(&place, "front-end", "viewer").await;
    let status = async || {
        server
            .post(&text, "{ viewer { name owner } }", Value::Null)
            .await
            .status()
    };
    assert_eq!(status().await, 200);
    let asked = server.ask(&text, "{ viewer { name owner } }").await;
    assert_eq!(asked["viewer"]["owner"], "front-end");
    let url = format!("sqlite://{}", place.path("toss-recon.db").display());
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    let since = chrono::DateTime::UNIX_EPOCH;
    assert_eq!(store.suspend_tokens(since).await, Ok(1));
    store.close().await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while status().await != 401 {
        assert!(Instant::now() < deadline, "it is still believed");
        sleep(Duration::from_millis(100)).await;
    }
    let list = place.succeeds(&["token", "list"]).await;
    assert!(list.ends_with("\t-\t1970-01-01T00:00:00+00:00\n"), "{list}");
    assert_eq!(place.succeeds(&["token", "confirm", "front-end"]).await, "");
    assert_eq!(status().await, 200, "a refusal is not remembered");
    let line = place.refuses(1, &["token", "confirm", "front-end"]).await;
    assert!(line.contains("\"front-end\""), "{line}");
    server.stop("TERM").await;
}
