//! The rows of one day on their way to the store: few in memory, many in a file without a name, so that the largest day
//! needs no more memory than two pages, and the store is not held while Toss is being read.

use std::collections::HashSet;
use std::io::{self, SeekFrom};

use reconciliation::Transaction;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::SyncError;
use crate::store::RowsDigest;
use crate::toss::{Reading, Toss};

/// Pages that are held in memory before the file is opened.
const PAGES_IN_MEMORY: usize = 2;

/// Distinct rows in the order in which they were listed first.
#[derive(Default)]
pub(super) struct Spool {
    /// Hashes of merchant and transaction key.
    seen: HashSet<u128>,
    digest: RowsDigest,
    pages: Vec<Vec<Reading<Transaction>>>,
    file: Option<PageFile>,
}

impl Spool {
    /// Takes a page. Rows that came before are dropped; the others get the place at which they stand in the whole day.
    pub(super) async fn add(&mut self, page: Vec<Reading<Transaction>>) -> Result<(), SyncError> {
        let mut fresh = Vec::with_capacity(page.len());
        for mut row in page {
            let place = self.digest.rows();
            if self.seen.insert(hash(&row.value)) {
                row.value.listed_position = u32::try_from(place).unwrap_or(u32::MAX);
                self.digest.add(row.raw.as_str());
                fresh.push(row);
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        if self.pages.len() < PAGES_IN_MEMORY {
            self.pages.push(fresh);
            return Ok(());
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => PageFile::open().await?,
        };
        file.write(&fresh).await?;
        self.file = Some(file);
        Ok(())
    }

    pub(super) fn rows(&self) -> usize {
        self.digest.rows()
    }

    /// The name of the content, and the pages.
    pub(super) async fn finish(self) -> Result<(String, Pages), SyncError> {
        let file = match self.file {
            Some(mut file) => {
                file.rewind().await?;
                Some(file)
            }
            None => None,
        };
        let pages = Pages {
            in_memory: self.pages.into_iter(),
            in_file: file,
            read: 0,
        };
        Ok((self.digest.finish(), pages))
    }
}

/// The pages of a day, one after the other.
pub(super) struct Pages {
    in_memory: std::vec::IntoIter<Vec<Reading<Transaction>>>,
    in_file: Option<PageFile>,
    read: usize,
}

impl Pages {
    pub(super) async fn next(
        &mut self,
        toss: &Toss,
    ) -> Result<Option<Vec<Reading<Transaction>>>, SyncError> {
        if let Some(page) = self.in_memory.next() {
            self.read += page.len();
            return Ok(Some(page));
        }
        let Some(file) = &mut self.in_file else {
            return Ok(None);
        };
        let Some(text) = file.read().await? else {
            return Ok(None);
        };
        let first = u32::try_from(self.read).unwrap_or(u32::MAX);
        let page = toss
            .reread_transactions(&text, first)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        self.read += page.len();
        Ok(Some(page))
    }
}

/// Pages as JSON lists, one behind the other.
struct PageFile {
    file: File,
    lengths: Vec<usize>,
    next: usize,
}

impl PageFile {
    async fn open() -> Result<Self, io::Error> {
        let file = tokio::task::spawn_blocking(tempfile::tempfile)
            .await
            .map_err(io::Error::other)??;
        Ok(Self {
            file: File::from_std(file),
            lengths: Vec::new(),
            next: 0,
        })
    }

    async fn write(&mut self, page: &[Reading<Transaction>]) -> Result<(), io::Error> {
        let mut text = String::from("[");
        for (index, row) in page.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(row.raw.as_str());
        }
        text.push(']');
        self.file.write_all(text.as_bytes()).await?;
        self.lengths.push(text.len());
        Ok(())
    }

    async fn rewind(&mut self) -> Result<(), io::Error> {
        self.file.flush().await?;
        self.file.seek(SeekFrom::Start(0)).await?;
        Ok(())
    }

    async fn read(&mut self) -> Result<Option<String>, io::Error> {
        let Some(length) = self.lengths.get(self.next) else {
            return Ok(None);
        };
        let mut bytes = vec![0; *length];
        self.file.read_exact(&mut bytes).await?;
        self.next += 1;
        String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

/// Names a row in 16 bytes: a day may have a million.
fn hash(row: &Transaction) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update(row.mid.as_str());
    hasher.update("\n");
    hasher.update(row.transaction_key.as_str());
    let whole: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    u128::from_le_bytes(half)
}
