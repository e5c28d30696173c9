//! Room being furnished.

pub mod graphql;
pub mod store;
