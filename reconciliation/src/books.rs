//! Everything that is known of one payment when it is reconciled, and the terms it is held against.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    BusinessCalendar, Cancel, CancelRequestFacts, Contracts, Coverage, History, ListedUnreadable,
    Payment, Settlement,
};

/// Everything known of one payment. Of a settlement row without a payment, only that row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// The payment itself (source P), if it has been read. What only it can tell is then unknown, and no failure.
    pub payment: Option<PaymentRead>,
    /// Its transaction rows (source A), walked.
    pub history: History,
    /// The settlement rows (source S) that name this payment, and those that name no payment but its order. Rows that
    /// name another payment are passed over.
    pub settlements: Vec<ListedSettlement>,
    /// What such rows said in earlier readings, as far as a later reading no longer lists it.
    pub former_settlements: Vec<FormerSettlement>,
    /// The rows of either list that name this payment and cannot be read. Of one that names no payment, only that row.
    pub unreadable: Vec<ListedUnreadable>,
    /// Our cancel requests for it (source K), all of them.
    pub requests: Vec<RecordedRequest>,
    /// What has been read of the lists.
    pub coverage: Arc<Coverage>,
}

impl Books {
    /// How it was paid, in Toss's spelling: as the payment says, else the first event, else a settlement row.
    pub fn method_label(&self) -> Option<&str> {
        let of_payment = self.payment.iter();
        let of_payment = of_payment.filter_map(|read| read.payment.method_label.as_deref());
        let of_events = self.history.known_events().iter();
        let of_events = of_events.filter_map(|event| event.transaction.method_label.as_deref());
        let of_rows = self.settlements.iter();
        let of_rows = of_rows.filter_map(|row| row.settlement.method_label.as_deref());
        of_payment.chain(of_events).next().or_else(|| of_rows.min())
    }
}

/// A payment with its cancels, as one answer gave them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRead {
    /// The payment.
    pub payment: Payment,
    /// Its `cancels[]`.
    pub cancels: Vec<Cancel>,
    /// When Toss was asked.
    pub read_at: DateTime<Utc>,
}

/// A settlement row that the newest reading of its day lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSettlement {
    /// The row.
    pub settlement: Settlement,
    /// Which of the listed rows it is: rows have no id of their own, and identical ones occur. Equal rows at two places
    /// are two rows; at one place they are one row given twice.
    pub place: u32,
    /// When that reading began.
    pub read_at: DateTime<Utc>,
}

/// A settlement row as an earlier reading listed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerSettlement {
    /// The row as it was.
    pub settlement: Settlement,
    /// Which of the listed rows it was, as in [`ListedSettlement::place`].
    pub place: u32,
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// The reading that no longer listed it so.
    pub replaced_at: DateTime<Utc>,
}

/// One of our cancel requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRequest {
    /// Our identity of it.
    pub id: String,
    /// When it was recorded.
    pub requested_at: DateTime<Utc>,
    /// When it was allowed to be sent: when another admin approved it, where that was needed, else when it was recorded.
    pub allowed_at: DateTime<Utc>,
    /// What tells whether it caused a cancel.
    pub facts: CancelRequestFacts,
}

/// What every payment's books are held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The business days.
    pub calendar: BusinessCalendar,
    /// The merchants' contracts, configured or learned.
    pub contracts: Contracts,
}
