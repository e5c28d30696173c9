//! HTTP Basic as Toss wants it: the secret key as user name, no password, the colon mandatory.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::merchant::Merchant;
use crate::refusal::Refusal;

/// Who is asking.
pub(crate) struct Caller {
    /// Index of the merchant.
    pub(crate) merchant: usize,
    pub(crate) secret_key: String,
}

impl Caller {
    /// Test keys move no money and understand `TossPayments-Test-Code`.
    pub(crate) fn is_test(&self) -> bool {
        self.secret_key.starts_with("test_")
    }
}

/// The merchant behind an `Authorization` header.
pub(crate) fn authenticate(
    header: Option<&str>,
    merchants: &[Merchant],
) -> Result<Caller, Refusal> {
    let secret_key =
        secret_key(header).ok_or_else(|| Refusal::of("INCORRECT_BASIC_AUTH_FORMAT"))?;
    merchants
        .iter()
        .position(|merchant| merchant.secret_keys.contains(&secret_key))
        .map(|merchant| Caller {
            merchant,
            secret_key,
        })
        .ok_or_else(|| Refusal::of("UNAUTHORIZED_KEY"))
}

fn secret_key(header: Option<&str>) -> Option<String> {
    let (scheme, credentials) = header?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(user, _)| user.to_owned())
}
