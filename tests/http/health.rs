//! `/healthz` and `/readyz`.

use std::sync::atomic::Ordering;

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{IntoAnswer as _, TestServer};

#[actix_web::test]
async fn anybody_may_ask_whether_the_server_is_alive_and_ready() {
    let server = TestServer::start();
    let alive = server.get("/healthz").send().await.into_answer().await;
    assert_eq!(
        (alive.status, alive.body),
        (StatusCode::OK, json!({ "status": "alive" }))
    );
    let ready = server.get("/readyz").send().await.into_answer().await;
    assert_eq!(
        (ready.status, ready.body),
        (StatusCode::OK, json!({ "status": "ready" }))
    );
}

#[actix_web::test]
async fn a_server_that_is_not_ready_says_the_class_of_the_reason_and_lives() {
    let server = TestServer::start();
    server.switches.not_ready.store(true, Ordering::SeqCst);
    let ready = server.get("/readyz").send().await.into_answer().await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        ready.body,
        json!({ "status": "not_ready", "reason": "not_migrated" })
    );
    assert_eq!(
        server
            .get("/healthz")
            .send()
            .await
            .into_answer()
            .await
            .status,
        StatusCode::OK
    );
    server.switches.not_ready.store(false, Ordering::SeqCst);
    assert_eq!(
        server
            .get("/readyz")
            .send()
            .await
            .into_answer()
            .await
            .status,
        StatusCode::OK
    );
}
