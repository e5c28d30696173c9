//! Which rows of a day have come already, in as little memory as a million of them allow.

use std::collections::HashSet;

use reconciliation::Transaction;
use sha2::{Digest, Sha256};

/// Sets that grow one after the other: a single one holds everything twice while it grows.
const SHARDS: u8 = 64;

/// Enough of a hash of merchant and transaction key that among a million rows no two are taken for one.
type Name = [u8; 12];

/// Rows by their names.
pub(super) struct Seen(Vec<HashSet<Name>>);

impl Default for Seen {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| HashSet::new()).collect())
    }
}

impl Seen {
    /// Whether the row comes for the first time.
    pub(super) fn is_new(&mut self, row: &Transaction) -> bool {
        let mut hasher = Sha256::new();
        hasher.update(row.mid.as_str());
        hasher.update("\n");
        hasher.update(row.transaction_key.as_str());
        self.is_new_name(hasher)
    }

    /// Whether a row that cannot be read comes for the first time: its text is its name.
    pub(super) fn is_new_text(&mut self, raw: &str) -> bool {
        let mut hasher = Sha256::new();
        hasher.update(raw);
        self.is_new_name(hasher)
    }

    fn is_new_name(&mut self, hasher: Sha256) -> bool {
        let hash: [u8; 32] = hasher.finalize().into();
        let mut name = Name::default();
        let (short, rest) = hash.split_at(name.len());
        name.copy_from_slice(short);
        let shard = rest.first().map_or(0, |byte| usize::from(byte % SHARDS));
        self.0.get_mut(shard).is_none_or(|names| names.insert(name))
    }
}
