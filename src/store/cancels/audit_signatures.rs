//! What the signatures of the audit log prove. A signature holds an entry's hash, and with it every entry before: whoever may
//! write the database, but has no key, can neither make the log anew nor go on with it.

use std::collections::BTreeMap;

use crate::store::{AuditEntry, AuditSigner, BrokenLink};

/// The action of the entry with which a server says that it signs with a key from now on.
pub(in crate::store) const KEY_IN_USE: &str = "AUDIT_KEY_IN_USE";
/// What the actions of commands begin with that need no merchant's key, and so may not have one.
const UNSIGNED: &str = "TOKEN_";
/// What the actions of cancels begin with, which only who has a key records.
const CANCELS: &str = "CANCEL_";

/// An entry's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSignature {
    /// Names the key, see [`AuditSigner::name`].
    pub key: String,
    /// HMAC-SHA-256 of the entry's hash under it.
    pub digest: [u8; 32],
}

/// What the signatures of a log are, none of them wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSignatures {
    /// How many entries each key has signed, by its name. All were checked.
    pub signed: BTreeMap<String, u64>,
    /// Entries whose key was not given, by its name. None was checked.
    pub not_checked: BTreeMap<String, NotChecked>,
    /// How many carry none.
    pub unsigned: u64,
    /// The first cancel among those.
    first_unsigned_cancel: Option<i64>,
}

/// Entries that somebody has signed whose key was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotChecked {
    /// The number of the first.
    pub first: i64,
    /// How many there are.
    pub entries: u64,
}

impl AuditSignatures {
    /// How many entries are signed, with whatever key.
    pub fn count(&self) -> u64 {
        let not_checked = self.not_checked.values().map(|of_key| of_key.entries);
        self.signed.values().copied().chain(not_checked).sum()
    }

    /// Takes the next entry of the log, whose hash has been found right.
    pub(in crate::store) fn take(
        &mut self,
        keys: &[AuditSigner],
        entry: &AuditEntry,
    ) -> Result<(), BrokenLink> {
        let Some(signature) = &entry.signature else {
            return self.take_unsigned(entry);
        };
        let count = match keys.iter().find(|key| key.name() == signature.key) {
            Some(key) if !key.has_signed(&entry.hash, &signature.digest) => {
                return Err(BrokenLink::WrongSignature);
            }
            Some(key) => self.signed.entry(key.name().to_owned()).or_default(),
            None => {
                let number = entry.number;
                let of_key = self.not_checked.entry(signature.key.clone());
                let none = NotChecked {
                    first: number,
                    entries: 0,
                };
                &mut of_key.or_insert(none).entries
            }
        };
        *count = count.saturating_add(1);
        Ok(())
    }

    /// Since one entry is signed, only who needs no key writes others.
    fn take_unsigned(&mut self, entry: &AuditEntry) -> Result<(), BrokenLink> {
        let must_be_signed = self.count() > 0 && !entry.action.starts_with(UNSIGNED);
        if must_be_signed || entry.action == KEY_IN_USE {
            return Err(BrokenLink::NotSigned);
        }
        self.unsigned = self.unsigned.saturating_add(1);
        if entry.action.starts_with(CANCELS) && self.first_unsigned_cancel.is_none() {
            self.first_unsigned_cancel = Some(entry.number);
        }
        Ok(())
    }

