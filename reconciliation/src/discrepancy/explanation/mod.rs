//! A discrepancy in words: one sentence with the numbers in it, made from the evidence in the reader's language.

mod english;
mod korean;

use chrono::{DateTime, FixedOffset, Utc};

use crate::Discrepancy;

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
