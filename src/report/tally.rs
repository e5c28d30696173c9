//! What the manifest says of a section: how many rows, their sums, and the digest of its CSV file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use reconciliation::{Currency, Money};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::cell::Cell;
use super::section::Section;

/// A section, counted.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    /// Which one.
    pub(super) section: &'static Section,
    /// How many rows, the heading not counted.
    pub(super) rows: u64,
    /// The sum of each column of amounts in each currency, in the order of the columns.
    pub(super) sums: Vec<Sum>,
    /// The SHA-256 of the section's CSV file, in hexadecimal, whatever the format of the report is.
    pub(super) sha256: String,
}

/// What one column comes to in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    /// The column's field.
    pub(super) field: &'static str,
    /// The currency.
    pub(super) currency: Currency,
    /// In minor units: wider than one amount, so that no number of rows is too many.
    minor: i128,
}

/// A count under way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: u64,
    sums: BTreeMap<(usize, Currency), i128>,
}

impl Tally {
    /// Counts a row.
    pub(super) fn add(&mut self, cells: &[Cell]) {
        self.rows += 1;
        for (column, cell) in cells.iter().enumerate() {
            if let Cell::Money(money) = cell {
                *self.sums.entry((column, money.currency())).or_default() +=
                    i128::from(money.minor());
            }
        }
    }

    /// The count of a section whose CSV file has that digest.
    pub(super) fn finish(self, section: &'static Section, digest: Sha256) -> Counted {
        let sums = self
            .sums
            .into_iter()
            .filter_map(|((column, currency), minor)| {
                let column = section.columns.get(column)?;
                column.is_summed.then_some(Sum {
                    field: column.field,
                    currency,
                    minor,
                })
            });
        Counted {
            section,
            rows: self.rows,
            sums: sums.collect(),
            sha256: hexadecimal(&digest.finalize()),
        }
    }
}

impl Counted {
    /// The sum of a column in one currency, in minor units; 0 when no row has it.
    pub(super) fn minor(&self, field: &str, currency: Currency) -> i128 {
        let sum = self
            .sums
            .iter()
            .find(|sum| sum.field == field && sum.currency == currency);
        sum.map_or(0, |sum| sum.minor)
    }
}

impl Sum {
    /// The sum with its currency's decimals.
    pub(super) fn to_decimal_text(&self) -> String {
        Decimal::try_from_i128_with_scale(self.minor, self.currency.decimals())
            .map_or_else(|_| self.minor.to_string(), |sum| sum.to_string())
    }

    /// The sum as a cell: an amount, unless it is too large for one.
    pub(super) fn to_cell(&self) -> Cell {
        i64::try_from(self.minor).map_or_else(
            |_| Cell::Text(self.to_decimal_text()),
            |minor| Cell::Money(Money::from_minor(minor, self.currency)),
        )
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _never = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
    }
    text
}

/// What columns must come to, in minor units of each currency.
#[derive(Debug)]
pub(super) struct Expected<const COLUMNS: usize> {
    fields: [&'static str; COLUMNS],
    sums: BTreeMap<(&'static str, Currency), i128>,
}

impl<const COLUMNS: usize> Expected<COLUMNS> {
    /// Nothing, of these columns.
    pub(super) fn of(fields: [&'static str; COLUMNS]) -> Self {
        Self {
            fields,
            sums: BTreeMap::new(),
        }
    }

    /// So much more of each column, in their order.
    pub(super) fn add(&mut self, amounts: [Money; COLUMNS]) {
        for (field, money) in self.fields.into_iter().zip(amounts) {
            let place = (field, money.currency());
            *self.sums.entry(place).or_default() += i128::from(money.minor());
        }
    }

    /// Whether each of the columns comes to it in every currency, to the last unit.
    pub(super) fn is_met_by(&self, counted: &Counted) -> bool {
        let is_met = |((field, currency), minor): (&(&'static str, Currency), &i128)| {
            counted.minor(field, *currency) == *minor
        };
        let is_told = |sum: &Sum| {
            let is_known = self.sums.contains_key(&(sum.field, sum.currency));
            !self.fields.contains(&sum.field) || sum.minor == 0 || is_known
        };
        self.sums.iter().all(is_met) && counted.sums.iter().all(is_told)
    }
}

/// Takes the bytes of a CSV file, digests them, and hands them on to where they are kept, if they are.
pub(super) struct Digesting {
    /// Of everything written so far.
    pub(super) digest: Sha256,
    kept: Option<Box<dyn Write>>,
}

impl Digesting {
    /// Nothing written yet.
    pub(super) fn new(kept: Option<Box<dyn Write>>) -> Self {
        Self {
            digest: Sha256::new(),
            kept,
        }
    }
}

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(kept) = &mut self.kept {
            kept.write_all(bytes)?;
        }
        self.digest.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.kept.as_mut().map_or(Ok(()), Write::flush)
    }
}
