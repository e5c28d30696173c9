//! The rows of one day on their way to the store: few in memory, many in a file without a name, so that the largest day
//! needs no more memory than a few pages, and the store is not held while Toss is being read.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};

use reconciliation::UnreadableRow;
use tokio::sync::mpsc;

use super::ListingError;
use super::unreadable::{unreadable_name, unreadable_record};
use crate::store::{ROWS_AT_ONCE, RowsDigest, UnreadableRecord};
use crate::toss::{Reading, Unreadable};

/// Pages that are held in memory before the file is opened.
const PAGES_IN_MEMORY: usize = 2;

/// Rows in the order in which they were listed.
pub(super) struct Spool<T> {
    digest: RowsDigest,
    pages: Vec<Vec<Reading<T>>>,
    file: Option<PageFile>,
    unreadable: Vec<UnreadableRecord>,
}

impl<T> Default for Spool<T> {
    fn default() -> Self {
        Self {
            digest: RowsDigest::default(),
            pages: Vec::new(),
            file: None,
            unreadable: Vec::new(),
        }
    }
}

impl<T> Spool<T> {
    /// Takes a page. May write to a file, so that it belongs on a thread that nobody else waits for.
    pub(super) fn add(&mut self, page: Vec<Reading<T>>) -> Result<(), ListingError> {
        if page.is_empty() {
            return Ok(());
        }
        for row in &page {
            self.digest.add(row.raw.as_str());
        }
        if self.pages.len() < PAGES_IN_MEMORY {
            self.pages.push(page);
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(PageFile::open()?),
        };
        file.write(&list(&page))?;
        Ok(())
    }

    /// Takes rows that cannot be read. They count, and are no part of the pages.
    pub(super) fn add_unreadable(&mut self, rows: Vec<Reading<UnreadableRow>>) {
        for row in rows {
            let record = unreadable_record(row);
            self.digest.add(&unreadable_name(&record.raw));
            self.unreadable.push(record);
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.digest.rows()
    }

    /// The name of the content, the pages, and the rows that cannot be read.
    pub(super) fn finish(self) -> Result<(String, Pages<T>, Vec<UnreadableRecord>), ListingError> {
        let pages = Pages {
            in_memory: self.pages.into_iter(),
            in_file: self.file.map(PageFile::rewound).transpose()?,
            rows: self.digest.rows() - self.unreadable.len(),
            read: 0,
        };
        Ok((self.digest.finish(), pages, self.unreadable))
    }
}

/// The pages of a day, one after the other.
pub(super) struct Pages<T> {
    in_memory: std::vec::IntoIter<Vec<Reading<T>>>,
    in_file: Option<(BufReader<File>, std::vec::IntoIter<usize>)>,
    rows: usize,
    read: usize,
}

impl<T: Send + 'static> Pages<T> {
    /// The rows in parts of at most [`ROWS_AT_ONCE`], each made into what is to be written. The next one is made while the
    /// last one is written.
    ///
    /// `reread` reads a list of rows' texts, the first of which stands at the given place of the day.
    pub(super) fn batches<B: Send + 'static>(
        mut self,
        reread: impl Fn(&str, u32) -> Result<Vec<Reading<T>>, Unreadable> + Send + 'static,
        mut make: impl FnMut(Vec<Reading<T>>) -> Result<B, ListingError> + Send + 'static,
    ) -> Batches<B> {
        let (batches, ready) = mpsc::channel(1);
        let left = self.rows;
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let mut rows = Vec::new();
            loop {
                let page = match self.next(&reread) {
                    Ok(page) => page,
                    Err(error) => return drop(batches.blocking_send(Err(error))),
                };
                let is_last = page.is_none();
                rows.extend(page.unwrap_or_default());
                while rows.len() >= ROWS_AT_ONCE || (is_last && !rows.is_empty()) {
                    let rest = rows.split_off(rows.len().min(ROWS_AT_ONCE));
                    let part = std::mem::replace(&mut rows, rest);
                    let taken = part.len();
                    // One is made when the one before has gone, so that few are held. Nobody may want it any more.
                    let Ok(place) = runtime.block_on(batches.reserve()) else {
                        return;
                    };
                    place.send(make(part).map(|batch| (taken, batch)));
                }
                if is_last {
                    return;
                }
            }
        });
        Batches { ready, left }
    }

    fn next(
        &mut self,
        reread: &impl Fn(&str, u32) -> Result<Vec<Reading<T>>, Unreadable>,
    ) -> Result<Option<Vec<Reading<T>>>, ListingError> {
        if let Some(page) = self.in_memory.next() {
            self.read += page.len();
            return Ok(Some(page));
        }
        let Some((file, lengths)) = &mut self.in_file else {
            return Ok(None);
        };
        let Some(length) = lengths.next() else {
            return Ok(None);
        };
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes)?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable())?;
        let first = u32::try_from(self.read).unwrap_or(u32::MAX);
        let page = reread(&text, first).map_err(|_| unreadable())?;
        self.read += page.len();
        Ok(Some(page))
    }
}

/// Parts of a day that are ready to be written.
pub(super) struct Batches<B> {
    ready: mpsc::Receiver<Result<(usize, B), ListingError>>,
    /// Rows that have not come yet.
    left: usize,
}

impl<B> Batches<B> {
    /// The next part; `None` when every row of the day has come.
    pub(super) async fn next(&mut self) -> Result<Option<B>, ListingError> {
        let Some(batch) = self.ready.recv().await else {
            if self.left > 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            return Ok(None);
        };
        let (rows, batch) = batch?;
        self.left = self.left.saturating_sub(rows);
        Ok(Some(batch))
    }
}

/// Does work that takes a while, away from the threads that wait for others.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ListingError> + Send + 'static,
) -> Result<T, ListingError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

/// Pages as JSON lists, one behind the other.
struct PageFile {
    file: File,
    lengths: Vec<usize>,
}

impl PageFile {
    fn open() -> Result<Self, io::Error> {
        Ok(Self {
            file: tempfile::tempfile()?,
            lengths: Vec::new(),
        })
    }

    fn write(&mut self, text: &str) -> Result<(), io::Error> {
        self.file.write_all(text.as_bytes())?;
        self.lengths.push(text.len());
        Ok(())
    }

    fn rewound(mut self) -> Result<(BufReader<File>, std::vec::IntoIter<usize>), io::Error> {
        self.file.rewind()?;
        Ok((BufReader::new(self.file), self.lengths.into_iter()))
    }
}

fn unreadable() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// Rows as one JSON list.
fn list<T>(page: &[Reading<T>]) -> String {
    let bytes: usize = page.iter().map(|row| row.raw.as_str().len() + 1).sum();
    let mut text = String::with_capacity(bytes + 2);
    text.push('[');
    for (index, row) in page.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(row.raw.as_str());
    }
    text.push(']');
    text
}
