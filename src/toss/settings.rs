//! What the client of Toss needs to be told, and the one address that it may talk to.

use std::fmt;
use std::time::Duration;

use url::{Host, Url};

use super::{RetrySchedule, SecretKey};

/// How one merchant's Toss is reached.
#[derive(Clone, Debug)]
pub struct TossSettings {
    /// Where Toss's API is.
    pub base_url: BaseUrl,
    /// The merchant's secret key; it decides which payments can be seen, and whether they are real.
    pub secret_key: SecretKey,
    /// How long a payment or a cancel may take, from the first byte sent to the last one read. A list may take twice
    /// as long: Toss says that lists need up to 60 seconds.
    pub timeout: Duration,
    /// How long a connection may take to be made, at most [`TossSettings::LONGEST_CONNECT_TIMEOUT`].
    pub connect_timeout: Duration,
    /// How amounts in `MUSD` are read and written.
    pub musd: MusdAmounts,
    /// How often and when a question is asked again.
    pub retry: RetrySchedule,
    /// How many questions a minute each of Toss's APIs is asked at most; cancels are not held up. Without it 1,200 of a live
    /// key, except before a stand-in on this machine. Test keys never ask more often than Toss allows them to.
    pub calls_per_minute: Option<u32>,
    /// What the merchant is called in the log.
    pub account: String,
}

impl TossSettings {
    /// A longer wait for a connection is never worth it; what exceeds this is cut to it.
    pub const LONGEST_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

    /// Settings with 30 seconds for a payment or a cancel, 60 for a list, and the usual pauses.
    pub fn new(base_url: BaseUrl, secret_key: SecretKey) -> Self {
        Self {
            base_url,
            secret_key,
            timeout: Duration::from_secs(30),
            connect_timeout: Self::LONGEST_CONNECT_TIMEOUT,
            musd: MusdAmounts::default(),
            retry: RetrySchedule::default(),
            calls_per_minute: None,
            account: String::new(),
        }
    }
}

/// What an amount in `MUSD` counts. Toss does not document the currency; the rows that merchants published count
/// millionths of a dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MusdAmounts {
    /// `181560000` is 181.56 dollars.
    #[default]
    Millionths,
    /// `181.56` is 181.56 dollars.
    Dollars,
}

/// The address of Toss's API: `https`, or `http` to this machine. It carries no credentials, no query and no fragment;
/// a path is kept and goes in front of Toss's own.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Why a text is not the address of Toss's API. Never repeats the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// It is not an absolute address.
    #[error("the address of Toss's API is not a URL: write it as https://api.tosspayments.com")]
    NotAUrl,
    /// It would send the secret key in the clear.
    #[error(
        "the address of Toss's API must begin with https://; http:// is for this machine only (127.0.0.1, ::1, localhost)"
    )]
    NotHttps,
    /// It carries a user name or a password.
    #[error(
        "the address of Toss's API must not hold a user name or a password: the secret key is a setting of its own"
    )]
    HasCredentials,
    /// It carries a query or a fragment.
    #[error("the address of Toss's API must end before any '?' or '#'")]
    HasQueryOrFragment,
}

impl BaseUrl {
    /// Toss's own address, for test keys and live keys alike.
    pub const TOSS: &'static str = "https://api.tosspayments.com";

    /// Reads an address.
    ///
    /// # Errors
    /// [`InvalidBaseUrl`] when it is no such address.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url = Url::parse(text).map_err(|_| InvalidBaseUrl::NotAUrl)?;
        if url.host().is_none() {
            return Err(InvalidBaseUrl::NotAUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::HasCredentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::HasQueryOrFragment);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(InvalidBaseUrl::NotHttps),
        }
    }

    /// Whether connections to it are encrypted; if not, it is on this machine.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is on this machine, where only a stand-in is.
    pub(super) fn is_of_this_machine(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address with Toss's path behind it, each segment escaped. `None` when a segment would vanish or become
    /// another path, as `..` does.
    pub(super) fn join(&self, segments: &[&str]) -> Option<Url> {
        let of_base = self
            .0
            .path_segments()
            .map_or(0, |all| all.filter(|segment| !segment.is_empty()).count());
        let mut url = self.0.clone();
        url.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(segments);
        let now = url
            .path_segments()
            .map_or(0, |all| all.filter(|segment| !segment.is_empty()).count());
        (now == of_base + segments.len()).then_some(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}
