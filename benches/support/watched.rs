//! The real program at one piece of work, for its time and its peak memory.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a piece of work took.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    pub(crate) peak_kib: u64,
}

/// Runs the program to its end, says nothing of what it prints, and watches its memory.
pub(crate) fn run(command: &mut Command) -> Ran {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut peak_kib = 0;
    loop {
        // The kernel keeps the highest mark itself; it is read until the process has gone.
        peak_kib = peak(child.id()).unwrap_or(0).max(peak_kib);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{command:?} failed");
            let took = begun.elapsed();
            return Ran { took, peak_kib };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
