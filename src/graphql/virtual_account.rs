//! A payment's virtual account, as clients see it.

use async_graphql::SimpleObject;
use reconciliation::{RefundStatus, VirtualAccount};

use super::scalars::DateTime;

/// A bank account number that was issued for one payment.
#[derive(SimpleObject)]
pub(super) struct VirtualAccountDetails {
    /// The bank, as Toss names it: a code such as 20, in old answers a name.
    bank: Option<String>,
    /// The account's number with all but its last digits hidden.
    masked_account_number: Option<String>,
    /// Until when the deposit may come.
    due_date: Option<DateTime>,
    /// How far the bank is with giving a deposit back, in Toss's word: `NONE`, `PENDING`, `FAILED`, `PARTIAL_FAILED` or `COMPLETED`. It
    /// only informs: `effectiveRefund` counts what was cancelled. `FAILED` and `PARTIAL_FAILED` are a discrepancy,
    /// `REFUND_FAILED`.
    refund_status: Option<String>,
}

impl From<&VirtualAccount> for VirtualAccountDetails {
    fn from(account: &VirtualAccount) -> Self {
        let status = account.refund_status.as_ref().map(RefundStatus::as_str);
        Self {
            bank: account.bank.clone(),
            masked_account_number: account.masked_account_number.clone(),
            due_date: account.due_at.map(DateTime),
            refund_status: status.map(str::to_owned),
        }
    }
}
