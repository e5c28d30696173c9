//! The real program at one piece of work, for its time and its peak memory.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::filling;

pub(crate) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
/// Nobody listens there: nothing is asked of Toss.
pub(crate) const TOSS: &str = "http://127.0.0.1:9";

/// The program, with one database.
pub(crate) struct Program {
    database_url: String,
}

/// What a piece of work took.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    pub(crate) peak_kib: u64,
}

impl Program {
    /// The program with a new database that has such a month, whose verdicts it has made itself.
    pub(crate) async fn with_month(database_url: String, first: NaiveDate, payments: u64) -> Self {
        let begun = Instant::now();
        filling::fill(&database_url, first, payments).await;
        let filled = begun.elapsed();
        let program = Self { database_url };
        let ran = program.run(&["reconcile"]);
        println!(
            "{payments} payments put there in {filled:.1?}, reconciled in {:.1?}, peak {} MiB",
            ran.took,
            ran.peak_kib / 1024
        );
        program
    }

    pub(crate) fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Runs it to its end and watches its memory.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_toss-recon"))
            .args(arguments)
            .env("DATABASE_URL", &self.database_url)
            .env("TOSS_SECRET_KEY", SECRET_KEY)
            .env("TOSS_BASE_URL", TOSS)
            .env("LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut peak_kib = 0;
        loop {
            // The kernel keeps the highest mark itself; it is read until the process has gone.
            peak_kib = peak(child.id()).unwrap_or(0).max(peak_kib);
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "{arguments:?} failed");
                let took = begun.elapsed();
                return Ran { took, peak_kib };
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
