//! That no minute has more calls than it may, and that those which matter most are not held up by others.

use super::*;

/// Calls that wait at a pace, on a clock that moves when all of them wait.
struct Line<'a> {
    pace: &'a Pace,
    now: Instant,
    waiting: Vec<(&'static str, Waiting<'a>)>,
}

impl<'a> Line<'a> {
    fn at(pace: &'a Pace) -> Self {
        Self {
            pace,
            now: Instant::now(),
            waiting: Vec::new(),
        }
    }

    fn joins(
        &mut self,
        name: &'static str,
        call: Call,
        urgency: Urgency,
    ) -> Result<&mut Self, NoTurn> {
        let place = self.pace.line_up(call, urgency, self.now)?;
        self.waiting.push((name, place));
        Ok(self)
    }

    /// The next call that has its turn, in time.
    fn next(&mut self) -> Option<(&'static str, Turn<'a>)> {
        let mut due: Option<Instant> = None;
        for (place, (name, waiting)) in self.waiting.iter().enumerate() {
            match waiting.next(self.now) {
                Next::Go => {
                    let name = *name;
                    self.waiting.remove(place);
                    return Some((name, Turn(self.pace)));
                }
                Next::At(instant) => {
                    due = Some(due.map_or(instant, |due| due.min(instant)));
                }
                Next::Later => {}
            }
        }
        self.now = due?;
        self.next()
    }

    /// The names of all that wait, as they have their turns, each over at once.
    fn order(&mut self) -> String {
        std::iter::from_fn(|| self.next().map(|(name, _)| name)).collect()
    }

    fn goes_at_once(&mut self, call: Call, urgency: Urgency) -> bool {
        let place = self.pace.line_up(call, urgency, self.now);
        place.is_ok_and(|place| matches!(place.next(self.now), Next::Go) && Turn(self.pace).ends())
    }

    /// Uses up what may come at once.
    fn used_up(&mut self, call: Call) {
        while self.goes_at_once(call, Urgency::Background) {}
    }
}

impl Turn<'_> {
    fn ends(self) -> bool {
        drop(self);
        true
    }
}

