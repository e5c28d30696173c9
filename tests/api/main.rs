//! The served API: the real server spoken to over HTTP, against the stand-in for Toss, on SQLite and on PostgreSQL.

#[path = "../support/postgres.rs"]
mod postgres;
mod support;

mod access;
mod cancel;
mod ids;
mod merchants;
mod outages;
mod payments;
mod questions;
mod settlements;
mod stories;
