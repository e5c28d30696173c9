//! Sends one notice to one address, once. Redirects are not followed, and nothing of the answer is kept but its status.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, StatusCode};

use super::signature::signature;
use super::target::{Manner, Target};

/// Names this program to receivers.
const USER_AGENT: &str = concat!("toss-recon/", env!("CARGO_PKG_VERSION"));
/// How long a receiver may take.
const MAY_TAKE: Duration = Duration::from_secs(10);

/// Why a notice was not taken. It says nothing of the address, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotTaken {
    /// An answer other than 2xx.
    #[error("the receiver answered {status}")]
    Answered {
        status: u16,
        /// How long the receiver wants to be left alone.
        retry_after: Option<TimeDelta>,
    },
    /// No answer in time.
    #[error("the receiver did not answer within 10 seconds")]
    TimedOut,
    /// No answer.
    #[error("the receiver cannot be reached")]
    Unreachable,
}

/// What sends.
pub(super) struct Sender(Client);

impl Sender {
    /// # Errors
    /// When there is no way to encrypt connections on this machine.
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(MAY_TAKE)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Self(client))
    }

    /// Sends a notice.
    ///
    /// # Errors
    /// [`NotTaken`] unless the receiver answers 2xx.
    pub(super) async fn send(
        &self,
        target: &Target,
        id: &str,
        body: &str,
        now: DateTime<Utc>,
    ) -> Result<(), NotTaken> {
        let mut request = self
            .0
            .post(target.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_owned());
        if let Manner::Signed(key) = &target.manner {
            let at = now.timestamp();
            request = request
                .header("webhook-id", id)
                .header("webhook-timestamp", at)
                .header("webhook-signature", signature(key, id, at, body));
        }
        let answer = request.send().await.map_err(|error| {
            if error.is_timeout() {
                NotTaken::TimedOut
            } else {
                NotTaken::Unreachable
            }
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(NotTaken::Answered {
            status: status.as_u16(),
            retry_after: retry_after(status, answer.headers()),
        })
    }
}

fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<TimeDelta> {
    let may_say = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let told = headers.get(RETRY_AFTER).filter(|_| may_say);
    let seconds: u32 = told.map(HeaderValue::to_str)?.ok()?.parse().ok()?;
    Some(TimeDelta::seconds(seconds.into()))
}
