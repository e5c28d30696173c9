//! `toss-recon doctor`: a table of what Toss's documentation leaves open and what holds for each merchant.

use std::io::{self, Write};

use reconciliation::{Finding, Here, SettingsSay};

use super::CommandError;
use crate::clock::Clock;
use crate::config::ServerConfig;
use crate::doctor::{Settings, examine};
use crate::server;

/// Readings of one point that are shown.
const SHOWN: usize = 4;

/// Examines every merchant and prints a table for each.
///
/// # Errors
/// When Toss does not answer for a merchant; the tables of the others are printed.
pub(super) async fn run(config: ServerConfig) -> Result<(), CommandError> {
    let merchants = server::merchants(&config.merchants, &config.toss)
        .map_err(|error| CommandError::Failure(error.to_string()))?;
    let settings = Settings {
        calendar: &config.calendar,
        partial_cancel_rows: config.toss.partial_cancel_rows,
    };
    let mut failed = Vec::new();
    for merchant in merchants.all() {
        let name = &merchant.account;
        let now = Clock::system().now();
        match Box::pin(examine(merchant, settings, now)).await {
            Ok(findings) => io::stdout().write_all(table(name.as_str(), &findings).as_bytes())?,
            Err(error) => failed.push(format!(
                "merchant {:?} could not be examined: {error}; see that its key is in force and that Toss can be reached",
                name.as_str()
            )),
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(CommandError::Failure(failed.join("; ")))
    }
}

/// The findings in columns, under the merchant's name.
fn table(merchant: &str, findings: &[Finding]) -> String {
    let heads = ["point", "what is open", "what holds here", "settings"];
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(findings.iter().map(|finding| {
        [
            format!("U{}", finding.point.number),
            finding.point.question.to_owned(),
            here(&finding.here),
            settings(&finding.settings),
        ]
    }));
    let widths: [usize; 4] = std::array::from_fn(|column| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    let mut text = format!("merchant {merchant}\n");
    for line in lines {
        let cells = line.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn here(here: &Here) -> String {
    match here {
        Here::Seen(seen) => {
            let mut readings: Vec<_> = seen.iter().collect();
            readings.sort_by_key(|(reading, count)| (usize::MAX - **count, *reading));
            let more = readings.len().saturating_sub(SHOWN);
            let shown = readings.into_iter().take(SHOWN);
            let shown = shown.map(|(reading, count)| format!("{reading} ({count})"));
            let mut shown: Vec<String> = shown.collect();
            if more > 0 {
                shown.push(format!("{more} more"));
            }
            shown.join(", ")
        }
        Here::NotSeen => "not seen in what was read".to_owned(),
        Here::NotByReading => "reading cannot tell".to_owned(),
    }
}

fn settings(say: &SettingsSay) -> String {
    match say {
        SettingsSay::Nothing => "every reading is taken".to_owned(),
        SettingsSay::Agree => "agree".to_owned(),
        SettingsSay::Differ(what) => format!("DIFFER: {what}"),
    }
}
