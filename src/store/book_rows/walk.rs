//! Everything that has a verdict or is to have one, along the order of the subjects: neighbours are read together, each
//! table by one statement.

use std::fmt;

use entity::verdict;

use super::reading::Gathering;
use super::{BookRows, Scope};
use crate::store::row_reader::RowReader;
use crate::store::verdicts::kept_verdicts;
use crate::store::{Store, StoreError, VerdictRecord, VerdictSubject};

/// A walk over everything.
pub struct BookWalk {
    reader: RowReader,
    /// The last subject that has been passed.
    after: Option<String>,
}

/// Some neighbouring subjects, of which as much as stands in the rows of their verdicts has been read.
pub struct BookStretch {
    reader: RowReader,
    after: Option<String>,
    last: String,
    verdicts: Vec<verdict::Model>,
}

/// What is stored of a subject, and its verdict.
#[derive(Clone, Debug)]
pub struct WalkedBooks {
    /// The payment or row.
    pub subject: VerdictSubject,
    /// What is stored of it. The version was read before everything else, so that a change that comes while the rest is
    /// read is noticed by [`Store::save_verdicts`].
    pub rows: BookRows,
    /// The verdict as [`Store::stored_verdicts`] has it; `None` while none was made.
    pub kept: Option<VerdictRecord>,
}

impl Store {
    /// A walk over every subject that has a verdict or is to have one, in the order of [`Store::verdict_subjects`].
    pub fn walk_books(&self) -> BookWalk {
        BookWalk {
            reader: RowReader::of_many(&self.reader, self.file.clone()),
            after: None,
        }
    }
}

impl BookWalk {
    /// The next subjects, at most that many; `None` at the end.
    pub async fn next(&mut self, most: u64) -> Result<Option<BookStretch>, StoreError> {
        let mut sql = self.reader.sql();
        let beyond = self.after.as_deref().map_or_else(String::new, |after| {
            format!("WHERE subject > {}", sql.bind(after))
        });
        let which = format!("{beyond} ORDER BY subject LIMIT {most}");
        let verdicts: Vec<verdict::Model> = self.reader.rows(sql, &which).await?;
        let Some(last) = verdicts.last().map(|row| row.subject.clone()) else {
            return Ok(None);
        };
        Ok(Some(BookStretch {
            reader: self.reader.clone(),
            after: self.after.replace(last.clone()),
            last,
            verdicts,
        }))
    }
}

impl BookStretch {
    /// Reads the rest of what is stored of these subjects.
    pub async fn read(self) -> Result<Vec<WalkedBooks>, StoreError> {
        let scope = Scope::Range {
            after: self.after.as_deref(),
            last: &self.last,
        };
        let mut subjects = Vec::with_capacity(self.verdicts.len());
        for row in &self.verdicts {
            subjects.push((VerdictSubject::parse(&row.subject)?, row.books_version));
        }
        let mut gathering = Gathering::of(subjects.into_iter());
        gathering.read(&self.reader, &scope).await?;
        let mut kept = kept_verdicts(&self.reader, &scope, &self.verdicts).await?;
        let books = gathering.finish().into_iter().zip(&self.verdicts);
        Ok(books
            .map(|((subject, rows), row)| WalkedBooks {
                subject,
                rows,
                kept: kept.remove(&row.subject),
            })
            .collect())
    }
}

impl fmt::Debug for BookWalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BookWalk")
    }
}

impl fmt::Debug for BookStretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BookStretch")
    }
}
