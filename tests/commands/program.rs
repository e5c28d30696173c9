//! The program in a folder of its own, with no environment but what a test gives it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;

/// A key that nobody has.
pub(crate) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";

/// How long a command may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A folder in which the program is run. It is removed with everything in it.
pub(crate) struct Place {
    folder: TempDir,
    variables: Vec<(OsString, OsString)>,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Everything on stderr but the line that says that the database is new: here it always is.
    pub(crate) fn complaints(&self) -> Vec<&str> {
        let lines = self.stderr.lines();
        lines
            .filter(|line| !line.contains("a new, empty database was made"))
            .collect()
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            variables: Vec::new(),
        }
    }

    /// A place with a secret key in the environment.
    pub(crate) fn with_key() -> Self {
        // A server follows Toss from its start: here, where nothing answers, and never the real one.
        Self::new()
            .set("TOSS_SECRET_KEY", SECRET_KEY)
            .set("TOSS_BASE_URL", "http://127.0.0.1:9")
    }

    /// Sets a variable for everything that is run here.
    pub(crate) fn set(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.into(), value.as_ref().into()));
        self
    }

    /// Writes a file into the folder.
    pub(crate) fn write(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, not yet started. It is killed when its handle is dropped.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // What it makes for itself is seen here, and goes with the folder.
            .env("TMPDIR", self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ended {
        let output = tokio::time::timeout(PATIENCE, self.command(arguments).output())
            .await
            .unwrap_or_else(|_| panic!("{arguments:?} does not end"))
            .unwrap();
        Ended {
            status: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that must succeed without a word on stderr, and gives its stdout.
    pub(crate) async fn succeeds(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments).await;
        assert_eq!((ended.status, ended.complaints()), (0, Vec::new()));
        ended.stdout
    }

    /// Runs a command that must end with this status and nothing but one line on stderr, and gives that line.
    pub(crate) async fn refuses(&self, status: i32, arguments: &[&str]) -> String {
        let ended = self.run(arguments).await;
        assert_eq!(
            (ended.status, ended.stdout.as_str()),
            (status, ""),
            "{arguments:?}: {}",
            ended.stderr
        );
        let lines = ended.complaints();
        assert_eq!(lines.len(), 1, "{arguments:?}: {}", ended.stderr);
        let line = lines[0];
        assert!(line.starts_with("toss-recon: "), "{line}");
        line.to_owned()
    }
}
