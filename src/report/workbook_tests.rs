//! Workbooks, read back with another library.

use std::path::PathBuf;

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use reconciliation::Money;
use tempfile::TempDir;

use super::super::destination::Target;
use super::super::samples::{FORMULA, KOREAN, ROWS, report, rows, write, written};
use super::super::workbook_cells::{LARGEST_NUMBER, LONGEST_TEXT};
use super::*;

fn sheet(path: &Path, name: &str) -> Range<Data> {
    let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
    workbook.worksheet_range(name).unwrap()
}

fn cell(sheet: &Range<Data>, row: u32, column: u32) -> Data {
    sheet.get_value((row, column)).cloned().unwrap_or_default()
}

#[test]
fn texts_are_texts_and_numbers_are_numbers() {
    let (_folder, path) = report(1);
    let mut workbook: Xlsx<_> = open_workbook(&path).unwrap();
    assert_eq!(
        workbook.sheet_names(),
        ["줄 Rows", "없음 Nothing", "검증 Manifest"]
    );
    for name in workbook.sheet_names() {
        let formulas = workbook.worksheet_formula(&name).unwrap();
        assert!(
            formulas.used_cells().next().is_none(),
            "{name} has a formula"
        );
    }
    let sheet = sheet(&path, "줄 Rows");
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(cell(&sheet, 0, 1), text("금액 / Amount"));
    assert_eq!(cell(&sheet, 1, 0), text(FORMULA));
    assert_eq!(cell(&sheet, 2, 0), text(KOREAN));
    assert_eq!(cell(&sheet, 1, 1), Data::Float(33_140.0));
    assert_eq!(cell(&sheet, 2, 1), Data::Float(-22_400.0));
    assert_eq!(cell(&sheet, 3, 1), Data::Float(181.56));
    assert_eq!(cell(&sheet, 4, 1), Data::Float(1.500_001));
    assert_eq!(cell(&sheet, 5, 1), text("90071992547409.93"));
    assert_eq!(cell(&sheet, 6, 1), Data::Empty);
    assert_eq!(cell(&sheet, 1, 5), Data::Float(1_234.0));
    assert_eq!(cell(&sheet, 1, 6), text("SOURCE_GAP, SETTLED_VOID"));
    let time = |row, column| match cell(&sheet, row, column) {
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            format!("{year}-{month}-{day} {hour}:{minute}:{second}")
        }
        other => panic!("{other:?} is no time"),
    };
    assert_eq!(time(1, 3), "2026-3-1 0:0:0");
    assert_eq!(time(1, 4), "2026-3-2 0:4:5");
}

#[test]
fn fifteen_digits_are_a_number_and_sixteen_a_text() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut file = WorkbookFile::create(&path).unwrap();
    file.begin(&ROWS).unwrap();
    for minor in [LARGEST_NUMBER, -LARGEST_NUMBER, LARGEST_NUMBER + 1] {
        let money = Money::from_minor(minor, reconciliation::Currency::USD);
        file.row(&[Cell::Nothing, Cell::Money(money)]).unwrap();
    }
    finish(file);
    let sheet = sheet(&path, ROWS.sheet);
    assert_eq!(cell(&sheet, 1, 1), Data::Float(9_999_999_999_999.99));
    assert_eq!(cell(&sheet, 2, 1), Data::Float(-9_999_999_999_999.99));
    assert_eq!(
        cell(&sheet, 3, 1),
        Data::String("10000000000000.00".to_owned())
    );
}

#[test]
fn a_year_that_spreadsheets_do_not_know_is_a_text() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.xlsx");
    let mut file = WorkbookFile::create(&path).unwrap();
    file.begin(&ROWS).unwrap();
    for day in ["0026-11-20", "1899-12-30", "1900-03-01"] {
        let day = reconciliation::KstDate::parse(day).unwrap();
        file.row(&[Cell::Day(day), Cell::Instant(day.start())])
            .unwrap();
    }
    finish(file);
    let sheet = sheet(&path, ROWS.sheet);
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(cell(&sheet, 1, 0), text("0026-11-20"));
    assert_eq!(cell(&sheet, 1, 1), text("0026-11-20 00:00:00"));
    assert_eq!(cell(&sheet, 2, 0), text("1899-12-30"));
    for column in [0, 1] {
        let known = cell(&sheet, 3, column);
        assert!(matches!(known, Data::DateTime(_)), "{known:?}");
    }
}

#[test]
fn a_section_that_is_longer_than_a_sheet_goes_on_in_the_next() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.xlsx");
    // A heading and two rows; the manifest is cut likewise.
    write(Box::new(
        WorkbookFile::with_sheets_of(3, Target::file(&path).unwrap()).unwrap(),
    ));
    let mut found = Vec::new();
    for name in ["줄 Rows", "줄 Rows (2)", "줄 Rows (3)"] {
        let sheet = sheet(&path, name);
        assert_eq!(sheet.height(), 3, "{name}");
        assert_eq!(cell(&sheet, 0, 0), Data::String("이름 / Name".to_owned()));
        found.extend((1..3).map(|row| cell(&sheet, row, 0).to_string()));
    }
    let expected = rows().into_iter().map(|row| match &row[0] {
        Cell::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
    let mut workbook: Xlsx<_> = open_workbook(&path).unwrap();
    assert!(workbook.worksheet_range("줄 Rows (4)").is_err());
}

#[test]
fn a_text_is_cut_where_a_cell_ends_and_control_characters_survive() {
    let folder = TempDir::new().unwrap();
    let path: PathBuf = folder.path().join("a.xlsx");
    let mut file = WorkbookFile::create(&path).unwrap();
    file.begin(&ROWS).unwrap();
    let fits = "가".repeat(LONGEST_TEXT);
    for text in [fits.clone(), fits.clone() + "나", "😀".repeat(20_000)] {
        file.row(&[Cell::Text(text)]).unwrap();
    }
    file.row(&[Cell::text("a\u{7}b\tc")]).unwrap();
    finish(file);
    let sheet = sheet(&path, ROWS.sheet);
    let text = |row| cell(&sheet, row, 0).to_string();
    assert!(text(1) == fits);
    assert!(text(2) == "가".repeat(LONGEST_TEXT - 1) + "…");
    assert!(text(3) == "😀".repeat((LONGEST_TEXT - 1) / 2) + "…");
    assert_eq!(text(4), "a\u{7}b\tc");
}

#[test]
fn a_folder_that_is_gone_fails_the_report_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let below = folder.path().join("below");
    std::fs::create_dir(&below).unwrap();
    let book = written(Box::new(
        WorkbookFile::create(&below.join("a.xlsx")).unwrap(),
    ))
    .unwrap();
    std::fs::remove_dir_all(&below).unwrap();
    let manifest = super::super::samples::manifest(&book);
    let error = book.finish(&manifest).unwrap_err();
    assert!(!error.is_usage(), "{error}");
    assert!(error.to_string().contains("a.xlsx"), "{error}");
}

/// Ends a workbook whose rows are looked at, without a manifest of note.
fn finish(file: WorkbookFile) {
    let manifest = Manifest {
        days: (
            super::super::samples::day("2026-03-01"),
            super::super::samples::day("2026-03-01"),
        ),
        lists: Vec::new(),
        warnings: Vec::new(),
        sections: Vec::new(),
    };
    Box::new(file).finish(&manifest).unwrap();
}
