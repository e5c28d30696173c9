//! How often each of many may ask: a bucket for each that fills continuously, in bounded memory.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Askers remembered at once. A full bucket need not be remembered.
const MOST_BUCKETS: usize = 10_000;

/// Buckets that each hold as much as may be taken in a minute, and fill evenly. Whoever was silent for a minute may take
/// all of it at once.
pub struct Buckets<K> {
    between: Duration,
    /// When each bucket would be full again.
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// Buckets out of which so much may be taken a minute, at least 1.
    pub fn per_minute(most: u32) -> Self {
        Self {
            between: Duration::from_mins(1) / most.max(1),
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one out of a bucket.
    ///
    /// # Errors
    /// How long it takes until there is one again.
    pub fn take(&self, key: &K, now: Instant) -> Result<(), Duration> {
        let mut all = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = all.get_mut(key) {
            let lacks = full_at.saturating_duration_since(now) + self.between;
            if lacks > Duration::from_mins(1) {
                return Err(lacks.saturating_sub(Duration::from_mins(1)));
            }
            *full_at = now + lacks;
            return Ok(());
        }
        if all.len() >= MOST_BUCKETS {
            all.retain(|_, full_at| *full_at > now);
        }
        if all.len() >= MOST_BUCKETS {
            // Whoever it is begins with a full bucket again, which is better than to forget nobody.
            let any = all.keys().next().cloned();
            any.and_then(|any| all.remove(&any));
        }
        all.insert(key.clone(), now + self.between);
        Ok(())
    }
}

impl<K> fmt::Debug for Buckets<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets")
            .field("between", &self.between)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_s_worth_may_be_taken_at_once_and_then_as_much_as_flows_in() {
        let (buckets, start) = (Buckets::per_minute(60), Instant::now());
        for taken in 0..60 {
            assert_eq!(buckets.take(&"a", start), Ok(()), "{taken}");
        }
        let second = Duration::from_secs(1);
        assert_eq!(buckets.take(&"a", start), Err(second));
        assert_eq!(buckets.take(&"b", start), Ok(()), "others have their own");
        assert_eq!(
            buckets.take(&"a", start + second / 2),
            Err(second / 2),
            "the next one is only half there"
        );
        assert_eq!(buckets.take(&"a", start + second), Ok(()));
        assert_eq!(buckets.take(&"a", start + second), Err(second));
    }

    #[test]
    fn no_bucket_holds_more_than_a_minute_s_worth() {
        let (buckets, start) = (Buckets::per_minute(2), Instant::now());
        let later = start + Duration::from_hours(1);
        assert_eq!(buckets.take(&"a", start), Ok(()));
        assert_eq!(buckets.take(&"a", later), Ok(()));
        assert_eq!(buckets.take(&"a", later), Ok(()));
        assert!(buckets.take(&"a", later).is_err());
    }

    #[test]
    fn however_many_ask_the_memory_is_bounded() {
        let (buckets, start) = (Buckets::per_minute(1), Instant::now());
        for asker in 0..MOST_BUCKETS * 2 {
            assert_eq!(buckets.take(&asker, start), Ok(()));
        }
        let held = buckets.full_at.lock().unwrap().len();
        assert_eq!(held, MOST_BUCKETS);
    }
}
