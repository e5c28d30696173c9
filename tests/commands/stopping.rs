//! How `serve` ends: at a signal, in order, with what is under way.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use toss_sim::{Endpoint, Fault, FaultKind};

use crate::program::Place;
use crate::server::{Running, place_before, shop, token};

#[tokio::test]
async fn an_idle_connection_does_not_hold_the_end_up() {
    for signal in ["TERM", "INT"] {
        let server = Running::serve(&Place::with_key(), &[]).await;
        let mut used = TcpStream::connect(server.address).await.unwrap();
        used.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 12];
        used.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let silent = TcpStream::connect(server.address).await.unwrap();

        let began = Instant::now();
        server.stop(signal).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{signal}");
        drop((used, silent));
    }
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    for signal in ["TERM", "INT"] {
        let sim = shop("account_never_paid").await;
        let place = place_before(&sim);
        let viewer = token(&place, "viewer", "viewer").await;
        let server = Running::serve(&place, &["--no-sync"]).await;
        let slow = FaultKind::Slow(Duration::from_secs(2));
        sim.faults()
            .add(Fault::next(Endpoint::PaymentByOrder, slow));

        let query = r#"{ payment(by: {orderId: "order-never-paid"}) { status } }"#;
        let asking = server.post(&viewer, query, Value::Null);
        let stopping = async {
            while sim.requests().is_empty() {
                sleep(Duration::from_millis(10)).await;
            }
            server.signal(signal);
            server.says("stopping").await;
        };
        let (answer, ()) = tokio::join!(asking, stopping);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(
            answer["data"]["payment"]["status"], "CANCELED",
            "{signal}: {answer}"
        );
        let (status, _, stderr) = server.end().await;
        assert_eq!(status.code(), Some(0), "{stderr}");
    }
}
