//! The world of the machine's laws: two processes, a Toss that keeps keys, loses answers, executes late and forgets, a gateway
//! in front of it, an operator at the console, admins who approve, withdraw, take over and decide, one of them with two
//! tokens, crashes between any two steps, a clock that jumps, and a database that is put back to an older copy of itself.
//!
//! What is taken for granted, because nobody on this side can prevent it: a message that is still on its way when Toss
//! forgets its answer, when a gateway refuses it twice two minutes apart, or when an older database has been put back, has
//! reached Toss by then or never does.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reconciliation::{CancelMark, CancelRequestStatus as Status, Money, TransactionKey};

use super::Admin;
use super::machine::{
    self, Effect, Event, Prepared, Situation, needs_confirmation, was_never_sent,
};
use super::machine_samples::{refused, request, unknown_answer, won};
use super::machine_toss::{FakeToss, Message, Reply};
use super::proof::{cancel_keys, could_be_of_the_unsent, marked};
use crate::store::{CancelRequest, ContentDigest, Lease, SecretBody};
use crate::toss::{CancelAnswer, PaymentReading};

/// The first sending of a key and everything behind it reaches Toss within a day, or never.
const NETWORK_KEEPS: TimeDelta = TimeDelta::days(1);
/// As [`NETWORK_KEEPS`], where a gateway may refuse.
const GATEWAY_KEEPS: TimeDelta = TimeDelta::seconds(100);

/// The API key under which the request is asked for.
const ASKED_UNDER: &str = "k1";

/// Tokens of admins; the first two are one person's.
const ADMINS: [&str; 3] = ["admin", "admin-b", "other"];

/// Whoever holds that token.
fn holder_of(token: &str) -> Admin {
    let owner = token.strip_suffix("-b").unwrap_or(token);
    Admin {
        name: token.to_owned(),
        owner: owner.to_owned(),
    }
}

fn started() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// The request as it is recorded first, at that instant, when so much was known to be left.
fn recorded(
    amount: Option<Money>,
    known_balance: Money,
    marks: bool,
    at: DateTime<Utc>,
) -> CancelRequest {
    CancelRequest {
        mark: marks.then(|| CancelMark::of_digests(&[1; 32], &[2; 32])),
        content: Some(ContentDigest {
            key: ASKED_UNDER.to_owned(),
            digest: [0; 32],
        }),
        baseline_balance: Some(known_balance),
        requested_at: at,
        lease: Some(Lease {
            owner: "process".to_owned(),
            until: at + TimeDelta::seconds(10),
        }),
        ..request(amount)
    }
}

