//! Sessions of people in browsers: what a cookie holds, how it is hashed, and what is asked of whoever keeps them. As with
//! tokens, only a SHA-256 is kept, which is enough for 256 random bits.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use rand::{CryptoRng, Rng};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{LookupFailed, StoredToken};

const SECRET_BYTES: usize = 32;
/// 32 bytes in base64url without padding.
const SECRET_CHARS: usize = 43;

/// A session that is about to begin: its text goes into the browser's cookie, the hash is kept.
pub struct NewSession {
    /// The cookie's value.
    pub text: SecretString,
    hash: [u8; 32],
}

impl NewSession {
    /// Makes a session out of the generator's randomness.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let secret: [u8; SECRET_BYTES] = rng.random();
        Self {
            text: URL_SAFE_NO_PAD.encode(secret).into(),
            hash: Sha256::digest(secret).into(),
        }
    }

    /// What is kept of it.
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSession(masked)")
    }
}

/// The hash of a cookie's value; `None` unless it has exactly the shape that [`NewSession::generate`] gives.
pub(super) fn hash_of(text: &str) -> Option<[u8; 32]> {
    if text.len() != SECRET_CHARS {
        return None;
    }
    let mut secret = [0; SECRET_BYTES];
    let written = URL_SAFE_NO_PAD.decode_slice(text, &mut secret).ok()?;
    (written == SECRET_BYTES).then(|| Sha256::digest(secret).into())
}

/// Whose session it is.
pub struct OpenSession {
    /// The public half of the token that somebody signed in with.
    pub token_id: String,
    /// That token as it is now. The session has ended when the token is not in force.
    pub token: StoredToken,
}

/// Keeps sessions where every process finds them.
pub trait SessionKeeper: Send + Sync {
    /// Keeps a session of the token with this public half.
    fn open(
        &self,
        hash: [u8; 32],
        token_id: String,
    ) -> BoxFuture<'static, Result<(), LookupFailed>>;

    /// The session, unless it has ended: by itself, by signing out, or because its token's role is another than it was.
    fn find(&self, hash: [u8; 32])
    -> BoxFuture<'static, Result<Option<OpenSession>, LookupFailed>>;

    /// As [`SessionKeeper::find`], without its counting as a use.
    fn look(&self, hash: [u8; 32])
    -> BoxFuture<'static, Result<Option<OpenSession>, LookupFailed>>;

    /// Ends the session and, where `everywhere`, every other one of its token's owner.
    fn close(
        &self,
        hash: [u8; 32],
        everywhere: bool,
    ) -> BoxFuture<'static, Result<(), LookupFailed>>;
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_cookies_value_is_hashed_as_it_was_made_and_nothing_else_is_one() {
        let made = NewSession::generate(&mut StdRng::seed_from_u64(7));
        let text = made.text.expose_secret();
        assert_eq!(hash_of(text), Some(made.hash()));
        assert!(!format!("{made:?}").contains(text));
        for wrong in ["", "a", &format!("{text}a"), &text[1..], &"=".repeat(43)] {
            assert_eq!(hash_of(wrong), None, "{wrong}");
        }
        let other = NewSession::generate(&mut StdRng::seed_from_u64(8));
        assert_ne!(hash_of(other.text.expose_secret()), Some(made.hash()));
    }
}
