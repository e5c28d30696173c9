//! The name of a day's content: while it stays the same, so do the rows, in whatever order they were listed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Takes a day's rows and gives their name. Grows by 16 bytes a row.
#[derive(Clone, Debug, Default)]
pub struct RowsDigest(Vec<[u8; 16]>);

impl RowsDigest {
    /// Adds a row as Toss wrote it. A row that was listed twice counts twice.
    pub fn add(&mut self, raw: &str) {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(raw.as_bytes())[..16]);
        self.0.push(half);
    }

    /// How many rows were added.
    pub fn rows(&self) -> usize {
        self.0.len()
    }

    /// The name: 43 characters of base64.
    pub fn finish(mut self) -> String {
        self.0.sort_unstable();
        let mut hasher = Sha256::new();
        for row in &self.0 {
            hasher.update(row);
        }
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
