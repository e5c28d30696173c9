//! The real program with a month of a large shop.

use std::process::Command;
use std::time::Instant;

use chrono::NaiveDate;

use crate::filling;
use crate::watched::{self, Ran};

pub(crate) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
/// Nobody listens there: nothing is asked of Toss.
pub(crate) const TOSS: &str = "http://127.0.0.1:9";

/// The program, with one database.
pub(crate) struct Program {
    database_url: String,
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
        watched::run(
            Command::new(env!("CARGO_BIN_EXE_toss-recon"))
                .args(arguments)
                .env("DATABASE_URL", &self.database_url)
                .env("TOSS_SECRET_KEY", SECRET_KEY)
                .env("TOSS_BASE_URL", TOSS)
                .env("LOG", "error"),
        )
    }
}
