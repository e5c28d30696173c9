//! A report in every format at once, of one reading.

use std::io::{self, Write};
use std::path::Path;

use super::book::Output;
use super::cell::Cell;
use super::error::ReportError;
use super::manifest::Manifest;
use super::section::Section;

/// The same report in each of these.
pub(super) struct EveryFormat(pub(super) Vec<Box<dyn Output>>);

/// The CSV files that some of them were given.
struct Each(Vec<Box<dyn Write>>);

impl Write for Each {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for file in &mut self.0 {
            file.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.iter_mut().try_for_each(Write::flush)
    }
}

impl Output for EveryFormat {
    fn place(&self) -> Option<&Path> {
        self.0.iter().find_map(|output| output.place())
    }

    fn begin(&mut self, section: &'static Section) -> Result<Option<Box<dyn Write>>, ReportError> {
        let mut files = Vec::new();
        for output in &mut self.0 {
            files.extend(output.begin(section)?);
        }
        Ok(Some(Box::new(Each(files))))
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), ReportError> {
        self.0.iter_mut().try_for_each(|output| output.row(cells))
    }

    fn finish(self: Box<Self>, manifest: &Manifest) -> Result<(), ReportError> {
        let outputs = self.0.into_iter();
        outputs
            .into_iter()
            .try_for_each(|output| output.finish(manifest))
    }
}
