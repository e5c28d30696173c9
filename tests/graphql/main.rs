//! The GraphQL schema without HTTP in front of it and without Toss behind it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that lacks what it needs has failed"
)]

mod contract;
mod introspection;
mod refusals;
mod sdl;
mod support;
