//! How many payments the queries of one token may have Toss asked about: what one of them takes, others do not lack.

use std::time::{Duration, Instant};

use crate::access::{Buckets, Principal};

/// A bucket for each token, as for its requests.
pub(super) struct LiveReads(Buckets<String>);

impl LiveReads {
    pub(super) fn per_minute(most: u32) -> Self {
        Self(Buckets::per_minute(most))
    }

    /// Has Toss be asked about one payment more.
    ///
    /// # Errors
    /// How long it takes until the token may have it asked again.
    pub(super) fn take(&self, principal: &Principal) -> Result<(), Duration> {
        self.0.take(&principal.name, Instant::now())
    }
}
