//! The mirror: the stand-in for Toss on one side, a database on the other, SQLite and PostgreSQL alike.

#[path = "../support/postgres.rs"]
mod postgres;
mod support;

mod faults;
mod importing;
mod killed;
