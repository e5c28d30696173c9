//! Those who wait for a piece of work: when the last of them has gone before anything was asked of Toss, the work ends too.

use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokio::task::AbortHandle;

use super::{Board, locked};
use crate::request_notes::{Called, note_joined};

/// Those who wait for one piece of work, as it knows them.
#[derive(Default)]
pub(super) struct Askers {
    waiting: AtomicUsize,
    /// Once Toss has been called, what it answers is read to the end and kept, whoever is there.
    pub(super) called: Called,
    task: OnceLock<AbortHandle>,
}

impl Askers {
    /// Says which task does the work.
    pub(super) fn wait_for(&self, task: AbortHandle) {
        // It is said once, by whoever starts the task.
        let _ = self.task.set(task);
    }

    fn end_the_work(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

/// One of them, until this is dropped.
pub(super) struct Asker<K: Eq + Hash, V: Clone> {
    board: Arc<Mutex<Board<K, V>>>,
    key: K,
    number: u64,
    askers: Arc<Askers>,
}

impl<K: Eq + Hash, V: Clone> Asker<K, V> {
    /// One more who waits for the work of that number. To be called while the board is held.
    pub(super) fn joins(
        board: &Arc<Mutex<Board<K, V>>>,
        key: K,
        number: u64,
        askers: &Arc<Askers>,
    ) -> Self {
        askers.waiting.fetch_add(1, Ordering::Relaxed);
        note_joined(&askers.called);
        Self {
            board: Arc::clone(board),
            key,
            number,
            askers: Arc::clone(askers),
        }
    }
}

impl<K: Eq + Hash, V: Clone> Drop for Asker<K, V> {
    fn drop(&mut self) {
        // While the board is held nobody joins.
        let mut board = locked(&self.board);
        let others = self.askers.waiting.fetch_sub(1, Ordering::Relaxed) > 1;
        if others || self.askers.called.is_noted() {
            return;
        }
        board.take_away(&self.key, self.number);
        drop(board);
        self.askers.end_the_work();
    }
}
