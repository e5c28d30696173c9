//! The way to one merchant's Toss: one request, sent once. Nothing is read, judged or sent again here.

use std::fmt;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Request};
use tracing::{Instrument as _, Span};
use url::Url;

use super::answer::{Answer, Fault, MEBIBYTE, innermost};
use super::{BaseUrl, Call, ClientSetupError, SecretKey, TossError, TossSettings};
use crate::traces::{self, TRACEPARENT};

/// Names this program to Toss.
const USER_AGENT: &str = concat!("toss-recon/", env!("CARGO_PKG_VERSION"));

/// How long an unused connection is kept: shorter than servers usually do, so that a cancel hardly ever meets a
/// connection that is being closed.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Idempotency keys may have so many characters.
const IDEMPOTENCY_KEY_MAX: usize = 300;

/// The way to one merchant's Toss.
pub(super) struct Connection {
    client: Client,
    base_url: BaseUrl,
    authorization: HeaderValue,
    key: SecretKey,
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

    /// The merchant's key.
    pub(super) fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Where a question is asked.
    pub(super) fn address(
        &self,
        call: Call,
        path: &[&str],
        query: &[(&'static str, String)],
    ) -> Result<Url, TossError> {
        let unsendable = || TossError::Unreachable {
            call,
            reason: "what was asked for cannot be put into an address".to_owned(),
        };
        let mut url = self.base_url.join(path).ok_or_else(unsendable)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// A question.
    pub(super) fn get(&self, url: Url) -> Request {
        self.request(Method::GET, url)
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
        let span = span_of(call, &mut request);
        let sending = async {
            match self.client.execute(request).await {
                Ok(response) => Answer::read(response, largest_answer(call), timeout).await,
                Err(error) => Err(Fault::of(&error, timeout)),
            }
        };
        let outcome = sending.instrument(span.clone()).await;
        match &outcome {
            Ok(answer) => {
                traces::toss_answered(&span, answer.http_status, answer.trace_id.as_deref());
            }
            Err(_) => traces::failed(&span),
        }
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

/// The span of a call, which is named to Toss.
fn span_of(call: Call, request: &mut Request) -> Span {
    let host = request.url().host_str().unwrap_or_default();
    let span = traces::of_toss_call(&call, request.method().as_str(), host);
    if let Some(parent) = traces::traceparent(&span)
        && let Ok(parent) = HeaderValue::try_from(parent)
    {
        request.headers_mut().insert(TRACEPARENT, parent);
    }
    span
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base_url", &self.base_url)
            .field("key", &self.key)
            .finish_non_exhaustive()
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
