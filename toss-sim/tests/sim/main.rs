//! The stand-in, asked over HTTP as Toss would be.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect has to end there"
)]

mod attempts;
mod auth;
mod binary;
mod cancel_outcomes;
mod cancel_rules;
mod control;
mod determinism;
mod faults;
mod held_payments;
mod idempotency;
mod lifecycle;
mod money;
mod moving_rows;
mod odd_rows;
mod payout_dates;
mod scenarios;
mod settled_otherwise;
mod settlement_troubles;
mod settlements;
mod shapes;
mod shop;
mod transactions;
mod webhooks;
