//! Ids for settlement rows, which have none at Toss: made of what identifies a row, so that a row read again has the
//! same id.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reconciliation::{PaymentKey, Settlement, TransactionKey};
use sha2::{Digest, Sha256};

use crate::store::SettlementRecord;
use crate::store::rows::kind_text;

/// The id of a settlement row: ours, since Toss's rows have none. The same row read again has the same id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettlementId(String);

impl SettlementId {
    /// Takes an id as it was once given out; one that never was finds nothing.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Which of the rows with the same identity it is, from 1.
    pub(in crate::store) fn place(&self) -> u32 {
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
pub(in crate::store) fn with_ids<'r, 'v>(
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

/// The identities of all rows of a day, for naming rows that are not held in memory together. Grows by 16 bytes a row.
#[derive(Default)]
pub struct SettlementIdentities(Vec<[u8; 16]>);

impl SettlementIdentities {
    /// Adds a row of the day.
    pub fn add(&mut self, row: &Settlement) {
        self.0.push(identity_bytes(row));
    }

    /// To be called when every row of the day was added, before anything is asked.
    pub fn complete(&mut self) {
        self.0.sort_unstable();
    }

    /// Whether the day has several rows of this row's identity: those can only be named together.
    pub fn repeats(&self, row: &Settlement) -> bool {
        self.times(&identity_bytes(row)) > 1
    }

    /// Whether the day has a row of this id.
    pub(in crate::store) fn names(&self, id: &str) -> bool {
        let Some((identity, occurrence)) = id.split_once('.') else {
            return false;
        };
        let mut bytes = [0; 16];
        match URL_SAFE_NO_PAD.decode_slice(identity, &mut bytes) {
            Ok(16) => occurrence
                .parse()
                .is_ok_and(|occurrence: usize| occurrence <= self.times(&bytes)),
            _ => false,
        }
    }

    fn times(&self, identity: &[u8; 16]) -> usize {
        let first = self.0.partition_point(|other| other < identity);
        let rest = self.0.get(first..).unwrap_or_default();
        rest.partition_point(|other| other == identity)
    }
}

/// What makes a row the row it is, whatever amounts it has.
fn identity(row: &Settlement) -> String {
    URL_SAFE_NO_PAD.encode(identity_bytes(row))
}

/// 128 bits of a hash.
fn identity_bytes(row: &Settlement) -> [u8; 16] {
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
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}
