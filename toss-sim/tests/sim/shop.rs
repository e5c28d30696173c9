//! A merchant's side of the wire: a stand-in that stands at noon, and a client with its key.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use toss_sim::{Merchant, Settings, SimClock, TossSim};

pub(crate) const LIVE_KEY: &str = "live_sk_tests000000000000000000";
pub(crate) const TEST_KEY: &str = "test_sk_tests000000000000000000";
pub(crate) const OTHER_KEY: &str = "live_sk_other000000000000000000";

/// Tuesday 2026-03-03, noon in Seoul.
pub(crate) fn noon() -> DateTime<Utc> {
    seoul("2026-03-03T12:00:00")
}

/// The instant at which Seoul's clocks show `local`.
pub(crate) fn seoul(local: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{local}+09:00"))
        .unwrap()
        .to_utc()
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) struct Shop {
    pub(crate) sim: TossSim,
    http: reqwest::Client,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn trace(&self) -> String {
        self.headers["x-tosspayments-trace-id"]
            .to_str()
            .unwrap()
            .to_owned()
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            clock: SimClock::manual(noon()),
            seed: 7,
            merchants: vec![
                Merchant::live("tdemoshop01", LIVE_KEY),
                Merchant::new("tdemotest01", TEST_KEY),
                Merchant::live("othershop01", OTHER_KEY),
            ],
            ..Settings::default()
        };
        change(&mut settings);
        let sim = TossSim::start(settings).await.unwrap();
        Self {
            sim,
            http: reqwest::Client::new(),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.sim.base_url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(
            self.request(Method::GET, path)
                .basic_auth(LIVE_KEY, Some("")),
        )
        .await
    }

    pub(crate) async fn get_as(&self, key: &str, path: &str) -> Answer {
        send(self.request(Method::GET, path).basic_auth(key, Some(""))).await
    }

    pub(crate) async fn payment(&self, key: &str) -> Value {
        self.get(&format!("/v1/payments/{key}")).await.json()
    }

    pub(crate) fn cancel_request(&self, payment: &str, body: &str) -> RequestBuilder {
        self.request(Method::POST, &format!("/v1/payments/{payment}/cancel"))
            .basic_auth(LIVE_KEY, Some(""))
            .header("content-type", "application/json")
            .body(body.to_owned())
    }

    pub(crate) async fn cancel(&self, payment: &str, body: &str) -> Answer {
        send(self.cancel_request(payment, body)).await
    }

    /// The transaction rows of March 2026.
    pub(crate) async fn rows(&self, more: &str) -> Vec<Value> {
        self.list(&format!(
            "/v1/transactions?startDate=2026-03-01&endDate=2026-04-30T23:59:59{more}"
        ))
        .await
    }

    pub(crate) async fn settled(&self, more: &str) -> Vec<Value> {
        self.list(&format!(
            "/v1/settlements?startDate=2026-03-01&endDate=2026-04-30{more}"
        ))
        .await
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.sim.clock().advance(Duration::days(days));
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json().as_array().unwrap().clone()
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.unwrap()
}

pub(crate) async fn try_send(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Answer {
        status,
        headers,
        text: response.text().await?,
    })
}

/// Waits for a condition that another thread brings about.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !holds() {
        assert!(std::time::Instant::now() < patience, "never came: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
