//! What keeps a subscription going: which changes it waits for, and whether there will be any more. A subscription is executed anew
//! for each event, with loaders and a budget of its own, so that it holds nothing while it waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::store::{Changes, Topic, Watcher};

/// At most one event a second of what changes often.
const BETWEEN_EVENTS: Duration = Duration::from_secs(1);

/// What one subscription waits for. It belongs into the data of each of its requests. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    watcher: Mutex<Option<Watcher>>,
    is_final: AtomicBool,
}

impl Live {
    /// Has changes of the topic waited for from now on: to be called before the state is read.
    pub(super) async fn watch(&self, changes: &Changes, topic: impl FnOnce() -> Topic) {
        let mut watcher = self.0.watcher.lock().await;
        match &mut *watcher {
            Some(watcher) => watcher.looks_now(),
            None => *watcher = Some(changes.watch(topic())),
        }
    }

    /// Says that nothing will change any more.
    pub(super) fn ends(&self) {
        self.0.is_final.store(true, Relaxed);
    }

    /// Whether there is nothing more to wait for.
    pub fn has_ended(&self) -> bool {
        self.0.is_final.load(Relaxed)
    }

    /// Waits until what is subscribed to may have changed; for ever while nothing is. Nothing is lost when this is given up.
    pub async fn changed(&self) {
        let mut watcher = self.0.watcher.lock().await;
        match &mut *watcher {
            Some(watcher) => watcher.changed().await,
            None => std::future::pending().await,
        }
    }

    /// How long to wait after an event before the next.
    pub async fn rest(&self) -> Duration {
        match self.0.watcher.lock().await.as_ref().map(Watcher::topic) {
            Some(Topic::CancelRequest(_)) | None => Duration::ZERO,
            Some(Topic::Payment(_) | Topic::WorkList(_)) => BETWEEN_EVENTS,
        }
    }

    /// Whether an event tells a state, so that the same one need not be told twice.
    pub async fn tells_a_state(&self) -> bool {
        let watcher = self.0.watcher.lock().await;
        !matches!(
            watcher.as_ref().map(Watcher::topic),
            Some(Topic::WorkList(_))
        )
    }
}
