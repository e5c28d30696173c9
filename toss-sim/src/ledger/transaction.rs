//! One row of `GET /v1/transactions`: what happened, to which payment, when.

use chrono::{DateTime, Utc};

use super::payment::Status;

/// Why a row exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// An account was issued, or waits again after its deposit bounced: no money.
    Issued,
    /// Money came in; `bounced` once the deposit failed afterwards.
    Approved { bounced: bool },
    /// The payment's `nth` cancel.
    Cancel { nth: usize, moves_money: bool },
}

/// A transaction; it keeps the status that it was born with.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) payment: usize,
    pub(crate) transaction_key: String,
    pub(crate) kind: RowKind,
    pub(crate) status: Status,
    pub(crate) amount: i64,
    pub(crate) at: DateTime<Utc>,
}

impl Row {
    /// Whether money is settled for this row: approvals that stood, and cancels that gave money back.
    pub(crate) fn is_settled(&self) -> bool {
        match self.kind {
            RowKind::Issued => false,
            RowKind::Approved { bounced } => !bounced,
            RowKind::Cancel { moves_money, .. } => moves_money,
        }
    }
}
