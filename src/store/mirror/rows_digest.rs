//! The name of a day's content: while it stays the same, so do the rows, in whatever order they were listed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Takes a day's rows and gives their name. Does not grow with them: what is kept is the sum of their hashes.
#[derive(Clone, Debug, Default)]
pub struct RowsDigest {
    /// Of both halves, each wrapping around.
    sums: [u128; 2],
    rows: usize,
}

impl RowsDigest {
    /// Adds a row as Toss wrote it. A row that was listed twice counts twice.
    pub fn add(&mut self, raw: &str) {
        let hash: [u8; 32] = Sha256::digest(raw.as_bytes()).into();
        let (halves, _) = hash.as_chunks();
        for (sum, half) in self.sums.iter_mut().zip(halves) {
            *sum = sum.wrapping_add(u128::from_le_bytes(*half));
        }
        self.rows += 1;
    }

    /// How many rows were added.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The name: 43 characters of base64.
    pub fn finish(self) -> String {
        let mut hasher = Sha256::new();
        for sum in self.sums {
            hasher.update(sum.to_le_bytes());
        }
        hasher.update(self.rows.to_string());
        URL_SAFE_NO_PAD.encode(hasher.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[&str]) -> String {
        let mut digest = RowsDigest::default();
        for row in rows {
            digest.add(row);
        }
        digest.finish()
    }

    #[test]
    fn the_order_does_not_matter_and_the_number_does() {
        assert_eq!(digest(&["a", "b", "a"]), digest(&["a", "a", "b"]));
        assert_ne!(digest(&["a", "b", "a"]), digest(&["a", "b"]));
        assert_ne!(digest(&["a", "b"]), digest(&["a", "c"]));
        assert_ne!(digest(&["ab"]), digest(&["a", "b"]));
    }
}
