//! What time it is: the system's clock, or one that a test or the demo holds.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// A source of instants. Rules are given instants; only the verbs ask for one.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the room where the system's clock is read"
        )]
        Self(Arc::new(Utc::now))
    }

    /// A clock that asks the given function.
    pub fn from_fn(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The instant that it is now.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
