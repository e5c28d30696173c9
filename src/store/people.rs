//! Who may ask: tokens, their owners, and sessions of browsers.

pub(in crate::store) mod owners;
pub(in crate::store) mod sessions;
pub(in crate::store) mod token_use;
pub(in crate::store) mod tokens;
