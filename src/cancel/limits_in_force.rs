//! The limits of this process beside those of the others on its database: while another one's are stricter, or that is not
//! known, this one cancels nothing. Otherwise what one server refuses would be a matter of asking the next.
//!
//! What a process was started with stands in the database under a lease, which it renews every few seconds.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use reconciliation::{CancelPolicy, CancelRefusal, RetryAdvice, WeakerLimit, weaker_limit};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// How long the limits of a process that says nothing count. Longer than some renewals may fail one after the other.
const LEASE: Duration = Duration::from_secs(18);
/// The pause between two renewals.
const RENEWED_EVERY: Duration = Duration::from_secs(3);

/// Why this process may cancel nothing now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakerLimits {
    /// Another process that runs on the database holds a stricter limit.
    #[error("{0}: give every server the same limits, and stop those that have weaker ones")]
    Weaker(WeakerLimit),
    /// The limits of the others could not be read for longer than a lease lasts.
    #[error(
        "the limits of the other servers could not be compared for {} seconds: see to the database",
        LEASE.as_secs()
    )]
    NotCompared,
}

impl WeakerLimits {
    /// How a cancel is refused for it. Nothing was sent.
    pub fn refusal(&self) -> CancelRefusal {
        let (code, advice) = match self {
            Self::Weaker(_) => ("LIMITS_DIFFER", RetryAdvice::NeedsPerson),
            Self::NotCompared => ("NOT_RECORDED", RetryAdvice::Retry),
        };
        CancelRefusal {
            code,
            advice,
            field: None,
            message: format!("This server cancels nothing now, and nothing was sent: {self}."),
        }
    }
}

/// The limits of this process, and how they stand to those of the others. Cheap to clone.
#[derive(Clone)]
pub struct LimitsInForce(Arc<Shared>);

struct Shared {
    store: Store,
    clock: Clock,
    process: String,
    policy: CancelPolicy,
    seen: RwLock<Seen>,
}

/// What the last comparison that succeeded has shown.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// When it began; `None` before the first.
    at: Option<Instant>,
    weaker: Option<WeakerLimit>,
}

impl Seen {
    fn allows(&self, now: Instant) -> Result<(), WeakerLimits> {
        let is_fresh = |at| now.saturating_duration_since(at) <= LEASE;
        if !self.at.is_some_and(is_fresh) {
            return Err(WeakerLimits::NotCompared);
        }
        match &self.weaker {
            Some(weaker) => Err(WeakerLimits::Weaker(weaker.clone())),
            None => Ok(()),
        }
    }
}

impl LimitsInForce {
    /// Puts the limits of this process beside those of the others and compares them; they count until their lease runs out,
    /// and [`Self::keep`] renews it. On a database that takes no writes this process cancels nothing until it does.
    pub async fn begin(store: Store, policy: CancelPolicy, clock: Clock) -> Self {
        let limits = Self(Arc::new(Shared {
            store,
            clock,
            process: Uuid::new_v4().to_string(),
            policy,
            seen: RwLock::default(),
        }));
        limits.renew().await;
        limits
    }

    /// What this process was started with.
    pub fn policy(&self) -> &CancelPolicy {
        &self.0.policy
    }

    /// Names this process.
    pub fn process(&self) -> &str {
        &self.0.process
    }

    /// Whether this process may cancel, by the last comparison; the database is not asked.
    ///
    /// # Errors
    /// The limit that is weaker than another process's, or that the comparison is too old.
    pub fn may_cancel(&self) -> Result<(), WeakerLimits> {
        self.seen().allows(Instant::now())
    }

    /// Compares once more, and renews the lease.
    pub async fn renew(&self) {
        let before = self.seen();
        match self.compared(&before).await {
            Ok(now) => {
                tell_change(before.weaker.as_ref(), now.weaker.as_ref());
                let mut seen = self.0.seen.write().unwrap_or_else(PoisonError::into_inner);
                *seen = now;
            }
            Err(error) if before.at.is_none() => {
                tracing::warn!(%error, "this server cancels nothing: the limits of the servers could not be compared");
            }
            // What follows from it is told by whoever asks.
            Err(error) => tracing::debug!(%error, "the limits of the servers were not compared"),
        }
    }

