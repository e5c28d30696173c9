//! What may not be seen is not seen: in `Debug`, in errors, in logs however loud.

use std::io::Write;
use std::sync::{Arc, Mutex};

use toss_recon::store::{Created, DatabaseUrl, SecretBody, Store};

use crate::database::TestDatabase;
use crate::postgres;
use crate::samples::{Reading, at, cancel, key, new_cancel_request, payment, sending};

/// What the samples hold that nobody may see: a bank account, a reason, a raw body, an order.
const SECRETS: [&str; 4] = ["11012345678901", "고객 변심", "원문", "주문-p"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_loudest_log_tells_no_values_and_no_password() {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || sink.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber)
        .expect("the only subscriber of these tests");

    let with_password = postgres::database()
        .await
        .replacen("postgres@", "postgres:hunter2@", 1);
    let url: DatabaseUrl = with_password.parse().expect("a database URL");
    for store in [
        Store::open(&url).await.expect("it opens"),
        TestDatabase::on_sqlite().await.store,
    ] {
        let mut reading = Reading::of(payment("p"));
        reading.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z")];
        reading.save(&store).await.expect("it is saved");
        store.payments(&[key("p")]).await.expect("an answer");
        let created = store
            .create_cancel_request(&new_cancel_request("p", "k-1"))
            .await;
        let Ok(Created::New(request)) = created else {
            panic!("{created:?}")
        };
        let sent = sending("2026-04-02T00:00:01Z");
        store
            .move_cancel_request(&request, sent, at("2026-04-02T00:00:30Z"))
            .await
            .expect("it is moved");
        store
            .create_token(
                "id-1",
                "kim",
                "kim",
                "admin",
                [1; 32],
                at("2026-04-01T00:00:00Z"),
            )
            .await
            .expect("it is kept");
        // A refusal, whose message names values.
        store
            .create_token(
                "id-1",
                "kim",
                "kim",
                "admin",
                [1; 32],
                at("2026-04-01T00:00:00Z"),
            )
            .await
            .expect_err("taken");
        store.close().await.expect("it closes");
    }

    let seen = String::from_utf8_lossy(&log.0.lock().expect("the log")).into_owned();
    assert!(seen.contains("sea_orm"), "the log is loud");
    for secret in SECRETS.into_iter().chain(["hunter2", "INSERT INTO"]) {
        let place = seen.lines().find(|line| line.contains(secret));
        assert_eq!(place, None, "{secret}");
    }
}

#[test]
fn debug_shows_no_bodies_and_no_hashes() {
    let body = SecretBody::new("11012345678901".to_owned());
    assert_eq!(format!("{body:?}"), "SecretBody(14 bytes)");
    let change = sending("2026-04-02T00:00:01Z");
    assert!(!format!("{change:?}").contains("11012345678901"));
}

#[tokio::test]
async fn debug_of_a_token_and_of_a_reading_shows_nothing_raw() {
    let database = TestDatabase::on_sqlite().await;
    let store = &database.store;
    store
        .create_token(
            "id-1",
            "kim",
            "kim",
            "admin",
            [171; 32],
            at("2026-04-01T00:00:00Z"),
        )
        .await
        .expect("it is kept");
    let token = store
        .find_token("id-1")
        .await
        .expect("an answer")
        .expect("the token");
    assert!(!format!("{token:?}").contains("171"));
    assert_eq!(format!("{store:?}"), "Store");
    assert!(format!("{:?}", database.url).starts_with("sqlite://"));
}
