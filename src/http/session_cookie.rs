//! The cookie of a session: where it may be used, what it is called, and what a request with it must carry besides. These are
//! decisions over texts; who the session is of is asked elsewhere.

use crate::access::PublicUrl;

/// With this prefix a browser takes the cookie over TLS alone, for this host and the whole of it.
const SECURE_NAME: &str = "__Host-toss-recon";
/// Where there is no TLS: at loopback, and under a `PUBLIC_URL` of `http`.
const PLAIN_NAME: &str = "toss-recon";

/// The cookie of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CookieKind {
    /// Sent over TLS alone.
    Secure,
    /// For a server that is reached without TLS.
    Plain,
}

/// What a request says of where it was sent and by whom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent<'a> {
    /// The header `Host`.
    pub(super) host: &'a str,
    /// The header `Origin`, where there is one.
    pub(super) origin: Option<&'a str>,
}

/// Why nobody can sign in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSignIn {
    /// Another site has the browser do it.
    OtherOrigin,
    /// It is not the address that people are to use.
    NotHere,
}

impl NoSignIn {
    /// For whoever sees the answer.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::OtherOrigin => "signing in is possible from this server's own pages alone",
            Self::NotHere => {
                "signing in is possible at this machine, or under the address that the setting PUBLIC_URL names"
            }
        }
    }
}

impl CookieKind {
    /// The cookie of a session that is to begin.
    ///
    /// # Errors
    /// [`NoSignIn`].
    pub(super) fn for_signing_in(
        sent: Sent<'_>,
        public: Option<&PublicUrl>,
    ) -> Result<Self, NoSignIn> {
        let of_public = |url: &PublicUrl| {
            if url.is_https() {
                Self::Secure
            } else {
                Self::Plain
            }
        };
        let is_loopback = is_loopback(sent.host);
        let Some(origin) = sent.origin else {
            // No browser: other sites cannot send JSON without one. A proxy in front may have named another host.
            return match public {
                _ if is_loopback => Ok(Self::Plain),
                Some(url) => Ok(of_public(url)),
                None => Err(NoSignIn::NotHere),
            };
        };
        match public {
            Some(url) if url.origin() == origin => Ok(of_public(url)),
            _ if is_loopback && origin == format!("http://{}", sent.host) => Ok(Self::Plain),
            None if !is_loopback => Err(NoSignIn::NotHere),
            _ => Err(NoSignIn::OtherOrigin),
        }
    }

    /// What the browser is told to keep. Without a value, to forget.
    pub(super) fn set(self, value: Option<&str>) -> String {
        let (name, secure) = match self {
            Self::Secure => (SECURE_NAME, "; Secure"),
            Self::Plain => (PLAIN_NAME, ""),
        };
        let forget = if value.is_some() { "" } else { "; Max-Age=0" };
        let value = value.unwrap_or_default();
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{forget}")
    }
}

/// The value of the session's cookie among those that a request carries, and its kind. A plain one counts only where there is
/// no TLS: a neighbour's page could have planted it.
pub(super) fn find<'a>(
    cookies: impl Iterator<Item = &'a str>,
    host: &str,
    public: Option<&PublicUrl>,
) -> Option<(CookieKind, &'a str)> {
    let plain_counts = is_loopback(host) || public.is_some_and(|url| !url.is_https());
    let mut plain = None;
    for (name, value) in cookies
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
    {
        match name {
            SECURE_NAME => return Some((CookieKind::Secure, value)),
            PLAIN_NAME if plain_counts => plain = Some((CookieKind::Plain, value)),
            _ => {}
        }
    }
    plain
}

/// Whether a request with the cookie shows that this server's own page made it: no other site can send the header. A download
/// cannot carry one, and is told by the browser itself.
pub(super) fn is_of_our_page(
    header: Option<&[u8]>,
    is_get: bool,
    path: &str,
    fetch_site: Option<&[u8]>,
) -> bool {
    header == Some(b"console")
        || (is_get && path.starts_with("/reports/") && fetch_site == Some(b"same-origin"))
}

