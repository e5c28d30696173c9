//! The world of the machine's laws: two processes, a Toss that keeps keys, loses answers, executes late and forgets, an
//! operator at the console, admins who approve and withdraw, crashes between any two steps, and a clock that jumps.

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reconciliation::{CancelRequestStatus as Status, Money};

use super::machine::{self, Effect, Event, Prepared, Times, needs_confirmation};
use super::machine_samples::{admin_named, refused, request, unknown_answer, won};
use super::machine_toss::{FakeToss, Message, Reply};
use crate::store::{CancelRequest, Lease, SecretBody};
use crate::toss::{CancelAnswer, PaymentReading};

/// The first sending of a key and everything behind it reaches Toss within a day, or never.
const NETWORK_KEEPS: TimeDelta = TimeDelta::days(1);

/// What one process is in the middle of. A crash loses it.
enum Doing {
    Nothing,
    /// The change is recorded, its effect is to follow.
    About(Effect, CancelRequest, &'static str),
    /// Toss has been called.
    Waiting(CancelRequest),
}

/// One request, and everybody who has to do with it.
pub(super) struct World {
    rng: StdRng,
    now: DateTime<Utc>,
    pub(super) record: CancelRequest,
    processes: [Doing; 2],
    api_key: &'static str,
    /// A Toss that forgets answers is met here, or one that shows old states, never both at once: what it refuses then
    /// for another reason after a cancel that it has forgotten and does not show cannot be told from the truth.
    forgets: bool,
    /// Above it another admin must approve.
    threshold: Option<Money>,
    /// Whether reasons are marked, and the mark is looked for.
    marks: bool,
    pub(super) toss: FakeToss,
    net: Vec<(DateTime<Utc>, Message)>,
    log: Vec<String>,
}

impl World {
    /// A course of events, from its beginning to its end.
    pub(super) fn lived_through(seed: u64) -> Self {
        let mut world = Self::new(seed);
        for _ in 0..world.rng.random_range(5..120) {
            world.something_happens();
        }
        world.calm_down();
        world
    }

    fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let amount = rng.random_bool(0.7).then(|| won(3_000));
        let balance = if rng.random_bool(0.5) { 3_000 } else { 9_000 };
        let asynchronous = rng.random_bool(0.3);
        Self {
            now: DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
            record: request(amount),
            processes: [Doing::Nothing, Doing::Nothing],
            api_key: "k1",
            forgets: rng.random_bool(0.5),
            threshold: [None, Some(won(2_999)), Some(won(3_000))][rng.random_range(0..3)],
            marks: rng.random_bool(0.5),
            toss: FakeToss::new(balance, asynchronous),
            net: Vec::new(),
            log: Vec::new(),
            rng,
        }
    }

    fn times(&self) -> Times {
        Times {
            now: self.now,
            first_pause: TimeDelta::seconds(5),
        }
    }

    fn lease(&self) -> Lease {
        Lease {
            owner: "process".to_owned(),
            until: self.now + TimeDelta::seconds(35),
        }
    }

    fn needs_approval(&self, amount: Money) -> bool {
        self.threshold
            .is_some_and(|threshold| amount.minor() > threshold.minor())
    }

    /// Records a change by compare-and-swap against what the process has read.
    fn change(
        &mut self,
        read: &CancelRequest,
        event: Event<'_>,
    ) -> Option<(Effect, CancelRequest)> {
        let step = machine::step(read, event, self.times())?;
        if read.version != self.record.version {
            return None;
        }
        self.record = read.after(step.change);
        self.log
            .push(format!("{:?} -> {:?}", read.status, self.record.status));
        Some((step.effect, self.record.clone()))
    }

    /// As [`Self::change`], against whatever is recorded now.
    fn report(&mut self, event: Event<'_>) {
        let current = self.record.clone();
        let _ = self.change(&current, event);
    }

    /// The payment as Toss shows it, which may be old, or not at all.
    fn read(&mut self, reliable: bool) -> Option<PaymentReading> {
        let stale = !reliable && !self.forgets && self.rng.random_bool(0.2);
        let silent = !reliable && self.rng.random_bool(0.2);
        (!silent).then(|| self.toss.shown(stale))
    }

