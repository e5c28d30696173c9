//! Room being furnished.
fn main() {}
