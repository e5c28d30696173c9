//! The tasks that move money. They belong to the server, not to a request or a worker, and are waited for at the end.

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::request_notes::carried;
use crate::toss::first;

/// Money steps under way.
#[derive(Clone)]
pub struct MoneySteps {
    runtime: Handle,
    tracker: TaskTracker,
}

impl MoneySteps {
    /// Steps that run on the given runtime, which must outlive the workers that serve requests.
    pub fn on(runtime: Handle) -> Self {
        Self {
            runtime,
            tracker: TaskTracker::new(),
        }
    }

    /// Starts a step; dropping the handle does not stop it.
    pub(super) fn start<T: Send + 'static>(
        &self,
        step: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tracker.spawn_on(carried(first(step)), &self.runtime)
    }

    /// Waits for the steps under way.
    pub async fn finish(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}
