//! Reads a day of one of Toss's lists until what it says is certain, without holding more of it in memory than a few pages,
//! and stores it in short transactions.

mod completeness;
mod days;
mod error;
mod seen;
mod settlement_day;
mod spool;
mod transaction_day;
mod unreadable;

pub use completeness::{complete_from, is_complete, rest};
pub use days::ListSettings;
pub(crate) use days::{ListedDays, read_day};
pub use error::ListingError;
pub(crate) use error::{Day, Reach};
pub(crate) use unreadable::unreadable_record;

use settlement_day::SettlementReader;
use transaction_day::TransactionReader;
