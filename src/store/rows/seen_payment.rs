//! Rows of `payments` made from rows of the transactions list, for payments that nobody has asked Toss about.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::payment;
use reconciliation::{PaymentKey, Transaction};

use super::kinds::{method_kind, status_kind};
use super::storable;
use crate::store::{AccountName, TransactionRecord};

/// One row for each payment that the given rows name, in the order of their keys. The last row tells the status.
pub(in crate::store) fn seen_payments<'a>(
    records: impl Iterator<Item = &'a TransactionRecord<'a>>,
    account: &AccountName,
    read_at: DateTime<Utc>,
) -> Vec<payment::Model> {
    let mut seen: BTreeMap<&PaymentKey, Seen<'_>> = BTreeMap::new();
    for record in records {
        let row = record.value;
        seen.entry(&row.payment_key)
            .and_modify(|seen| seen.add(row))
            .or_insert(Seen {
                began_at: row.transaction_at,
                last: row,
            });
    }
    seen.into_values()
        .map(|seen| seen.model(account, read_at))
        .collect()
}

/// A payment as far as rows tell.
struct Seen<'a> {
    began_at: DateTime<Utc>,
    last: &'a Transaction,
}

impl<'a> Seen<'a> {
    fn add(&mut self, row: &'a Transaction) {
        self.began_at = self.began_at.min(row.transaction_at);
        if row.in_walk_order(self.last).is_gt() {
            self.last = row;
        }
    }

    fn model(&self, account: &AccountName, read_at: DateTime<Utc>) -> payment::Model {
        let last = self.last;
        payment::Model {
            payment_key: last.payment_key.to_string(),
            mid: last.mid.to_string(),
            account: account.to_string(),
            order_id: last.order_id.to_string(),
            method_label: last.method_label.as_deref().map(storable),
            status: storable(last.status.as_str()),
            currency: last.amount.currency().code().to_owned(),
            total_amount: None,
            balance_amount: None,
            requested_at: None,
            approved_at: None,
            is_partial_cancelable: None,
            last_transaction_key: Some(last.transaction_key.to_string()),
            version: None,
            raw: None,
            read_at: read_at.into(),
            rows_only: true,
            outdated: false,
            began_at: self.began_at.into(),
            newest_row_at: Some(last.transaction_at.into()),
            status_kind: status_kind(&last.status).to_owned(),
            method_kind: method_kind(last.method().as_ref()).to_owned(),
            virtual_account_bank: None,
            virtual_account_masked_number: None,
            virtual_account_due_at: None,
            refund_status: None,
            order_name: None,
            approval_number: None,
        }
    }
}
