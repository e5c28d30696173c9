//! The name of one request: in the log, in the answer's header and in what a client is told about a failure of ours.

use std::fmt;

use uuid::Uuid;

/// Names one request. A client that quotes it leads to the log lines of what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    /// The id under which a request came (a proxy in front may have named it already).
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id as a UUID.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}
