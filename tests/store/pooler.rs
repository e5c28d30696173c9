//! PostgreSQL behind PgBouncer: it serves where every connection keeps its session, and says what is wrong elsewhere.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use toss_recon::store::{Created, Store, StoreError, Topic};
use url::Url;

use crate::postgres;
use crate::samples::{key, new_cancel_request};

/// How long PgBouncer may take to start, and a notification to arrive, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A PgBouncer before a database of its own. It ends when its input does.
struct Pooler {
    url: Url,
    _script: Child,
}

impl Pooler {
    /// `None`, with a sentence, where PgBouncer is not installed.
    #[expect(
        clippy::zombie_processes,
        reason = "the script ends with its input, when the test's process does"
    )]
    async fn start(settings: &str) -> Option<Self> {
        let behind: Url = postgres::database().await.parse().expect("a URL");
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let mut script = Command::new("sh")
            .args(["-c", SCRIPT, "pooler-for-tests"])
            .arg(configuration(&behind, port, settings))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh starts");
        let mut answer = String::new();
        BufReader::new(script.stdout.take().expect("a pipe"))
            .read_line(&mut answer)
            .expect("the script speaks");
        if answer.trim() == "absent" {
            let said = writeln!(
                std::io::stderr().lock(),
                "PgBouncer is not installed and not tested: `apt-get install pgbouncer`, or ./test, installs it"
            );
            said.expect("stderr takes it");
            return None;
        }
        let url = format!("postgres://postgres@127.0.0.1:{port}/pooled");
        let answers = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_err()
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, answers).await.expect("PgBouncer listens");
        Some(Self {
            url: url.parse().expect("a URL"),
            _script: script,
        })
    }

    async fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.url.as_str().parse().expect("a database URL")).await
    }
}

fn configuration(behind: &Url, port: u16, settings: &str) -> String {
    let database = behind.path().trim_start_matches('/');
    let host = behind.host_str().expect("a host");
    let server_port = behind.port().unwrap_or(5432);
    let user = behind.username();
    let password = behind
        .password()
        .map_or_else(String::new, |password| format!(" password={password}"));
    format!(
        "[databases]\n\
         pooled = host={host} port={server_port} dbname={database} user={user}{password}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = any\n\
         default_pool_size = 40\n\
         {settings}\n"
    )
}

/// `$1` is the configuration. PgBouncer refuses to run as root.
const SCRIPT: &str = r#"
program=$(PATH="$PATH:/usr/sbin" command -v pgbouncer) || { echo absent; exit; }
trap '' INT TERM HUP
file=$(mktemp) || exit 1
trap 'rm -f "$file"' EXIT
printf '%s' "$1" >"$file"
if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$file"
    set -- -u postgres
else
    set --
fi
"$program" -q "$@" "$file" >/dev/null 2>&1 &
pooler=$!
echo started
while read -r _; do :; done
kill -KILL "$pooler"
wait "$pooler" 2>/dev/null
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_of_their_own_serve_behind_a_pooler() {
    let Some(pooler) = Pooler::start(
        "pool_mode = session\nignore_startup_parameters = extra_float_digits,options",
    )
    .await
    else {
        return;
    };
    let mut with_options = pooler.url.clone();
    with_options.set_query(Some("options=-c%20lock_timeout=3s"));
    let store = Store::open(&with_options.as_str().parse().expect("a database URL"))
        .await
        .expect("it opens");
    let other = pooler.open().await.expect("it opens beside");
    store.migrate().await.expect("locks are held in sessions");
    assert_eq!(store.ready().await, Ok(()));

    let ends = CancellationToken::new();
    tokio::spawn(store.clone().hear_others(ends.clone()));
    let mut watcher = store.changes().watch(Topic::Payment(key("pooled")));
    let created = other
        .create_cancel_request(&new_cancel_request("pooled", "pooled"))
        .await;
    assert!(matches!(created, Ok(Created::New(_))), "{created:?}");
    timeout(PATIENCE, watcher.changed())
        .await
        .expect("it is told");
    ends.cancel();
    store.close().await.expect("it closes");
    other.close().await.expect("it closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_hands_sessions_on_is_refused_with_what_to_set() {
    for mode in ["transaction", "statement"] {
        let Some(pooler) = Pooler::start(&format!("pool_mode = {mode}")).await else {
            return;
        };
        let refused = pooler.open().await.map(drop);
        assert_eq!(refused, Err(StoreError::SharedSessions), "{mode}");
    }
    let said = StoreError::SharedSessions.to_string();
    assert!(said.contains("pool_mode=session"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_refuses_a_parameter_is_named_with_the_setting() {
    let Some(pooler) = Pooler::start("pool_mode = session").await else {
        return;
    };
    let mut with_options = pooler.url.clone();
    with_options.set_query(Some("options=-c%20lock_timeout=3s"));
    let refused = Store::open(&with_options.as_str().parse().expect("a database URL")).await;
    let said = refused.map(drop).expect_err("it is not known").to_string();
    assert!(said.contains("ignore_startup_parameters"), "{said}");
    // Without such parameters nothing has to be passed over.
    let store = pooler.open().await.expect("it opens");
    store.close().await.expect("it closes");
}
