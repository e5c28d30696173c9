//! The chain of the audit log: what an entry says, the hash that ties it to the one before, and how a broken link shows.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::store::AuditSignature;

/// What the first entry follows.
pub(in crate::store) const BEGINNING: [u8; 32] = [0; 32];

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Counts from 1 without a gap.
    pub number: i64,
    /// When, to the millisecond.
    pub at: DateTime<Utc>,
    /// The name of the token that acted, or the program itself.
    pub actor: String,
    /// What was done, such as `CANCEL_REQUESTED`, `CANCEL_SUCCEEDED` or `TOKEN_REVOKED`.
    pub action: String,
    /// What it was done to: the id of a cancel request, the name of a token, or that of a key.
    pub subject: String,
    /// What is to be known of it, as JSON. Nothing personal.
    pub detail: String,
    /// The hash of the entry before; zeros for the first.
    pub previous_hash: [u8; 32],
    /// The hash of this entry.
    pub hash: [u8; 32],
    /// The hash signed; `None` where the entry was written without a key.
    pub signature: Option<AuditSignature>,
}

/// What walking along the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Every entry is as it was written, and none is missing before the last.
    Whole {
        /// How many there are.
        entries: u64,
        /// The hash of the last; kept elsewhere, it shows whether entries were cut off the end later.
        last_hash: [u8; 32],
    },
    /// The first entry that is not as it was written, or stands where another should.
    Broken {
        /// Its number.
        number: i64,
        /// What is wrong.
        reason: BrokenLink,
    },
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenLink {
    /// The number does not follow the one before.
    #[error("the entry before it is missing")]
    Gap,
    /// It does not name the hash of the one before.
    #[error("the entry before it is not the one that it was written after")]
    OtherPredecessor,
    /// Its content is not what its hash was taken of.
    #[error("it was changed after it was written")]
    Changed,
    /// Its signature is not one of its hash.
    #[error("its signature is wrong: it was changed, or written by somebody without the key")]
    WrongSignature,
    /// It has no signature, and must have one.
    #[error(
        "it is not signed, and has to be: it was written, or its signature taken away, without the key"
    )]
    NotSigned,
    /// A column cannot be read.
    #[error("it cannot be read")]
    Unreadable,
}

/// The hash of an entry's content. Each part is led by its length, so that no two entries read alike.
pub(in crate::store) fn hash(entry: &AuditEntry) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(entry.previous_hash);
    hasher.update(entry.number.to_be_bytes());
    hasher.update(entry.at.timestamp_millis().to_be_bytes());
    for part in [&entry.actor, &entry.action, &entry.subject, &entry.detail] {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(length.to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// Whether an entry is whole and follows the one with the given number and hash.
pub(in crate::store) fn check(
    last_number: i64,
    last_hash: &[u8; 32],
    entry: &AuditEntry,
) -> Result<(), BrokenLink> {
    if last_number.checked_add(1) != Some(entry.number) {
        return Err(BrokenLink::Gap);
    }
    if hash(entry) != entry.hash {
        return Err(BrokenLink::Changed);
    }
    if &entry.previous_hash != last_hash {
        return Err(BrokenLink::OtherPredecessor);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: i64, previous_hash: [u8; 32]) -> AuditEntry {
        let mut entry = AuditEntry {
            number,
            at: DateTime::UNIX_EPOCH,
            actor: "kim".to_owned(),
            action: "CANCEL_REQUESTED".to_owned(),
            subject: "id".to_owned(),
            detail: "{}".to_owned(),
            previous_hash,
            hash: BEGINNING,
            signature: None,
        };
        entry.hash = hash(&entry);
        entry
    }

    #[test]
    fn a_chain_is_whole_and_every_change_of_a_link_is_named() {
        let first = entry(1, BEGINNING);
        let second = entry(2, first.hash);
        assert_eq!(check(0, &BEGINNING, &first), Ok(()));
        assert_eq!(check(1, &first.hash, &second), Ok(()));
        assert_eq!(
            check(1, &BEGINNING, &second),
            Err(BrokenLink::OtherPredecessor)
        );
        assert_eq!(check(0, &first.hash, &second), Err(BrokenLink::Gap));
        let later = second.at + chrono::TimeDelta::milliseconds(1);
        let text = || "x".to_owned();
        let changed = [
            AuditEntry {
                at: later,
                ..second.clone()
            },
            AuditEntry {
                actor: text(),
                ..second.clone()
            },
            AuditEntry {
                action: text(),
                ..second.clone()
            },
            AuditEntry {
                subject: text(),
                ..second.clone()
            },
            AuditEntry {
                detail: text(),
                ..second.clone()
            },
            AuditEntry {
                previous_hash: [1; 32],
                ..second.clone()
            },
            AuditEntry {
                hash: [1; 32],
                ..second.clone()
            },
        ];
        for changed in changed {
            assert_eq!(
                check(1, &first.hash, &changed),
                Err(BrokenLink::Changed),
                "{changed:?}"
            );
        }
    }

    #[test]
    fn a_letter_moved_from_one_part_to_the_next_is_another_content() {
        let first = entry(1, BEGINNING);
        let moved = AuditEntry {
            actor: "ki".to_owned(),
            action: "mCANCEL_REQUESTED".to_owned(),
            ..first.clone()
        };
        assert_ne!(hash(&moved), first.hash);
    }
}
