//! Digests that only the holder of a merchant's secret key can make: what names an intent to Toss, tells one content from
//! another and proves a mark, without letting anybody who reads the database try out account numbers.

use aws_lc_rs::hmac;

use super::SecretKey;

/// What a digest is for. One purpose's digests say nothing about another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestPurpose {
    /// The idempotency key of an intent.
    IdempotencyKey,
    /// The content of an order.
    Content,
    /// The mark on a cancel's reason.
    Mark,
    /// The key that signs the audit log.
    AuditLog,
}

impl DigestPurpose {
    /// Released texts are never changed: a digest made today must be the same in ten years.
    const fn label(self) -> &'static str {
        match self {
            Self::IdempotencyKey => "toss-recon: the idempotency key of an intent, version 1",
            Self::Content => "toss-recon: the content of an order, version 1",
            Self::Mark => "toss-recon: the mark on a reason, version 1",
            Self::AuditLog => "toss-recon: the key of the audit log, version 1",
        }
    }
}

/// HMAC-SHA-256 over the parts, each led by its length, so that no two lists of parts read alike. A part that is absent is
/// not the same as an empty one.
pub(super) fn keyed_digest(
    key: &SecretKey,
    purpose: DigestPurpose,
    parts: &[Option<&str>],
) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key.derived(purpose.label()));
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        let length = part.map_or(u64::MAX, |text| {
            u64::try_from(text.len()).unwrap_or(u64::MAX)
        });
        context.update(&length.to_be_bytes());
        context.update(part.unwrap_or_default().as_bytes());
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.sign().as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(tail: &str) -> SecretKey {
        SecretKey::parse(&format!("live_sk_keyeddigest0000000{tail}")).unwrap()
    }

    fn hex(digest: &[u8; 32]) -> String {
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    }

    #[test]
    fn the_same_parts_give_the_same_digest_and_everything_else_another() {
        use DigestPurpose::{Content, IdempotencyKey};
        let base = keyed_digest(&key("a"), IdempotencyKey, &[Some("kim"), Some("k"), None]);
        assert_eq!(
            base,
            keyed_digest(&key("a"), IdempotencyKey, &[Some("kim"), Some("k"), None])
        );
        for other in [
            keyed_digest(&key("b"), IdempotencyKey, &[Some("kim"), Some("k"), None]),
            keyed_digest(&key("a"), Content, &[Some("kim"), Some("k"), None]),
            keyed_digest(&key("a"), IdempotencyKey, &[Some("ki"), Some("mk"), None]),
            keyed_digest(
                &key("a"),
                IdempotencyKey,
                &[Some("kim"), Some("k"), Some("")],
            ),
            keyed_digest(&key("a"), IdempotencyKey, &[Some("kim"), Some("k")]),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn the_released_key_of_the_audit_log_never_changes() {
        assert_eq!(
            hex(&key("a").audit_key()),
            "92411f937afdc70dfaf3c6f4bcb95e8b12c471b3e89e1e01b1d4a5cae5e5c28c"
        );
    }

    #[test]
    fn a_released_digest_never_changes() {
        let digest = keyed_digest(
            &key("a"),
            DigestPurpose::IdempotencyKey,
            &[Some("kim"), Some("intent-1"), Some("payment")],
        );
        assert_eq!(
            hex(&digest),
            "98cb5857817c0644de44de5500452ed51c6313bdf23e9fa49debcf3c6dd9b258"
        );
    }
}
