//! Cancels that can be trusted: the real server over HTTP before a Toss that fails in every way it can, on SQLite and on
//! PostgreSQL, and the real program killed again and again under load.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected has failed"
)]

mod books;
#[path = "../support/postgres.rs"]
mod postgres;
mod program;
mod scene;
mod shop;
mod wire;

mod approvals;
mod clocks;
mod connections;
mod crash_points;
mod crowds;
mod databases;
mod faults;
mod hearsay;
mod killed;
mod limits;
mod lost_answers;
mod marks;
mod offers;
mod overseas;
mod power_cut;
mod records;
