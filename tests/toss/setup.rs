//! Setting the client up on a machine without certificates: a readable error for Toss itself, none for this machine.

use std::process::Command;

use toss_recon::toss::{BaseUrl, ClientSetupError, Toss};

use crate::server::settings;

/// Runs one ignored test of this binary in a process that finds no certificates.
fn without_certificates(test: &str) {
    let this = std::env::current_exe().expect("this test binary");
    let nowhere = tempfile::tempdir().expect("an empty folder");
    let run = Command::new(this)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", nowhere.path().join("none.pem"))
        .env("SSL_CERT_DIR", nowhere.path())
        .output()
        .expect("a second process");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&run.stderr)
    );
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
