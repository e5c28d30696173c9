//! Cancels a payment: record the request, check the payment as it is now, call Toss, record what came of it, including that
//! this is not known.
//!
//! Everything runs in a task of the server's own: a caller who hangs up does not stop it, and one who has waited some ten
//! seconds is answered with the request as it is. Whatever goes wrong is part of the answer.

mod abandoned;
mod approval;
mod behind;
mod cancel_command;
mod cancel_tasks;
mod client_errors;
mod dry_run;
mod due;
mod execute;
mod limits;
mod limits_in_force;
mod machine;
#[cfg(test)]
mod machine_approval_tests;
#[cfg(test)]
mod machine_forgotten_tests;
#[cfg(test)]
mod machine_keyless_tests;
#[cfg(test)]
mod machine_laws;
#[cfg(test)]
mod machine_mark_tests;
#[cfg(test)]
mod machine_samples;
#[cfg(test)]
mod machine_tests;
#[cfg(test)]
mod machine_toss;
#[cfg(test)]
mod machine_words_tests;
#[cfg(test)]
mod machine_world;
mod mark;
mod operator_resolution;
mod ordering;
mod patience;
mod preparing;
mod proof;
mod recovery;
mod refused;
mod replay;
mod restored;
mod takeover;
mod validation;
mod verdict;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{CancelPolicy, CancelRefusal};

use crate::clock::Clock;
use crate::lookup::Lookup;
use crate::merchants::Merchants;
use crate::store::{CancelRequest, Store, StoredCancelError};

pub use cancel_command::{Admin, CancelCommand, CancelOutcome, CancelPreview};
pub use cancel_tasks::MoneySteps;
pub use limits_in_force::{LimitsInForce, WeakerLimits};
pub use operator_resolution::Finding;
pub use restored::{LookUpFailed, OpenLookedUp, UnnamedCancel};
pub use validation::longest_reason;

/// Cancels payments.
#[derive(Clone)]
pub struct Canceller(Arc<Inner>);

struct Inner {
    store: Store,
    merchants: Merchants,
    lookup: Lookup,
    clock: Clock,
    money_steps: MoneySteps,
    first_pause: TimeDelta,
    policy: CancelPolicy,
    limits: LimitsInForce,
    /// Names this process in leases.
    process: String,
}

impl Canceller {
    /// A canceller over the given store and merchants. `first_pause` is the pause before Toss is asked again what became
    /// of a cancel, `limits` the merchant's own rules, beside those of the other servers.
    pub fn new(
        store: Store,
        merchants: Merchants,
        lookup: Lookup,
        clock: Clock,
        money_steps: MoneySteps,
        first_pause: Duration,
        limits: LimitsInForce,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            merchants,
            lookup,
            clock,
            money_steps,
            first_pause: TimeDelta::from_std(first_pause).unwrap_or(TimeDelta::MAX),
            policy: limits.policy().clone(),
            process: limits.process().to_owned(),
            limits,
        }))
    }

    /// The instant by which orders are checked now.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// How it is told that another request stands in the way.
    pub fn in_flight(other: &CancelRequest) -> StoredCancelError {
        client_errors::in_flight(other)
    }

    /// How a refusal of the engine is told.
    pub fn refusal(refusal: &CancelRefusal) -> StoredCancelError {
        client_errors::refused_by_us(refusal)
    }
}
