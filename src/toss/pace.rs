//! How fast one key asks: Toss counts the calls of each of its APIs in a minute, and answers 429 beyond. Calls wait in the
//! order of their urgency; a question that would wait too long is told when to come again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::Call;
use super::urgency::Urgency;

/// Toss's limit for test keys, for each API.
const TEST_CALLS_PER_MINUTE: u32 = 100;
/// What a live key asks each API at Toss's own address, unless something else is configured.
const LIVE_CALLS_PER_MINUTE: u32 = 1_200;
/// The part of a minute's calls that may come at once.
const BURST: u32 = 5;
/// Calls under way at once, of all APIs. Those of cancels count, and do not wait for others to end.
const UNDER_WAY: usize = 16;
/// How long a question waits for its turn. Whoever asked waits for three times that at most.
const QUESTION_WAITS: Duration = Duration::from_secs(10);
/// Questions that wait for one API at once, however many it answers in a minute.
const MOST_QUESTIONS: usize = 1_000;
/// After so many in a row that went before others, those have a turn.
const IN_A_ROW: u32 = 3;

/// Lets calls of each API through at an even pace after a few at once, so that no minute has more than the limit.
#[derive(Debug)]
pub(super) struct Pace {
    /// Calls of each API in a minute.
    limit: u32,
    /// Between two calls once those at once are used up.
    between: Duration,
    /// How far calls may run ahead of that pace.
    ahead: Duration,
    queues: Mutex<Queues>,
    /// A turn was taken, or a queue has become shorter.
    moved: Notify,
}

/// A call that has its turn, until this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Pace);

/// A question had no turn in time. The next may after this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoTurn(pub(super) Duration);

#[derive(Debug, Default)]
struct Queues {
    apis: [Api; 3],
    under_way: usize,
    tickets: u64,
}

/// The calls of one API.
#[derive(Debug, Default)]
struct Api {
    /// When the next call would come at an even pace.
    next: Option<Instant>,
    cancels: VecDeque<u64>,
    questions: VecDeque<u64>,
    webhooks: VecDeque<u64>,
    background: VecDeque<u64>,
    questions_in_a_row: u32,
    webhooks_in_a_row: u32,
}

/// A place in a queue, given up when this is dropped.
struct Waiting<'a> {
    pace: &'a Pace,
    api: usize,
    urgency: Urgency,
    ticket: u64,
}

/// What a call that waits may do now.
enum Next {
    Go,
    /// It is the next, at this instant.
    At(Instant),
    /// Others go before.
    Later,
}

impl Pace {
    /// The pace of a key, where it has a limit: the configured one; without it Toss's of a test key, and a usual one of a live
    /// key, unless Toss is a stand-in on this machine. A test key asks at most as often as Toss allows.
    pub(super) fn of_key(
        is_test: bool,
        on_this_machine: bool,
        configured: Option<u32>,
    ) -> Option<Self> {
        let usual = match (is_test, on_this_machine) {
            (true, _) => Some(TEST_CALLS_PER_MINUTE),
            (false, true) => None,
            (false, false) => Some(LIVE_CALLS_PER_MINUTE),
        };
        let limit = match configured {
            Some(calls) if is_test => Some(calls.min(TEST_CALLS_PER_MINUTE)),
            Some(calls) => Some(calls),
            None => usual,
        };
        limit.map(Self::per_minute)
    }

    fn per_minute(calls: u32) -> Self {
        // Those at once and those at the even pace share the minute.
        let at_once = (calls / BURST).max(1);
        let evenly = calls.saturating_sub(at_once).max(1);
        let between = Duration::from_mins(1) / evenly;
        Self {
            limit: calls,
            between,
            ahead: between * at_once.saturating_sub(1),
            queues: Mutex::default(),
            moved: Notify::new(),
        }
    }

