//! The secret key of a merchant: checked when it is read, and never shown.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::keyed_digest::{DigestPurpose, keyed_digest};

/// What secret keys begin with: single payments and the payment widget, live and test, and the test keys of 2021.
const PREFIXES: [&str; 5] = ["live_sk_", "test_sk_", "live_gsk_", "test_gsk_", "test_ak_"];

/// What client keys begin with. They are public, and Toss refuses them here.
const CLIENT_PREFIXES: [&str; 4] = ["live_ck_", "test_ck_", "live_gck_", "test_gck_"];

const MAX_LENGTH: usize = 200;

/// A merchant's secret key. `Debug` and `Display` show its prefix and last four characters only.
#[derive(Clone)]
pub struct SecretKey(SecretString);

/// Why a text is not a secret key. Never repeats any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecretKey {
    /// Nothing is there.
    #[error("the secret key of Toss is empty: copy it from Toss's developer center")]
    Empty,
    /// An invisible mark stands in front, put there by an editor.
    #[error(
        "the secret key of Toss begins with a byte order mark: save its file as UTF-8 without BOM, or copy the key anew"
    )]
    ByteOrderMark,
    /// White space within or around it.
    #[error(
        "the secret key of Toss holds white space: it is one word (a single line end behind it is no harm)"
    )]
    WhiteSpace,
    /// The other key of the pair.
    #[error(
        "this is a client key of Toss: give the secret key, whose name has sk in the place of ck"
    )]
    ClientKey,
    /// Not one of Toss's keys.
    #[error(
        "a secret key of Toss begins with live_sk_, test_sk_, live_gsk_ or test_gsk_, and this one does not"
    )]
    Prefix,
    /// A prefix alone.
    #[error("the secret key of Toss ends behind its prefix: copy all of it")]
    Short,
    /// Longer than any key.
    #[error("the secret key of Toss has more than {MAX_LENGTH} characters")]
    Long,
    /// Something that a key cannot hold.
    #[error("the secret key of Toss may hold letters, digits, '_' and '-' only")]
    Character,
}

impl SecretKey {
    /// Reads a key. One line end behind it is taken off, since files end in one.
    ///
    /// # Errors
    /// [`InvalidSecretKey`] says what is wrong and what to do about it.
    pub fn parse(text: &str) -> Result<Self, InvalidSecretKey> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let key = line.strip_suffix('\r').unwrap_or(line);
        if key.contains('\u{feff}') {
            return Err(InvalidSecretKey::ByteOrderMark);
        }
        if key.is_empty() {
            return Err(InvalidSecretKey::Empty);
        }
        if key.contains(char::is_whitespace) {
            return Err(InvalidSecretKey::WhiteSpace);
        }
        if CLIENT_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
            return Err(InvalidSecretKey::ClientKey);
        }
        let rest = PREFIXES
            .iter()
            .find_map(|prefix| key.strip_prefix(prefix))
            .ok_or(InvalidSecretKey::Prefix)?;
        if rest.is_empty() {
            return Err(InvalidSecretKey::Short);
        }
        if key.chars().count() > MAX_LENGTH {
            return Err(InvalidSecretKey::Long);
        }
        // A colon would end the user name in the header that carries the key.
        if !rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        {
            return Err(InvalidSecretKey::Character);
        }
        Ok(Self(SecretString::from(key)))
    }

    /// Whether it is a test key: no money moves, and there is hardly any settlement data.
    pub fn is_test(&self) -> bool {
        self.0.expose_secret().starts_with("test_")
    }

    /// A name for the key that does not reveal it: the first 16 hexadecimal digits of its SHA-256.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.0.expose_secret().as_bytes());
        let beginning = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
        format!("{beginning:016x}")
    }

    /// The key that signs the audit log, made of this one and good for nothing else.
    pub fn audit_key(&self) -> [u8; 32] {
        keyed_digest(self, DigestPurpose::AuditLog, &[])
    }

    /// Another key, made of this one and good for one purpose.
    pub(super) fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(purpose.as_bytes());
        hasher.update([0]);
        hasher.update(self.0.expose_secret().as_bytes());
        hasher.finalize().into()
    }

    /// The key itself, for the one header that carries it.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Display for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.0.expose_secret();
        let prefix = PREFIXES
            .iter()
            .find(|prefix| key.starts_with(**prefix))
            .copied()
            .unwrap_or_default();
        let rest = key.strip_prefix(prefix).unwrap_or_default();
        // Four characters of a short key would be too much of it.
        let tail = rest.get(rest.len().saturating_sub(4)..).unwrap_or_default();
        let tail = if rest.len() < 12 { "" } else { tail };
        write!(f, "{prefix}…{tail}")
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
