//! The store, on SQLite and on PostgreSQL alike.

#[path = "../support/postgres.rs"]
mod postgres;

#[macro_use]
mod database;
mod samples;
mod verdict_samples;

mod audit;
mod audit_signatures;
mod book_rows;
mod broken_rows;
mod cancel_limits;
mod cancel_requests;
mod changes;
mod coverage_marks;
mod desk;
mod due_payments;
mod durable;
mod filled;
mod hearing;
mod keeping;
mod known_among_many;
mod large_days;
mod lost_places;
mod marks;
mod open_work;
mod opening;
mod owners;
mod payouts;
mod pooler;
mod raw_texts;
mod reading;
mod running_limits;
mod secrecy;
mod sessions;
mod settlements;
mod sums;
mod tokens;
mod urls;
mod whole_payments;
mod work_list;
