//! Reads a day of one of Toss's lists until what it says is certain, without holding more of it in memory than a few pages,
//! and stores it in short transactions.

mod error;
mod seen;
mod settlement_day;
mod spool;
mod transaction_day;

pub use error::ListingError;
pub(crate) use error::{Day, Reach};
pub(crate) use settlement_day::SettlementReader;
pub(crate) use transaction_day::TransactionReader;
