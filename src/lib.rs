//! The server: what it is made of, and the only place where the rooms are joined.

pub mod access;
pub mod http;
