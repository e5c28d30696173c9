//! The tables, one file each: columns only. What a row means is told by whoever reads it.
//!
//! Money is a `bigint` of minor units beside its currency, an instant is a `bigint` of Unix milliseconds in UTC, and a
//! business day is a date without a zone.

pub mod access_token;
pub mod audit_entry;
pub mod booked_day;
pub mod booked_line;
pub mod cancel;
pub mod cancel_request;
pub mod database_fact;
pub mod desk_record;
pub mod desk_step;
pub mod discrepancy;
pub mod failed_day;
pub mod forgotten_cancel;
pub mod lease;
pub mod merchant_id;
pub mod payment;
pub mod payment_attempt;
pub mod period;
pub mod period_change;
pub mod period_day;
pub mod period_part;
pub mod period_section;
pub mod requested_day;
pub mod resolved_discrepancy;
pub mod running_limit;
pub mod session;
pub mod settlement;
pub mod settlement_match;
pub mod settlement_version;
pub mod sync_window;
pub mod transaction;
pub mod unreadable_row;
pub mod unsettled_day;
pub mod unsettled_event;
pub mod verdict;
pub mod verdict_gap;
pub mod verdict_settings;
pub mod verdict_terms;
pub mod webhook;

mod raw_text;

pub use raw_text::RawText;
