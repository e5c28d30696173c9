//! What the command line takes, and how it says no.

use crate::program::Place;

#[tokio::test]
async fn help_and_version_are_printed_on_stdout_and_are_no_failure() {
    let place = Place::new();
    let help = place.succeeds(&["--help"]).await;
    for command in ["demo", "serve", "token", "migrate", "schema"] {
        assert!(help.contains(command), "{help}");
    }
    let version = place.succeeds(&["--version"]).await;
    assert_eq!(
        version,
        format!("toss-recon {}\n", env!("CARGO_PKG_VERSION"))
    );
    let help = place.succeeds(&["serve", "--help"]).await;
    assert!(
        help.contains("--listen") && help.contains("--no-sync"),
        "{help}"
    );
}

#[tokio::test]
async fn what_the_command_line_does_not_know_is_refused_in_one_line() {
    let cases: &[(&[&str], &str)] = &[
        (&["bogus"], "'bogus'"),
        (&["serve", "--bogus"], "'--bogus'"),
        (&["serve", "--listen"], "--listen"),
        (&["demo", "--port", "99999"], "--port"),
        (&["token", "create", "--role", "viewer"], "--name"),
        (&["token", "create", "--name", "a"], "--role"),
        (
            &["token", "create", "--name", "a", "--role", "king"],
            "viewer, accountant, admin",
        ),
        (&["token", "revoke"], "<NAME>"),
        (&["demo", "--config", "a.toml"], "--config"),
        (
            &["demo", "--database-url", "sqlite://a.db"],
            "--database-url",
        ),
    ];
    let place = Place::new();
    for (arguments, word) in cases {
        let line = place.refuses(2, arguments).await;
        assert!(line.contains(word), "{line}");
    }
}

#[tokio::test]
async fn without_a_command_the_help_is_shown_and_it_is_wrong_usage() {
    let ended = Place::new().run(&[]).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("Usage: toss-recon"));
}
