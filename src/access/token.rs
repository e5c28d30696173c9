//! The text of an access token, `trc_<id>_<secret>`: how it is made, read, hashed and compared.
//! The id finds the stored token and is no secret; of the secret only a SHA-256 is stored, enough for 256 random bits.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{CryptoRng, Rng, distr::Alphanumeric};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Lets scanners of source code and logs recognise a leaked token.
const PREFIX: &str = "trc_";
/// Alphanumeric, hence without the separator.
const ID_CHARS: usize = 10;
const SECRET_BYTES: usize = 32;
/// 32 bytes in base64url without padding. The alphabet holds the separator `_`, so the length decides and not a search from the right.
const SECRET_CHARS: usize = 43;

/// A token that has just been made: its text is shown once, the rest is stored.
pub struct NewToken {
    /// The public half.
    pub id: String,
    /// The whole token, for its holder alone.
    pub text: SecretString,
    secret_hash: [u8; 32],
}

impl NewToken {
    /// Makes a token out of the generator's randomness.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let id: String = (0..ID_CHARS)
            .map(|_| char::from(rng.sample(Alphanumeric)))
            .collect();
        let secret: [u8; SECRET_BYTES] = rng.random();
        let text = format!("{PREFIX}{id}_{}", URL_SAFE_NO_PAD.encode(secret));
        Self {
            id,
            text: text.into(),
            secret_hash: sha256(&secret),
        }
    }

    /// SHA-256 of the secret half: what to store of it.
    pub const fn secret_hash(&self) -> [u8; 32] {
        self.secret_hash
    }
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A presented token that has the right shape, taken apart.
pub struct TokenText<'a> {
    id: &'a str,
    secret: [u8; SECRET_BYTES],
}

impl<'a> TokenText<'a> {
    /// Takes a token apart; `None` unless it has exactly the shape that [`NewToken::generate`] gives.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (id, secret_text) = text.strip_prefix(PREFIX)?.split_once('_')?;
        if id.len() != ID_CHARS
            || !id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            || secret_text.len() != SECRET_CHARS
        {
            return None;
        }
        let mut secret = [0; SECRET_BYTES];
        let written = URL_SAFE_NO_PAD
            .decode_slice(secret_text, &mut secret)
            .ok()?;
        (written == SECRET_BYTES).then_some(Self { id, secret })
    }

    /// The public half, by which the stored token is found.
    pub const fn id(&self) -> &'a str {
        self.id
    }

    /// SHA-256 of the secret half. To compare it use [`TokenText::has_secret`].
    pub fn secret_hash(&self) -> [u8; 32] {
        sha256(&self.secret)
    }

    /// Whether `stored_hash` is of this token's secret; takes the same time wherever two hashes differ.
    pub fn has_secret(&self, stored_hash: &[u8; 32]) -> bool {
        self.secret_hash().ct_eq(stored_hash).into()
    }
}

impl fmt::Debug for TokenText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenText")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn sha256(secret: &[u8; SECRET_BYTES]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};
    use secrecy::ExposeSecret;

    use super::*;

    proptest! {
        #[test]
        fn a_generated_token_reads_back_whatever_its_secret(seed: u64) {
            let made = NewToken::generate(&mut StdRng::seed_from_u64(seed));
            let read = TokenText::parse(made.text.expose_secret()).expect("our own shape");
            prop_assert_eq!(read.id(), &made.id);
            prop_assert!(read.has_secret(&made.secret_hash()));
        }

        #[test]
        fn a_token_with_one_character_changed_is_another_token_or_none(seed: u64, at in 0_usize..58, to in "[ -~]") {
            let made = NewToken::generate(&mut StdRng::seed_from_u64(seed));
            let mut text = made.text.expose_secret().to_owned();
            prop_assume!(text[at..=at] != to);
            text.replace_range(at..=at, &to);
            if let Some(read) = TokenText::parse(&text) {
                prop_assert!(read.id() != made.id || !read.has_secret(&made.secret_hash()));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text: String) {
            let _ = TokenText::parse(&text);
        }
    }

    #[test]
    fn only_the_exact_shape_is_a_token() {
        let secret = "A".repeat(SECRET_CHARS);
        let cases = [
            (format!("trc_abcDEF0123_{secret}"), true),
            (format!("trc_abcDEF0123_{}_", &secret[1..]), false), // non-canonical last character
            (format!("trc_abcDEF0123__{}", &secret[1..]), true), // `_` belongs to the secret's alphabet
            (format!("trc_abcDEF012_{secret}"), false),
            (format!("trc_abcDEF01234_{secret}"), false),
            (format!("trc_abcDEF01-3_{secret}"), false),
            (format!("trc_abcDEF0123_{secret}A"), false),
            (format!("trc_abcDEF0123_{}", &secret[1..]), false),
            (format!("trc_abcDEF0123_{}+", &secret[1..]), false),
            (format!("TRC_abcDEF0123_{secret}"), false),
            (format!(" trc_abcDEF0123_{secret}"), false),
            (String::new(), false),
        ];
        for (text, is_token) in cases {
            assert_eq!(TokenText::parse(&text).is_some(), is_token, "{text}");
        }
    }

    #[test]
    fn no_debug_output_holds_the_secret() {
        let made = NewToken::generate(&mut StdRng::seed_from_u64(7));
        let text = made.text.expose_secret();
        let secret = &text[text.len() - SECRET_CHARS..];
        let shown = format!("{made:?} {:?}", TokenText::parse(text));
        assert!(shown.contains(&made.id) && !shown.contains(secret));
    }
}
