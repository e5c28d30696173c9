//! Questions about single payments that are asked at once are put to PostgreSQL together: it takes nearly as long for a
//! statement about one payment as for one about twenty. Nobody waits for others to ask: what comes while others are asking
//! goes with the next.

use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reconciliation::PaymentKey;
use sea_orm::DbBackend;
use tokio::sync::oneshot;

use crate::store::{Store, StoreError, WholePayment};

/// Questions that are put at once, each about several payments.
const ASKED_AT_ONCE: usize = 2;
/// Payments that are asked for together.
const MOST_TOGETHER: usize = 64;

/// Who waits for an answer. Cheap to clone: clones share it.
#[derive(Clone, Default)]
pub(in crate::store) struct Together(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    asked: Vec<Asked>,
    under_way: usize,
}

struct Asked {
    key: PaymentKey,
    /// Dropped when the question about several has failed.
    tell: oneshot::Sender<Option<Arc<WholePayment>>>,
}

impl Together {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// As [`Store::whole_payments`], of one payment.
    pub async fn whole_payment(
        &self,
        key: &PaymentKey,
    ) -> Result<Option<Arc<WholePayment>>, StoreError> {
        if self.reader.get_database_backend() == DbBackend::Postgres {
            let (tell, told) = oneshot::channel();
            let begins = {
                let mut waiting = self.together.waiting();
                let key = key.clone();
                waiting.asked.push(Asked { key, tell });
                let begins = waiting.under_way < ASKED_AT_ONCE;
                waiting.under_way += usize::from(begins);
                begins
            };
            if begins {
                let turn = AskingTurn(self.together.clone());
                tokio::spawn(ask(self.clone(), turn));
            }
            if let Ok(found) = told.await {
                return Ok(found);
            }
            // One payment that cannot be read fails for itself alone.
        }
        let mut found = self.whole_payments(slice::from_ref(key)).await?;
        Ok(found.remove(key))
    }
}

/// Asks until nobody waits.
async fn ask(store: Store, turn: AskingTurn) {
    while let Some(asked) = turn.next() {
        let keys: Vec<PaymentKey> = asked.iter().map(|asked| asked.key.clone()).collect();
        let Ok(found) = store.whole_payments(&keys).await else {
            continue;
        };
        for Asked { key, tell } in asked {
            // Whoever has gone away needs no answer.
            let _ = tell.send(found.get(&key).cloned());
        }
    }
}

/// The right to ask, which ends with this.
struct AskingTurn(Together);

impl AskingTurn {
    fn next(&self) -> Option<Vec<Asked>> {
        let mut waiting = self.0.waiting();
        let count = waiting.asked.len().min(MOST_TOGETHER);
        let asked: Vec<Asked> = waiting.asked.drain(..count).collect();
        (!asked.is_empty()).then_some(asked)
    }
}

impl Drop for AskingTurn {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.under_way -= 1;
        // Whoever has come since the last look, or whose question has been broken off, asks alone.
        if waiting.under_way == 0 {
            waiting.asked.clear();
        }
    }
}