    /// The first cancel of a log that has no signature at all, where one is known to have been there.
    pub(in crate::store) fn stripped(&self, has_been_signed: bool) -> Option<i64> {
        self.first_unsigned_cancel
            .filter(|_| has_been_signed && self.count() == 0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn signer(seed: u8) -> AuditSigner {
        AuditSigner::new([seed; 32])
    }

    /// An entry of that action, signed with that key, and with another entry's signature where it is said to be wrong.
    fn entry(number: i64, action: &str, by: Option<(u8, bool)>) -> AuditEntry {
        let hash = [u8::try_from(number).unwrap_or(0); 32];
        let signature = by.map(|(seed, is_right)| AuditSignature {
            key: signer(seed).name().to_owned(),
            digest: signer(seed).sign(if is_right { &hash } else { &[99; 32] }),
        });
        AuditEntry {
            number,
            at: DateTime::UNIX_EPOCH,
            actor: "kim".to_owned(),
            action: action.to_owned(),
            subject: "id".to_owned(),
            detail: "{}".to_owned(),
            previous_hash: [0; 32],
            hash,
            signature,
        }
    }

    /// What a log of these entries shows to whoever has the keys 1 and 2, and at which entry it breaks.
    fn walk(log: &[(&str, Option<(u8, bool)>)]) -> Result<AuditSignatures, (i64, BrokenLink)> {
        let keys = [signer(1), signer(2)];
        let mut found = AuditSignatures::default();
        for (number, (action, by)) in (1_i64..).zip(log) {
            found
                .take(&keys, &entry(number, action, *by))
                .map_err(|reason| (number, reason))?;
        }
        Ok(found)
    }

    const ONE: Option<(u8, bool)> = Some((1, true));
    const TWO: Option<(u8, bool)> = Some((2, true));
    const WRONG: Option<(u8, bool)> = Some((1, false));
    /// Of a key that is not at hand, and so neither right nor wrong.
    const STRANGE: Option<(u8, bool)> = Some((3, true));

    #[test]
    fn what_may_be_unsigned_and_where_a_log_breaks() {
        use BrokenLink::{NotSigned, WrongSignature};
        type Log = &'static [(&'static str, Option<(u8, bool)>)];
        type Found = Result<(u64, u64), (i64, BrokenLink)>;
        let cases: [(Log, Found); 15] = [
            (&[], Ok((0, 0))),
            (
                &[("TOKEN_CREATED", None), ("CANCEL_REQUESTED", None)],
                Ok((0, 2)),
            ),
            (
                &[
                    ("CANCEL_SENT", None),
                    (KEY_IN_USE, ONE),
                    ("CANCEL_SENT", ONE),
                ],
                Ok((2, 1)),
            ),
            (
                &[("CANCEL_SENT", None), (KEY_IN_USE, None)],
                Err((2, NotSigned)),
            ),
            (
                &[(KEY_IN_USE, ONE), ("CANCEL_SENT", None)],
                Err((2, NotSigned)),
            ),
            (&[(KEY_IN_USE, ONE), ("TOKEN_REVOKED", None)], Ok((1, 1))),
            (
                &[
                    (KEY_IN_USE, ONE),
                    ("TOKEN_REVOKED", None),
                    ("CANCEL_SENT", None),
                ],
                Err((3, NotSigned)),
            ),
            (
                &[(KEY_IN_USE, ONE), ("TOKENS_SUSPENDED", None)],
                Err((2, NotSigned)),
            ),
            (
                &[(KEY_IN_USE, ONE), ("token_revoked", None)],
                Err((2, NotSigned)),
            ),
            (
                &[("TOKEN_CREATED", ONE), ("CANCEL_SENT", None)],
                Err((2, NotSigned)),
            ),
            (&[(KEY_IN_USE, WRONG)], Err((1, WrongSignature))),
            (&[("TOKEN_CREATED", WRONG)], Err((1, WrongSignature))),
            (
                &[(KEY_IN_USE, ONE), (KEY_IN_USE, TWO), ("CANCEL_SENT", TWO)],
                Ok((3, 0)),
            ),
            (&[(KEY_IN_USE, STRANGE), ("CANCEL_SENT", ONE)], Ok((2, 0))),
            (
                &[(KEY_IN_USE, STRANGE), ("CANCEL_SENT", None)],
                Err((2, NotSigned)),
            ),
        ];
        for (log, expected) in cases {
            let found = walk(log).map(|found| (found.count(), found.unsigned));
            assert_eq!(found, expected, "{log:?}");
        }
    }

    #[test]
    fn signatures_are_counted_by_key_and_those_of_other_keys_named() {
        let log = [
            ("TOKEN_CREATED", None),
            (KEY_IN_USE, STRANGE),
            ("CANCEL_SENT", STRANGE),
            (KEY_IN_USE, ONE),
        ];
        let found = walk(&log).unwrap();
        let of_one = [(signer(1).name().to_owned(), 1)];
        let strange = NotChecked {
            first: 2,
            entries: 2,
        };
        assert_eq!(found.signed, BTreeMap::from(of_one));
        assert_eq!(
            found.not_checked,
            BTreeMap::from([(signer(3).name().to_owned(), strange)])
        );
        assert_eq!((found.unsigned, found.count()), (1, 3));
    }

    #[test]
    fn a_log_of_cancels_without_any_signature_is_noticed_where_there_have_been_some() {
        let stripped = |log: &[_], has_been_signed| walk(log).unwrap().stripped(has_been_signed);
        let cancels = [("TOKEN_CREATED", None), ("CANCEL_SENT", None)];
        assert_eq!(stripped(&cancels, true), Some(2));
        assert_eq!(stripped(&cancels, false), None, "it is of before");
        assert_eq!(stripped(&cancels[..1], true), None);
        let signed = [("CANCEL_SENT", None), (KEY_IN_USE, ONE)];
        assert_eq!(stripped(&signed, true), None);
    }
}
