//! How fast one key asks: Toss counts the calls of each of its APIs in a minute, and answers 429 beyond.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Call;

/// Toss's limit for test keys, for each API.
const TEST_CALLS_PER_MINUTE: u32 = 100;
/// The part of a minute's calls that may come at once.
const AT_ONCE: u32 = 5;

/// Lets calls of each API through at an even pace after a few at once, so that no minute has more than the limit.
#[derive(Debug)]
pub(super) struct Pace {
    /// Calls of each API in a minute.
    limit: u32,
    /// Between two calls once those at once are used up.
    between: Duration,
    /// How far calls may run ahead of that pace.
    ahead: Duration,
    /// When the next call of each API would come at that pace.
    next: Mutex<[Option<Instant>; 3]>,
}

impl Pace {
    /// The pace of a key, where it has a limit: the configured one, and for a test key at most Toss's.
    pub(super) fn of_key(is_test: bool, configured: Option<u32>) -> Option<Self> {
        let toss = is_test.then_some(TEST_CALLS_PER_MINUTE);
        let limit = configured.into_iter().chain(toss).min();
        limit.map(Self::per_minute)
    }

    fn per_minute(calls: u32) -> Self {
        // Those at once and those at the even pace share the minute.
        let at_once = (calls / AT_ONCE).max(1);
        let evenly = calls.saturating_sub(at_once).max(1);
        let between = Duration::from_mins(1) / evenly;
        Self {
            limit: calls,
            between,
            ahead: between * at_once.saturating_sub(1),
            next: Mutex::new([None; 3]),
        }
    }

    /// How many calls of each API it lets through in a minute.
    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Waits until a call may be made. Calls wait in the order in which they came.
    pub(super) async fn wait(&self, call: Call) {
        let turn = self.turn(call, Instant::now());
        sleep_until(turn).await;
    }

    fn turn(&self, call: Call, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let [payments, transactions, settlements] = &mut *next;
        let place = match call {
            Call::Payment | Call::PaymentByOrder | Call::Cancel => payments,
            Call::Transactions => transactions,
            Call::Settlements => settlements,
        };
        let due = place.map_or(now, |due| due.max(now));
        *place = Some(due + self.between);
        due.checked_sub(self.ahead)
            .map_or(now, |turn| turn.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_has_more_calls_than_the_limit_and_none_is_held_up_for_nothing() {
        for limit in [1, 7, 60, 100] {
            let pace = Pace::per_minute(limit);
            let start = Instant::now();
            let turns: Vec<Duration> = (0..400)
                .map(|_| pace.turn(Call::Transactions, start) - start)
                .collect();
            for (place, turn) in turns.iter().enumerate() {
                let in_minute = turns[place..]
                    .iter()
                    .filter(|other| **other < *turn + Duration::from_mins(1))
                    .count();
                assert!(
                    in_minute <= usize::try_from(limit).unwrap() + 1,
                    "{limit}: {in_minute}"
                );
            }
            assert_eq!(turns[0], Duration::ZERO);
        }
    }

    #[test]
    fn a_test_key_never_asks_more_than_toss_allows_it() {
        let between = |is_test, configured| {
            Pace::of_key(is_test, configured).map(|pace| pace.between.as_millis())
        };
        let of = |calls| Some(Pace::per_minute(calls).between.as_millis());
        for (is_test, configured, limit) in [
            (false, None, None),
            (false, Some(600), of(600)),
            (true, None, of(100)),
            (true, Some(600), of(100)),
            (true, Some(60), of(60)),
        ] {
            assert_eq!(
                between(is_test, configured),
                limit,
                "{is_test} {configured:?}"
            );
        }
    }

    #[test]
    fn each_api_has_a_pace_of_its_own() {
        let pace = Pace::per_minute(1);
        let now = Instant::now();
        assert_eq!(pace.turn(Call::Transactions, now), now);
        assert!(pace.turn(Call::Transactions, now) > now);
        assert_eq!(pace.turn(Call::Settlements, now), now);
        assert_eq!(pace.turn(Call::Payment, now), now);
        assert!(pace.turn(Call::PaymentByOrder, now) > now);
    }
}
