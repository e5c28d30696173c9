//! Which layer wins: the file is beaten by the environment, and both by an option of the command line.

use crate::program::{Place, SECRET_KEY};
use crate::server::Running;

/// Which of three databases `migrate` makes.
async fn made(place: Place, arguments: &[&str]) -> Vec<&'static str> {
    place.succeeds(arguments).await;
    ["toss-recon.db", "file.db", "variable.db", "option.db"]
        .into_iter()
        .filter(|name| place.path(name).exists())
        .collect()
}

#[tokio::test]
async fn the_default_is_beaten_by_the_file_the_environment_and_the_command_line_in_this_order() {
    let with_file = || Place::new().write("toss-recon.toml", "database_url = 'sqlite://file.db'");
    let with_variable = || with_file().set("DATABASE_URL", "sqlite://variable.db");
    assert_eq!(made(Place::new(), &["migrate"]).await, ["toss-recon.db"]);
    assert_eq!(made(with_file(), &["migrate"]).await, ["file.db"]);
    assert_eq!(made(with_variable(), &["migrate"]).await, ["variable.db"]);
    let option = ["migrate", "--database-url", "sqlite://option.db"];
    assert_eq!(made(with_variable(), &option).await, ["option.db"]);
    assert_eq!(made(with_file(), &option).await, ["option.db"]);
}

#[tokio::test]
async fn a_named_file_is_read_instead_of_the_one_that_lies_there() {
    let place = Place::new()
        .write("toss-recon.toml", "database_url = 'sqlite://file.db'")
        .write("other.toml", "database_url = 'sqlite://option.db'");
    assert_eq!(
        made(place, &["migrate", "--config", "other.toml"]).await,
        ["option.db"]
    );
}

#[tokio::test]
async fn an_empty_variable_counts_as_unset() {
    let place = Place::new()
        .write("toss-recon.toml", "database_url = 'sqlite://file.db'")
        .set("DATABASE_URL", "")
        .set("TOSS_SECRET_KEY", "")
        .set("LOG_FORMAT", "");
    assert_eq!(made(place, &["migrate"]).await, ["file.db"]);
    let line = Place::new()
        .set("TOSS_SECRET_KEY", "")
        .set("TOSS_SECRET_KEY_FILE", "")
        .refuses(2, &["serve"])
        .await;
    assert!(line.contains("no secret key"), "{line}");
}

#[tokio::test]
async fn the_address_to_serve_on_has_the_same_order() {
    let with_file = |address: &str| {
        Place::with_key().write("toss-recon.toml", format!("listen_addr = '{address}'"))
    };
    let line = with_file("of the file").refuses(2, &["serve"]).await;
    assert!(line.contains("of the file"), "{line}");
    let line = with_file("of the file")
        .set("LISTEN_ADDR", "of the variable")
        .refuses(2, &["serve"])
        .await;
    assert!(line.contains("of the variable"), "{line}");
    let line = with_file("of the file")
        .set("LISTEN_ADDR", "of the variable")
        .refuses(2, &["serve", "--listen", "of the option"])
        .await;
    assert!(line.contains("of the option"), "{line}");
}

#[tokio::test]
async fn a_key_of_the_environment_replaces_the_files_in_whichever_form_either_is() {
    let file = "toss_secret_key = 'useless'";
    let place = Place::new()
        .write("toss-recon.toml", file)
        .set("TOSS_SECRET_KEY_FILE", "key")
        .write("key", SECRET_KEY);
    Running::serve(&place, &[]).await.stop("TERM").await;
    let place = Place::with_key().write("toss-recon.toml", "toss_secret_key_file = 'missing'");
    Running::serve(&place, &[]).await.stop("TERM").await;
}