/// Whether a `Host` is this machine's own.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost")
        || name == "[::1]"
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        PublicUrl::parse(text).unwrap()
    }

    #[test]
    fn people_sign_in_at_the_public_address_and_at_this_machine() {
        use CookieKind::{Plain, Secure};
        let (tls, bare) = (url("https://books.example"), url("http://10.0.0.7"));
        let cases = [
            ("127.0.0.1:8080", None, None, Ok(Plain)),
            (
                "localhost:8080",
                Some("http://localhost:8080"),
                None,
                Ok(Plain),
            ),
            ("[::1]:8080", Some("http://[::1]:8080"), None, Ok(Plain)),
            (
                "localhost:8080",
                Some("http://localhost:3000"),
                None,
                Err(NoSignIn::OtherOrigin),
            ),
            (
                "localhost:8080",
                Some("null"),
                None,
                Err(NoSignIn::OtherOrigin),
            ),
            ("books.example", None, None, Err(NoSignIn::NotHere)),
            (
                "books.example",
                Some("http://books.example"),
                None,
                Err(NoSignIn::NotHere),
            ),
            ("localhost.example", None, None, Err(NoSignIn::NotHere)),
            (
                "books.example",
                Some("https://books.example"),
                Some(&tls),
                Ok(Secure),
            ),
            (
                "127.0.0.1:8080",
                Some("https://books.example"),
                Some(&tls),
                Ok(Secure),
            ),
            (
                "books.example",
                Some("https://evil.example"),
                Some(&tls),
                Err(NoSignIn::OtherOrigin),
            ),
            (
                "books.example",
                Some("http://books.example"),
                Some(&tls),
                Err(NoSignIn::OtherOrigin),
            ),
            ("upstream:8080", None, Some(&tls), Ok(Secure)),
            ("10.0.0.7", Some("http://10.0.0.7"), Some(&bare), Ok(Plain)),
        ];
        for (host, origin, public, expected) in cases {
            let found = CookieKind::for_signing_in(Sent { host, origin }, public);
            assert_eq!(found, expected, "{host} {origin:?} {public:?}");
        }
    }

    #[test]
    fn a_plain_cookie_counts_where_there_is_no_tls_alone() {
        let tls = url("https://books.example");
        let found = |cookies, host, public| find(std::iter::once(cookies), host, public);
        let plain = Some((CookieKind::Plain, "abc"));
        assert_eq!(found("a=b; toss-recon=abc", "localhost", None), plain);
        assert_eq!(found("toss-recon=abc", "books.example", Some(&tls)), None);
        assert_eq!(found("toss-recon=abc", "books.example", None), None);
        let both = "toss-recon=abc; __Host-toss-recon=def";
        let secure = Some((CookieKind::Secure, "def"));
        assert_eq!(found(both, "localhost", Some(&tls)), secure);
        assert_eq!(
            found("xtoss-recon=abc; toss-reconx=1", "localhost", None),
            None
        );
    }

    #[test]
    fn only_our_own_page_may_use_the_cookie() {
        for (header, is_get, path, site, may) in [
            (Some("console"), false, "/graphql", None, true),
            (Some("Console"), false, "/graphql", None, false),
            (None, true, "/graphql", Some("same-origin"), false),
            (None, true, "/reports/a.xlsx", Some("same-origin"), true),
            (None, true, "/reports/a.xlsx", Some("cross-site"), false),
            (None, true, "/reports/a.xlsx", None, false),
            (None, false, "/reports/a.xlsx", Some("same-origin"), false),
        ] {
            let found = is_of_our_page(
                header.map(str::as_bytes),
                is_get,
                path,
                site.map(str::as_bytes),
            );
            assert_eq!(found, may, "{header:?} {is_get} {path} {site:?}");
        }
    }

    #[test]
    fn a_browser_keeps_the_cookie_from_scripts_and_from_other_sites() {
        assert_eq!(
            CookieKind::Secure.set(Some("v")),
            "__Host-toss-recon=v; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
        assert_eq!(
            CookieKind::Plain.set(None),
            "toss-recon=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
        );
    }
}
