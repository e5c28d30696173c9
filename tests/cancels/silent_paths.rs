//! The path to PostgreSQL falls silent: packets vanish, and nothing is closed. Whoever waits has an answer soon, and when
//! there is a way again it is taken.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use toss_sim::FaultKind;
use url::Url;

use crate::books;
use crate::scene::{Engine, PATIENCE, Scene, TOTAL, kill};

/// By then every caller has an answer.
const MOST: Duration = Duration::from_secs(16);
const CALLERS: usize = 12;

/// A path to a server, which loses everything for a while. What was on it then stays lost, as behind a router that forgot
/// its connections.
struct Path {
    url: Url,
    is_silent: Arc<watch::Sender<bool>>,
}

impl Path {
    async fn to(url: &str) -> Self {
        let mut url: Url = url.parse().unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        url.set_port(Some(port)).unwrap();
        let is_silent = Arc::new(watch::Sender::new(false));
        let heard = Arc::clone(&is_silent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), heard.subscribe()));
            }
        });
        Self { url, is_silent }
    }

    fn falls_silent(&self) {
        self.is_silent.send_replace(true);
    }

    fn is_there_again(&self) {
        self.is_silent.send_replace(false);
    }
}

async fn carry(mut client: TcpStream, server: String, mut heard: watch::Receiver<bool>) {
    if *heard.borrow_and_update() {
        return lose(client, None).await;
    }
    let mut server = TcpStream::connect(server).await.unwrap();
    tokio::select! {
        _ended = tokio::io::copy_bidirectional(&mut client, &mut server) => return,
        _silent = heard.changed() => {}
    }
    // Both ends stay open, and nothing reaches either.
    lose(client, Some(server)).await;
}

/// Takes what the client sends, and lets it go nowhere.
async fn lose(mut client: TcpStream, server: Option<TcpStream>) {
    let mut lost = [0; 4096];
    while client.read(&mut lost).await.is_ok_and(|read| read > 0) {}
    drop(server);
    let _ = client.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_has_an_answer_soon_and_a_new_path_is_taken() {
    let scene = Scene::on(Engine::Postgres).await;
    let path = Path::to(scene.program.database_url()).await;
    let program = scene.program.on(path.url.as_str());
    let running = program.serve();
    program.answers(&scene.admin).await;
    let payments = scene.payments(CALLERS);
    // Some are in the middle of it, some have not begun.
    scene.next_cancel(FaultKind::Slow(Duration::from_millis(700)));
    let first = async {
        let orders = payments[..4].iter().enumerate().map(|(number, payment)| {
            let key = format!("key-silent-{number}");
            let (scene, program) = (&scene, &program);
            async move { scene.order_at(program, payment, &key).await }
        });
        let waited = Instant::now();
        join_all(orders).await;
        waited.elapsed()
    };
    let silence = async {
        while scene.sendings() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        path.falls_silent();
    };
    let later = async {
        silence.await;
        let waited = Instant::now();
        let questions = (4..CALLERS).map(|number| {
            let (scene, program, payments) = (&scene, &program, &payments);
            async move {
                if number % 2 == 0 {
                    let key = format!("key-silent-{number}");
                    scene.order_at(program, &payments[number], &key).await;
                } else {
                    let asked = "{ viewer { name } }";
                    program.post(&scene.admin, asked, Value::Null).await;
                }
            }
        });
        join_all(questions).await;
        waited.elapsed()
    };
    let (first, later) = tokio::join!(first, later);
    assert!(first < MOST && later < MOST, "{first:?}, {later:?}");
    program.becomes_ready(Some("database_unreachable")).await;
    path.is_there_again();
    program.becomes_ready(None).await;
    let recovering = Instant::now();
    program.answers(&scene.admin).await;
    let more = scene.payments(3);
    let answers = scene.order_each(&program, &more, "key-again").await;
    assert!(answers.iter().all(Option::is_some), "{answers:#?}");
    assert!(recovering.elapsed() < MOST, "{:?}", recovering.elapsed());
    let all = [payments, more].concat();
    let ending = books::everything_ends(&scene.store, PATIENCE);
    let ended = AssertUnwindSafe(ending).catch_unwind().await;
    let Ok(ended) = ended else {
        panic!("not everything ends; the program said:\n{}", program.said());
    };
    books::hold(&scene.sim, &all, TOTAL, &ended);
    books::hold_audit(&scene.store).await;
    kill(running).await;
}
