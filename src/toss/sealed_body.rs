//! The body of a cancel as it lies in the database: encrypted, because it may hold the buyer's bank account.
//!
//! The body must be kept until the request ends, byte for byte, since only the same bytes may be sent again. Its key is
//! made of the merchant's secret key, which is in the settings anyway: the database alone, or a backup of it, gives no
//! account away, and there is no second secret to lose. When the secret key is replaced, what was sealed with the old one
//! cannot be read any more; that is no loss, because Toss would take the idempotency key for a new one then, so that the
//! body must not be sent again.

use aws_lc_rs::aead::{AES_256_GCM, Aad, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::SecretKey;

const PURPOSE: &str = "toss-recon: the body of a cancel, version 1";

/// AES-GCM takes a nonce of 12 bytes, which stands before the rest.
const NONCE_LENGTH: usize = 12;

/// A body could not be sealed, or is not what was sealed under this key for this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of the cancel cannot be sealed or opened with the secret key of its merchant")]
pub struct BodySealError;

/// Encrypts a body for the request that the idempotency key names.
pub(super) fn seal(
    key: &SecretKey,
    idempotency_key: &str,
    body: &SecretString,
) -> Result<String, BodySealError> {
    let mut bytes = body.expose_secret().as_bytes().to_vec();
    let nonce = cipher(key)?
        .seal_in_place_append_tag(Aad::from(idempotency_key.as_bytes()), &mut bytes)
        .map_err(|_| BodySealError)?;
    let mut sealed = nonce.as_ref().to_vec();
    sealed.append(&mut bytes);
    Ok(STANDARD.encode(sealed))
}

/// The body that was sealed for that request.
pub(super) fn open(
    key: &SecretKey,
    idempotency_key: &str,
    sealed: &str,
) -> Result<SecretString, BodySealError> {
    let sealed = STANDARD.decode(sealed).map_err(|_| BodySealError)?;
    let (nonce, rest) = sealed
        .split_first_chunk::<NONCE_LENGTH>()
        .ok_or(BodySealError)?;
    let mut bytes = rest.to_vec();
    let body = cipher(key)?
        .open_in_place(
            nonce.into(),
            Aad::from(idempotency_key.as_bytes()),
            &mut bytes,
        )
        .map_err(|_| BodySealError)?;
    let body = std::str::from_utf8(body).map_err(|_| BodySealError)?;
    Ok(SecretString::from(body))
}

fn cipher(key: &SecretKey) -> Result<RandomizedNonceKey, BodySealError> {
    RandomizedNonceKey::new(&AES_256_GCM, &key.derived(PURPOSE)).map_err(|_| BodySealError)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"refundReceiveAccount":{"accountNumber":"11012345678901"}}"#;

    fn key(end: &str) -> SecretKey {
        SecretKey::parse(&format!("live_sk_0000000000000000{end}")).unwrap()
    }

    #[test]
    fn a_body_comes_back_byte_for_byte_and_shows_nothing_meanwhile() {
        let body = SecretString::from(BODY);
        let sealed = seal(&key("a"), "cr-1", &body).unwrap();
        assert!(!sealed.contains("11012345678901"));
        assert_ne!(sealed, seal(&key("a"), "cr-1", &body).unwrap());
        let opened = open(&key("a"), "cr-1", &sealed).unwrap();
        assert_eq!(opened.expose_secret(), BODY);
    }

    #[test]
    fn another_key_another_request_or_a_changed_text_open_nothing() {
        let sealed = seal(&key("a"), "cr-1", &SecretString::from(BODY)).unwrap();
        let mut changed = STANDARD.decode(&sealed).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        let changed = STANDARD.encode(changed);
        for (key, request, text) in [
            (key("b"), "cr-1", sealed.as_str()),
            (key("a"), "cr-2", &sealed),
            (key("a"), "cr-1", &changed),
            (key("a"), "cr-1", "AAAA"),
            (key("a"), "cr-1", "not base64!"),
            (key("a"), "cr-1", BODY),
        ] {
            assert!(open(&key, request, text).is_err(), "{request} {text}");
        }
    }
}
