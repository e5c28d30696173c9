//! The program as it is run: its real binary as a process, its exit status, and every line that it prints.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it did not expect has to end there"
)]

mod collector;
#[path = "../support/postgres.rs"]
mod postgres;
mod program;
mod server;

mod access_log;
mod audit;
mod backup;
mod demo;
mod doctor;
mod front_ends;
mod migrate;
mod new_database;
mod precedence;
mod reconcile;
mod report;
mod schema;
mod secrecy;
mod serve;
mod settings_file;
mod soak;
mod stopping;
mod sync;
mod tokens;
mod traces;
mod unknown_settings;
mod usage;
mod wrong_settings;