/// What one process is in the middle of. A crash loses it.
enum Doing {
    Nothing,
    /// The change is recorded, its effect is to follow.
    About(Effect, CancelRequest, &'static str),
    /// Toss has been called.
    Waiting(CancelRequest),
}

/// One request, and everybody who has to do with it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a condition of its own, and none excludes another"
)]
pub(super) struct World {
    rng: StdRng,
    now: DateTime<Utc>,
    pub(super) record: CancelRequest,
    processes: [Doing; 2],
    api_key: &'static str,
    /// A Toss that forgets answers is met here, or one that shows old states, never both at once: what it refuses then
    /// for another reason after a cancel that it has forgotten and does not show cannot be told from the truth. Nor does an
    /// overseas method give up what such a Toss has forgotten.
    forgets: bool,
    /// Whether a gateway in front of Toss may refuse.
    gateway: bool,
    /// Copies of the record that may be put back, oldest first.
    backups: Vec<CancelRequest>,
    pub(super) was_put_back: bool,
    /// Whether the age of the key is not known any more, so that nobody may wait for days.
    stays_young: bool,
    /// Cancels that other requests caused.
    owned: HashSet<TransactionKey>,
    /// Above it another admin must approve.
    threshold: Option<Money>,
    /// Whether reasons are marked, and the mark is looked for.
    marks: bool,
    pub(super) toss: FakeToss,
    pub(super) needed_a_person: bool,
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
        let gateway = rng.random_bool(0.3);
        let threshold = [None, Some(won(2_999)), Some(won(3_000))][rng.random_range(0..3)];
        let marks = rng.random_bool(0.5);
        let record = recorded(amount, won(balance), marks, started());
        Self {
            now: started(),
            backups: vec![record.clone()],
            record,
            was_put_back: false,
            stays_young: false,
            owned: HashSet::new(),
            processes: [Doing::Nothing, Doing::Nothing],
            api_key: "k1",
            forgets: !asynchronous && rng.random_bool(0.4),
            gateway,
            threshold,
            marks,
            toss: FakeToss::new(balance, asynchronous, gateway),
            needed_a_person: false,
            net: Vec::new(),
            log: Vec::new(),
            rng,
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
        let now = Situation {
            now: self.now,
            first_pause: TimeDelta::seconds(5),
            owned: &self.owned,
        };
        let step = machine::step(read, event, now)?;
        if read.version != self.record.version {
            return None;
        }
        self.record = read.after(step.change);
        self.backups.push(self.record.clone());
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
                let mark = read.mark.as_ref().map(ToString::to_string);
                let message = Message {
                    api_key,
                    attempt: read.attempts,
                    process: place,
                    amount: read.amount.map(Money::minor),
                    lock: read.baseline_balance.map_or(0, Money::minor),
                    reason: format!("{}{}", read.reason, mark.unwrap_or_default()),
                };
                if !reliable && self.rng.random_bool(0.1) {
                    let reason = "no route".to_owned();
                    self.answered(read.attempts, &CancelAnswer::NotSent { reason }, reliable);
                    return;
                }
                self.log.push(format!("send {message:?}"));
                let copies = if !reliable && !self.gateway && self.rng.random_bool(0.15) {
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
            Doing::About(Effect::Prepare, read, _) => {
                if let Some(reading) = self.read(reliable) {
                    self.prepare(place, &read, &reading);
                }
            }
            Doing::About(Effect::Nothing, ..) => {}
            Doing::Waiting(read) if !reliable => {
                self.log.push("silence".to_owned());
                self.answered(read.attempts, &unknown_answer(), reliable);
            }
            Doing::Waiting(read) if !self.is_on_its_way(&read) => {
                self.log.push("silence".to_owned());
                self.answered(read.attempts, &unknown_answer(), reliable);
            }
            waiting @ Doing::Waiting(_) => self.processes[place] = waiting,
        }
    }

    /// Takes the request up, if that is this process's to do. Clocks may disagree about leases.
    fn begin(&mut self, place: usize, reliable: bool) {
        let read = self.record.clone();
        let may = !read.is_leased(self.now) || (!reliable && self.rng.random_bool(0.3));
        let is_due = read.next_at <= Some(self.now) || self.rng.random_bool(0.3);
        let asks_again = was_never_sent(&read) && self.rng.random_bool(0.3);
        let event = match read.status {
            Status::Requested if place == 0 && read.is_leased(self.now) => {
                let Some(reading) = self.read(reliable) else {
                    return;
                };
                return self.prepare(place, &read, &reading);
            }
            Status::Unknown if may && asks_again => {
                let Some(reading) = self.read(reliable) else {
                    return;
                };
                return self.prepare(place, &read, &reading);
            }
            Status::AwaitingApproval => {
                let seen = self.read(reliable);
                return self.begun(place, &read, Event::Expired(seen.as_ref()));
            }
            Status::Requested if may => {
                let seen = self.read(reliable);
                let lease = self.lease();
                return self.begun(
                    place,
                    &read,
                    Event::Abandoned {
                        seen: seen.as_ref(),
                        lease,
                    },
                );
            }
            Status::Sent if may => Event::Abandoned {
                seen: None,
                lease: self.lease(),
            },
            Status::Unknown if may && is_due => {
                let seen = if self.marks {
                    self.read(reliable)
                } else {
                    None
                };
                let event = Event::Due {
                    api_key: Some(self.api_key.to_owned()),
                    lease: self.lease(),
                    seen: seen.as_ref(),
                };
                return self.begun(place, &read, event);
            }
            _ => return,
        };
        self.begun(place, &read, event);
    }

