//! How a cell stands in a workbook: texts as texts whatever they begin with, everything else as what it is.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDateTime, NaiveTime, Timelike};
use reconciliation::Money;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Worksheet, XlsxError};

use super::cell::{Cell, in_seoul};

/// What a cell may hold, in UTF-16 units.
pub(super) const LONGEST_TEXT: usize = 32_767;
/// Spreadsheets keep 15 digits of a number; an amount with more of them is written as a text.
pub(super) const LARGEST_NUMBER: i64 = 999_999_999_999_999;
/// The most decimals that a currency of ISO 4217 has.
const MOST_DECIMALS: usize = 4;

/// The formats of cells, made once: making one takes longer than writing a cell.
pub(super) struct Formats {
    /// Of the row above the others.
    pub(super) heading: Format,
    day: Format,
    instant: Format,
    count: Format,
    /// By the decimals of the currency.
    money: Vec<Format>,
}

impl Formats {
    /// All of them.
    pub(super) fn new() -> Self {
        Self {
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            count: Format::new().set_num_format("#,##0"),
            money: (0..=MOST_DECIMALS).map(money_format).collect(),
        }
    }

    /// The format of an amount.
    fn money(&self, money: Money) -> Cow<'_, Format> {
        let decimals = usize::try_from(money.currency().decimals()).unwrap_or(0);
        match self.money.get(decimals) {
            Some(format) => Cow::Borrowed(format),
            None => Cow::Owned(money_format(decimals)),
        }
    }

    /// Writes a cell.
    pub(super) fn write(
        &self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Nothing => {}
            Cell::Text(text) => {
                sheet.write_string(row, column, fitting(text))?;
            }
            Cell::Words(_) => {
                sheet.write_string(row, column, cell.to_csv())?;
            }
            Cell::Count(count) => {
                let number = number(&count.to_string());
                sheet.write_number_with_format(row, column, number, &self.count)?;
            }
            Cell::Money(money) if money.minor().unsigned_abs() > LARGEST_NUMBER.unsigned_abs() => {
                sheet.write_string(row, column, money.to_decimal_text())?;
            }
            Cell::Money(money) => {
                let number = number(&money.to_decimal_text());
                let format = self.money(*money);
                sheet.write_number_with_format(row, column, number, &format)?;
            }
            Cell::Day(day) => {
                let time = day.naive().and_time(NaiveTime::MIN);
                write_time(sheet, (row, column), cell, time, &self.day)?;
            }
            Cell::Instant(instant) => {
                write_time(
                    sheet,
                    (row, column),
                    cell,
                    in_seoul(*instant),
                    &self.instant,
                )?;
            }
        }
        Ok(())
    }
}

/// Writes a cell that holds this time; as a text where spreadsheets do not know its year.
fn write_time(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    time: NaiveDateTime,
    format: &Format,
) -> Result<(), XlsxError> {
    match excel_time(time) {
        Ok(time) => sheet.write_datetime_with_format(row, column, &time, format)?,
        Err(_) => sheet.write_string(row, column, cell.to_csv())?,
    };
    Ok(())
}

/// The number that a spreadsheet has for a decimal text: here alone an amount becomes a float, on its way out.
fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Thousands apart, with so many decimals.
fn money_format(decimals: usize) -> Format {
    Format::new().set_num_format(match decimals {
        0 => "#,##0".to_owned(),
        decimals => format!("#,##0.{}", "0".repeat(decimals)),
    })
}

/// To the second, as in the other formats.
fn excel_time(time: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    ExcelDateTime::from_ymd(
        u16::try_from(time.year()).unwrap_or_default(),
        part(time.month()),
        part(time.day()),
    )?
    .and_hms(
        u16::try_from(time.hour()).unwrap_or_default(),
        part(time.minute()),
        f64::from(time.second()),
    )
}

/// As much of a text as a cell holds.
fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT {
        return Cow::Borrowed(text);
    }
    let mut left = LONGEST_TEXT - 1;
    let kept = text.chars().take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    Cow::Owned(kept.collect::<String>() + "…")
}
