//! A small report with everything in it that is hard to write, for tests of the formats.

use std::path::Path;

use reconciliation::{Currency, KstDate, Money};
use tempfile::TempDir;

use super::book::{Book, Output};
use super::cell::Cell;
use super::csv_files::CsvFiles;
use super::error::ReportError;
use super::json_file::JsonFile;
use super::manifest::{ListRead, Manifest};
use super::section::{Column, Section};
use super::workbook::WorkbookFile;
use crate::store::Source;
use crate::sync::DaySpan;

pub(super) const FORMULA: &str = "=cmd|' /C calc'!A0";
pub(super) const KOREAN: &str = "주문, \"따옴표\"\n둘째 줄";

pub(super) const ROWS: Section = Section {
    field: "rows",
    file: "rows.csv",
    sheet: "줄 Rows",
    columns: &[
        Column::new("name", "이름", "Name", 20),
        Column::money("amount", "금액", "Amount"),
        Column::currency_of("currency", "통화", "Currency"),
        Column::new("day", "날짜", "Day", 12),
        Column::new("at", "시각", "At", 20),
        Column::new("count", "건수", "Count", 10),
        Column::new("classes", "유형", "Classes", 20),
    ],
};

pub(super) const EMPTY: Section = Section {
    field: "nothing",
    file: "nothing.csv",
    sheet: "없음 Nothing",
    columns: &[Column::new("name", "이름", "Name", 20)],
};

pub(super) fn day(text: &str) -> KstDate {
    KstDate::parse(text).unwrap()
}

fn row(name: &str, money: Option<Money>) -> Vec<Cell> {
    vec![
        Cell::text(name),
        Cell::of(money, Cell::Money),
        Cell::of(money, |money| Cell::text(money.currency().code())),
        Cell::Day(day("2026-03-01")),
        Cell::Instant("2026-03-01T15:04:05.678Z".parse().unwrap()),
        Cell::Count(1_234),
        Cell::Words(vec!["SOURCE_GAP", "SETTLED_VOID"]),
    ]
}

pub(super) fn rows() -> Vec<Vec<Cell>> {
    let money = |minor, currency| Some(Money::from_minor(minor, currency));
    vec![
        row(FORMULA, money(33_140, Currency::KRW)),
        row(KOREAN, money(-22_400, Currency::KRW)),
        row("cents", money(18_156, Currency::USD)),
        row("millionths", money(1_500_001, Currency::MUSD)),
        row("huge", money(9_007_199_254_740_993, Currency::USD)),
        row("unknown", None),
    ]
}

/// Writes everything but the manifest.
pub(super) fn written(output: Box<dyn Output>) -> Result<Book, ReportError> {
    let mut book = Book::new(output);
    let mut sheet = book.open(&ROWS)?;
    for row in rows() {
        sheet.row(&row)?;
    }
    sheet.close()?;
    book.open(&EMPTY)?.close()?;
    Ok(book)
}

pub(super) fn manifest(book: &Book) -> Manifest {
    Manifest {
        days: (day("2026-03-01"), day("2026-03-31")),
        lists: vec![ListRead {
            faults: Vec::new(),
            mid: "tosspayments".to_owned(),
            source: Source::Transactions,
            from: Some(day("2026-01-01")),
            through: Some(day("2026-03-04")),
            unread: vec![DaySpan {
                from: day("2026-03-05"),
                to: day("2026-03-07"),
            }],
            unavailable: None,
        }],
        warnings: vec!["주의".to_owned()],
        sections: book.sections().to_vec(),
    }
}

/// Writes the whole report.
pub(super) fn write(output: Box<dyn Output>) {
    let book = written(output).unwrap();
    let manifest = manifest(&book);
    book.finish(&manifest).unwrap();
}

/// Every format under a name of its own in a folder.
pub(super) type Begin = fn(&Path) -> Result<Box<dyn Output>, ReportError>;

pub(super) const FORMATS: [(&str, Begin); 3] = [
    ("report", |path| Ok(Box::new(CsvFiles::create(path)?))),
    ("report.xlsx", |path| {
        Ok(Box::new(WorkbookFile::create(path)?))
    }),
    ("report.json", |path| Ok(Box::new(JsonFile::create(path)?))),
];

/// The names of everything in a folder, also what is hidden, in their order.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The sample as one format writes it, in a folder that goes when it is dropped.
pub(super) fn report(format: usize) -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let (name, begin) = FORMATS[format];
    let path = folder.path().join(name);
    write(begin(&path).unwrap());
    (folder, path)
}
