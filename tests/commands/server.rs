//! `toss-recon serve` as a process, and a shop at the stand-in for Toss behind it.

use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Days;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use toss_sim::{Scenario, TossSim, kst_date};

use crate::program::{PATIENCE, Place, SECRET_KEY};

/// The program while it serves. It is killed when it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    child: Child,
    stdout: Pipe,
    stderr: Pipe,
}

/// What a process has written so far.
struct Pipe {
    text: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Running {
    /// Serves on a free port with these options, and waits until the log tells the address.
    pub(crate) async fn serve(place: &Place, options: &[&str]) -> Self {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], options].concat();
        Self::start(place, &arguments, &["address=", r#""address":""#]).await
    }

    /// Starts a command and waits until its stderr shows an address behind one of the marks.
    pub(crate) async fn start(place: &Place, arguments: &[&str], marks: &[&str]) -> Self {
        let mut child = place.command(arguments).spawn().unwrap();
        let stdout = Pipe::of(child.stdout.take().unwrap());
        let stderr = Pipe::of(child.stderr.take().unwrap());
        let deadline = Instant::now() + PATIENCE;
        let address = loop {
            let text = stderr.text();
            if let Some(address) = marks.iter().find_map(|mark| address_behind(&text, mark)) {
                break address;
            }
            assert!(
                Instant::now() < deadline && child.try_wait().unwrap().is_none(),
                "{arguments:?} does not serve: {text}"
            );
            sleep(Duration::from_millis(10)).await;
        };
        Self {
            address,
            child,
            stdout,
            stderr,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything on stderr so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until stderr holds a text.
    pub(crate) async fn says(&self, word: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.stderr().contains(word) {
            assert!(Instant::now() < deadline, "no {word}: {}", self.stderr());
            sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        client().get(self.url(path)).send().await.unwrap()
    }

    /// The answer to a query.
    pub(crate) async fn post(&self, token: &str, query: &str, variables: Value) -> Response {
        client()
            .post(self.url("/graphql"))
            .bearer_auth(token)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap()
    }

    /// The `data` of an answer that must have no errors.
    pub(crate) async fn ask(&self, token: &str, query: &str) -> Value {
        self.ask_with(token, query, Value::Null).await
    }

    pub(crate) async fn ask_with(&self, token: &str, query: &str, variables: Value) -> Value {
        let answer = self.post(token, query, variables).await;
        let answer: Value = answer.json().await.unwrap();
        assert!(
            answer.get("errors").is_none(),
            "{answer:#}\n{}",
            self.stderr()
        );
        answer["data"].clone()
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends a signal, named as the shell names it.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid();
        let sent = std::process::Command::new("sh")
            .args(["-c", &format!("kill -{name} {pid}")])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for the end, which must come within a few seconds. Gives the status, and everything on stdout and stderr.
    pub(crate) async fn end(mut self) -> (ExitStatus, String, String) {
        let status = timeout(Duration::from_secs(10), self.child.wait())
            .await
            .unwrap_or_else(|_| panic!("it does not end: {}", self.stderr.text()))
            .unwrap();
        (status, self.stdout.rest().await, self.stderr.rest().await)
    }

    /// Ends it with a signal, after which its status must be 0.
    pub(crate) async fn stop(self, signal: &str) -> (String, String) {
        self.signal(signal);
        let (status, stdout, stderr) = self.end().await;
        assert_eq!(status.code(), Some(0), "{stderr}");
        (stdout, stderr)
    }
}

impl Pipe {
    fn of(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let so_far = Arc::clone(&text);
        let reader = tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut text = so_far.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self { text, reader }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// Everything, once the process has ended.
    async fn rest(self) -> String {
        self.reader.await.unwrap();
        self.text.lock().unwrap().clone()
    }
}

/// A client that keeps no connection, so that none outlives its answer.
pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap()
}

/// The stand-in for Toss with one shop, in which this story began ten days ago.
pub(crate) async fn shop(story: &str) -> TossSim {
    let sim = TossSim::start(toss_sim::Settings::default()).await.unwrap();
    let start = kst_date(sim.clock().now()) - Days::new(10);
    sim.play(Scenario::by_name(story).unwrap(), start);
    sim
}

/// A place whose variables lead to the stand-in.
pub(crate) fn place_before(sim: &TossSim) -> Place {
    assert_eq!(sim.secret_key(), SECRET_KEY);
    Place::with_key().set("TOSS_BASE_URL", sim.base_url())
}

/// Makes a token with the program itself.
pub(crate) async fn token(place: &Place, name: &str, role: &str) -> String {
    let printed = place
        .succeeds(&["token", "create", "--name", name, "--role", role])
        .await;
    printed.trim_end().to_owned()
}

fn address_behind(text: &str, mark: &str) -> Option<SocketAddr> {
    let behind = &text[text.find(mark)? + mark.len()..];
    let end = behind.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'))?;
    behind[..end].parse().ok()
}
