//! Ids for settlement rows, which have none at Toss: made of what identifies a row, so that a row read again has the
//! same id.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reconciliation::{PaymentKey, Settlement, TransactionKey};
use sha2::{Digest, Sha256};

use super::SettlementRecord;
use super::rows::kind_text;

/// The id of a settlement row: ours, since Toss's rows have none. The same row read again has the same id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettlementId(String);

impl SettlementId {
    /// Takes an id as it was once given out; one that never was finds nothing.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Which of the rows with the same identity it is, from 1.
    pub(super) fn place(&self) -> u32 {
        let number = self.0.rsplit('.').next();
        number.and_then(|number| number.parse().ok()).unwrap_or(1)
    }

    /// The id: letters, digits, `-`, `_` and `.`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SettlementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives each row of a reading its id. Rows of one identity are numbered in the order of their content, so that the ids
/// do not depend on the order in which Toss listed them.
pub(super) fn with_ids<'r, 'v>(
    records: &'r [SettlementRecord<'v>],
) -> Vec<(SettlementId, &'r SettlementRecord<'v>)> {
    let mut groups: BTreeMap<String, Vec<&SettlementRecord<'_>>> = BTreeMap::new();
    for record in records {
        groups
            .entry(identity(record.value))
            .or_default()
            .push(record);
    }
    let mut named = Vec::with_capacity(records.len());
    for (identity, mut group) in groups {
        group.sort_by_key(|record| {
            let value = record.value;
            (
                value.paid_out_date,
                value.amount.minor(),
                value.pay_out_amount.minor(),
                record.raw,
            )
        });
        for (record, occurrence) in group.into_iter().zip(1_u32..) {
            named.push((SettlementId(format!("{identity}.{occurrence}")), record));
        }
    }
    named
}

/// What makes a row the row it is, whatever amounts it has; 128 bits of a hash.
fn identity(row: &Settlement) -> String {
    let sold_date = row.sold_date.to_string();
    let parts = [
        Some(row.mid.as_str()),
        Some(sold_date.as_str()),
        Some(kind_text(row.kind)),
        row.payment_key.as_ref().map(PaymentKey::as_str),
        row.transaction_key.as_ref().map(TransactionKey::as_str),
        Some(row.order_id.as_str()),
    ];
    let mut hash = Sha256::new();
    for part in parts {
        // No part can hold a line feed, and only an absent one is empty.
        hash.update(part.unwrap_or_default());
        hash.update("\n");
    }
    let hash: [u8; 32] = hash.finalize().into();
    let (half, _) = hash.split_at(16);
    URL_SAFE_NO_PAD.encode(half)
}
