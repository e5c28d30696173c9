//! The whole of an answer, or what became of the connection that was to bring it.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde::Deserialize;

use super::lenient::whole_characters;
use super::masked::masked;
use super::{Call, Refusal, TossCode, TossError, Unreadable};

pub(super) const MEBIBYTE: usize = 1024 * 1024;

/// Toss's messages have at most so many characters.
const MESSAGE_MAX: usize = 510;

/// A complete answer.
pub(super) struct Answer {
    pub(super) http_status: u16,
    pub(super) trace_id: Option<String>,
    pub(super) body: String,
}

/// Why there is no complete answer.
pub(super) enum Fault {
    /// No byte of the request has left.
    NotMade { reason: String },
    /// The connection had been made, and broke.
    BrokenOff { reason: String },
    /// Nothing, or not everything, came in time.
    Silence { after: Duration },
    /// Success with a body that is too large or no text.
    Unreadable {
        reason: Unreadable,
        trace_id: Option<String>,
    },
}

impl Answer {
    /// Reads an answer to its end, as long as it stays within the given size.
    pub(super) async fn read(
        mut response: Response,
        largest: usize,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let http_status = response.status().as_u16();
        let is_success = response.status().is_success();
        let trace_id = trace_id(response.headers());
        let mut bytes = Vec::new();
        let mut is_whole = true;
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| Fault::of(&error, timeout).after_the_connection())?
        {
            if bytes.len() + chunk.len() > largest {
                is_whole = false;
                break;
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8(bytes).ok().filter(|_| is_whole);
        match text {
            Some(body) => Ok(Self {
                http_status,
                trace_id,
                body,
            }),
            // Whatever it is, it is not one of Toss's error bodies; the status says the rest.
            None if !is_success => Ok(Self {
                http_status,
                trace_id,
                body: String::new(),
            }),
            None => Err(Fault::Unreadable {
                reason: Unreadable {
                    path: "the answer".to_owned(),
                    reason: if is_whole {
                        "is not UTF-8 text".to_owned()
                    } else {
                        format!("is larger than {} MiB", largest / MEBIBYTE)
                    },
                },
                trace_id,
            }),
        }
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.http_status)
    }

    /// What an answer that is no success says.
    pub(super) fn refusal(&self, call: Call) -> TossError {
        match serde_json::from_str::<ErrorWire>(&whole_characters(&self.body)) {
            Ok(error) if !error.code.is_empty() => TossError::Refused(Refusal {
                call,
                code: TossCode::from_toss(&error.code),
                message: words(&error.message.unwrap_or_default()),
                http_status: self.http_status,
                trace_id: self.trace_id.clone(),
            }),
            _ => TossError::Failed {
                call,
                http_status: self.http_status,
                trace_id: self.trace_id.clone(),
            },
        }
    }
}

impl Fault {
    /// Tells what happened to a connection.
    pub(super) fn of(error: &reqwest::Error, after: Duration) -> Self {
        // A connection that could not be made in time is first of all one that was not made.
        if error.is_connect() {
            let what = if error.is_dns() {
                "the host's name could not be resolved"
            } else if error.is_timeout() {
                "no connection in time"
            } else {
                "no connection"
            };
            return Self::NotMade {
                reason: format!("{what}: {}", innermost(error)),
            };
        }
        if error.is_timeout() {
            return Self::Silence { after };
        }
        if error.is_builder() {
            return Self::NotMade {
                reason: "the request could not be written".to_owned(),
            };
        }
        Self::BrokenOff {
            reason: format!("the connection broke off: {}", innermost(error)),
        }
    }

    /// The same fault, met when the head of an answer had already been read.
    fn after_the_connection(self) -> Self {
        match self {
            Self::NotMade { reason } => Self::BrokenOff { reason },
            other => other,
        }
    }

    pub(super) fn into_error(self, call: Call) -> TossError {
        match self {
            Self::NotMade { reason } | Self::BrokenOff { reason } => {
                TossError::Unreachable { call, reason }
            }
            Self::Silence { after } => TossError::TimedOut { call, after },
            Self::Unreadable { reason, trace_id } => TossError::Unreadable {
                call,
                reason,
                trace_id,
            },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMade { reason } | Self::BrokenOff { reason } => f.write_str(reason),
            Self::Silence { after } => write!(f, "no complete answer within {after:?}"),
            Self::Unreadable { reason, .. } => fmt::Display::fmt(reason, f),
        }
    }
}

/// Toss's words, cut at their documented length and without long numbers.
fn words(message: &str) -> String {
    let message: String = message.chars().take(MESSAGE_MAX).collect();
    masked(&message)
}

/// Toss's error body.
#[derive(Deserialize)]
struct ErrorWire {
    code: String,
    message: Option<String>,
}

fn trace_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-tosspayments-trace-id")?.to_str().ok()?;
    Some(value.chars().take(200).collect())
}

/// The cause of the causes, which is what says something; the errors around it repeat the address that was asked for.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| "no cause is given".to_owned(), ToString::to_string)
}
