//! The client of `graphql-sse`, which is what front-ends use: it subscribes, loses its connection, and reads again by itself.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio_util::sync::CancellationToken;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::support::{Shop, on_both_databases};

on_both_databases!(a_client_that_lost_its_connection_misses_nothing);

/// What stands between a client and the server, and can cut every connection.
struct Wire {
    address: String,
    cut: tokio::sync::watch::Sender<CancellationToken>,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (cut, cuts) = tokio::sync::watch::channel(CancellationToken::new());
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let until = cuts.borrow().clone();
                let server = server.clone();
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(server).await else {
                        return;
                    };
                    let copying = tokio::io::copy_bidirectional(&mut client, &mut server);
                    let _ = until.run_until_cancelled(copying).await;
                });
            }
        });
        Self { address, cut }
    }

    fn cut(&self) {
        self.cut.send_replace(CancellationToken::new()).cancel();
    }
}

/// The client's process.
struct Client {
    lines: Lines<BufReader<ChildStdout>>,
    child: Child,
}

impl Client {
    fn subscribe(address: &str, token: &str, query: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audits");
        assert!(
            folder.join("node_modules/graphql-sse").is_dir(),
            "the client is not installed: run `npm ci --prefix tests/audits` (`./test` does)"
        );
        let mut child = Command::new("node")
            .arg("subscribe.mjs")
            .current_dir(folder)
            .env("SSE_URL", format!("http://{address}/graphql"))
            .env("SSE_TOKEN", token)
            .env("SSE_QUERY", query)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node 20 or newer is on the PATH");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { lines, child }
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(Duration::from_secs(30), self.lines.next_line()).await;
        line.expect("a line in time").unwrap().expect("a line")
    }
}

async fn a_client_that_lost_its_connection_misses_nothing(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 15_000));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::Cancel, FaultKind::ExecuteThenDrop));
    let input = json!({ "paymentKey": key, "idempotencyKey": "subscribed-1", "reason": "r" });
    let unknown = shop.cancel(&input).await;
    assert_eq!(unknown["request"]["status"], "UNKNOWN", "{unknown:#}");
    let id = unknown["request"]["id"].as_str().unwrap();

    let wire = Wire::to(shop.url("").replace("http://", "")).await;
    let query = format!(r#"subscription {{ cancelRequestChanged(id: "{id}") {{ status }} }}"#);
    let mut client = Client::subscribe(&wire.address, &shop.viewer, &query);
    let status = |line: &str| {
        let result: Value = serde_json::from_str(line).unwrap();
        result["data"]["cancelRequestChanged"]["status"].clone()
    };
    assert_eq!(client.line().await, "connected");
    assert_eq!(status(&client.line().await), "UNKNOWN");
    // What changes while nobody is connected is told first after.
    wire.cut();
    let found = shop.cancel(&input).await;
    assert_eq!(found["request"]["status"], "SUCCEEDED", "{found:#}");
    assert_eq!(client.line().await, "connected again");
    let mut told = status(&client.line().await);
    // It may be back before the change, or within it.
    while told != "SUCCEEDED" {
        assert!(
            ["UNKNOWN", "SENT"].contains(&told.as_str().unwrap()),
            "{told}"
        );
        told = status(&client.line().await);
    }
    assert_eq!(client.line().await, "complete");
    let ended = tokio::time::timeout(Duration::from_secs(10), client.child.wait()).await;
    assert!(ended.expect("it ends").unwrap().success());
}
