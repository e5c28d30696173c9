//! What is meant to take the server down, and does not.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use actix_web::rt::time::{sleep, timeout};
use reqwest::{Method, StatusCode};
use serde_json::json;
use toss_recon::http::DoorSettings;

use crate::support::{Answer, IntoAnswer as _, TestServer};

const PATIENCE: Duration = Duration::from_secs(30);

fn start_behind(door: DoorSettings) -> TestServer {
    TestServer::start_behind(door, false, PATIENCE, PATIENCE)
}

/// A request with a wrong token.
async fn strange(server: &TestServer, forwarded_for: Option<&str>) -> Answer {
    let mut request = server.bare(Method::POST).bearer_auth("nonsense");
    if let Some(addresses) = forwarded_for {
        request = request.header("x-forwarded-for", addresses);
    }
    let request = request.json(&json!({ "query": "{ hello }" }));
    request.send().await.into_answer().await
}

#[actix_web::test]
async fn introspection_that_multiplies_is_refused_at_once() {
    let server = TestServer::start();
    let aliases = (0..10).map(|i| format!("d{i}: description"));
    let aliases = aliases.collect::<Vec<_>>().join(" ");
    let (open, close) = ("possibleTypes { interfaces { ".repeat(3), "} } ".repeat(3));
    let bomb = format!("{{ __schema {{ types {{ {open} {aliases} {close} }} }} }}");
    let begun = Instant::now();
    let answer = server.ask_strictly(&json!({ "query": bomb })).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), Some("TOO_COMPLEX"));
    assert!(!answer.has_data());
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[actix_web::test]
async fn an_answer_is_given_up_when_it_grows_too_large_and_not_before() {
    let server = TestServer::start();
    let ask = async |count: u32| {
        let query = format!("query($t: String!) {{ many(count: {count}) {{ echo(text: $t) }} }}");
        let request = json!({ "query": query, "variables": { "t": "x".repeat(100_000) } });
        server.ask_strictly(&request).await
    };
    let fits = ask(80).await;
    assert_eq!(fits.status, StatusCode::OK);
    let too_large = ask(90).await;
    assert_eq!(too_large.status, StatusCode::BAD_REQUEST);
    assert_eq!(too_large.code(), Some("TOO_COMPLEX"));
    assert!(!too_large.has_data());
}

#[actix_web::test]
async fn whoever_asks_learns_what_a_request_costs() {
    let server = TestServer::start();
    let query = "{ many(count: 20) { hello me } }";
    let told = json!({ "query": query, "extensions": { "cost": true } });
    let answer = server.ask_strictly(&told).await;
    assert_eq!(answer.body["extensions"], json!({ "cost": 40 }));
    for silent in [
        json!({ "query": query }),
        json!({ "query": query, "extensions": { "cost": false, "other": {} } }),
    ] {
        let answer = server.ask_strictly(&silent).await;
        assert!(answer.body.get("extensions").is_none(), "{}", answer.body);
    }
}

#[actix_web::test]
async fn an_overload_is_told_as_one_with_when_to_come_again() {
    let server = TestServer::start();
    let coded = "{ hello a: coded(code: \"OVERLOADED\") b: coded(code: \"OVERLOADED\") }";
    let answer = server.ask_strictly(&json!({ "query": coded })).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.code(), Some("OVERLOADED"));
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 1);
    assert!(!answer.has_data());
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
}

