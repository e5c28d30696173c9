//! How often a merchant's sales are closed, as far as a question about one payment needs to know it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use reconciliation::{MId, Payment, PaymentMethod, SettlementCycle};
use tokio::time::Instant;

use crate::merchants::Merchant;
use crate::store::StoreError;

/// How long what was learned is used before it is asked for again.
const LEARNED_LASTS: Duration = Duration::from_mins(1);

/// Tells what settled rows have taught of a merchant's cycle for a method.
pub type LearnedCycle = Arc<
    dyn Fn(
            MId,
            Option<PaymentMethod>,
        ) -> BoxFuture<'static, Result<Option<SettlementCycle>, StoreError>>
        + Send
        + Sync,
>;

/// Whose sales, and how they were paid.
type Of = (MId, Option<PaymentMethod>);

pub(super) struct Cycles {
    learned: Option<LearnedCycle>,
    known: Mutex<HashMap<Of, Known>>,
}

#[derive(Clone, Copy)]
struct Known {
    cycle: Option<SettlementCycle>,
    until: Instant,
}

impl Cycles {
    pub(super) fn new(learned: Option<LearnedCycle>) -> Self {
        Self {
            learned,
            known: Mutex::default(),
        }
    }

    /// The cycle of a payment's merchant and method: configured, else learned. `None` while it is not known.
    pub(super) async fn of(
        &self,
        merchant: &Merchant,
        payment: &Payment,
    ) -> Result<Option<SettlementCycle>, StoreError> {
        let (None, Some(learned)) = (merchant.settlement_cycle, &self.learned) else {
            return Ok(merchant.settlement_cycle);
        };
        let label = payment.method_label.as_deref();
        let of: Of = (payment.mid.clone(), label.map(PaymentMethod::from_label));
        if let Some(known) = self.remembered(&of) {
            return Ok(known.cycle);
        }
        let cycle = learned(of.0.clone(), of.1.clone()).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Instant::now() + LEARNED_LASTS;
        known.insert(of, Known { cycle, until });
        Ok(cycle)
    }

    fn remembered(&self, of: &Of) -> Option<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(of)?;
        (Instant::now() < known.until).then_some(*known)
    }
}
