//! Rows of Toss's lists that cannot be read: what of them can be told all the same.

use crate::{KstDate, MId, OrderId, PaymentKey, Source, TransactionKey};

/// A row that cannot be read, as far as it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRow {
    /// The merchant that it names.
    pub mid: Option<MId>,
    /// The payment that it names.
    pub payment_key: Option<PaymentKey>,
    /// The event that it names.
    pub transaction_key: Option<TransactionKey>,
    /// The order that it names.
    pub order_id: Option<OrderId>,
    /// The day that it is listed under: of a transaction the day in Seoul on which it happened, of a settlement its sold
    /// date.
    pub day: Option<KstDate>,
    /// Which of its fields cannot be read, such as `paidOutDate`.
    pub field: String,
    /// What is wrong there, never the value itself.
    pub reason: String,
}

/// A row that cannot be read, and where it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUnreadable {
    /// The list.
    pub source: Source,
    /// The day under which it was read.
    pub day: KstDate,
    /// The row.
    pub row: UnreadableRow,
}
