//! What a report says of itself: from which state it was made, and by what its content can be checked.

use std::fmt::Write as _;

use reconciliation::{Currency, KstDate};

use super::cell::Cell;
use super::section::{Column, Section};
use super::tally::Counted;
use crate::store::Source;
use crate::sync::{DaySpan, Fault};

/// How many stretches of days are told in one sentence.
const MOST_SPANS: usize = 5;

/// The manifest as a table.
pub(super) const SECTION: Section = Section {
    field: "manifest",
    file: "manifest.csv",
    sheet: "검증 Manifest",
    columns: &[
        Column::new("item", "항목", "Item", 18),
        Column::new("of", "대상", "Of", 26),
        Column::new("detail", "세부", "Detail", 20),
        Column::new("currency", "통화", "Currency", 12),
        Column::new("value", "값", "Value", 68),
    ],
};

/// A report's own account.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    /// The range, both days included.
    pub(super) days: (KstDate, KstDate),
    /// What had been read from Toss.
    pub(super) lists: Vec<ListRead>,
    /// What the reader has to know before trusting it; empty when nothing.
    pub(super) warnings: Vec<String>,
    /// The sections in their order.
    pub(super) sections: Vec<Counted>,
}

/// What had been read of one list of one merchant.
#[derive(Clone, Debug)]
pub(super) struct ListRead {
    /// The merchant.
    pub(super) mid: String,
    /// The list.
    pub(super) source: Source,
    /// The first day that was read completely.
    pub(super) from: Option<KstDate>,
    /// The last day up to which every day since then was.
    pub(super) through: Option<KstDate>,
    /// The days of the range that were not.
    pub(super) unread: Vec<DaySpan>,
    /// Why the list cannot have data, if it cannot.
    pub(super) unavailable: Option<&'static str>,
    /// What is wrong with the days of the range: rows that could not be read.
    pub(super) faults: Vec<Fault>,
}

/// The version of the program that made it.
pub(super) const PROGRAM: &str = concat!("toss-recon ", env!("CARGO_PKG_VERSION"));

impl Manifest {
    /// The manifest as rows of [`SECTION`].
    pub(super) fn rows(&self) -> Vec<[Cell; 5]> {
        let mut rows = Vec::new();
        let mut say = |item: &str, of: &str, detail: &str, currency: Option<Currency>, value| {
            rows.push([
                Cell::text(item),
                Cell::text(of),
                Cell::text(detail),
                Cell::of(currency, |currency| Cell::text(currency.code())),
                value,
            ]);
        };
        say("program", "", "", None, Cell::text(PROGRAM));
        say("from", "", "", None, Cell::Day(self.days.0));
        say("to", "", "", None, Cell::Day(self.days.1));
        for warning in &self.warnings {
            say("warning", "", "", None, Cell::text(warning));
        }
        for list in &self.lists {
            let source = list.source_name();
            let mut told = |detail: &str, value| say("coverage", &list.mid, detail, None, value);
            told(&format!("{source} from"), Cell::of(list.from, Cell::Day));
            told(
                &format!("{source} through"),
                Cell::of(list.through, Cell::Day),
            );
            for span in &list.unread {
                told(&format!("{source} not read"), Cell::Text(span_text(*span)));
            }
            for Fault { day, message, .. } in &list.faults {
                told(
                    &format!("{source} unreadable"),
                    Cell::text(format!("{day}: {message}")),
                );
            }
            if let Some(reason) = list.unavailable {
                told(&format!("{source} unavailable"), Cell::text(reason));
            }
        }
        for counted in &self.sections {
            let name = counted.section.field;
            say("rows", name, "", None, Cell::Count(counted.rows));
            for sum in &counted.sums {
                say("sum", name, sum.field, Some(sum.currency), sum.to_cell());
            }
            say("sha256", name, "", None, Cell::text(&counted.sha256));
        }
        rows
    }
}

impl ListRead {
    /// The list, spelled as in the GraphQL API.
    pub(super) fn source_name(&self) -> &'static str {
        match self.source {
            Source::Transactions => "TRANSACTIONS",
            Source::Settlements => "SETTLEMENTS",
        }
    }

    /// That rows of the range could not be read; `None` when every row was.
    pub(super) fn unreadable(&self) -> Option<String> {
        let mut days = self.faults.iter();
        let first = days.next()?;
        let list = format!("{} of {}", self.source_name().to_lowercase(), self.mid);
        let more = match days.len() {
            0 => String::new(),
            more => format!(" and of {more} more days"),
        };
        Some(format!(
            "some {list} could not be read and are in no sum: those of {}{more}; see the manifest",
            first.day
        ))
    }

    /// What of the range cannot be told from this list; `None` when everything can.
    pub(super) fn lack(&self) -> Option<String> {
        let list = format!("{} of {}", self.source_name().to_lowercase(), self.mid);
        if let Some(reason) = self.unavailable {
            return Some(format!("there are no {list}: {reason}"));
        }
        if self.unread.is_empty() {
            return None;
        }
        let mut text = format!("the {list} have not been read completely for ");
        for (number, span) in self.unread.iter().take(MOST_SPANS).enumerate() {
            if number > 0 {
                text.push_str(", ");
            }
            text.push_str(&span_text(*span));
        }
        let more = self.unread.len().saturating_sub(MOST_SPANS);
        if more > 0 {
            // Writing to a String cannot fail.
            let _never = write!(text, " and {more} more stretches");
        }
        Some(text)
    }
}

/// One day, or the first and the last of several.
pub(super) fn span_text(span: DaySpan) -> String {
    if span.from == span.to {
        span.from.to_string()
    } else {
        format!("{} to {}", span.from, span.to)
    }
}
