//! One request to Toss and the whole of its answer, or what became of the connection. Nothing is read, judged or sent
//! again here.

use std::error::Error as _;
use std::fmt;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, Response};
use serde::Deserialize;
use url::Url;

use super::{
    BaseUrl, Call, ClientSetupError, Refusal, SecretKey, TossCode, TossError, TossSettings,
    Unreadable,
};

/// Names this program to Toss.
const USER_AGENT: &str = concat!("toss-recon/", env!("CARGO_PKG_VERSION"));

/// How long an unused connection is kept: shorter than servers usually do, so that a cancel hardly ever meets a
/// connection that is being closed.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

const MEBIBYTE: usize = 1024 * 1024;

/// Idempotency keys may have so many characters.
const IDEMPOTENCY_KEY_MAX: usize = 300;

/// Toss's messages have at most so many characters.
const MESSAGE_MAX: usize = 510;

/// The way to one merchant's Toss.
pub(super) struct Connection {
    client: Client,
    base_url: BaseUrl,
    authorization: HeaderValue,
    key: SecretKey,
}

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

impl Connection {
    pub(super) fn new(
        base_url: BaseUrl,
        key: SecretKey,
        connect_timeout: Duration,
    ) -> Result<Self, ClientSetupError> {
        let mut builder = Client::builder()
            .user_agent(USER_AGENT)
            // Whether a request may be repeated depends on what it does; only this room's rules know that.
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(connect_timeout.min(TossSettings::LONGEST_CONNECT_TIMEOUT))
            .pool_idle_timeout(POOL_IDLE_TIMEOUT);
        builder = if base_url.is_https() {
            builder.https_only(true)
        } else {
            // No certificate is ever checked on this machine's own http, so none needs to be installed for it.
            builder.tls_certs_only([])
        };
        let client = builder.build().map_err(|error| ClientSetupError::Tls {
            reason: innermost(&error),
        })?;
        Ok(Self {
            client,
            base_url,
            authorization: authorization(&key)?,
            key,
        })
    }

    /// A question.
    pub(super) fn get(
        &self,
        call: Call,
        path: &[&str],
        query: &[(&'static str, String)],
    ) -> Result<Request, TossError> {
        let unsendable = || TossError::Unreachable {
            call,
            reason: "what was asked for cannot be put into an address".to_owned(),
        };
        let mut url = self.base_url.join(path).ok_or_else(unsendable)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(self.request(Method::GET, url))
    }

    /// An order to do something; `None` when a part of it cannot be sent.
    pub(super) fn post(&self, path: &[&str], idempotency_key: &str, body: &str) -> Option<Request> {
        let length = idempotency_key.len();
        if length == 0 || length > IDEMPOTENCY_KEY_MAX {
            return None;
        }
        let idempotency_key = HeaderValue::from_str(idempotency_key).ok()?;
        let mut request = self.request(Method::POST, self.base_url.join(path)?);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("idempotency-key", idempotency_key);
        *request.body_mut() = Some(body.to_owned().into());
        Some(request)
    }

    fn request(&self, method: Method, url: Url) -> Request {
        let mut request = Request::new(method, url);
        request
            .headers_mut()
            .insert(AUTHORIZATION, self.authorization.clone());
        request
    }

    /// Sends a request and reads the whole answer, within the given time.
    pub(super) async fn send(
        &self,
        call: Call,
        mut request: Request,
        timeout: Duration,
    ) -> Result<Answer, Fault> {
        let began = Instant::now();
        *request.timeout_mut() = Some(timeout);
        let outcome = match self.client.execute(request).await {
            Ok(response) => Answer::read(response, largest_answer(call), timeout).await,
            Err(error) => Err(Fault::of(&error, timeout)),
        };
        let milliseconds = began.elapsed().as_millis();
        match &outcome {
            Ok(answer) => tracing::debug!(
                %call,
                http_status = answer.http_status,
                trace_id = answer.trace_id.as_deref(),
                bytes = answer.body.len(),
                milliseconds,
                "Toss answered"
            ),
            Err(fault) => tracing::debug!(%call, %fault, milliseconds, "no answer from Toss"),
        }
        outcome
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base_url", &self.base_url)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Answer {
    async fn read(
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
        match serde_json::from_str::<ErrorWire>(&self.body) {
            Ok(error) if !error.code.is_empty() => TossError::Refused(Refusal {
                call,
                code: TossCode::from_toss(&error.code),
                message: error
                    .message
                    .unwrap_or_default()
                    .chars()
                    .take(MESSAGE_MAX)
                    .collect(),
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

/// Toss's error body.
#[derive(Deserialize)]
struct ErrorWire {
    code: String,
    message: Option<String>,
}

impl Fault {
    fn of(error: &reqwest::Error, after: Duration) -> Self {
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

/// The header that carries the key: user name and empty password, so a colon ends it.
fn authorization(key: &SecretKey) -> Result<HeaderValue, ClientSetupError> {
    let credentials = STANDARD.encode(format!("{}:", key.expose()));
    let mut value =
        HeaderValue::try_from(format!("Basic {credentials}")).map_err(|_| ClientSetupError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

/// More than any honest answer holds: a list of 5,000 rows takes some 10 MiB, a payment with a hundred cancels far
/// less than one.
fn largest_answer(call: Call) -> usize {
    match call {
        Call::Transactions | Call::Settlements => 64 * MEBIBYTE,
        Call::Payment | Call::PaymentByOrder | Call::Cancel => 4 * MEBIBYTE,
    }
}

fn trace_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-tosspayments-trace-id")?.to_str().ok()?;
    Some(value.chars().take(200).collect())
}

/// The cause of the causes, which is what says something; the errors around it repeat the address that was asked for.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| "no cause is given".to_owned(), ToString::to_string)
}
