//! Says that a key's calls of this minute are used up: once a minute, and not for each question that is told to come again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::warn;

use super::Call;

/// Counts the questions that were told to come again.
#[derive(Debug)]
pub(super) struct UsedUp {
    /// Whose key it is.
    account: String,
    minute: Mutex<Option<Minute>>,
}

/// The questions of a minute.
#[derive(Debug)]
struct Minute {
    began: Instant,
    questions: u64,
}

impl UsedUp {
    pub(super) fn of(account: String) -> Self {
        Self {
            account,
            minute: Mutex::default(),
        }
    }

    /// One question more had no turn among so many calls a minute.
    pub(super) fn tell(&self, call: Call, calls_per_minute: u32) {
        if let Some(before) = self.count(Instant::now()) {
            warn!(
                account = self.account,
                %call,
                calls_per_minute,
                before,
                "a question was not put to Toss: the calls that it may be asked in a minute with this merchant's key are used up by \
                 all who ask here; told once a minute, with the number of such questions in the last one"
            );
        }
    }

    /// Counts a question; how many there were in the minute before, when it is the first of its own.
    fn count(&self, now: Instant) -> Option<u64> {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(minute) = minute.as_mut()
            && now.saturating_duration_since(minute.began) < MINUTE
        {
            minute.questions += 1;
            return None;
        }
        let before = minute.replace(Minute {
            began: now,
            questions: 1,
        });
        Some(before.map_or(0, |before| before.questions))
    }
}

const MINUTE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_a_minute_and_with_the_number_of_the_last() {
        let (used_up, start) = (UsedUp::of("main".to_owned()), Instant::now());
        let count = |seconds| used_up.count(start + Duration::from_secs(seconds));
        assert_eq!(count(0), Some(0));
        assert_eq!(count(1), None);
        assert_eq!(count(59), None);
        assert_eq!(count(60), Some(3));
        assert_eq!(count(61), None);
        // However long nothing has been told.
        assert_eq!(count(600), Some(2));
    }
}
