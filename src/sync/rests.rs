//! What cannot be read is left alone for a while, longer each time it fails, so that neither a Toss that is down nor one bad
//! day is asked for all the time, and neither holds up what can be read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::KstDate;

/// Nothing rests longer, unless the pause between passes is longer itself.
const LONGEST: TimeDelta = TimeDelta::minutes(10);

/// What of one merchant's list rests.
#[derive(Debug, Default)]
pub(super) struct Rests(Mutex<HashMap<Resting, Rest>>);

/// All of a list, or one day of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Resting {
    List,
    Day(KstDate),
}

#[derive(Clone, Copy, Debug)]
struct Rest {
    lasts: TimeDelta,
    until: DateTime<Utc>,
}

impl Rests {
    /// Whether it is to be left alone as of now.
    pub(super) fn has(&self, what: Resting, now: DateTime<Utc>) -> bool {
        self.all().get(&what).is_some_and(|rest| {
            // A clock that was set back ends the rest.
            now < rest.until && now >= rest.until - rest.lasts
        })
    }

    /// It has failed: it rests for twice the pause between passes, and each time it fails again for twice as long as
    /// before.
    pub(super) fn begin(&self, what: Resting, now: DateTime<Utc>, interval: TimeDelta) {
        let mut all = self.all();
        let before = all.get(&what).map_or(interval, |rest| rest.lasts);
        let lasts = (before * 2).min(LONGEST.max(interval));
        let until = now + lasts;
        all.insert(what, Rest { lasts, until });
    }

    /// It has been read.
    pub(super) fn end(&self, what: Resting) {
        self.all().remove(&what);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Resting, Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: TimeDelta = TimeDelta::minutes(1);

    #[test]
    fn each_failure_doubles_the_rest_up_to_ten_minutes() {
        let rests = Rests::default();
        let mut now = DateTime::UNIX_EPOCH;
        for minutes in [2, 4, 8, 10, 10] {
            assert!(!rests.has(Resting::List, now), "{minutes}");
            rests.begin(Resting::List, now, MINUTE);
            let lasts = TimeDelta::minutes(minutes);
            assert!(rests.has(Resting::List, now));
            assert!(rests.has(Resting::List, now + lasts - TimeDelta::milliseconds(1)));
            now += lasts;
        }
        rests.end(Resting::List);
        rests.begin(Resting::List, now, MINUTE);
        assert!(
            !rests.has(Resting::List, now + MINUTE * 2),
            "it begins anew"
        );
    }

    #[test]
    fn a_longer_interval_is_the_rest() {
        let (rests, now) = (Rests::default(), DateTime::UNIX_EPOCH);
        rests.begin(Resting::List, now, MINUTE * 30);
        assert!(rests.has(Resting::List, now + MINUTE * 29));
        assert!(!rests.has(Resting::List, now + MINUTE * 30));
    }

    #[test]
    fn a_day_rests_alone_and_a_clock_set_back_wakes_it() {
        let (rests, now) = (Rests::default(), DateTime::UNIX_EPOCH);
        let (bad, good) = (KstDate::of(now), KstDate::of(now).next());
        rests.begin(Resting::Day(bad), now, MINUTE);
        assert!(rests.has(Resting::Day(bad), now));
        assert!(!rests.has(Resting::Day(good), now));
        assert!(!rests.has(Resting::List, now));
        assert!(!rests.has(Resting::Day(bad), now - MINUTE * 60));
    }
}
