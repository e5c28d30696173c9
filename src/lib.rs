//! Room being furnished.

pub mod toss;