    /// How many calls of each API it lets through in a minute.
    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// Waits until a call may be made. Calls of one urgency wait in the order in which they came.
    ///
    /// # Errors
    /// When a question would wait, or has waited, for too long.
    pub(super) async fn turn(&self, call: Call, urgency: Urgency) -> Result<Turn<'_>, NoTurn> {
        let began = Instant::now();
        let waiting = self.line_up(call, urgency, began)?;
        let patience = began + QUESTION_WAITS;
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            let now = Instant::now();
            let due = match waiting.next(now) {
                Next::Go => return Ok(Turn(self)),
                Next::At(due) => Some(due),
                Next::Later => None,
            };
            let ends = urgency.is_told_to_come_again(call).then_some(patience);
            if ends.is_some_and(|ends| ends <= now) {
                return Err(NoTurn(self.between.max(Duration::from_secs(1))));
            }
            match due.into_iter().chain(ends).min() {
                Some(instant) => tokio::select! {
                    () = moved => {}
                    () = sleep_until(instant) => {}
                },
                None => moved.await,
            }
        }
    }

    /// A cancel that is sent now, whatever waits.
    pub(super) fn cancels(&self) -> Turn<'_> {
        let mut queues = self.queues();
        queues.under_way += 1;
        queues.apis[api_of(Call::Cancel)].take(Instant::now(), self.between);
        Turn(self)
    }

    fn line_up(&self, call: Call, urgency: Urgency, now: Instant) -> Result<Waiting<'_>, NoTurn> {
        let mut queues = self.queues();
        queues.tickets += 1;
        let (api, ticket) = (api_of(call), queues.tickets);
        let place = &mut queues.apis[api];
        if urgency.is_told_to_come_again(call) {
            let before = place.cancels.len() + place.questions.len();
            let before = u32::try_from(before).unwrap_or(u32::MAX);
            let due = place.due(now, self.ahead) + self.between.saturating_mul(before);
            let wait = due.saturating_duration_since(now);
            if wait > QUESTION_WAITS || place.questions.len() >= MOST_QUESTIONS {
                return Err(NoTurn(wait.saturating_sub(QUESTION_WAITS)));
            }
        }
        place.queue(urgency).push_back(ticket);
        Ok(Waiting {
            pace: self,
            api,
            urgency,
            ticket,
        })
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queues = self.0.queues();
        queues.under_way = queues.under_way.saturating_sub(1);
        drop(queues);
        self.0.moved.notify_waiters();
    }
}

impl Waiting<'_> {
    fn next(&self, now: Instant) -> Next {
        let pace = self.pace;
        let mut queues = pace.queues();
        let has_room = queues.under_way < UNDER_WAY || self.urgency == Urgency::Cancel;
        let api = &mut queues.apis[self.api];
        if api.first() != Some((self.urgency, self.ticket)) || !has_room {
            return Next::Later;
        }
        let due = api.due(now, pace.ahead);
        if due > now {
            return Next::At(due);
        }
        api.take(now, pace.between);
        api.went(self.urgency);
        queues.under_way += 1;
        Next::Go
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut queues = self.pace.queues();
        let queue = queues.apis[self.api].queue(self.urgency);
        queue.retain(|ticket| *ticket != self.ticket);
        drop(queues);
        self.pace.moved.notify_waiters();
    }
}

impl Api {
    fn queue(&mut self, urgency: Urgency) -> &mut VecDeque<u64> {
        match urgency {
            Urgency::Cancel => &mut self.cancels,
            Urgency::Question => &mut self.questions,
            Urgency::Webhook => &mut self.webhooks,
            Urgency::Background => &mut self.background,
        }
    }

    /// Whose turn is next.
    fn first(&self) -> Option<(Urgency, u64)> {
        let of = |urgency, queue: &VecDeque<u64>| Some((urgency, *queue.front()?));
        let question = of(Urgency::Question, &self.questions);
        let webhook = of(Urgency::Webhook, &self.webhooks);
        let background = of(Urgency::Background, &self.background);
        let unasked = if self.webhooks_in_a_row < IN_A_ROW {
            webhook.or(background)
        } else {
            background.or(webhook)
        };
        let others = if self.questions_in_a_row < IN_A_ROW {
            question.or(unasked)
        } else {
            unasked.or(question)
        };
        of(Urgency::Cancel, &self.cancels).or(others)
    }

    fn went(&mut self, urgency: Urgency) {
        match urgency {
            Urgency::Cancel => {}
            Urgency::Question => self.questions_in_a_row += 1,
            Urgency::Webhook => {
                self.questions_in_a_row = 0;
                self.webhooks_in_a_row += 1;
            }
            Urgency::Background => {
                self.questions_in_a_row = 0;
                self.webhooks_in_a_row = 0;
            }
        }
    }

    /// When the next call may come.
    fn due(&self, now: Instant, ahead: Duration) -> Instant {
        let next = self.next.map_or(now, |next| next.max(now));
        next.checked_sub(ahead).map_or(now, |due| due.max(now))
    }

    fn take(&mut self, now: Instant, between: Duration) {
        let next = self.next.map_or(now, |next| next.max(now));
        self.next = Some(next + between);
    }
}

/// Toss counts a payment, however it is asked for, and its cancel together.
const fn api_of(call: Call) -> usize {
    match call {
        Call::Payment | Call::PaymentByOrder | Call::Cancel => 0,
        Call::Transactions => 1,
        Call::Settlements => 2,
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
