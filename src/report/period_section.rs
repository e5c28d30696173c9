//! The period that a report was made for (기간 마감): who closed its books, and when.

use chrono::{DateTime, Utc};
use reconciliation::{KstDate, MId};

use super::book::Book;
use super::cell::Cell;
use super::error::ReportError;
use super::section::{Column, Section};

pub(super) const SECTION: Section = Section {
    field: "period",
    file: "period.csv",
    sheet: "기간 마감 Period",
    columns: &[
        Column::new("id", "마감 번호", "Period", 40),
        Column::new("mId", "상점아이디", "Merchant", 18),
        Column::new("from", "시작일", "From", 14),
        Column::new("to", "종료일", "To", 14),
        Column::new("closedAt", "마감 일시", "Closed at", 20),
        Column::new("closedBy", "마감한 사람", "Closed by", 24),
        Column::new("note", "메모", "Note", 60),
    ],
};

/// A period as its report tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedPeriod {
    /// Its name.
    pub id: String,
    /// Its merchant.
    pub mid: MId,
    /// The first day, in Seoul.
    pub from: KstDate,
    /// The last day, in Seoul.
    pub to: KstDate,
    /// When its figures were taken.
    pub closed_at: DateTime<Utc>,
    /// The name of the token of whoever closed it.
    pub closed_by: String,
    /// With what words.
    pub note: Option<String>,
}

/// Writes the section.
pub(super) fn write(book: &mut Book, period: &ClosedPeriod) -> Result<(), ReportError> {
    let mut sheet = book.open(&SECTION)?;
    sheet.row(&[
        Cell::text(&period.id),
        Cell::text(period.mid.as_str()),
        Cell::Day(period.from),
        Cell::Day(period.to),
        Cell::Instant(period.closed_at),
        Cell::text(&period.closed_by),
        Cell::of(period.note.as_deref(), Cell::text),
    ])?;
    sheet.close()
}
