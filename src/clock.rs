//! What time it is: the system's clock, one that several processes share, or one that a test or the demo holds.

mod shared;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::fail_points;

pub use shared::{SharedTime, Sighting};

/// A source of instants. Rules are given instants; only the verbs ask for one.
#[derive(Clone)]
pub struct Clock(Hands);

#[derive(Clone)]
enum Hands {
    System,
    Shared(Arc<SharedTime>),
    Function(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Hands::System)
    }

    /// A clock that other processes look at too.
    pub fn shared(time: Arc<SharedTime>) -> Self {
        Self(Hands::Shared(time))
    }

    /// A clock that asks the given function.
    pub fn from_fn(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Hands::Function(Arc::new(now)))
    }

    /// The instant that it is now.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Hands::System => system_now(),
            Hands::Shared(time) => time.now(),
            Hands::Function(now) => now(),
        }
    }

    /// Whether it is the system's clock.
    pub fn is_system(&self) -> bool {
        matches!(self.0, Hands::System)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the room where the system's clock is read"
)]
fn system_now() -> DateTime<Utc> {
    Utc::now() + fail_points::milliseconds("clock-ahead")
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
