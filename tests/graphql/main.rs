//! The GraphQL schema without HTTP in front of it and without Toss behind it.

mod contract;
mod introspection;
mod refusals;
mod sdl;
mod support;
