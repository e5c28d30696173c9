//! `toss-recon sync` as a process, and before it a stand-in with forty days behind it.

use std::process::{Output, Stdio};
use std::time::Duration;

use chrono::{Days, NaiveDate, Utc};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use toss_sim::{Scenario, Settings, SimClock, TossSim};

use crate::support::{SECRET_KEY, STEADY};

/// How many days are mirrored.
pub(crate) const DAYS: u64 = 36;
/// How long a run may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A shop with a past, and the program that mirrors it.
pub(crate) struct Shop {
    pub(crate) sim: TossSim,
    first: NaiveDate,
    /// Where the program runs, and keeps what it needs for a while.
    folder: TempDir,
}

impl Shop {
    pub(crate) async fn open() -> Self {
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
        let first = reconciliation::KstDate::of(now).naive() - Days::new(DAYS + 4);
        for story in STEADY {
            sim.play(Scenario::by_name(story).unwrap(), first);
        }
        Self {
            sim,
            first,
            folder: TempDir::new().unwrap(),
        }
    }

    /// The day so many days after the first.
    pub(crate) fn day(&self, number: u64) -> NaiveDate {
        self.first + Days::new(number)
    }

    /// The arguments that mirror every day.
    pub(crate) fn every_day(&self) -> [String; 5] {
        let (from, to) = (self.day(0).to_string(), self.day(DAYS - 1).to_string());
        ["sync".into(), "--from".into(), from, "--to".into(), to]
    }

    /// A command that has not been started. It is killed when its handle is dropped.
    pub(crate) fn program(&self, database_url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
        self.surround(&mut command, database_url);
        command
    }

    /// Gives a command the program's settings, and takes every other variable from it.
    pub(crate) fn surround(&self, command: &mut Command, database_url: &str) {
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", self.folder.path())
            .env("TOSS_SECRET_KEY", SECRET_KEY)
            .env("TOSS_BASE_URL", self.sim.base_url())
            .env("DATABASE_URL", database_url)
            .env("SYNC_RETRY_SECONDS", "0")
            .env("LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
    }

    /// Mirrors every day.
    pub(crate) fn sync(&self, database_url: &str) -> Child {
        let mut command = self.program(database_url);
        command.args(self.every_day()).spawn().unwrap()
    }

    /// Mirrors every day, which must succeed, and gives what it prints.
    pub(crate) async fn synced(&self, database_url: &str) -> Value {
        succeeded(&ended(self.sync(database_url)).await)
    }
}

/// Waits for the end of a run.
pub(crate) async fn ended(child: Child) -> Output {
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output());
    output.await.expect("it ends").unwrap()
}

/// What a run printed that must have succeeded without a word on stderr.
#[track_caller]
pub(crate) fn succeeded(output: &Output) -> Value {
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one line of a run that must have failed, with nothing on stdout.
#[track_caller]
pub(crate) fn failed(output: &Output) -> String {
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert!(output.stdout.is_empty(), "{output:?}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.starts_with("toss-recon: "), "{line}");
    line
}
