//! A path to PostgreSQL that falls silent just when a connection is given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use toss_recon::store::{CancelRequestId, DatabaseUrl, Store, StoreError};
use url::Url;

use crate::database::TestDatabase;

/// What the driver asks with to see whether a connection is still there: PostgreSQL's message Sync, alone.
const SIGN_OF_LIFE: &[u8] = b"S\0\0\0\x04";
/// More than there are connections that read back.
const ASKED: usize = 6;

/// A path that loses everything of a connection from the second sign of life in a row on: the first is asked for by the
/// store when a connection is given back, the second by the driver.
async fn losing_path(url: &str, loses: Arc<AtomicBool>) -> DatabaseUrl {
    let mut url: Url = url.parse().expect("a URL");
    let server = format!(
        "{}:{}",
        url.host_str().expect("a host"),
        url.port().expect("a port")
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    url.set_port(Some(port)).expect("a URL with a port");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(carry(client, server.clone(), Arc::clone(&loses)));
        }
    });
    url.as_str().parse().expect("a database URL")
}

async fn carry(client: TcpStream, server: String, loses: Arc<AtomicBool>) {
    let server = TcpStream::connect(server).await.expect("the server");
    let ((mut asks, mut is_told), (mut answers, mut is_asked)) =
        (client.into_split(), server.into_split());
    tokio::spawn(async move { tokio::io::copy(&mut answers, &mut is_told).await });
    let (mut sent, mut in_a_row) = ([0; 16_384], 0);
    while let Ok(length @ 1..) = asks.read(&mut sent).await {
        let is_sign = &sent[..length] == SIGN_OF_LIFE;
        in_a_row = if is_sign { in_a_row + 1 } else { 0 };
        let is_lost = in_a_row > 1 && loses.load(Ordering::Acquire);
        if !is_lost && is_asked.write_all(&sent[..length]).await.is_err() {
            return;
        }
        if is_lost {
            // The driver waits for an answer to it.
            in_a_row = 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_that_a_silent_path_took_are_made_anew() {
    let database = TestDatabase::on_postgres().await;
    let loses = Arc::new(AtomicBool::new(false));
    let url = losing_path(database.text(), Arc::clone(&loses)).await;
    let store = Store::open(&url).await.expect("it opens");
    loses.store(true, Ordering::Release);
    let none = CancelRequestId::new("none");
    let mut answers = Vec::new();
    for _ in 0..ASKED {
        answers.push(store.sent_is_readable(&none, 1).await);
    }
    let starved = answers.iter().position(Result::is_err);
    let starved = starved.expect("every place is lost at some time");
    assert!(
        matches!(answers[starved], Err(StoreError::Unavailable { .. })),
        "{answers:?}"
    );
    loses.store(false, Ordering::Release);
    let mut later = store.sent_is_readable(&none, 1).await;
    for _ in 0..2 {
        if later.is_ok() {
            break;
        }
        later = store.sent_is_readable(&none, 1).await;
    }
    assert_eq!(later, Ok(false));
}
