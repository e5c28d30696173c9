//! PostgreSQL for tests: one private server for each test process, one database for each test.
//!
//! A test binary takes it in with `#[path = "../support/postgres.rs"] mod postgres;`. The server listens on the loopback
//! only, keeps its files in a folder of its own and ends with the process, however that ends. To use a server that
//! runs already, set `TEST_POSTGRES_URL` to its address with a user that may create databases; what the tests make
//! there is named `toss_recon_test_…` and stays.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database};
use tokio::sync::OnceCell;
use toss_recon::store::Store;
use url::Url;

static SERVER: OnceCell<Server> = OnceCell::const_new();
static MADE: AtomicU32 = AtomicU32::new(0);

/// How long the server may take to start on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Makes a database with this program's tables for one test, and gives its URL.
pub(crate) async fn database() -> String {
    let server = SERVER.get_or_init(Server::start).await;
    let name = format!("{}_{}", server.prefix, MADE.fetch_add(1, Ordering::Relaxed));
    server.create(&name, Some(&server.template())).await;
    server.url_of(&name).to_string()
}

struct Server {
    /// The database that every server has.
    url: Url,
    /// What the names of this process's databases begin with.
    prefix: String,
    /// The server's life: when the process ends, the system closes the pipe to this script, which then stops the server
    /// and removes its files.
    _script: Option<Child>,
}

impl Server {
    /// Starts the server, and makes the database that the others are copied from.
    async fn start() -> Self {
        let (url, script) = if let Some(url) = env::var_os("TEST_POSTGRES_URL") {
            let url = url.to_str().and_then(|url| url.parse().ok());
            (url.expect("TEST_POSTGRES_URL is a URL"), None)
        } else {
            let (port, script) = launch();
            let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
            (url.parse().expect("an address of our own"), Some(script))
        };
        let server = Self {
            url,
            prefix: format!("toss_recon_test_{}", std::process::id()),
            _script: script,
        };
        wait_until_it_answers(&server.url).await;
        server.create(&server.template(), None).await;
        let url = server.url_of(&server.template()).to_string();
        let store = Store::open(&url.parse().expect("a database URL"))
            .await
            .expect("the template opens");
        store.migrate().await.expect("the template is migrated");
        store.close().await.expect("the template is let go");
        server
    }

    fn template(&self) -> String {
        format!("{}_template", self.prefix)
    }

    fn url_of(&self, database: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(database);
        url
    }

    async fn create(&self, database: &str, template: Option<&str>) {
        let template = template.map_or_else(String::new, |name| format!(" TEMPLATE \"{name}\""));
        let connection = Database::connect(self.url.as_str())
            .await
            .expect("PostgreSQL answers");
        connection
            .execute_unprepared(&format!("CREATE DATABASE \"{database}\"{template}"))
            .await
            .expect("the database is made");
        connection.close().await.expect("the connection closes");
    }
}

/// Waits for a server that is being started.
pub(crate) async fn wait_until_it_answers(url: &Url) {
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        match Database::connect(url.as_str()).await {
            Ok(connection) => {
                connection.close().await.expect("the connection closes");
                return;
            }
            Err(error) => assert!(
                Instant::now() < deadline,
                "PostgreSQL does not answer: {error}"
            ),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Starts a server on a free port. It runs until the input of the script that is returned ends.
pub(crate) fn launch() -> (u16, Child) {
    let programs = programs();
    let port = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let mut script = as_database_user();
    let mut child = script
        .arg(SCRIPT)
        .arg("postgres-for-tests")
        .arg(&programs)
        .arg(port.to_string())
        // An interrupt at the terminal is for the tests; the server ends after them.
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts");
    let mut answer = String::new();
    BufReader::new(child.stdout.take().expect("a pipe"))
        .read_line(&mut answer)
        .expect("the script speaks");
    assert_eq!(
        answer.trim(),
        "ready",
        "PostgreSQL's files could not be made: try `{}/initdb -D FOLDER` by hand",
        programs.display()
    );
    (port, child)
}

/// Where initdb and postgres are: on the PATH, or where Debian puts them, the newest first.
fn programs() -> PathBuf {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    env::split_paths(&on_path)
        .chain(folders)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("PostgreSQL is not installed: run `apt-get install postgresql`, or ./test, which does so")
}

/// A shell of a user that PostgreSQL agrees to run as: it refuses root.
fn as_database_user() -> Command {
    let is_root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|answer| answer.stdout.trim_ascii() == b"0");
    let mut command = if is_root {
        let mut runuser = Command::new("runuser");
        runuser.args(["-u", "postgres", "--", "sh"]);
        runuser
    } else {
        Command::new("sh")
    };
    command.arg("-c");
    command
}

/// `$1` is the folder of the programs, `$2` the port. Says `ready` once the server may be asked. A line `stop` on its input
/// stops the server, a line `crash` ends it without ado, a line `start` starts it again; the script ends with its input.
const SCRIPT: &str = r#"
programs=$1 port=$2
trap '' INT TERM HUP
files=$(mktemp -d) || exit 1
trap 'rm -rf "$files"' EXIT
start() {
    "$programs/postgres" -D "$files/data" -k "$files" -p "$port" -c listen_addresses=127.0.0.1 -c max_connections=200 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off >>"$files/log" 2>&1 &
    server=$!
}
stop() {
    kill -INT "$server" 2>/dev/null
    wait "$server"
}
crash() {
    kill -QUIT "$server" 2>/dev/null
    wait "$server"
}
"$programs/initdb" -D "$files/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null 2>&1 || exit 1
start
echo ready
while read -r word; do
    "$word"
done
stop
"#;
