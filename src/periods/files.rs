//! The files of a period's report: held for a moment while they are written, kept in the database in parts, and written
//! out again byte for byte.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

use tempfile::tempfile;

use super::PeriodError;
use crate::report::EveryFile;
use crate::store::{PeriodId, Store, StoreError};

/// How many bytes are kept in one part.
const PART: usize = 1 << 20;
/// How hard the one file is packed that no format packs.
const LEVEL: i32 = 6;

/// A file of a report that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFile {
    /// The Excel workbook.
    Xlsx,
    /// The archive of CSV files.
    Zip,
    /// The JSON document, which is kept packed.
    Json,
}

impl KeptFile {
    fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Zip => "zip",
            Self::Json => "json",
        }
    }
}

/// Files without names, which are gone with this.
pub(super) struct Files {
    xlsx: File,
    zip: File,
    json: File,
}

impl Files {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            xlsx: tempfile()?,
            zip: tempfile()?,
            json: tempfile()?,
        })
    }

    /// Where the report goes.
    pub(super) fn to_write(&self) -> io::Result<EveryFile> {
        let json = BufWriter::new(self.json.try_clone()?);
        Ok(EveryFile {
            xlsx: Box::new(BufWriter::new(self.xlsx.try_clone()?)),
            zip: Box::new(BufWriter::new(self.zip.try_clone()?)),
            json: Box::new(zstd::Encoder::new(json, LEVEL)?.auto_finish()),
        })
    }
}

/// Keeps the files, part by part.
pub(super) async fn keep(store: &Store, id: &PeriodId, files: Files) -> Result<(), PeriodError> {
    let Files { xlsx, zip, json } = files;
    for (kind, mut file) in [
        (KeptFile::Xlsx, xlsx),
        (KeptFile::Zip, zip),
        (KeptFile::Json, json),
    ] {
        file.rewind()?;
        for number in 0.. {
            let mut part = Vec::new();
            Read::by_ref(&mut file)
                .take(PART as u64)
                .read_to_end(&mut part)?;
            if part.is_empty() {
                break;
            }
            let place = (kind.as_str(), number);
            store.save_period_part(id, place, part).await?;
        }
    }
    Ok(())
}

/// Writes a file of a period's report as it was when the period was closed. Tells whether there is one.
///
/// # Errors
/// When the store fails, or `out` does.
pub async fn write_kept(
    store: &Store,
    id: &PeriodId,
    kind: KeptFile,
    out: &mut dyn Write,
) -> Result<bool, WriteKeptError> {
    let mut packed;
    let mut unpacked;
    let out: &mut dyn Write = match kind {
        KeptFile::Json => {
            packed = zstd::stream::write::Decoder::new(out)?;
            &mut packed
        }
        KeptFile::Xlsx | KeptFile::Zip => {
            unpacked = out;
            &mut unpacked
        }
    };
    for number in 0.. {
        let Some(part) = store.period_part(id, (kind.as_str(), number)).await? else {
            out.flush()?;
            return Ok(number > 0);
        };
        out.write_all(&part)?;
    }
    Ok(true)
}

/// Why a kept file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteKeptError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}
