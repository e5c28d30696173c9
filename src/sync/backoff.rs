//! Backoff: what cannot be read is left alone for a while, longer each time it fails, so that neither a Toss that is down nor
//! one bad day is asked for all the time, and neither holds up what can be read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::KstDate;

/// No list or day is left alone longer, unless the pause between passes is longer itself.
const LONGEST: TimeDelta = TimeDelta::minutes(10);

/// What of one merchant's list is left alone.
#[derive(Debug, Default)]
pub(super) struct Backoffs(Mutex<HashMap<Part, Backoff>>);

/// All of a list, or one day of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    List,
    Day(KstDate),
}

#[derive(Clone, Copy, Debug)]
struct Backoff {
    lasts: TimeDelta,
    until: DateTime<Utc>,
}

impl Backoffs {
    /// Whether it is to be left alone as of now.
    pub(super) fn holds(&self, what: Part, now: DateTime<Utc>) -> bool {
        self.all().get(&what).is_some_and(|backoff| {
            // A clock that was set back ends it.
            now < backoff.until && now >= backoff.until - backoff.lasts
        })
    }

    /// It has failed: it is left alone for twice the pause between passes, and each time it fails again for twice as long as
    /// before.
    /// Until when it is left alone is given.
    pub(super) fn failed(
        &self,
        what: Part,
        now: DateTime<Utc>,
        interval: TimeDelta,
    ) -> DateTime<Utc> {
        let lasts = self.lasts(what, interval);
        let until = now + lasts;
        self.all().insert(what, Backoff { lasts, until });
        until
    }

    /// Until when a list would be left alone that failed now.
    pub(super) fn next_of_list(&self, now: DateTime<Utc>, interval: TimeDelta) -> DateTime<Utc> {
        now + self.lasts(Part::List, interval)
    }

    /// It has been read.
    pub(super) fn succeeded(&self, what: Part) {
        self.all().remove(&what);
    }

    /// How long it is left alone if it fails once more.
    fn lasts(&self, what: Part, interval: TimeDelta) -> TimeDelta {
        let before = self
            .all()
            .get(&what)
            .map_or(interval, |backoff| backoff.lasts);
        (before * 2).min(LONGEST.max(interval))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Part, Backoff>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long what has failed so many times in a row is left alone: the shortest time, then twice as long each time up to the
/// longest.
pub(super) fn doubling(failures: u32, shortest: TimeDelta, longest: TimeDelta) -> TimeDelta {
    let doublings = failures.saturating_sub(1).min(30);
    shortest
        .checked_mul(1 << doublings)
        .map_or(longest, |pause| pause.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: TimeDelta = TimeDelta::minutes(1);

    #[test]
    fn each_failure_doubles_the_backoff_up_to_ten_minutes() {
        let backoffs = Backoffs::default();
        let mut now = DateTime::UNIX_EPOCH;
        for minutes in [2, 4, 8, 10, 10] {
            assert!(!backoffs.holds(Part::List, now), "{minutes}");
            backoffs.failed(Part::List, now, MINUTE);
            let lasts = TimeDelta::minutes(minutes);
            assert!(backoffs.holds(Part::List, now));
            assert!(backoffs.holds(Part::List, now + lasts - TimeDelta::milliseconds(1)));
            now += lasts;
        }
        backoffs.succeeded(Part::List);
        backoffs.failed(Part::List, now, MINUTE);
        assert!(
            !backoffs.holds(Part::List, now + MINUTE * 2),
            "it begins anew"
        );
    }

    #[test]
    fn a_longer_interval_is_the_backoff() {
        let (backoffs, now) = (Backoffs::default(), DateTime::UNIX_EPOCH);
        backoffs.failed(Part::List, now, MINUTE * 30);
        assert!(backoffs.holds(Part::List, now + MINUTE * 29));
        assert!(!backoffs.holds(Part::List, now + MINUTE * 30));
    }

    #[test]
    fn a_day_is_left_alone_by_itself_and_a_clock_set_back_wakes_it() {
        let (backoffs, now) = (Backoffs::default(), DateTime::UNIX_EPOCH);
        let (bad, good) = (KstDate::of(now), KstDate::of(now).next());
        backoffs.failed(Part::Day(bad), now, MINUTE);
        assert!(backoffs.holds(Part::Day(bad), now));
        assert!(!backoffs.holds(Part::Day(good), now));
        assert!(!backoffs.holds(Part::List, now));
        assert!(!backoffs.holds(Part::Day(bad), now - MINUTE * 60));
    }

    #[test]
    fn what_fails_often_is_left_alone_twice_as_long_each_time_within_bounds() {
        let minutes = |failures| doubling(failures, MINUTE, MINUTE * 60).num_minutes();
        let found = [0, 1, 2, 3, 6, 7, 8, u32::MAX].map(minutes);
        assert_eq!(found, [1, 1, 2, 4, 32, 60, 60, 60]);
    }
}
