//! Which questions are asked again, when, and how often at most. Questions only: a cancel is never sent again here.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use super::{Call, TossError};

/// How fast the pauses grow.
const GROWTH: f32 = 4.0;

/// How often a question is asked at most, and how long is waited between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySchedule {
    /// How often a question is asked in all. 1 asks once; 0 counts as 1.
    pub attempts: usize,
    /// The pause before the second attempt. Each later one is four times as long as the one before, and each is
    /// lengthened at random, so that programs that failed together do not ask together.
    pub first_pause: Duration,
}

impl Default for RetrySchedule {
    /// Three attempts, after pauses of a quarter of a second and of a second.
    fn default() -> Self {
        Self {
            attempts: 3,
            first_pause: Duration::from_millis(250),
        }
    }
}

impl RetrySchedule {
    /// Asks until there is an answer, an error that will stay, or no attempt left. Silence is asked about once more
    /// only, since it has already cost the longest wait.
    pub(super) async fn ask<T, F, Fut>(self, call: Call, question: F) -> Result<T, TossError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, TossError>>,
    {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(self.first_pause)
            .with_factor(GROWTH)
            .with_max_times(self.attempts.saturating_sub(1))
            .with_jitter();
        let mut silences = 0_u32;
        question
            .retry(pauses)
            .when(|error| {
                silences += u32::from(matches!(error, TossError::TimedOut { .. }));
                error.is_temporary() && silences < 2
            })
            .notify(|error, pause| {
                // Whoever asked tells once that Toss does not answer.
                tracing::debug!(%call, %error, ?pause, "Toss is asked again");
            })
            .await
    }
}
