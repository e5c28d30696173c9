//! The store, on SQLite and on PostgreSQL alike.

#[path = "../support/postgres.rs"]
mod postgres;

#[macro_use]
mod database;
mod samples;

mod audit;
mod broken_rows;
mod cancel_requests;
mod large_days;
mod opening;
mod reading;
mod secrecy;
mod settlements;
mod tokens;
mod urls;