    /// The payment was read: it is to be sent, waits for approval, or bears the request's mark already.
    fn prepare(&mut self, place: usize, read: &CancelRequest, reading: &PaymentReading) {
        // The settings are read when a process starts, and what it asked for it prepares itself.
        if self.api_key != ASKED_UNDER {
            return;
        }
        let Some(balance) = reading.payment.balance_amount else {
            return;
        };
        let event = if self.marks && !marked(read, reading, &self.owned).is_empty() {
            Event::FoundMarked(reading)
        } else {
            Event::Prepared(Prepared {
                body: SecretBody::new("sealed".to_owned()),
                balance,
                cancels: cancel_keys(reading),
                api_key: self.api_key.to_owned(),
                lease: self.lease(),
                needs_approval: self
                    .needs_approval(read.amount.unwrap_or(balance))
                    .then_some(TimeDelta::hours(24)),
                may_repeat: !could_be_of_the_unsent(read, reading, &self.owned).is_empty(),
            })
        };
        self.begun(place, read, event);
    }

    fn begun(&mut self, place: usize, read: &CancelRequest, event: Event<'_>) {
        let api_key = self.api_key;
        if let Some((effect, next)) = self.change(read, event)
            && effect != Effect::Nothing
        {
            self.processes[place] = Doing::About(effect, next, api_key);
        }
    }

    fn answered(&mut self, attempt: i32, answer: &CancelAnswer, reliable: bool) {
        let seen = if needs_confirmation(answer) {
            self.read(reliable)
        } else {
            None
        };
        self.report(Event::Answered {
            attempt,
            answer,
            seen: seen.as_ref(),
        });
    }