#[test]
fn no_minute_has_more_calls_than_the_limit_and_none_is_held_up_for_nothing() {
    for limit in [1, 7, 60, 100] {
        let pace = Pace::per_minute(limit);
        let mut line = Line::at(&pace);
        let start = line.now;
        let turns: Vec<Duration> = (0..300)
            .map(|_| {
                let joined = line.joins("", Call::Transactions, Urgency::Background);
                joined.unwrap().next().unwrap();
                line.now - start
            })
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
fn a_live_key_has_a_pace_of_its_own_and_a_test_key_toss_s() {
    let between = |is_test, here, configured| {
        Pace::of_key(is_test, here, configured).map(|pace| pace.between.as_millis())
    };
    let of = |calls| Some(Pace::per_minute(calls).between.as_millis());
    for (is_test, here, configured, limit) in [
        (false, false, None, of(1_200)),
        (false, true, None, None),
        (false, false, Some(6_000), of(6_000)),
        (false, true, Some(600), of(600)),
        (true, false, None, of(100)),
        (true, true, None, of(100)),
        (true, false, Some(600), of(100)),
        (true, false, Some(60), of(60)),
    ] {
        assert_eq!(
            between(is_test, here, configured),
            limit,
            "{is_test} {here} {configured:?}"
        );
    }
}

#[test]
fn each_api_has_a_pace_of_its_own() {
    let pace = Pace::per_minute(1);
    let mut line = Line::at(&pace);
    let usual = Urgency::Background;
    assert!(line.goes_at_once(Call::Transactions, usual));
    assert!(!line.goes_at_once(Call::Transactions, usual));
    assert!(line.goes_at_once(Call::Settlements, usual));
    assert!(line.goes_at_once(Call::Payment, usual));
    assert!(!line.goes_at_once(Call::PaymentByOrder, usual));
}

#[test]
fn a_cancel_s_calls_go_before_all_that_wait() {
    let pace = Pace::per_minute(60);
    let mut line = Line::at(&pace);
    line.used_up(Call::Payment);
    for (name, urgency) in [
        ("b", Urgency::Background),
        ("w", Urgency::Webhook),
        ("q", Urgency::Question),
        ("1", Urgency::Cancel),
        ("2", Urgency::Cancel),
    ] {
        line.joins(name, Call::Payment, urgency).unwrap();
    }
    assert_eq!(line.order(), "12qwb");
}

#[test]
fn the_background_has_every_fourth_turn_while_questions_wait() {
    let pace = Pace::per_minute(120);
    let mut line = Line::at(&pace);
    line.used_up(Call::Payment);
    let calls = [("b", Urgency::Background); 2];
    for (name, urgency) in calls.into_iter().chain([("q", Urgency::Question); 8]) {
        line.joins(name, Call::Payment, urgency).unwrap();
    }
    assert_eq!(line.order(), "qqqbqqqbqq");
}

#[test]
fn of_the_turns_that_questions_leave_the_background_has_every_fourth_while_webhooks_wait() {
    let pace = Pace::per_minute(120);
    let mut line = Line::at(&pace);
    line.used_up(Call::Payment);
    let questions = [("q", Urgency::Question); 4];
    let webhooks = [("w", Urgency::Webhook); 5];
    let unasked = [("b", Urgency::Background); 2];
    for (name, urgency) in unasked.into_iter().chain(webhooks).chain(questions) {
        line.joins(name, Call::Payment, urgency).unwrap();
    }
    assert_eq!(line.order(), "qqqwqwwbwwb");
}

#[test]
fn a_day_of_settlements_is_never_told_to_come_again_and_no_queue_of_questions_is_endless() {
    let pace = Pace::per_minute(60);
    let mut line = Line::at(&pace);
    line.used_up(Call::Settlements);
    for _ in 0..100 {
        let joined = line.joins("q", Call::Settlements, Urgency::Question);
        assert!(joined.is_ok());
    }
    let fast = Pace::per_minute(60_000);
    let mut line = Line::at(&fast);
    for _ in 0..MOST_QUESTIONS {
        let joined = line.joins("q", Call::Payment, Urgency::Question);
        assert!(joined.is_ok());
    }
    let beyond = line.joins("q", Call::Payment, Urgency::Question);
    assert!(beyond.is_err());
    let webhook = line.joins("w", Call::Payment, Urgency::Webhook);
    assert!(webhook.is_ok());
}

#[test]
fn a_question_that_would_wait_too_long_is_told_when_to_come_again() {
    let pace = Pace::per_minute(60);
    let mut line = Line::at(&pace);
    line.used_up(Call::Payment);
    let refused = loop {
        if let Err(refused) = line.joins("q", Call::Payment, Urgency::Question) {
            break refused;
        }
    };
    assert!((7..=8).contains(&line.waiting.len()));
    assert!(refused.0 <= pace.between, "{refused:?}");
    let waits = line.joins("b", Call::Payment, Urgency::Background);
    assert!(waits.is_ok(), "who has time waits as long as it takes");
    assert!(line.joins("c", Call::Payment, Urgency::Cancel).is_ok());
    // Those who have gone leave the queue.
    line.waiting.clear();
    let again = line.joins("q", Call::Payment, Urgency::Question);
    assert!(again.is_ok());
}

#[test]
fn sixteen_calls_are_under_way_at_once_and_a_cancel_s_beside_them() {
    let pace = Pace::per_minute(60_000);
    let mut line = Line::at(&pace);
    let mut under_way = Vec::new();
    for call in [Call::Payment, Call::Transactions].repeat(8) {
        let joined = line.joins("q", call, Urgency::Question).unwrap();
        under_way.push(joined.next().unwrap().1);
    }
    assert!(!line.goes_at_once(Call::Settlements, Urgency::Question));
    assert!(line.goes_at_once(Call::Payment, Urgency::Cancel));
    let _sending = pace.cancels();
    assert!(!line.goes_at_once(Call::Settlements, Urgency::Question));
    under_way.clear();
    assert!(line.goes_at_once(Call::Settlements, Urgency::Question));
}

#[tokio::test]
async fn whoever_waits_has_the_turn_that_another_gives_back() {
    let pace = Pace::per_minute(60_000);
    let mut under_way = Vec::new();
    for _ in 0..UNDER_WAY {
        let turn = pace.turn(Call::Payment, Urgency::Question).await;
        under_way.push(turn.unwrap());
    }
    let next = pace.turn(Call::Payment, Urgency::Background);
    tokio::pin!(next);
    let is_early = tokio::select! {
        biased;
        _ = &mut next => true,
        () = tokio::task::yield_now() => false,
    };
    assert!(!is_early);
    under_way.pop();
    assert!(next.await.is_ok());
}
