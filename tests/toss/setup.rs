//! What the surroundings of the process do to the client: certificates, proxies, TLS.

use std::process::Command;
use std::time::Duration;

use reconciliation::PaymentKey;
use toss_recon::toss::{BaseUrl, CancelAnswer, ClientSetupError, Toss};

use crate::server::{Reply, Server, settings};

/// An authority of the tests' own, so that the machine's need not be installed.
const AUTHORITY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/tls/authority.pem"
);

/// Runs one test of this binary in a process of its own and hands its setting to the caller.
pub(crate) fn in_another_process(test: &str, set: impl FnOnce(&mut Command)) {
    let this = std::env::current_exe().expect("this test binary");
    let mut command = Command::new(this);
    command.args(["--exact", test, "--include-ignored"]);
    set(&mut command);
    let run = command.output().expect("a second process");
    let said = String::from_utf8_lossy(&run.stdout);
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success() && said.contains("1 passed"),
        "{said}{complained}"
    );
}

/// Runs a test where no certificates are found.
fn without_certificates(test: &str) {
    let nowhere = tempfile::tempdir().expect("an empty folder");
    in_another_process(test, |command| {
        command
            .env("SSL_CERT_FILE", nowhere.path().join("none.pem"))
            .env("SSL_CERT_DIR", nowhere.path());
    });
}

#[test]
fn a_proxy_of_the_environment_is_never_shown_the_key() {
    in_another_process("requests::a_payment_is_asked_for_by_its_key", |command| {
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, "http://127.0.0.1:9");
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
    });
}

#[test]
fn missing_certificates_are_told_and_not_a_panic() {
    without_certificates("setup::toss_needs_certificates");
}

#[test]
fn this_machine_is_reached_without_certificates() {
    without_certificates("setup::loopback_needs_none");
}

#[test]
#[ignore = "run in a process without certificates"]
fn toss_needs_certificates() {
    let error = Toss::new(settings(BaseUrl::TOSS)).expect_err("a client without certificates");
    assert!(matches!(error, ClientSetupError::Tls { .. }), "{error}");
    assert!(error.to_string().contains("ca-certificates"), "{error}");
}

#[test]
#[ignore = "run in a process without certificates"]
fn loopback_needs_none() {
    Toss::new(settings("http://127.0.0.1:4010")).expect("a client");
}

#[test]
fn a_hand_shake_that_fails_sent_nothing() {
    in_another_process("setup::no_hand_shake_no_request", |command| {
        command.env("SSL_CERT_FILE", AUTHORITY);
    });
}

#[tokio::test]
#[ignore = "run in a process with an authority of its own"]
async fn no_hand_shake_no_request() {
    let server = Server::start([Reply::html(200)]).await;
    let mut settings = server.settings();
    let address = settings.base_url.to_string().replace("http://", "https://");
    settings.base_url = BaseUrl::parse(&address).expect("an address");
    // The server speaks no TLS: it waits for a request that never comes.
    settings.connect_timeout = Duration::from_millis(300);
    let toss = Toss::new(settings).expect("a client");
    let key = PaymentKey::parse("tdemo20260303101500aB3d1").expect("a payment key");
    let answer = toss.cancel(&key, "cr-1", "{}").await;
    assert!(
        matches!(&answer, CancelAnswer::NotSent { .. }),
        "{answer:?}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn a_name_that_is_nobodys_sent_nothing() {
    in_another_process("setup::no_name_no_request", |command| {
        command.env("SSL_CERT_FILE", AUTHORITY);
    });
}

#[tokio::test]
#[ignore = "run in a process with an authority of its own"]
async fn no_name_no_request() {
    // No such name is ever given out, and whoever looks it up is told so, or nothing in time.
    let mut settings = settings("https://toss.invalid");
    settings.connect_timeout = Duration::from_secs(2);
    let toss = Toss::new(settings).expect("a client");
    let key = PaymentKey::parse("tdemo20260303101500aB3d1").expect("a payment key");
    let answer = toss.cancel(&key, "cr-1", "{}").await;
    assert!(
        matches!(&answer, CancelAnswer::NotSent { .. }),
        "{answer:?}"
    );
}
