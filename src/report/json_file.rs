//! A report as one JSON document, written row by row.

use std::io::{self, Write};
use std::path::Path;

use reconciliation::Money;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::book::Output;
use super::cell::{Cell, in_seoul};
use super::destination::Target;
use super::error::ReportError;
use super::manifest::{ListRead, Manifest, PROGRAM};
use super::section::Section;
use super::tally::Counted;

/// A report in a file: an object with a list for each section, one row a line, and the manifest.
pub(super) struct JsonFile {
    file: Target,
    section: Option<&'static Section>,
    rows: u64,
}

impl JsonFile {
    /// Begins a report under that name.
    #[cfg(test)]
    pub(super) fn create(path: &Path) -> Result<Self, ReportError> {
        Target::file(path).map(Self::to)
    }

    /// Begins a report that goes there.
    pub(super) fn to(file: Target) -> Self {
        Self {
            file,
            section: None,
            rows: 0,
        }
    }

    fn write(&mut self, work: impl FnOnce(&mut Self) -> io::Result<()>) -> Result<(), ReportError> {
        work(self).map_err(|error| ReportError::write(self.file.place(), &error))
    }

    /// Ends the section that is open, and begins the next member of the document.
    fn next_member(&mut self, name: &str) -> io::Result<()> {
        let before = match (self.section, self.rows) {
            (None, _) => "{\n",
            (Some(_), 0) => "],\n",
            (Some(_), _) => "\n],\n",
        };
        write!(self.file, "{before}\"{name}\": ")
    }
}

impl Output for JsonFile {
    fn place(&self) -> Option<&Path> {
        self.file.place()
    }

    fn begin(&mut self, section: &'static Section) -> Result<Option<Box<dyn Write>>, ReportError> {
        self.write(|this| {
            this.next_member(section.field)?;
            this.section = Some(section);
            this.rows = 0;
            this.file.write_all(b"[")
        })?;
        Ok(None)
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError> {
        self.write(|this| {
            let Some(section) = this.section else {
                return Ok(());
            };
            let before: &[u8] = if this.rows == 0 { b"\n" } else { b",\n" };
            this.file.write_all(before)?;
            serde_json::to_writer(&mut this.file, &Row { section, cells })?;
            this.rows += 1;
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>, manifest: &Manifest) -> Result<(), ReportError> {
        self.write(|this| {
            this.next_member("manifest")?;
            serde_json::to_writer_pretty(&mut this.file, &Told::of(manifest))?;
            this.file.write_all(b"\n}\n")
        })?;
        self.file.finish()
    }
}

/// A row as an object whose fields are in the order of the columns.
struct Row<'r> {
    section: &'static Section,
    cells: &'r [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let fields = self.section.columns.iter().zip(self.cells);
        for (column, cell) in fields.filter(|(column, _)| column.in_json) {
            map.serialize_entry(column.field, cell)?;
        }
        map.end()
    }
}

impl Serialize for Cell {
    /// As the GraphQL API writes it: amounts as decimal texts with their currency, instants with their offset.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Words(words) => words.serialize(serializer),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Money(money) => amount(*money, serializer),
            Self::Day(day) => serializer.collect_str(day),
            Self::Instant(instant) => {
                serializer.collect_str(&in_seoul(*instant).format("%Y-%m-%dT%H:%M:%S%.f+09:00"))
            }
        }
    }
}

fn amount<S: Serializer>(money: Money, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(2))?;
    map.serialize_entry("amount", &money.to_decimal_text())?;
    map.serialize_entry("currency", money.currency().code())?;
    map.end()
}

/// The manifest as JSON. Structs, whose fields keep their order in every build of this program.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'m> {
    program: &'static str,
    from: String,
    to: String,
    warnings: &'m [String],
    coverage: Vec<ToldList<'m>>,
    sections: Vec<ToldSection<'m>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldList<'m> {
    m_id: &'m str,
    source: &'static str,
    from: Option<String>,
    through: Option<String>,
    not_read: Vec<ToldSpan>,
    unavailable: Option<&'static str>,
}

#[derive(Serialize)]
struct ToldSpan {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct ToldSection<'m> {
    name: &'static str,
    rows: u64,
    sums: Vec<ToldSum>,
    sha256: &'m str,
}

#[derive(Serialize)]
struct ToldSum {
    field: &'static str,
    amount: String,
    currency: &'static str,
}

impl<'m> Told<'m> {
    fn of(manifest: &'m Manifest) -> Self {
        Self {
            program: PROGRAM,
            from: manifest.days.0.to_string(),
            to: manifest.days.1.to_string(),
            warnings: &manifest.warnings,
            coverage: manifest.lists.iter().map(ToldList::of).collect(),
            sections: manifest.sections.iter().map(ToldSection::of).collect(),
        }
    }
}

impl<'m> ToldList<'m> {
    fn of(list: &'m ListRead) -> Self {
        let not_read = list.unread.iter().map(|span| ToldSpan {
            from: span.from.to_string(),
            to: span.to.to_string(),
        });
        Self {
            m_id: &list.mid,
            source: list.source_name(),
            from: list.from.map(|day| day.to_string()),
            through: list.through.map(|day| day.to_string()),
            not_read: not_read.collect(),
            unavailable: list.unavailable,
        }
    }
}

impl<'m> ToldSection<'m> {
    fn of(counted: &'m Counted) -> Self {
        let sums = counted.sums.iter().map(|sum| ToldSum {
            field: sum.field,
            amount: sum.to_decimal_text(),
            currency: sum.currency.code(),
        });
        Self {
            name: counted.section.field,
            rows: counted.rows,
            sums: sums.collect(),
            sha256: &counted.sha256,
        }
    }
}
