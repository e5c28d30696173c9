//! The real server as a process of its own, on a database and before a stand-in for Toss.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server, which ends with this value.
pub(crate) struct ServerProcess {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl ServerProcess {
    /// Serves a shop that the stand-in knows under this key; `more` arguments follow the command.
    pub(crate) fn serve(database_url: &str, toss: &str, secret_key: &str, more: &[&str]) -> Self {
        let address = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let child = on(database_url)
            .arg("serve")
            .args(more)
            .env("TOSS_SECRET_KEY", secret_key)
            .env("TOSS_BASE_URL", toss)
            .env("LISTEN_ADDR", address.to_string())
            .env("TOKEN_REQUESTS_PER_MINUTE", "1000000")
            .env("LOG", "warn")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, address }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token for a server on this database, which may not run yet.
pub(crate) fn create_token(database_url: &str, role: &str) -> String {
    let output = on(database_url)
        .args(["token", "create", "--name", "bench", "--role", role])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn on(database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toss-recon"));
    command.env("DATABASE_URL", database_url);
    command
}
