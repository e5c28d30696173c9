//! The key of the audit log: what signs its entries, so that whoever may write the database cannot make the log anew.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use sha2::{Digest, Sha256};

/// Signs entries, and tells its own signatures from others. Cheap to clone; `Debug` shows its name alone.
#[derive(Clone)]
pub struct AuditSigner(Arc<Named>);

struct Named {
    name: String,
    key: hmac::Key,
}

impl AuditSigner {
    /// A signer of that key, which must be good for nothing else.
    pub fn new(key: [u8; 32]) -> Self {
        let digest = Sha256::digest(key);
        let beginning = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
        Self(Arc::new(Named {
            name: format!("{beginning:016x}"),
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
        }))
    }

    /// Names the key without revealing it: the first 16 hexadecimal digits of its SHA-256.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The signature of an entry's hash.
    pub(in crate::store) fn sign(&self, hash: &[u8; 32]) -> [u8; 32] {
        let mut signature = [0; 32];
        signature.copy_from_slice(hmac::sign(&self.0.key, hash).as_ref());
        signature
    }

    /// Whether it is the signature of that hash.
    pub(in crate::store) fn has_signed(&self, hash: &[u8; 32], signature: &[u8; 32]) -> bool {
        hmac::verify(&self.0.key, hash, signature).is_ok()
    }
}

impl fmt::Debug for AuditSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditSigner")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_key_and_one_hash() {
        let (one, other) = (AuditSigner::new([1; 32]), AuditSigner::new([2; 32]));
        let signature = one.sign(&[7; 32]);
        assert!(one.has_signed(&[7; 32], &signature));
        assert!(!one.has_signed(&[8; 32], &signature));
        assert!(!other.has_signed(&[7; 32], &signature));
        assert!(!one.has_signed(&[7; 32], &[0; 32]));
        assert_ne!(one.name(), other.name());
        assert_eq!(one.name(), AuditSigner::new([1; 32]).name());
    }

    #[test]
    fn debug_shows_the_name_alone() {
        let signer = AuditSigner::new([1; 32]);
        let shown = format!("{signer:?}");
        assert_eq!(
            shown,
            format!("AuditSigner {{ name: {:?}, .. }}", signer.name())
        );
    }
}
