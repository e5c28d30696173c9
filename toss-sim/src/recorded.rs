//! What the stand-in was asked, for tests to count.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::faults::{Endpoint, FaultKind};

/// One call of the API.
#[derive(Clone)]
pub struct RecordedRequest {
    /// When it arrived, on the stand-in's clock.
    pub at: DateTime<Utc>,
    /// Which endpoint it met.
    pub endpoint: Endpoint,
    /// `GET` or `POST`.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// The `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The `Accept-Language`.
    pub accept_language: Option<String>,
    /// The mId that the key belongs to; `None` when the key was refused.
    pub mid: Option<String>,
    /// The body as sent.
    pub body: Vec<u8>,
    /// The fault that met it.
    pub fault: Option<FaultKind>,
    /// The status answered; `None` while it runs, and when no answer was sent.
    pub status: Option<u16>,
    /// Whether the answer was a stored one.
    pub replayed: bool,
}

impl RecordedRequest {
    /// The value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The body stays out: it may hold an account number and a name.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordedRequest")
            .field("at", &self.at)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("mid", &self.mid)
            .field("body_bytes", &self.body.len())
            .field("fault", &self.fault)
            .field("status", &self.status)
            .field("replayed", &self.replayed)
            .finish_non_exhaustive()
    }
}
