//! Rows of `audit_entries`.

use entity::audit_entry;

use super::Row;
use crate::store::{AuditEntry, AuditSignature, StoreError};

/// The row's value. Whether its hashes and its signature are right is for whoever walks along the log.
pub(in crate::store) fn audit_entry(model: audit_entry::Model) -> Result<AuditEntry, StoreError> {
    let key = model.number.to_string();
    let row = Row {
        table: "audit_entries",
        key: &key,
    };
    let signature = match (model.signing_key, model.signature) {
        (None, None) => None,
        (Some(key), Some(digest)) => Some(AuditSignature {
            key,
            digest: row.read("signature", digest.try_into())?,
        }),
        _ => return Err(StoreError::inconsistent("audit_entries", "signature", &key)),
    };
    Ok(AuditEntry {
        number: model.number,
        at: model.at.0,
        actor: model.actor,
        action: model.action,
        subject: model.subject,
        detail: model.detail,
        previous_hash: row.read("previous_hash", model.previous_hash.try_into())?,
        hash: row.read("hash", model.hash.try_into())?,
        signature,
    })
}
