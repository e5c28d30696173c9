//! `toss-recon` as a process that can be killed, and started again at the same address.

use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::process::{Child, Command};

/// Where a program listens and what it works on. It is told so by its environment alone.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    database_url: String,
    toss: String,
    folder: std::path::PathBuf,
    more: Vec<(&'static str, String)>,
    waits: Duration,
    /// Keeps the address from being given to anybody who asks for a free one while the program is not there.
    _place: Arc<TcpSocket>,
}

impl Program {
    pub(crate) fn new(database_url: &str, toss: &str, folder: &std::path::Path) -> Self {
        // Everything is said by the environment; no settings file of elsewhere is to be found.
        std::fs::write(folder.join("toss-recon.toml"), "").unwrap();
        let place = TcpSocket::new_v4().unwrap();
        // The program may take it all the same, each time it is started.
        place.set_reuseaddr(true).unwrap();
        place.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self {
            address: place.local_addr().unwrap(),
            _place: Arc::new(place),
            database_url: database_url.to_owned(),
            toss: toss.to_owned(),
            folder: folder.to_owned(),
            more: Vec::new(),
            waits: Duration::from_secs(4),
        }
    }

    /// The same, with one more setting, or with another value of one.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut program = self.clone();
        program.more.push((name, value.to_owned()));
        program
    }

    /// The same, whose callers wait that long for an answer.
    pub(crate) fn waited_for(&self, waits: Duration) -> Self {
        Self {
            waits,
            ..self.clone()
        }
    }

    /// The same on another database.
    pub(crate) fn on(&self, database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) fn database_url(&self) -> &str {
        &self.database_url
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("TOSS_SECRET_KEY", "live_sk_stand1n0000000000000000")
            .env("TOSS_BASE_URL", &self.toss)
            .env("DATABASE_URL", &self.database_url)
            .env("LISTEN_ADDR", self.address.to_string())
            .env("TOSS_TIMEOUT_SECONDS", "1")
            .env("CANCEL_RETRY_SECONDS", "1")
            .env("LOG", "error")
            .envs(self.more.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true);
        command
    }

    /// Starts serving; whether it does is for whoever asks it.
    pub(crate) fn serve(&self) -> Child {
        self.start(&["serve"])
    }

    /// The same, where no file may grow beyond so many blocks of 512 bytes. See [`make_room`].
    pub(crate) fn serve_within(&self, blocks: u64) -> Child {
        let mut limited = self.within(blocks, &["serve", "--no-sync"]);
        limited.stdout(Stdio::null()).stderr(self.log());
        limited.spawn().unwrap()
    }

    fn within(&self, blocks: u64, arguments: &[&str]) -> Command {
        let mut limited = Command::new("sh");
        // Writing beyond the limit then fails, as on a full disk, and does not end the program.
        let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\"");
        let program = self.command(&[]);
        let program = program.as_std();
        limited
            .args(["-c", &script])
            .arg(program.get_program())
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(
                program
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .kill_on_drop(true);
        limited
    }

    /// The same, without following Toss's lists: what is tested happens without other work on the database.
    pub(crate) fn serve_alone(&self) -> Child {
        self.start(&["serve", "--no-sync"])
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(self.log());
        command.spawn().unwrap()
    }

    fn log(&self) -> File {
        let path = self.folder.join("program.log");
        let mut options = OpenOptions::new();
        options.create(true).append(true).open(path).unwrap()
    }

    /// What it has logged so far, for whoever finds it silent.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(self.folder.join("program.log")).unwrap_or_default()
    }

    /// Runs a command to its end: its exit status, and what it printed.
    pub(crate) async fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        Self::ended(self.command(arguments)).await
    }

    /// The same, where no file may grow beyond so many blocks of 512 bytes.
    pub(crate) async fn run_within(
        &self,
        blocks: u64,
        arguments: &[&str],
    ) -> (Option<i32>, String) {
        Self::ended(self.within(blocks, arguments)).await
    }

    async fn ended(mut command: Command) -> (Option<i32>, String) {
        let output = command.output().await.unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }

    pub(crate) async fn admin(&self, name: &str) -> String {
        let (status, text) = self
            .run(&["token", "create", "--name", name, "--role", "admin"])
            .await;
        assert_eq!(status, Some(0), "{text}");
        text.trim().to_owned()
    }

    /// What is answered, if anything is.
    pub(crate) async fn post(&self, token: &str, query: &str, variables: Value) -> Option<Value> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(self.waits)
            .build()
            .unwrap();
        let answer = client
            .post(format!("http://{}/graphql", self.address))
            .bearer_auth(token)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .ok()?;
        answer.json().await.ok()
    }

    /// Whether it is ready, and why not; `None` when it does not answer.
    pub(crate) async fn readiness(&self) -> Option<(u16, Value)> {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let asked = client
            .get(format!("http://{}/readyz", self.address))
            .timeout(self.waits);
        let answer = asked.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// Waits until it says whether it is ready: the status, and what it says.
    pub(crate) async fn says_whether_it_is_ready(&self) -> (u16, Value) {
        let started = Instant::now();
        loop {
            if let Some(said) = self.readiness().await {
                return said;
            }
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "it does not serve: {}",
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until it is ready, or not for the reason named.
    pub(crate) async fn becomes_ready(&self, or_not: Option<&str>) {
        let started = Instant::now();
        loop {
            let said = self.readiness().await;
            let reason = said.as_ref().map(|(_, said)| said["reason"].as_str());
            if reason == Some(or_not) {
                return;
            }
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "{said:?}: {}",
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until it answers whoever has this token.
    pub(crate) async fn answers(&self, token: &str) {
        let started = Instant::now();
        loop {
            let answer = self.post(token, "{ viewer { name } }", Value::Null).await;
            if answer.is_some_and(|answer| answer["data"]["viewer"]["name"].is_string()) {
                return;
            }
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "it does not serve: {}",
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Lets the files of a process grow again as they like.
pub(crate) fn make_room(child: &Child) {
    limit_files(child, "unlimited");
}

/// Lets no file of a process grow beyond so many bytes, as when somebody else fills its disk.
pub(crate) fn leave_room(child: &Child, bytes: u64) {
    limit_files(child, &format!("{bytes}:"));
}

fn limit_files(child: &Child, limit: &str) {
    let pid = child.id().unwrap().to_string();
    let told = std::process::Command::new("prlimit")
        .args(["--pid", &pid, &format!("--fsize={limit}")])
        .status();
    assert!(told.unwrap().success());
}

/// Sends a process a signal. One that has died since and was not waited for takes it and stays dead.
pub(crate) fn send_signal(child: &Child, name: &str) {
    let pid = child.id().unwrap().to_string();
    let told = std::process::Command::new("kill")
        .args([&format!("-{name}"), &pid])
        .status();
    assert!(told.unwrap().success());
}

/// Stops every thread of a process where it is.
pub(crate) async fn stop_dead(child: &Child) {
    send_signal(child, "STOP");
    let pid = child.id().unwrap();
    let is_stopped = |task: std::io::Result<std::fs::DirEntry>| {
        let stat = std::fs::read_to_string(task.unwrap().path().join("stat")).unwrap_or_default();
        // The state follows the name, which stands in brackets.
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('T'))
    };
    while !std::fs::read_dir(format!("/proc/{pid}/task"))
        .unwrap()
        .all(is_stopped)
    {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
