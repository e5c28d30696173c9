//! The stand-in, asked over HTTP as Toss would be.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect has to end there"
)]

mod auth;
mod binary;
mod cancel_rules;
mod control;
mod determinism;
mod faults;
mod idempotency;
mod scenarios;
mod settlements;
mod shapes;
mod shop;
mod transactions;
mod webhooks;
