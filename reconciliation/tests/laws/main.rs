//! The engine's rules: tables of cases with their near misses, and properties over any rows.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own values are known to be good, and a bad one must fail it"
)]

mod cancels;
mod days;
mod effects;
mod fees;
mod ids;
mod made;
mod matching;
mod money;
mod origins;
mod permit;
mod readings;
mod walk_properties;
