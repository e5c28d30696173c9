//! The served API: the real server spoken to over HTTP, against the stand-in for Toss, on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted it may unwrap, in the functions that tests share too"
)]

#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/receiver.rs"]
mod receiver;
#[path = "../support/running.rs"]
mod running;
mod support;
#[path = "../support/token.rs"]
mod token;

mod access;
mod books_by_date;
mod cancel;
mod desk;
mod discrepancies;
mod events;
mod finding;
mod fuzz;
mod given_toss;
mod ids;
mod lately;
mod live_reads;
mod merchants;
mod metrics;
mod mirrored;
mod notices;
mod order;
mod outages;
mod payments;
mod payouts;
mod periods;
mod questions;
mod reconciliation;
mod reported;
mod reported_rows;
mod reports;
mod resistance;
mod scope;
mod sessions;
mod settlements;
mod sse_client;
mod stale;
mod stories;
mod subscriptions;
mod tokens;
