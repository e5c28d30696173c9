//! `toss-recon sync` killed at any moment, and run again.

use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{Days, Utc};
use serde_json::Value;
use toss_sim::{BusyDay, Scenario, Settings, SimClock, TossSim};

use crate::support::{Engine, SECRET_KEY, STEADY, TestDatabase, assert_same, on_both_databases};

on_both_databases!(a_run_killed_at_any_moment_ends_like_one_that_was_not);

/// How often a run is killed; more with `MIRROR_KILLS`.
const KILLS: u32 = 5;

async fn a_run_killed_at_any_moment_ends_like_one_that_was_not(engine: Engine) {
    let kills = option_env!("MIRROR_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    // The program has the system's clock, so the stand-in has it too.
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test reads the system's clock"
    )]
    let now = Utc::now();
    let sim = TossSim::start(Settings {
        clock: SimClock::running_from(now),
        ..Settings::default()
    })
    .await
    .unwrap();
    let today = reconciliation::KstDate::of(now).naive();
    let first = today - Days::new(40);
    for story in STEADY {
        sim.play(Scenario::by_name(story).unwrap(), first);
    }
    // A day that is written in several transactions.
    sim.add_busy_day(BusyDay {
        day: first + Days::new(33),
        rows: 11_000,
    });
    let last = today - Days::new(5);
    let settings = tempfile::NamedTempFile::new().unwrap();
    let sync = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
        command
            .args([
                "sync",
                "--from",
                &first.to_string(),
                "--to",
                &last.to_string(),
            ])
            .arg("--config")
            .arg(settings.path())
            .env("TOSS_SECRET_KEY", SECRET_KEY)
            .env("TOSS_BASE_URL", sim.base_url())
            .env("DATABASE_URL", url)
            .env("LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let undisturbed = TestDatabase::open(engine).await;
    let began = std::time::Instant::now();
    let output = sync(&undisturbed.url).output().unwrap();
    let takes = began.elapsed();
    assert!(output.status.success(), "{output:?}");
    let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(whole["days"], 36);
    assert!(output.stderr.is_empty(), "{output:?}");

    let database = TestDatabase::open(engine).await;
    let mut interrupted = 0;
    for kill in 1..=kills {
        let mut child = sync(&database.url).spawn().unwrap();
        // Sooner and later in a run's life, the same moments in every run of this test.
        tokio::time::sleep(takes * (kill * 37 % 97) / 120 + Duration::from_millis(5)).await;
        child.kill().unwrap();
        interrupted += u32::from(!child.wait().unwrap().success());
    }
    assert!(interrupted > 0, "no run was interrupted");
    let output = sync(&database.url).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let last_line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(last_line["transactions"], whole["transactions"]);
    assert_eq!(last_line["settlements"], whole["settlements"]);
    assert_same(
        &database.content().await,
        &undisturbed.content().await,
        "after kills",
    );
    let output = sync(&database.url).output().unwrap();
    let again: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(again["changed"], 0);
}
