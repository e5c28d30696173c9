//! A report as one archive of CSV files, handed on as it is written: one file for each section, and the manifest.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::book::Output;
use super::cell::Cell;
use super::csv_files::write_manifest;
use super::error::ReportError;
use super::manifest::{self, Manifest};
use super::section::Section;

/// The archive, which the file that is being written shares with the report around it.
type Archive = Rc<RefCell<ZipWriter<StreamWriter<Box<dyn Write + Send>>>>>;

/// A report in an archive.
pub(super) struct ZipFiles(Archive);

impl ZipFiles {
    /// Begins a report that goes there.
    pub(super) fn to(out: Box<dyn Write + Send>) -> Self {
        Self(Rc::new(RefCell::new(ZipWriter::new_stream(out))))
    }
}

/// The file that was begun last.
struct Entry(Archive);

impl Write for Entry {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        // What is left goes out when the next file begins.
        Ok(())
    }
}

impl Output for ZipFiles {
    fn place(&self) -> Option<&Path> {
        None
    }

    fn begin(&mut self, section: &'static Section) -> Result<Option<Box<dyn Write>>, ReportError> {
        // How long it will be is not known; the time of day would make no two archives the same.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true);
        let begun = self.0.borrow_mut().start_file(section.file, options);
        begun.map_err(|error| ReportError::write(None, &error.into()))?;
        Ok(Some(Box::new(Entry(Rc::clone(&self.0)))))
    }

    fn row(&mut self, _: &[Cell]) -> Result<(), ReportError> {
        // The CSV file that was asked for already has it.
        Ok(())
    }

    fn finish(mut self: Box<Self>, manifest: &Manifest) -> Result<(), ReportError> {
        let failed = |error: &io::Error| ReportError::write(None, error);
        let kept = self.begin(&manifest::SECTION)?;
        write_manifest(kept, manifest).map_err(|error| failed(&error))?;
        let archive = Rc::into_inner(self.0).map(RefCell::into_inner);
        let Some(archive) = archive else {
            return Err(failed(&io::Error::other("a file of it is still open")));
        };
        let finished = archive.finish().map_err(|error| failed(&error.into()))?;
        let mut out = finished.into_inner();
        out.flush().map_err(|error| failed(&error))
    }
}
