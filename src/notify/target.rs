//! An address that is told, as the settings have it. The address of a Slack webhook is as good as a password, so that no
//! address is shown anywhere.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reconciliation::MId;
use url::{Host, Url};

/// Whose incoming webhooks begin so.
const SLACK_HOST: &str = "hooks.slack.com";
/// What secrets of Standard Webhooks begin with.
const SECRET_PREFIX: &str = "whsec_";
/// How many bytes a secret may have, by Standard Webhooks.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// How an address is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub enum Manner {
    /// By Standard Webhooks, signed with this key.
    Signed(Vec<u8>),
    /// As Slack takes messages.
    Slack,
}

/// An address that is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// What it is called here. What was told is remembered by it.
    pub name: String,
    /// How it is spoken to.
    pub manner: Manner,
    /// The merchants that it is told of; `None` is all.
    pub mids: Option<Vec<MId>>,
    url: Url,
}

/// Why an address cannot be told. It repeats nothing of what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// It is not an absolute address.
    #[error("is not a URL: write it as https://HOST/PATH")]
    NotAUrl,
    /// It would send what stands in the books in the clear.
    #[error(
        "must begin with https://; http:// is for this machine only (127.0.0.1, ::1, localhost)"
    )]
    NotHttps,
    /// It carries a user name or a password.
    #[error("must not hold a user name or a password")]
    HasCredentials,
    /// No key to sign with.
    #[error("needs a secret to sign with: whsec_ and 24 to 64 bytes in base64, made up at random")]
    NoSecret,
    /// Not such a key.
    #[error(
        "has a secret that is none: write whsec_ and 24 to 64 bytes in base64, made up at random"
    )]
    NotASecret,
    /// Slack checks no signature.
    #[error("is Slack's, which takes no secret: leave it out")]
    SecretForSlack,
}

impl Target {
    /// Reads an address. Slack's own is spoken to as such, and so is any other with `slack`; every other needs a secret.
    ///
    /// # Errors
    /// [`InvalidTarget`].
    pub fn parse(
        name: &str,
        url: &str,
        secret: Option<&str>,
        slack: bool,
        mids: Option<Vec<MId>>,
    ) -> Result<Self, InvalidTarget> {
        let url = Url::parse(url.trim()).map_err(|_| InvalidTarget::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTarget::HasCredentials);
        }
        match (url.scheme(), url.host()) {
            (_, None) => return Err(InvalidTarget::NotAUrl),
            ("https", _) => {}
            ("http", Some(host)) if is_loopback(&host) => {}
            _ => return Err(InvalidTarget::NotHttps),
        }
        let is_slack = slack || url.host_str() == Some(SLACK_HOST);
        let manner = match (is_slack, secret) {
            (true, None) => Manner::Slack,
            (true, Some(_)) => return Err(InvalidTarget::SecretForSlack),
            (false, None) => return Err(InvalidTarget::NoSecret),
            (false, Some(secret)) => Manner::Signed(key_of(secret)?),
        };
        Ok(Self {
            name: name.to_owned(),
            manner,
            mids,
            url,
        })
    }

    /// Where it is. It may be a secret.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.name)
            .field("mids", &self.mids)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signed(_) => "Signed(masked)",
            Self::Slack => "Slack",
        })
    }
}

fn key_of(secret: &str) -> Result<Vec<u8>, InvalidTarget> {
    let encoded = secret.trim().strip_prefix(SECRET_PREFIX);
    let key = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
    key.filter(|key| SECRET_BYTES.contains(&key.len()))
        .ok_or(InvalidTarget::NotASecret)
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn parse(url: &str, secret: Option<&str>) -> Result<Manner, InvalidTarget> {
        Target::parse("t", url, secret, false, None).map(|target| target.manner)
    }

    #[test]
    fn an_address_is_encrypted_or_of_this_machine_and_has_what_it_is_to_be_signed_with() {
        let signed = |url| parse(url, Some(SECRET));
        for url in [
            "https://ops.example/hook?team=1",
            "http://127.0.0.1:9/hook",
            "http://[::1]:9/",
            "http://localhost/",
        ] {
            assert!(matches!(signed(url), Ok(Manner::Signed(_))), "{url}");
        }
        for (url, why) in [
            ("http://ops.example/hook", InvalidTarget::NotHttps),
            ("http://127.0.0.1.example/", InvalidTarget::NotHttps),
            ("ftp://ops.example/", InvalidTarget::NotHttps),
            ("ops.example", InvalidTarget::NotAUrl),
            ("https://kim:pw@ops.example/", InvalidTarget::HasCredentials),
        ] {
            assert_eq!(signed(url), Err(why), "{url}");
        }
        let url = "https://ops.example/";
        assert_eq!(parse(url, None), Err(InvalidTarget::NoSecret));
        for secret in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_ä", &SECRET[6..]] {
            assert_eq!(parse(url, Some(secret)), Err(InvalidTarget::NotASecret));
        }
    }

    #[test]
    fn slacks_address_needs_no_secret_and_is_shown_nowhere() {
        let url = "https://hooks.slack.com/services/T0/B0/verysecret";
        assert_eq!(parse(url, None), Ok(Manner::Slack));
        assert_eq!(parse(url, Some(SECRET)), Err(InvalidTarget::SecretForSlack));
        let target = Target::parse("ops", url, None, false, None).unwrap();
        let shown = format!("{target:?}");
        assert!(
            !shown.contains("verysecret") && shown.contains("ops"),
            "{shown}"
        );
        let other = "https://hooks.slack.com.example/services/T0";
        assert_eq!(parse(other, None), Err(InvalidTarget::NoSecret));
    }
}