#[actix_web::test]
async fn a_token_that_asks_too_often_is_told_when_to_ask_again() {
    let server = start_behind(DoorSettings {
        requests_per_minute: 5,
        ..DoorSettings::default()
    });
    let ask = async |token: &str| {
        let request = server.bare(Method::POST).bearer_auth(token);
        let request = request.json(&json!({ "query": "{ hello }" }));
        request.send().await.into_answer().await
    };
    for _ in 0..5 {
        assert_eq!(ask(&server.tokens.viewer).await.status, StatusCode::OK);
    }
    let refused = ask(&server.tokens.viewer).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.code(), Some("RATE_LIMITED"));
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    assert_eq!(ask(&server.tokens.admin).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn from_the_fiftieth_wrong_token_an_address_is_turned_away_until_it_sends_a_right_one() {
    let server = start_behind(DoorSettings::default());
    for _ in 0..49 {
        assert_eq!(
            strange(&server, None).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    for _ in 0..2 {
        let begun = Instant::now();
        // Nobody is believed who says that they come from elsewhere.
        let answer = strange(&server, Some("203.0.113.1")).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.code(), Some("RATE_LIMITED"));
        assert!(answer.header("retry-after").is_some());
        assert!(begun.elapsed() >= Duration::from_millis(200));
    }
    let begun = Instant::now();
    assert_eq!(server.ask("{ hello }").await["data"]["hello"], "안녕");
    assert!(begun.elapsed() < Duration::from_millis(200));
}

#[actix_web::test]
async fn behind_a_proxy_one_address_s_wrong_tokens_are_not_another_s() {
    let server = start_behind(DoorSettings {
        trusted_proxies: 1,
        ..DoorSettings::default()
    });
    for number in 0..50 {
        // What stands before the proxy's own entry anybody may write.
        let addresses = format!("198.51.100.{number}, 203.0.113.1");
        strange(&server, Some(&addresses)).await;
    }
    let status = async |address| strange(&server, Some(address)).await.status;
    assert_eq!(status("203.0.113.1").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status("203.0.113.2").await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        status("203.0.113.1, 203.0.113.3").await,
        StatusCode::UNAUTHORIZED
    );
}

#[actix_web::test]
async fn a_query_ends_when_its_client_is_gone() {
    let server = TestServer::start();
    let client = asks(&server, "{ slow(millis: 60000) }");
    // It may take a moment until the field begins; a client that is there keeps it going.
    sleep(Duration::from_millis(400)).await;
    assert_eq!(server.switches.slow_ended.load(Ordering::SeqCst), 0);
    drop(client);
    let given_up = async {
        while server.switches.slow_ended.load(Ordering::SeqCst) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), given_up)
        .await
        .expect("the query is given up");
}

#[actix_web::test]
async fn a_client_that_takes_its_answer_too_slowly_is_cut_off_and_another_is_not() {
    const BYTES: usize = 2_500_000;
    let server = TestServer::start();
    let query = format!("{{ large(bytes: {BYTES}) }}");
    let events = format!("subscription {query}");
    // One that waits for events takes nothing, as there is nothing to take.
    let idle = asks(&server, "subscription { large(bytes: 10) }");
    let [slow, slow_at_events, steady] = [
        (512, 100, &query),
        (512, 100, &events),
        (10_000, 90, &query),
    ]
    .map(|(bytes, millis, query)| {
        let mut client = asks(&server, query);
        std::thread::spawn(move || {
            let (mut taken, mut buffer) = (0, vec![0; bytes]);
            while taken < BYTES {
                std::thread::sleep(Duration::from_millis(millis));
                match client.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => taken += read,
                }
            }
            taken
        })
    });
    let ended = async {
        while ![&slow, &slow_at_events, &steady]
            .iter()
            .all(|client| client.is_finished())
        {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(90), ended)
        .await
        .expect("both end");
    let taken = steady.join().unwrap();
    assert!(taken >= BYTES, "{taken}");
    for slow in [slow, slow_at_events] {
        let taken = slow.join().unwrap();
        assert!(taken < BYTES / 2, "{taken}");
    }
    let told = all_there_is(idle);
    assert!(
        told.contains("event: next\ndata: {\"data\":{\"large\":\"xxxxxxxxxx\"}}\n\n"),
        "{told}"
    );
    assert!(told.matches(":\n\n").count() >= 2, "{told}");
}

/// What has come over a connection that is still open.
fn all_there_is(mut client: TcpStream) -> String {
    client.set_nonblocking(true).expect("a socket");
    let mut text = Vec::new();
    let ended = client.read_to_end(&mut text);
    let ended = ended.expect_err("it is open");
    assert_eq!(ended.kind(), std::io::ErrorKind::WouldBlock);
    String::from_utf8(text).expect("text")
}

/// A connection on which a question has been asked; its receiving window is small, as far as the system lets it be.
fn asks(server: &TestServer, query: &str) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let socket = socket.expect("a socket");
    socket
        .set_recv_buffer_size(16 * 1024)
        .expect("a small window");
    socket
        .connect(&server.address.into())
        .expect("a connection");
    let mut client = TcpStream::from(socket);
    let body = json!({ "query": query }).to_string();
    let accept = if query.starts_with("subscription") {
        "text/event-stream"
    } else {
        "*/*"
    };
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: here\r\naccept: {accept}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        server.tokens.viewer,
        body.len()
    );
    let request = head + &body;
    client
        .write_all(request.as_bytes())
        .expect("the request is sent");
    client
}
