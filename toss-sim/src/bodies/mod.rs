//! What goes over the wire, written from Toss's documentation alone.

pub(crate) mod cancel;
pub(crate) mod json;
pub(crate) mod literal;
pub(crate) mod method;
pub(crate) mod odd;
pub(crate) mod old_version;
pub(crate) mod payment;
pub(crate) mod sample;
pub(crate) mod settlement;
pub(crate) mod transaction;
