//! Settings whose names nobody knows: a misspelt limit must not be no limit without a word.

use crate::program::Place;
use crate::server::Running;

/// Every command that reads settings.
const COMMANDS: [&[&str]; 10] = [
    &["serve", "--listen", "127.0.0.1:0"],
    &["sync", "--from", "2026-03-01", "--to", "2026-03-01"],
    &["reconcile"],
    &["report", "--from", "2026-03-01", "--to", "2026-03-01"],
    &["token", "list"],
    &["token", "create", "--name", "a", "--role", "viewer"],
    &["audit", "verify"],
    &["migrate"],
    &["config", "check"],
    &["doctor"],
];

#[tokio::test]
async fn a_misspelt_variable_is_refused_by_every_command_with_the_name_that_was_meant() {
    let place = Place::with_key().set("CANCEL_LIMIT_PER_REQEST", "s3cr3t");
    for command in COMMANDS {
        let line = place.refuses(2, command).await;
        assert_eq!(
            line,
            "toss-recon: there is no setting CANCEL_LIMIT_PER_REQEST, the nearest is CANCEL_LIMIT_PER_REQUEST: correct the \
             variable's name, or unset it"
        );
    }
    assert!(!place.path("toss-recon.db").exists(), "nothing was made");
}

#[tokio::test]
async fn a_misspelt_key_of_the_file_is_refused_with_the_nearest_one() {
    for (content, words) in [
        (
            "cancel_limit_per_reqest = 's3cr3t'",
            "no setting cancel_limit_per_reqest, the nearest is cancel_limit_per_request:",
        ),
        (
            "[[merchants]]\nsecret_kye = 's3cr3t'",
            "no setting secret_kye of merchant number 1, the nearest is secret_key:",
        ),
        (
            "payout_days = 's3cr3t'",
            "no setting payout_days, the nearest is payout_business_days:",
        ),
        (
            "trusted_proxy = 's3cr3t'",
            "no setting trusted_proxy, the nearest is trusted_proxies:",
        ),
        ("oidc_roles = 5", "does not know the setting oidc_roles:"),
    ] {
        let place = Place::new().write("toss-recon.toml", content);
        for command in COMMANDS {
            let line = place.run(command).await.stderr;
            assert!(line.contains(words) && !line.contains("s3cr3t"), "{line}");
        }
        let line = place.refuses(2, &["serve"]).await;
        assert!(line.contains("toss-recon.toml: "), "{line}");
    }
}

#[tokio::test]
async fn a_setting_of_another_version_is_refused_as_such() {
    for name in ["OIDC_ROLES", "OIDC_ISSUER"] {
        let line = Place::with_key()
            .set(name, "5")
            .refuses(2, &["serve"])
            .await;
        assert!(
            line.starts_with("toss-recon: this version (") && line.contains(name),
            "{line}"
        );
    }
}

#[tokio::test]
async fn an_empty_variable_and_those_of_others_are_let_through() {
    let place = Place::with_key()
        .set("CANCEL_LIMIT_PER_REQEST", "")
        .set("HOME", "/root")
        .set("LOGS", "x")
        .set("DATABASE_SSL", "true")
        .set("TOSS_RECON_SERVICE_HOST", "10.0.0.1")
        .set("TOSS_RECON_PORT", "tcp://10.0.0.1:8080")
        .set("TOSS_RECON_PORT_8080_TCP_ADDR", "10.0.0.1");
    Running::serve(&place, &["--no-sync"])
        .await
        .stop("TERM")
        .await;
}

