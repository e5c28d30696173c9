//! Where a report is put: written under another name first, so that what stands under its own name is always whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::error::ReportError;

/// What the temporary names begin with. One that is left was killed at its work, and may be removed.
const TEMPORARY: &str = ".toss-recon-report-";

/// A file that is not there until it is whole. Dropped before that, it leaves nothing.
pub(super) struct NewFile {
    temporary: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl NewFile {
    /// Begins the file. One of that name stays as it is until this one is whole.
    pub(super) fn create(path: &Path) -> Result<Self, ReportError> {
        let refused = |error: io::Error| ReportError::place(path, &error);
        if path.is_dir() {
            return Err(refused(io::Error::other("it is a folder")));
        }
        if path.file_name().is_none() {
            return Err(refused(io::Error::other("it names no file")));
        }
        let temporary = builder().tempfile_in(folder_of(path)).map_err(refused)?;
        Ok(Self {
            temporary: BufWriter::new(temporary),
            path: path.to_owned(),
        })
    }

    /// The folder that it will be in.
    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// Gives the file its name, in place of one that has it.
    pub(super) fn put_in_place(self) -> Result<(), ReportError> {
        let Self { temporary, path } = self;
        let put = || {
            let temporary = temporary
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?;
            temporary.as_file().sync_all()?;
            temporary.persist(&path).map_err(io::Error::from)
        };
        put()
            .map(drop)
            .map_err(|error| ReportError::write(Some(&path), &error))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.flush()
    }
}

/// Where a report that is one file goes.
pub(super) enum Target {
    /// Under a name of its own, once it is whole.
    File(NewFile),
    /// To whoever asked for it, as it is written.
    Stream(Box<dyn Write + Send>),
}

impl Target {
    /// A file of that name.
    pub(super) fn file(path: &Path) -> Result<Self, ReportError> {
        NewFile::create(path).map(Self::File)
    }

    /// Where it will be, if it is to be anywhere.
    pub(super) fn place(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(&file.path),
            Self::Stream(_) => None,
        }
    }

    /// Says that it is whole.
    pub(super) fn finish(self) -> Result<(), ReportError> {
        match self {
            Self::File(file) => file.put_in_place(),
            Self::Stream(mut out) => out
                .flush()
                .map_err(|error| ReportError::write(None, &error)),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stream(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stream(out) => out.flush(),
        }
    }
}

/// Files of one folder that are not there until all of them are whole. Dropped before that, they leave nothing, and the
/// folder is removed if it was made for them.
pub(super) struct NewFiles {
    /// Dropped, and so removed, before the folder around it.
    temporary: TempDir,
    folder: Folder,
    names: Vec<&'static str>,
}

/// A folder, perhaps one of ours.
struct Folder {
    path: PathBuf,
    made: bool,
}

impl NewFiles {
    /// Begins files in a folder, which is made when it is missing. Others in it stay as they are.
    pub(super) fn create(path: &Path) -> Result<Self, ReportError> {
        let refused = |error: io::Error| ReportError::place(path, &error);
        let made = match fs::create_dir(path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(refused(error)),
        };
        let folder = Folder {
            path: path.to_owned(),
            made,
        };
        Ok(Self {
            temporary: builder().tempdir_in(path).map_err(refused)?,
            folder,
            names: Vec::new(),
        })
    }

    /// Where they will be.
    pub(super) fn path(&self) -> &Path {
        &self.folder.path
    }

    /// Begins one of them.
    pub(super) fn file(&mut self, name: &'static str) -> Result<File, ReportError> {
        let file = File::create_new(self.temporary.path().join(name))
            .map_err(|error| ReportError::write(Some(&self.folder.path.join(name)), &error))?;
        self.names.push(name);
        Ok(file)
    }

    /// Gives each its name, in the order in which they were begun, in place of one that has it. The last one vouches for
    /// the others: while they are put there, no file has its name.
    pub(super) fn put_in_place(mut self) -> Result<(), ReportError> {
        let folder = &self.folder.path;
        let failed =
            |name: &str, error: io::Error| ReportError::write(Some(&folder.join(name)), &error);
        for name in &self.names {
            File::open(self.temporary.path().join(name))
                .and_then(|file| file.sync_all())
                .map_err(|error| failed(name, error))?;
        }
        if let Some(last) = self.names.last() {
            match fs::remove_file(folder.join(last)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(failed(last, error));
                }
                _ => {}
            }
        }
        for name in &self.names {
            fs::rename(self.temporary.path().join(name), folder.join(name))
                .map_err(|error| failed(name, error))?;
        }
        self.folder.made = false;
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made {
            // It has anything in it only when somebody else put it there.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Temporary files that anybody may read who may read other files: they become the report.
fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
