//! Everything that has a verdict or is to have one, along the order of the subjects: neighbours are read together, each
//! table by one statement.

use std::fmt;

use tokio::sync::Mutex;
use tokio_util::task::AbortOnDropHandle;

use super::reading::Gathering;
use super::{BookRows, Scope};
use crate::store::row_reader::RowReader;
use crate::store::rows::{SubjectRow, VerdictRow};
use crate::store::verdicts::read_parts;
use crate::store::{Store, StoreError, VerdictRecord, VerdictSubject};

/// A walk over everything, along which several may go at once: each gets the next stretch.
pub struct BookWalk {
    reader: RowReader,
    /// The last subject that has been passed.
    passed: Mutex<Option<String>>,
}

/// Some neighbouring subjects: those after one, up to another.
pub struct BookStretch {
    reader: RowReader,
    after: Option<String>,
    last: String,
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
            passed: Mutex::default(),
        }
    }
}

impl BookWalk {
    /// Runs a task that goes along a walk. On SQLite reading blocks the thread, so that it has one of its own, which goes
    /// on until the task has ended.
    pub fn spawn<F>(&self, task: F) -> AbortOnDropHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.reader.spawn(task)
    }

    /// How many should go along the walk: as many as find a processor on a small machine, and one more where the database
    /// reads for one while another is busy.
    pub fn walkers(&self) -> usize {
        2 + usize::from(!self.reader.blocks())
    }

    /// The next subjects, at most that many; `None` at the end. Only where they end is looked for, since whoever goes
    /// along waits for it.
    pub async fn next(&self, most: u64) -> Result<Option<BookStretch>, StoreError> {
        let mut passed = self.passed.lock().await;
        let after = passed.as_deref();
        let whole = format!("ORDER BY subject LIMIT 1 OFFSET {}", most.saturating_sub(1));
        let last = match self.subject(after, &whole).await? {
            None => self.subject(after, "ORDER BY subject DESC LIMIT 1").await?,
            last => last,
        };
        let Some(last) = last else {
            return Ok(None);
        };
        Ok(Some(BookStretch {
            reader: self.reader.clone(),
            after: passed.replace(last.clone()),
            last,
        }))
    }

    async fn subject(
        &self,
        after: Option<&str>,
        which: &str,
    ) -> Result<Option<String>, StoreError> {
        let mut sql = self.reader.sql();
        let beyond = after.map_or_else(String::new, |after| {
            format!("WHERE subject > {}", sql.bind(after))
        });
        let found: Vec<SubjectRow> = self.reader.rows(sql, &format!("{beyond} {which}")).await?;
        Ok(found.into_iter().next().map(|row| row.subject))
    }
}

impl BookStretch {
    /// Reads what is stored of these subjects, their verdicts first.
    pub async fn read(self) -> Result<Vec<WalkedBooks>, StoreError> {
        let scope = Scope::Range {
            after: self.after.as_deref(),
            last: &self.last,
        };
        let mut sql = self.reader.sql();
        let which = format!(
            "WHERE {} ORDER BY subject",
            scope.holds(&mut sql, "subject")
        );
        let mut verdicts: Vec<VerdictRow> = self.reader.rows(sql, &which).await?;
        let subjects = verdicts.iter();
        let mut gathering =
            Gathering::of(subjects.map(|row| (row.subject.clone(), row.books_version)));
        gathering.read(&self.reader, &scope).await?;
        let kept = verdicts.iter_mut().filter_map(|row| row.kept.as_mut());
        read_parts(&self.reader, &scope, kept).await?;
        let books = gathering.finish().into_iter().zip(verdicts);
        Ok(books
            .map(|((subject, rows), row)| WalkedBooks {
                subject,
                rows,
                kept: row.kept,
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