#[tokio::test]
async fn a_check_names_every_fault_at_once_and_shows_no_secret() {
    let place = Place::new()
        .set("CANCEL_LIMIT_PER_REQEST", "1000 KRW")
        .set("SYNC_EVERY", "5")
        .set("TRUSTED_PROXY", "1")
        .set("PAYOUT_DAYS", "5")
        .set("WEBHOOK_SECRET", "t00-short")
        .set("TOSS_SECRET_KEY", "s3cr3t")
        .set("TOSS_BASE_URL", "no address")
        .set("DATABASE_URL", "mysql://user:s3cr3t@127.0.0.1/x")
        .set("DATABASE_MUST_EXIST", "yes")
        .set("CANCEL_LIMIT_PER_DAY", "a lot")
        .set("CANCEL_APPROVAL_ABOVE", "5 KRW, 6 KRW")
        .set("SYNC_SETTLEMENT_DAYS", "0")
        .set("LOG", "inof")
        .set("LOG_FORMAT", "json")
        .write(
            "toss-recon.toml",
            "webhok_days = 1\nlisten_addr = 'here'\nsync_retry_seconds = true\nclosed_days = ['2026-13-01', '2041-01-02']",
        );
    let ended = place.run(&["config", "check"]).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
    let words = [
        "sync_retry_seconds must be a whole number",
        "no setting webhok_days, the nearest is webhook_days",
        "no setting CANCEL_LIMIT_PER_REQEST,",
        "no setting PAYOUT_DAYS, the nearest is PAYOUT_BUSINESS_DAYS:",
        "no setting SYNC_EVERY,",
        "no setting TRUSTED_PROXY, the nearest is TRUSTED_PROXIES:",
        "TOSS_SECRET_KEY: ",
        "TOSS_BASE_URL: ",
        "DATABASE_URL: ",
        "DATABASE_MUST_EXIST is \"yes\": set it to on or off",
        "LISTEN_ADDR is \"here\"",
        "closed_days holds \"2026-13-01\"",
        "closed_days holds 2041-01-02",
        "CANCEL_LIMIT_PER_DAY has \"a lot\"",
        "CANCEL_APPROVAL_ABOVE has two amounts in KRW",
        "SYNC_SETTLEMENT_DAYS is \"0\"",
        "WEBHOOK_SECRET must have 16 to 128",
        "LOG is \"inof\"",
    ];
    assert_eq!(
        ended.stderr.lines().count(),
        words.len(),
        "{}",
        ended.stderr
    );
    for (line, word) in ended.stderr.lines().zip(words) {
        assert!(
            line.starts_with("toss-recon: ") && line.contains(word),
            "{line}\n{word}"
        );
    }
    assert!(!ended.stderr.contains("s3cr3t"), "{}", ended.stderr);
    assert!(!place.path("toss-recon.db").exists());
    // Another command tells the first, and of the others.
    let line = place.refuses(2, &["serve"]).await;
    assert!(
        line.contains("sync_retry_seconds")
            && line.contains("(and 5 more: `toss-recon config check`"),
        "{line}"
    );
}

#[tokio::test]
async fn a_check_names_the_faults_of_each_merchant() {
    let place = Place::new().write(
        "toss-recon.toml",
        "[[merchants]]\nname = 'one'\n[[merchants]]\nname = 'two'\nsecret_key = 'x'\npayout_business_days = 61\n\
         [[merchants]]\nsecret_key = 'live_sk_stand1n0000000000000000'\ncycle = 'daily'",
    );
    let ended = place.run(&["config", "check"]).await;
    assert_eq!(ended.status, 2);
    let words = [
        "no setting cycle of merchant number 3, the nearest is settlement_cycle",
        "no secret key of merchant \"one\"",
        "secret_key of merchant \"two\": ",
        "payout_business_days of merchant \"two\" is \"61\"",
    ];
    assert_eq!(
        ended.stderr.lines().count(),
        words.len(),
        "{}",
        ended.stderr
    );
    for (line, word) in ended.stderr.lines().zip(words) {
        assert!(line.contains(word), "{line}\n{word}");
    }
}

#[tokio::test]
async fn a_check_of_a_missing_file_goes_on_with_the_variables() {
    let ended = Place::new()
        .run(&["config", "check", "--config", "missing.toml"])
        .await;
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!((ended.status, lines.len()), (2, 2), "{lines:?}");
    assert!(
        lines[0].contains("no settings file missing.toml"),
        "{lines:?}"
    );
    assert!(lines[1].contains("no secret key"), "{lines:?}");
}

#[tokio::test]
async fn a_check_of_settings_that_can_be_used_says_so_and_touches_nothing() {
    let place = Place::with_key().set("CANCEL_LIMIT_PER_DAY", "1000 KRW");
    let said = place.succeeds(&["config", "check"]).await;
    assert_eq!(said, "the settings can be used\n");
    assert!(!place.path("toss-recon.db").exists());
}