    /// One process does the next thing.
    fn act(&mut self, place: usize, reliable: bool) {
        match std::mem::replace(&mut self.processes[place], Doing::Nothing) {
            Doing::Nothing => self.begin(place, reliable),
            Doing::About(Effect::Send, read, api_key) => {
                self.check_approval(&read);
                let mark = self.marks.then(|| read.mark().to_string());
                let message = Message {
                    api_key,
                    attempt: read.attempts,
                    process: place,
                    amount: read.amount.map(Money::minor),
                    lock: read.baseline_balance.map_or(0, Money::minor),
                    reason: format!("r{}", mark.unwrap_or_default()),
                };
                if !reliable && self.rng.random_bool(0.1) {
                    let reason = "no route".to_owned();
                    self.answered(read.attempts, &CancelAnswer::NotSent { reason }, reliable);
                    return;
                }
                self.log.push(format!("send {message:?}"));
                let copies = if !reliable && self.rng.random_bool(0.15) {
                    2
                } else {
                    1
                };
                for _ in 0..copies {
                    self.net.push((self.now, message.clone()));
                }
                self.processes[place] = Doing::Waiting(read);
            }
            Doing::About(Effect::ReadPayment, _, _) => {
                let reading = self.read(reliable);
                self.report(Event::Seen(reading.as_ref()));
            }
            Doing::About(Effect::Nothing | Effect::Prepare, ..) => {}
            Doing::Waiting(read) if !reliable => {
                self.log.push("silence".to_owned());
                self.answered(read.attempts, &unknown_answer(), reliable);
            }
            waiting @ Doing::Waiting(_) => self.processes[place] = waiting,
        }
    }

    /// Takes the request up, if that is this process's to do. Clocks may disagree about leases.
    fn begin(&mut self, place: usize, reliable: bool) {
        let read = self.record.clone();
        let seen = if self.marks && read.status == Status::Unknown {
            self.read(reliable)
        } else {
            None
        };
        let may = !read.is_leased(self.now) || (!reliable && self.rng.random_bool(0.3));
        let event = match read.status {
            Status::Requested if place == 0 && read.is_leased(self.now) => {
                let Some(reading) = self.read(reliable) else {
                    return;
                };
                let Some(balance) = reading.payment.balance_amount else {
                    return;
                };
                Event::Prepared(Prepared {
                    body: SecretBody::new("sealed".to_owned()),
                    balance,
                    cancels: machine::cancel_keys(&reading),
                    api_key: self.api_key.to_owned(),
                    lease: self.lease(),
                    needs_approval: self
                        .needs_approval(read.amount.unwrap_or(balance))
                        .then_some(TimeDelta::hours(24)),
                })
            }
            Status::AwaitingApproval => Event::Expired,
            Status::Requested | Status::Sent if may => Event::Abandoned,
            Status::Unknown
                if may && (read.next_at <= Some(self.now) || self.rng.random_bool(0.3)) =>
            {
                Event::Due {
                    api_key: Some(self.api_key),
                    lease: self.lease(),
                    now_at_toss: seen.as_ref(),
                }
            }
            _ => return,
        };
        let api_key = self.api_key;
        if let Some((effect, next)) = self.change(&read, event)
            && effect != Effect::Nothing
        {
            self.processes[place] = Doing::About(effect, next, api_key);
        }
    }

    fn answered(&mut self, attempt: i32, answer: &CancelAnswer, reliable: bool) {
        let now_at_toss = if needs_confirmation(answer) {
            self.read(reliable)
        } else {
            None
        };
        self.report(Event::Answered {
            attempt,
            answer,
            now_at_toss: now_at_toss.as_ref(),
        });
    }

    /// A message arrives at Toss, now or late, and its answer comes back or does not.
    fn deliver(&mut self, reliable: bool) {
        if self.net.is_empty() {
            return;
        }
        let place = self.rng.random_range(0..self.net.len());
        let (sent, message) = self.net.swap_remove(place);
        if self.now - sent > NETWORK_KEEPS {
            return;
        }
        let whim = if reliable { 1.0 } else { self.rng.random() };
        let reply = self.toss.receive(&message, self.now, whim);
        self.log.push(format!("Toss: {reply:?}"));
        let lost = !reliable && self.rng.random_bool(0.4);
        let waits = matches!(&self.processes[message.process], Doing::Waiting(read) if read.attempts == message.attempt);
        if lost || !waits {
            return;
        }
        self.processes[message.process] = Doing::Nothing;
        let answer = match reply {
            Reply::Done(reading) => CancelAnswer::Done {
                raw: reading.raw.clone(),
                reading,
                http_status: 200,
            },
            Reply::Refused(code) => refused(code),
            Reply::Unclear => unknown_answer(),
        };
        self.answered(message.attempt, &answer, reliable);
    }

