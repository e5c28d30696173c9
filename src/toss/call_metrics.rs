//! What an operator sees of the calls of Toss: how many each API was sent, what came of them and how long they took.

use std::time::Duration;

use metrics::{Counter, Histogram, Unit, counter, describe_counter, describe_histogram, histogram};

use super::error::is_overload_or_failure;
use super::{Call, CancelAnswer, Refusal, TossError, UnknownReason};

const CALLS: &str = "toss_recon_toss_calls_total";
const DURATION: &str = "toss_recon_toss_call_duration_seconds";

/// Counts calls in the recorder that was in force when it was made; without one it counts nothing. All merchants count
/// together.
pub(super) struct CallMetrics {
    apis: [ApiMetrics; APIS.len()],
}

struct ApiMetrics {
    outcomes: [Counter; Outcome::ALL.len()],
    duration: Histogram,
}

/// The APIs, as [`api_of`] numbers them.
const APIS: [&str; 4] = ["payment", "transactions", "settlements", "cancel"];

/// What came of one call, as coarsely as an alarm needs it.
#[derive(Clone, Copy)]
enum Outcome {
    Ok,
    /// Toss said no, for a reason of its own.
    Refused,
    /// 429, 5xx, or a failure without one of Toss's codes.
    Failed,
    Unreachable,
    TimedOut,
    Unreadable,
}

impl CallMetrics {
    pub(super) fn new() -> Self {
        describe_counter!(
            CALLS,
            "Calls of Toss's APIs, each repetition counted, by what came of them"
        );
        describe_histogram!(
            DURATION,
            Unit::Seconds,
            "How long calls of Toss's APIs took, to the last byte of the answer"
        );
        Self {
            apis: APIS.map(|api| ApiMetrics {
                outcomes: Outcome::ALL
                    .map(|outcome| counter!(CALLS, "api" => api, "outcome" => outcome.as_str())),
                duration: histogram!(DURATION, "api" => api),
            }),
        }
    }

    /// A question that was sent, and what came of it.
    pub(super) fn asked<T>(&self, call: Call, took: Duration, answer: &Result<T, TossError>) {
        let outcome = answer
            .as_ref()
            .map_or_else(Outcome::of_error, |_| Outcome::Ok);
        self.record(call, took, outcome);
    }

    /// A cancel that was sent, and what is proved of it.
    pub(super) fn cancelled(&self, took: Duration, answer: &CancelAnswer) {
        self.record(Call::Cancel, took, Outcome::of_cancel(answer));
    }

    fn record(&self, call: Call, took: Duration, outcome: Outcome) {
        let api = &self.apis[api_of(call)];
        api.outcomes[outcome as usize].increment(1);
        api.duration.record(took);
    }
}

impl Outcome {
    /// In the order of their numbers.
    const ALL: [Self; 6] = [
        Self::Ok,
        Self::Refused,
        Self::Failed,
        Self::Unreachable,
        Self::TimedOut,
        Self::Unreadable,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Unreadable => "unreadable",
        }
    }

    fn of_error(error: &TossError) -> Self {
        match error {
            TossError::Refused(refusal) => Self::of_refusal(refusal),
            TossError::Failed { .. } => Self::Failed,
            // One that was not made is not counted.
            TossError::Unreachable { .. } | TossError::TooMany { .. } => Self::Unreachable,
            TossError::TimedOut { .. } => Self::TimedOut,
            TossError::Unreadable { .. } => Self::Unreadable,
        }
    }

    fn of_cancel(answer: &CancelAnswer) -> Self {
        match answer {
            CancelAnswer::Done { .. } => Self::Ok,
            CancelAnswer::Refused { refusal, .. } => Self::of_refusal(refusal),
            CancelAnswer::NotSent { .. } => Self::Unreachable,
            CancelAnswer::Unknown { reason, .. } => match reason {
                UnknownReason::Silence { .. } => Self::TimedOut,
                UnknownReason::BrokenOff { .. } => Self::Unreachable,
                UnknownReason::Undecided(refusal) => Self::of_refusal(refusal),
                UnknownReason::Failed { .. } => Self::Failed,
                UnknownReason::Unreadable(_) => Self::Unreadable,
            },
        }
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        if is_overload_or_failure(refusal.http_status) {
            Self::Failed
        } else {
            Self::Refused
        }
    }
}

/// A payment is one API, however it is asked for.
const fn api_of(call: Call) -> usize {
    match call {
        Call::Payment | Call::PaymentByOrder => 0,
        Call::Transactions => 1,
        Call::Settlements => 2,
        Call::Cancel => 3,
    }
}
