//! `toss-recon token`: made, listed and taken back beside a running server.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::program::Place;
use crate::server::{Running, token};

#[tokio::test]
async fn a_token_works_at_a_server_that_runs_already_until_it_is_taken_back() {
    let place = Place::with_key();
    let server = Running::serve(&place, &[]).await;
    let text = token(&place, "front end", "viewer").await;
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

    assert_eq!(place.succeeds(&["token", "revoke", "front end"]).await, "");
    let deadline = Instant::now() + Duration::from_secs(10);
    while status().await != 401 {
        assert!(Instant::now() < deadline, "it is still believed");
        sleep(Duration::from_millis(100)).await;
    }
    let line = place.refuses(1, &["token", "revoke", "front end"]).await;
    assert!(line.contains("\"front end\""), "{line}");
    server.stop("TERM").await;
}

#[tokio::test]
async fn the_list_shows_names_and_roles_and_no_secret() {
    let place = Place::new();
    assert_eq!(place.succeeds(&["token", "list"]).await, "");
    let viewer = token(&place, "front end", "viewer").await;
    let admin = token(&place, "back office", "admin").await;
    place.succeeds(&["token", "revoke", "front end"]).await;
    let list = place.succeeds(&["token", "list"]).await;
    let rows: Vec<Vec<&str>> = list.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2, "{list}");
    assert_eq!(rows[0][..2], ["back office", "admin"]);
    assert_eq!(rows[1][..2], ["front end", "viewer"]);
    assert_eq!(rows[0][3], "-", "not taken back");
    assert!(rows[1][2] <= rows[1][3], "{list}");
    for text in [viewer, admin] {
        let (_, secret) = text.split_at("trc_0123456789_".len());
        assert!(!list.contains(secret), "{list}");
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
async fn a_name_that_cannot_be_told_from_others_is_wrong_usage() {
    let place = Place::new();
    let long = "a".repeat(101);
    for name in ["", " a", "a ", "a\nb", "a\tb", &long] {
        let line = place
            .refuses(2, &["token", "create", "--role", "viewer", "--name", name])
            .await;
        assert!(line.contains("1 to 100 visible characters"), "{line}");
    }
    assert!(
        !place.path("toss-recon.db").exists(),
        "nothing was made for a wrong name"
    );
    token(&place, &"가".repeat(100), "viewer").await;
}
