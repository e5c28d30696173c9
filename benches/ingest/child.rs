//! The real program importing the day, for its peak memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use toss_recon::store::Source;

use crate::shop::{SECRET_KEY, Shop};

pub(crate) struct Ran {
    pub(crate) took: Duration,
    pub(crate) peak_kib: u64,
}

/// Runs `toss-recon sync` for the shop's day and watches its memory.
pub(crate) fn sync(shop: &Shop, source: Source, database_url: &str) -> Ran {
    let list = match source {
        Source::Transactions => "transactions",
        Source::Settlements => "settlements",
    };
    let day = shop.day.to_string();
    let settings = tempfile::NamedTempFile::new().unwrap();
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_toss-recon"))
        .args([
            "sync", "--from", &day, "--to", &day, "--only", list, "--config",
        ])
        .arg(settings.path())
        .env("TOSS_SECRET_KEY", SECRET_KEY)
        .env("TOSS_BASE_URL", shop.sim.base_url())
        .env("DATABASE_URL", database_url)
        .env("LOG", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak_kib = 0;
    loop {
        // The kernel keeps the highest mark itself; it is read until the process has gone.
        peak_kib = peak(child.id()).unwrap_or(0).max(peak_kib);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "toss-recon sync failed");
            return Ran {
                took: begun.elapsed(),
                peak_kib,
            };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
