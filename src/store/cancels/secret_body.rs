//! Bodies of requests and answers: kept word for word, shown to nobody.

use std::fmt;

/// A body that may hold personal data. Its `Debug` tells the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBody(String);

impl SecretBody {
    /// Takes the body as it is.
    pub fn new(body: String) -> Self {
        Self(body)
    }

    /// The body, for sending and storing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBody({} bytes)", self.0.len())
    }
}
