//! A clock elsewhere that several processes go by: each looks at it now and then, and counts on from there by what its
//! machine measures of time that passes, which nobody sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// Two clocks that run drift apart by less than this part of the time that passes: correcting a clock without setting it
/// changes its pace by half of that at most.
const DRIFTS_BY_ONE_IN: u32 = 1_000;

/// One look at the other clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The middle of the time between asking and being answered.
    at: Instant,
    /// How far from the middle the clock can have been read.
    may_be_off: Duration,
    /// What it showed.
    shown: DateTime<Utc>,
}

impl Sighting {
    /// A clock that showed this at some moment between asking and being answered.
    pub fn new(asked: Instant, answered: Instant, shown: DateTime<Utc>) -> Self {
        let may_be_off = answered.saturating_duration_since(asked) / 2;
        Self {
            at: asked + may_be_off,
            may_be_off,
            shown,
        }
    }

    /// The one of two that says best what the clock shows from now on, the second of which was taken later: the one that
    /// can be off by less, unless the clock was set in between.
    #[must_use]
    pub fn better(self, later: Self) -> Self {
        let off = self.may_be_off_at(later.at);
        let apart = (self.shows_at(later.at) - later.shown).abs();
        let was_set = apart > delta(off.saturating_add(later.may_be_off));
        if was_set || later.may_be_off <= off {
            later
        } else {
            self
        }
    }

    /// What the clock shows at another instant of this process.
    fn shows_at(&self, instant: Instant) -> DateTime<Utc> {
        let shown = match instant.checked_duration_since(self.at) {
            Some(since) => self.shown.checked_add_signed(delta(since)),
            None => self.shown.checked_sub_signed(delta(self.at - instant)),
        };
        shown.unwrap_or(self.shown)
    }

    /// How far off that can be.
    fn may_be_off_at(&self, instant: Instant) -> Duration {
        let since = instant.saturating_duration_since(self.at);
        self.may_be_off.saturating_add(since / DRIFTS_BY_ONE_IN)
    }
}

/// What another clock shows, as far as this process knows. Within the process it never goes back: where the other clock
/// was set back, it stands still until that one has caught up.
#[derive(Debug)]
pub struct SharedTime {
    best: RwLock<Sighting>,
    /// The latest instant that was told, in microseconds.
    told: AtomicI64,
}

impl SharedTime {
    /// Begins with one look.
    pub fn new(first: Sighting) -> Self {
        Self {
            best: RwLock::new(first),
            told: AtomicI64::new(i64::MIN),
        }
    }

    /// Takes a later look into account.
    pub fn see(&self, later: Sighting) {
        let mut best = self.best.write().unwrap_or_else(PoisonError::into_inner);
        *best = best.better(later);
    }

    /// The instant that it is now.
    pub fn now(&self) -> DateTime<Utc> {
        self.tell(Instant::now())
    }

    /// How far a clock that shows `theirs` now is ahead of the other one; negative when it is behind. Where this process
    /// stands still because the other clock was set back by more than that, how far this process is ahead.
    pub fn ahead(&self, theirs: DateTime<Utc>) -> TimeDelta {
        self.ahead_at(Instant::now(), theirs)
    }

    fn ahead_at(&self, instant: Instant, theirs: DateTime<Utc>) -> TimeDelta {
        let shown = self.shown_at(instant);
        let (theirs, ours) = (theirs - shown, self.tell(instant) - shown);
        if ours > theirs.abs() { ours } else { theirs }
    }

    fn tell(&self, instant: Instant) -> DateTime<Utc> {
        let shown = self.shown_at(instant);
        let micros = shown.timestamp_micros();
        let told = self.told.fetch_max(micros, Ordering::Relaxed);
        DateTime::from_timestamp_micros(told.max(micros)).unwrap_or(shown)
    }

    fn shown_at(&self, instant: Instant) -> DateTime<Utc> {
        let best = self.best.read().unwrap_or_else(PoisonError::into_inner);
        best.shows_at(instant)
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn shown(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_770_000_000_000 + millis).unwrap()
    }

    #[test]
    fn it_counts_on_from_the_middle_of_the_round_trip() {
        let began = Instant::now();
        let time = SharedTime::new(Sighting::new(began, began + ms(40), shown(0)));
        assert_eq!(time.tell(began + ms(20)), shown(0));
        assert_eq!(time.tell(began + ms(10_020)), shown(10_000));
    }

    #[test]
    fn a_slow_round_trip_says_less_than_a_quick_one_that_is_not_too_old() {
        let began = Instant::now();
        let quick = Sighting::new(began, began + ms(2), shown(0));
        // Read at the end of four seconds: its middle is off by two.
        let slow = Sighting::new(began + ms(5_000), began + ms(9_000), shown(8_999));
        assert_eq!(quick.better(slow), quick);
        let quick_again = Sighting::new(began + ms(10_000), began + ms(10_002), shown(10_003));
        assert_eq!(quick.better(quick_again), quick_again);
        assert_eq!(slow.better(quick_again), quick_again);
        // After an hour the first may have drifted by more than a second.
        let hour = 3_600_000;
        let fair = Sighting::new(
            began + ms(hour),
            began + ms(hour + 100),
            shown(3_600_000 + 40),
        );
        assert_eq!(quick.better(fair), fair);
    }

    #[test]
    fn a_clock_that_was_set_is_followed_however_slow_the_round_trip() {
        let began = Instant::now();
        let quick = Sighting::new(began, began + ms(2), shown(0));
        for set_by in [-3_000, 3_000] {
            let slow = Sighting::new(
                began + ms(5_000),
                began + ms(6_000),
                shown(5_500 - 1 + set_by),
            );
            assert_eq!(quick.better(slow), slow, "{set_by}");
        }
    }

    #[test]
    fn it_stands_still_where_the_other_clock_was_set_back_and_jumps_where_it_was_set_ahead() {
        let began = Instant::now();
        let look = |at: u64, millis| Sighting::new(began + ms(at), began + ms(at), shown(millis));
        let time = SharedTime::new(look(0, 0));
        assert_eq!(time.tell(began + ms(5_000)), shown(5_000));
        time.see(look(5_000, 1_000));
        assert_eq!(time.tell(began + ms(5_001)), shown(5_000));
        assert_eq!(time.tell(began + ms(8_999)), shown(5_000));
        assert_eq!(time.tell(began + ms(9_001)), shown(5_001));
        time.see(look(10_000, 60_000));
        assert_eq!(time.tell(began + ms(10_000)), shown(60_000));
        // Also for a thread that began to ask earlier.
        assert_eq!(time.tell(began + ms(9_000)), shown(60_000));
    }

    #[test]
    fn it_says_how_far_another_clock_is_ahead_and_when_it_stands_still_itself() {
        let began = Instant::now();
        let look = |at: u64, millis| Sighting::new(began + ms(at), began + ms(at), shown(millis));
        let time = SharedTime::new(look(0, 0));
        let ahead = |at, millis| {
            time.ahead_at(began + ms(at), shown(millis))
                .num_milliseconds()
        };
        assert_eq!(ahead(1_000, 1_000), 0);
        assert_eq!(ahead(1_000, 3_001), 2_001);
        assert_eq!(ahead(1_000, -1_001), -2_001);
        time.see(look(2_000, -3_000));
        // The machine's clock was set back with the other one, and this process has told of a second that is still to come.
        assert_eq!(ahead(2_000, -3_000), 4_000);
        assert_eq!(ahead(6_000, 1_000), 0);
    }
}
