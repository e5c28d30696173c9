//! Room being furnished.

pub mod store;