    fn something_happens(&mut self) {
        match self.rng.random_range(0..109) {
            0..45 => {
                let place = usize::from(self.rng.random_bool(0.4));
                self.act(place, false);
            }
            45..70 => self.deliver(false),
            70..76 => {
                let place = usize::from(self.rng.random_bool(0.5));
                self.processes[place] = Doing::Nothing;
                self.log.push(format!("process {place} is killed"));
            }
            76..80 => {
                let amount = if self.rng.random_bool(0.6) {
                    3_000
                } else {
                    1_000
                };
                self.toss.cancel_by_hand(amount);
                self.log.push(format!("by hand: {amount}"));
            }
            80..83 => self.report(Event::CallerLeft),
            // What is still on its way when its answer is forgotten runs anew: nobody on this side can prevent that.
            83..85 if self.forgets && self.nothing_is_on_its_way() => self.toss.forget(),
            83..85 => {}
            85..87 => self.api_key = if self.api_key == "k1" { "k2" } else { "k1" },
            87..89 => {
                let granted = self.rng.random_bool(0.5);
                self.toss.end_asynchronous(granted);
            }
            89..97 => self.now += TimeDelta::seconds(self.rng.random_range(1..60)),
            97..100 => self.now += TimeDelta::minutes(self.rng.random_range(-60..120)),
            100..107 => {
                let admin = if self.rng.random_bool(0.5) {
                    "admin"
                } else {
                    "other"
                };
                self.log.push(format!("{admin} approves"));
                self.report(Event::Approved {
                    admin: admin_named(admin),
                    lease: self.lease(),
                });
            }
            107 => {
                let admin = admin_named("other");
                self.report(Event::Withdrawn { admin });
            }
            // No process sleeps for days between a record and its effect.
            _ => {
                self.processes = [Doing::Nothing, Doing::Nothing];
                self.now += TimeDelta::days(self.rng.random_range(1..16));
            }
        }
        self.check();
    }

    fn nothing_is_on_its_way(&self) -> bool {
        let about_to_send = |doing: &Doing| matches!(doing, Doing::About(Effect::Send, ..));
        self.net.is_empty() && !self.processes.iter().any(about_to_send)
    }

    /// What must hold when Toss is about to be called.
    fn check_approval(&self, request: &CancelRequest) {
        let amount = request.amount.or(request.baseline_balance);
        if amount.is_none_or(|amount| self.needs_approval(amount)) {
            let by = request.approval.as_ref().map(|approval| &approval.by);
            assert!(
                by.is_some_and(|by| *by != request.requested_by),
                "sent without another's approval: {:#?}",
                self.log
            );
        }
    }

    /// What must hold at every moment.
    fn check(&self) {
        if self.record.status == Status::AwaitingApproval {
            assert_eq!(self.record.attempts, 0, "{:#?}", self.log);
        }
        let ours = self.toss.executions();
        let told = || format!("{:#?}\n{:#?}", self.log, self.record.error);
        assert!(ours.len() <= 1, "money went back twice: {}", told());
        match self.record.status {
            Status::Succeeded => {
                let named = self.record.transaction_key.as_ref();
                assert_eq!(ours.first(), named, "it says succeeded: {}", told());
            }
            Status::Rejected => {
                assert!(ours.is_empty(), "it says rejected: {}", told());
            }
            _ => {}
        }
    }

    /// Everything works again, and nobody touches the payment: now the request must end.
    fn calm_down(&mut self) {
        self.processes = [Doing::Nothing, Doing::Nothing];
        self.api_key = "k1";
        for _ in 0..400 {
            if self.record.status.is_final() || self.record.status == Status::NeedsOperator {
                break;
            }
            self.now += TimeDelta::hours(1);
            self.toss.end_asynchronous(true);
            for _ in 0..3 {
                self.act(0, true);
                self.deliver(true);
            }
            self.check();
        }
        let ended = self.record.status.is_final() || self.record.status == Status::NeedsOperator;
        assert!(ended, "it never ends: {:?} {:#?}", self.record, self.log);
        // Whatever is still on its way arrives now, and must change nothing.
        while !self.net.is_empty() {
            self.deliver(true);
            self.check();
        }
    }
}
