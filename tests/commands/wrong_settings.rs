//! Settings that cannot be used: status 2, one line that names the setting and says how to mend it, and no secret in it.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;

use crate::postgres;
use crate::program::{Place, SECRET_KEY};

/// Refuses to serve, and gives the one line.
async fn refused(place: Place) -> String {
    place
        .refuses(2, &["serve", "--listen", "127.0.0.1:0"])
        .await
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_without_being_repeated() {
    let marked = "m4rk3d0000000000";
    let cases = [
        (format!("\u{feff}live_sk_{marked}"), "byte order mark"),
        (marked.to_owned(), "live_sk_"),
        (format!("live_ck_{marked}"), "client key"),
        (format!("test_gck_{marked}"), "client key"),
        (format!("live_sk_{marked} x"), "white space"),
        (format!(" live_sk_{marked}"), "white space"),
        ("live_sk_".to_owned(), "copy all of it"),
        (format!("live_sk_{marked}:"), "letters"),
        (format!("live_sk_{marked}").repeat(12), "200"),
    ];
    for (key, word) in cases {
        let in_variable = refused(Place::new().set("TOSS_SECRET_KEY", &key)).await;
        let in_file = refused(
            Place::new()
                .set("TOSS_SECRET_KEY_FILE", "key")
                .write("key", &key),
        )
        .await;
        assert!(
            in_variable.starts_with("toss-recon: TOSS_SECRET_KEY: "),
            "{in_variable}"
        );
        assert!(
            in_file.starts_with("toss-recon: TOSS_SECRET_KEY_FILE: "),
            "{in_file}"
        );
        for line in [in_variable, in_file] {
            assert!(line.contains(word) && !line.contains(marked), "{line}");
        }
    }
}

#[tokio::test]
async fn a_key_is_needed_and_only_in_one_form() {
    let line = refused(Place::new()).await;
    for word in ["TOSS_SECRET_KEY", "TOSS_SECRET_KEY_FILE", "[[merchants]]"] {
        assert!(line.contains(word), "{line}");
    }
    let line = refused(
        Place::with_key()
            .set("TOSS_SECRET_KEY_FILE", "key")
            .write("key", SECRET_KEY),
    )
    .await;
    assert!(
        line.contains("TOSS_SECRET_KEY and TOSS_SECRET_KEY_FILE"),
        "{line}"
    );
    let not_text = OsStr::from_bytes(b"live_sk_\xff");
    let line = refused(Place::new().set("TOSS_SECRET_KEY", not_text)).await;
    assert!(line.contains("TOSS_SECRET_KEY is not text"), "{line}");
}

#[tokio::test]
async fn a_key_file_must_be_a_small_text() {
    let place = || {
        Place::new()
            .write("empty", "")
            .write("latin", b"live_sk_\xe9")
            .write("large", vec![b'a'; 4097])
    };
    let cases = [
        ("missing", "not found"),
        (".", "is a directory"),
        ("empty", "is empty"),
        ("latin", "UTF-8"),
        ("large", "too large"),
        ("/dev/zero", "too large"),
    ];
    for (file, word) in cases {
        let line = refused(place().set("TOSS_SECRET_KEY_FILE", file)).await;
        assert!(
            line.contains("TOSS_SECRET_KEY_FILE") && line.contains(word),
            "{line}"
        );
    }
}

#[tokio::test]
async fn variables_that_cannot_be_used_are_named() {
    let cases = [
        ("TOSS_BASE_URL", "http://example.com", "https://"),
        ("TOSS_BASE_URL", "no address", "is not a URL"),
        (
            "TOSS_BASE_URL",
            "https://user:s3cr3t@example.com",
            "a password",
        ),
        ("TOSS_BASE_URL", "https://example.com/?s3cr3t", "'?'"),
        ("LISTEN_ADDR", "junk", "127.0.0.1:8080"),
        ("LISTEN_ADDR", "127.0.0.1", "127.0.0.1:8080"),
        ("LISTEN_ADDR", "127.0.0.1:65536", "127.0.0.1:8080"),
        ("TOSS_TIMEOUT_SECONDS", "0", "from 1 to 600"),
        ("TOSS_TIMEOUT_SECONDS", "-1", "from 1 to 600"),
        ("TOSS_TIMEOUT_SECONDS", "abc", "from 1 to 600"),
        ("TOSS_TIMEOUT_SECONDS", "1.5", "from 1 to 600"),
        ("TOSS_TIMEOUT_SECONDS", "601", "from 1 to 600"),
        ("CANCEL_RETRY_SECONDS", "0", "from 1 to 600"),
        ("SYNC_INTERVAL_SECONDS", "0", "from 1 to 600"),
        ("SYNC_RETRY_SECONDS", "121", "seconds from 0 to 120"),
        ("SYNC_TRANSACTION_DAYS", "0", "days from 1 to 366"),
        ("SYNC_TRANSACTION_DAYS", "367", "days from 1 to 366"),
        ("SYNC_SETTLEMENT_DAYS", "0", "days from 1 to 366"),
        ("SYNC_SETTLEMENT_DAYS", "14d", "days from 1 to 366"),
        ("TOSS_CALLS_PER_MINUTE", "0", "calls from 1 to 60000"),
        ("TOSS_CALLS_PER_MINUTE", "60001", "calls from 1 to 60000"),
        (
            "TOKEN_REQUESTS_PER_MINUTE",
            "0",
            "requests from 1 to 1000000",
        ),
        (
            "TOKEN_LIVE_READS_PER_MINUTE",
            "0",
            "payments from 1 to 1000000",
        ),
        ("TRUSTED_PROXIES", "-1", "proxies from 0 to 10"),
        ("METRICS_NEED_TOKEN", "yes", "on or off"),
        ("WEBHOOK_DAYS", "0", "days from 1 to 3650"),
        ("WEBHOOK_DAYS", "4294967386", "days from 1 to 3650"),
        ("CANCEL_LIMIT_PER_REQUEST", "1000000", "1000000 KRW"),
        ("CANCEL_LIMIT_PER_DAY", "1.5 KRW", "1000000 KRW"),
        ("CANCEL_APPROVAL_ABOVE", "1 KRW, 2 KRW", "one for each"),
        ("CANCEL_APPROVAL_HOURS", "0", "from 1 to 744"),
        ("CANCEL_REASON_MARK", "yes", "on or off"),
        ("SETTLEMENT_CYCLE", "yearly", "daily, weekly or monthly"),
        ("PAYOUT_BUSINESS_DAYS", "61", "from 0 to 60"),
        ("PAYOUT_BUSINESS_DAYS", "two", "from 0 to 60"),
        ("LOG", "toss_recon=loud", "info"),
        ("LOG", "inof", "\"inof\" is no level"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("LOG_FORMAT", "two\nlines", "text or json"),
    ];
    for (name, value, word) in cases {
        // LISTEN_ADDR must be the variable's own.
        let line = Place::with_key()
            .set(name, value)
            .refuses(2, &["serve"])
            .await;
        assert!(
            line.starts_with(&format!("toss-recon: {name}")) && line.contains(word),
            "{line}"
        );
        assert!(
            !line.contains("s3cr3t") && !line.contains(SECRET_KEY),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_a_wrong_setting_of_every_command_that_needs_it() {
    let no_sqlite_file = "not a database, although it is long enough to have a header ".repeat(4);
    let cases = [
        ("toss-recon.db", "no scheme"),
        ("mysql://user:s3cr3t@127.0.0.1/x", "scheme"),
        ("sqlite://", "names no file"),
        ("sqlite://missing/x.db", "folder missing does not exist"),
        ("sqlite://folder", "directory"),
        ("sqlite://text", "not a SQLite database"),
        ("postgres://user:s3cr3t@127.0.0.1", "names no database"),
        ("postgres://user:s3cr3t@/x", "names no host"),
        (
            "postgres://user:s3cr3t@127.0.0.1/x?sslmode=s3cr3t",
            "sslmode",
        ),
    ];
    for (url, word) in cases {
        let place = Place::with_key()
            .set("DATABASE_URL", url)
            .write("text", &no_sqlite_file);
        std::fs::create_dir(place.path("folder")).unwrap();
        let commands: [&[&str]; 3] = [
            &["migrate"],
            &["token", "list"],
            &["serve", "--listen", "127.0.0.1:0"],
        ];
        for command in commands {
            let line = place.refuses(2, command).await;
            assert!(
                line.starts_with("toss-recon: DATABASE_URL: ") && line.contains(word),
                "{line}"
            );
            assert!(!line.contains("s3cr3t"), "{line}");
        }
    }
}

#[tokio::test]
async fn a_postgresql_that_does_not_answer_is_told_without_its_password() {
    let place = Place::new().set("DATABASE_URL", "postgres://user:s3cr3t@127.0.0.1:1/x");
    let line = place.refuses(2, &["migrate"]).await;
    assert!(
        line.starts_with("toss-recon: DATABASE_URL: ") && line.contains("see that PostgreSQL runs"),
        "{line}"
    );
    assert!(!line.contains("s3cr3t"), "{line}");
}

#[tokio::test]
async fn a_postgresql_without_that_database_says_so() {
    let url = postgres::database().await + "_missing";
    let line = Place::new()
        .set("DATABASE_URL", url)
        .refuses(2, &["migrate"])
        .await;
    assert!(
        line.contains("DATABASE_URL") && line.contains("create it first"),
        "{line}"
    );
}

#[tokio::test]
async fn an_address_in_use_is_a_failure_and_leaves_the_database_alone() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let place = Place::with_key().set("LISTEN_ADDR", &address);
    let line = place.refuses(1, &["serve"]).await;
    assert!(
        line.contains("LISTEN_ADDR") && line.contains(&address) && line.contains("in use"),
        "{line}"
    );
    assert!(!place.path("toss-recon.db").exists());
}
