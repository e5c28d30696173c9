//! Puts a report that was kept whole in its place again: the file as it is, or the files of its archive in a folder.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;

use zip::ZipArchive;

use super::Format;
use super::destination::{NewFile, NewFiles};
use super::error::ReportError;

/// Writes what was kept, which is read from its beginning: a workbook, a document, or for [`Format::Csv`] an archive, whose files
/// go into a folder. Whatever was there under that name stays until all of it is there.
///
/// # Errors
/// When the place cannot be written to, or what was kept is no archive of CSV files.
pub fn put_again(format: Format, mut kept: File, path: &Path) -> Result<(), ReportError> {
    let failed = |error: io::Error| ReportError::write(Some(path), &error);
    kept.rewind().map_err(failed)?;
    if format != Format::Csv {
        let mut file = NewFile::create(path)?;
        io::copy(&mut kept, &mut file).map_err(failed)?;
        return file.put_in_place();
    }
    let mut archive = ZipArchive::new(kept).map_err(|error| failed(error.into()))?;
    let mut files = NewFiles::create(path)?;
    for number in 0..archive.len() {
        let mut entry = archive
            .by_index(number)
            .map_err(|error| failed(error.into()))?;
        let name = entry.name().map_err(|error| failed(error.into()))?;
        let name = name.into_owned();
        // The program wrote it; a database can be written to by others.
        let is_csv = Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "csv");
        if name.contains(['/', '\\']) || !is_csv {
            return Err(failed(io::Error::other("it is no archive of a report")));
        }
        let mut file = files.file(&name)?;
        io::copy(&mut entry, &mut file).map_err(failed)?;
    }
    files.put_in_place()
}
