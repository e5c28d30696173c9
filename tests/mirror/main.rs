//! The mirror and the verdicts that follow from it: the stand-in for Toss on one side, a database on the other, SQLite and
//! PostgreSQL alike.

#![expect(
    clippy::unwrap_used,
    reason = "a test that lacks what it needs has failed"
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

mod broken_databases;
mod endpoint;
mod explained;
mod faults;
mod following;
mod following_payments;
mod importing;
mod killed;
mod lists;
mod notices;
mod own_postgres;
mod postgres_plans;
mod program;
mod replicas;
mod requested;
mod verdicts;
mod webhooks;