    /// A message arrives at Toss, now or late, and its answer comes back or does not.
    fn deliver(&mut self, reliable: bool) {
        let keeps = if self.gateway {
            GATEWAY_KEEPS
        } else {
            NETWORK_KEEPS
        };
        let now = self.now;
        self.net.retain(|(sent, _)| now - *sent <= keeps);
        if self.net.is_empty() {
            return;
        }
        let place = self.rng.random_range(0..self.net.len());
        let (_, message) = self.net.swap_remove(place);
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
        match self.rng.random_range(0..121) {
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
                let reason = if self.rng.random_bool(0.3) {
                    "reason"
                } else {
                    "console"
                };
                let made = self.toss.cancel_by_hand(amount, reason);
                // It may be another request's, as the record knows.
                self.owned
                    .extend(made.filter(|_| self.rng.random_bool(0.3)));
                self.log.push(format!("by hand: {amount}"));
            }
            80..83 => self.report(Event::CallerLeft),
            // What is still on its way when its answer is forgotten runs anew: nobody on this side can prevent that.
            83..85 if self.forgets && self.nothing_is_on_its_way() => self.toss.forget(),
            85..87 if self.was_put_back => {}
            85..87 => self.api_key = if self.api_key == "k1" { "k2" } else { "k1" },
            87..89 => {
                let granted = self.rng.random_bool(0.5);
                self.toss.end_asynchronous(granted);
            }
            89..97 => self.now += TimeDelta::seconds(self.rng.random_range(1..60)),
            97..100 => self.now += TimeDelta::minutes(self.rng.random_range(-60..120)),
            100..107 => {
                let admin = ADMINS[self.rng.random_range(0..ADMINS.len())];
                self.log.push(format!("{admin} approves"));
                let seen = self.read(false);
                self.report(Event::Approved {
                    admin: holder_of(admin),
                    lease: self.lease(),
                    seen: seen.as_ref(),
                });
            }
            107 => {
                let admin = holder_of("other");
                let seen = self.read(false);
                self.report(Event::Withdrawn {
                    admin,
                    seen: seen.as_ref(),
                });
            }
            108..111 => {
                let admin = holder_of("other");
                self.report(Event::TakenOver { admin });
            }
            111..114 => self.a_person_decides(),
            114..119 if !self.forgets => self.put_an_older_copy_back(),
            83..85 | 114..119 => {}
            // No process sleeps for days between a record and its effect.
            _ if self.stays_young => {}
            _ => {
                self.processes = [Doing::Nothing, Doing::Nothing];
                self.now += TimeDelta::days(self.rng.random_range(1..16));
            }
        }
        self.check();
    }

    fn is_on_its_way(&self, sent: &CancelRequest) -> bool {
        let mut net = self.net.iter();
        net.any(|(_, message)| message.attempt == sent.attempts)
    }

    fn nothing_is_on_its_way(&self) -> bool {
        let about_to_send = |doing: &Doing| matches!(doing, Doing::About(Effect::Send, ..));
        self.net.is_empty() && !self.processes.iter().any(about_to_send)
    }

    /// Somebody looks at Toss's console, once nothing is on its way any more, and says what is there.
    fn a_person_decides(&mut self) {
        let waits = |doing: &Doing| matches!(doing, Doing::Waiting(_));
        if self.record.status != Status::NeedsOperator
            || !self.nothing_is_on_its_way()
            || self.processes.iter().any(waits)
            || self.toss.is_undecided()
        {
            return;
        }
        let executed = self.toss.executions().pop();
        self.log.push(format!("a person decides: {executed:?}"));
        self.report(Event::Decided {
            admin: holder_of("other"),
            executed,
            note: "seen in the console".to_owned(),
        });
    }

    /// The database forgets what happened since an instant, perhaps the request itself, whose caller then asks again with the
    /// same key.
    fn put_an_older_copy_back(&mut self) {
        let of_this_key = self
            .record
            .api_key
            .as_deref()
            .is_none_or(|key| key == ASKED_UNDER);
        let is_young = self.now - started() < TimeDelta::hours(12);
        self.processes = [Doing::Nothing, Doing::Nothing];
        self.net.clear();
        self.toss.is_seen_as_it_is();
        self.now += TimeDelta::minutes(self.rng.random_range(2..60));
        if of_this_key && is_young && self.api_key == ASKED_UNDER && self.rng.random_bool(0.5) {
            self.log
                .push("the request is forgotten, and asked for again".to_owned());
            let first = &self.backups[0];
            let (amount, balance) = (first.amount, first.baseline_balance);
            let again = recorded(amount, balance.unwrap(), self.marks, self.now);
            self.backups = vec![again.clone()];
            self.record = again;
            self.stays_young = true;
        } else {
            let place = self.rng.random_range(0..self.backups.len());
            self.backups.truncate(place + 1);
            self.record = self.backups[place].clone();
            self.log
                .push(format!("put back to {:?}", self.record.status));
        }
        self.was_put_back = true;
    }

    /// What must hold when Toss is about to be called.
    fn check_approval(&self, request: &CancelRequest) {
        let amount = request.amount.or(request.baseline_balance);
        if amount.is_none_or(|amount| self.needs_approval(amount)) {
            let by = request.approval.as_ref().map(|approval| &approval.by);
            assert!(
                by.is_some_and(|by| holder_of(by).owner != request.owner),
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
            if self.record.status == Status::AwaitingApproval && self.rng.random_bool(0.5) {
                let (admin, lease) = (holder_of("other"), self.lease());
                let seen = self.read(true);
                self.report(Event::Approved {
                    admin,
                    lease,
                    seen: seen.as_ref(),
                });
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
        self.processes = [Doing::Nothing, Doing::Nothing];
        self.toss.end_asynchronous(true);
        self.needed_a_person = self.record.status == Status::NeedsOperator;
        self.a_person_decides();
        self.check();
        let ended = self.record.status.is_final();
        assert!(
            ended,
            "nobody can end it: {:?} {:#?}",
            self.record, self.log
        );
    }
}