    async fn compared(&self, before: &Seen) -> Result<Seen, StoreError> {
        let Shared {
            store,
            clock,
            process,
            policy,
            ..
        } = &*self.0;
        if before.at.is_none() {
            store.note_limits(policy, clock.now()).await?;
        }
        // Before the database is asked: what it says may be as old as that.
        let at = Instant::now();
        let others = store.hold_limits(process, policy, LEASE).await?;
        Ok(Seen {
            at: Some(at),
            weaker: weaker_limit(policy, &others),
        })
    }

    /// Renews every few seconds until it is told to stop, which must come after the last cancel; then the limits of this
    /// process count no more.
    pub async fn keep(self, stop: CancellationToken) {
        let renewing = async {
            loop {
                tokio::time::sleep(RENEWED_EVERY).await;
                self.renew().await;
            }
        };
        stop.run_until_cancelled(renewing).await;
        self.give_back().await;
    }

    /// From now on the limits of this process count no more.
    pub async fn give_back(&self) {
        if let Err(error) = self.0.store.give_limits_back(&self.0.process).await {
            tracing::debug!(%error, "the lease of the limits was not given back; it runs out by itself");
        }
    }

    fn seen(&self) -> Seen {
        let seen = self.0.seen.read();
        seen.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn tell_change(before: Option<&WeakerLimit>, now: Option<&WeakerLimit>) {
    match now {
        Some(weaker) if before != now => {
            tracing::warn!(%weaker, "this server cancels nothing: its limits are weaker than another's");
        }
        None if before.is_some() => {
            tracing::info!("this server cancels again: no other has stricter limits any more");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::{Currency, Money};

    use super::*;

    fn weaker() -> WeakerLimit {
        WeakerLimit {
            setting: "CANCEL_LIMIT_PER_DAY",
            here: None,
            there: Money::from_minor(500, Currency::KRW),
        }
    }

    #[test]
    fn a_comparison_counts_as_long_as_a_lease_and_not_longer() {
        let at = Instant::now();
        let never = Seen::default();
        assert_eq!(never.allows(at), Err(WeakerLimits::NotCompared));
        let seen = Seen {
            at: Some(at),
            weaker: None,
        };
        assert_eq!(seen.allows(at), Ok(()));
        assert_eq!(seen.allows(at + LEASE), Ok(()));
        let late = at + LEASE + Duration::from_millis(1);
        assert_eq!(seen.allows(late), Err(WeakerLimits::NotCompared));
        let weaker = weaker();
        let seen = Seen {
            at: Some(at),
            weaker: Some(weaker.clone()),
        };
        assert_eq!(seen.allows(at + LEASE), Err(WeakerLimits::Weaker(weaker)));
        assert_eq!(seen.allows(late), Err(WeakerLimits::NotCompared));
    }

    #[test]
    fn a_lease_outlives_some_renewals_that_fail() {
        assert!(LEASE >= 4 * RENEWED_EVERY);
    }

    #[test]
    fn a_refusal_names_the_setting_and_what_the_other_has() {
        let refusal = WeakerLimits::Weaker(weaker()).refusal();
        assert_eq!(
            (refusal.code, refusal.advice),
            ("LIMITS_DIFFER", RetryAdvice::NeedsPerson)
        );
        for word in ["CANCEL_LIMIT_PER_DAY", "500 KRW", "nothing was sent"] {
            assert!(refusal.message.contains(word), "{}", refusal.message);
        }
        let refusal = WeakerLimits::NotCompared.refusal();
        assert_eq!(
            (refusal.code, refusal.advice),
            ("NOT_RECORDED", RetryAdvice::Retry)
        );
    }
}
