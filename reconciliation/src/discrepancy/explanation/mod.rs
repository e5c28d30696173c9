//! A discrepancy in words: one sentence with the numbers in it, made from the evidence in the reader's language.

mod english;
mod korean;

use chrono::{DateTime, FixedOffset, Utc};

use crate::{Discrepancy, Gap, KstDate};

/// A language in which a discrepancy is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Korean, in the terms that Toss uses.
    Korean,
}

impl Discrepancy {
    /// One sentence with the numbers in it.
    pub fn explanation(&self, language: Language) -> String {
        match language {
            Language::English => english::explanation(self),
            Language::Korean => korean::explanation(self),
        }
    }
}

/// Several things one after the other.
fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// An instant as Seoul's clocks show it.
fn clock(instant: DateTime<Utc>) -> String {
    let seoul = FixedOffset::east_opt(9 * 3_600);
    match seoul.and_then(|zone| instant.naive_utc().checked_add_offset(zone)) {
        Some(local) => format!("{} KST", local.format("%Y-%m-%d %H:%M:%S")),
        None => instant.to_string(),
    }
}

/// What reads the days that are missing; days within that have been read are not read again.
fn closing_command(list_name: &str, gaps: &[Gap], both_lists: bool) -> String {
    let only = if both_lists {
        String::new()
    } else {
        format!(" --only {list_name}")
    };
    let days = |from: String, to: KstDate| format!("toss-recon sync --from {from} --to {to}{only}");
    let unread = gaps.iter().filter_map(|gap| match gap {
        Gap::Days(from, to) => Some((*from, *to)),
        Gap::Unavailable | Gap::Before(_) => None,
    });
    let before = gaps.iter().find_map(|gap| match gap {
        Gap::Before(day) => Some(*day),
        Gap::Unavailable | Gap::Days(..) => None,
    });
    let span = unread.reduce(|(from, _), (_, to)| (from, to));
    match (before, span) {
        (Some(day), span) => days(
            "yyyy-MM-dd".to_owned(),
            span.map_or_else(|| day.minus_days(1), |(_, to)| to),
        ),
        (None, Some((from, to))) => days(from.to_string(), to),
        (None, None) => String::new(),
    }
}
