//! Cancels that can be trusted: the real server over HTTP before a Toss that fails in every way it can, on SQLite and on
//! PostgreSQL, and the real program killed again and again under load.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected has failed"
)]

#[path = "../support/postgres.rs"]
mod postgres;
mod shop;

mod approvals;
mod faults;
mod killed;
mod limits;
mod lost_answers;
mod marks;
mod offers;
mod overseas;
mod program;
mod records;
