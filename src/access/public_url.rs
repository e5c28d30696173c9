//! The address under which people reach this server.

use thiserror::Error;

/// The scheme and authority of an address, as browsers name origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    authority: usize,
}

/// A text that is no such address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("write it as https://HOST or https://HOST:PORT, without a path")]
pub struct InvalidPublicUrl;

impl PublicUrl {
    /// Takes an address of `http` or `https` without a path.
    ///
    /// # Errors
    /// [`InvalidPublicUrl`].
    pub fn parse(text: &str) -> Result<Self, InvalidPublicUrl> {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").ok_or(InvalidPublicUrl)?;
        let default_port = match scheme {
            "https" => ":443",
            "http" => ":80",
            _ => return Err(InvalidPublicUrl),
        };
        // Browsers leave the usual port out.
        let authority = authority.strip_suffix(default_port).unwrap_or(authority);
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if authority.is_empty()
            || authority.starts_with(':')
            || authority.ends_with(':')
            || !authority.bytes().all(is_inside)
        {
            return Err(InvalidPublicUrl);
        }
        Ok(Self {
            authority: scheme.len() + "://".len(),
            origin: format!("{scheme}://{authority}"),
        })
    }

    /// As browsers write it into `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// As clients write it into `Host`.
    pub fn authority(&self) -> &str {
        self.origin.get(self.authority..).unwrap_or_default()
    }

    /// Whether TLS ends here or in front.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_its_origin_and_nothing_more() {
        for (text, origin, authority) in [
            (
                "https://books.example",
                "https://books.example",
                "books.example",
            ),
            (
                "HTTPS://Books.Example/",
                "https://books.example",
                "books.example",
            ),
            (
                "https://books.example:443",
                "https://books.example",
                "books.example",
            ),
            (
                "https://books.example:8443",
                "https://books.example:8443",
                "books.example:8443",
            ),
            (
                "http://10.0.0.7:8080",
                "http://10.0.0.7:8080",
                "10.0.0.7:8080",
            ),
            ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!(
                (url.origin(), url.authority()),
                (origin, authority),
                "{text}"
            );
        }
        for wrong in [
            "",
            "books.example",
            "ftp://books.example",
            "https://",
            "https://:443",
            "https://books.example/console",
            "https://user@books.example",
            "https://books.example?x",
            "https://books example",
        ] {
            assert_eq!(PublicUrl::parse(wrong), Err(InvalidPublicUrl), "{wrong}");
        }
    }

    #[test]
    fn only_https_ends_in_tls() {
        assert!(PublicUrl::parse("https://a").unwrap().is_https());
        assert!(!PublicUrl::parse("http://a").unwrap().is_https());
    }
}
