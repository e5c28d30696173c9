//! A PostgreSQL server of a test's own, which can be stopped and started again.

use std::io::Write;
use std::net::TcpStream;
use std::process::Child;
use std::time::{Duration, Instant};

use url::Url;

use crate::postgres::{launch, wait_until_it_answers};

const PATIENCE: Duration = Duration::from_secs(30);

/// A server with the one database that every server has. It ends when it is dropped.
pub(crate) struct OwnServer {
    port: u16,
    script: Child,
}

impl OwnServer {
    pub(crate) async fn start() -> Self {
        let (port, script) = launch();
        let server = Self { port, script };
        wait_until_it_answers(&server.parsed_url()).await;
        server
    }

    pub(crate) fn url(&self) -> String {
        self.parsed_url().to_string()
    }

    /// Stops it as an administrator would who does not wait for its users.
    pub(crate) async fn stop(&mut self) {
        self.say("stop");
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(Instant::now() < deadline, "it does not stop");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn start_again(&mut self) {
        self.say("start");
        wait_until_it_answers(&self.parsed_url()).await;
    }

    fn say(&mut self, word: &str) {
        let input = self.script.stdin.as_mut().expect("a pipe");
        writeln!(input, "{word}").unwrap();
    }

    fn parsed_url(&self) -> Url {
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", self.port);
        url.parse().unwrap()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // Its files are gone when it has ended.
        let _ = self.script.wait();
    }
}
