//! The client of Toss, held against the bodies that Toss documents and against a server that misbehaves on cue.

mod bodies;
mod cancel_bodies;
mod cancelling;
mod codes;
mod fixtures;
mod keys;
mod lists;
mod logs;
mod odd_rows;
mod refusals;
mod requests;
mod retries;
mod rows;
mod server;
mod setup;
mod tolerance;
