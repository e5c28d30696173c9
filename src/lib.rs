//! The server `toss-recon`: asks Toss Payments what became of a merchant's money, keeps it, and answers over GraphQL.
//!
//! Each room speaks one outside language: `toss` HTTP to Toss, `store` SQL, `graphql` GraphQL, `http` actix. The verbs
//! `lookup` and `cancel` call two of them and the engine. `server` joins the rooms, `commands` is the command line.

// What tests of the parts share with those of the whole names this program from without.
#[cfg(test)]
extern crate self as toss_recon;

pub mod access;
pub mod cancel;
pub mod clock;
pub mod commands;
pub mod config;
pub mod doctor;
pub mod fail_points;
mod flights;
pub mod graphql;
pub mod http;
pub mod listing;
pub mod lookup;
pub mod merchants;
mod nearness;
pub mod notify;
pub mod periods;
pub mod reconcile;
pub mod report;
pub mod request_notes;
pub mod server;
pub mod store;
pub mod sync;
pub mod toss;
mod traces;
pub mod webhooks;
