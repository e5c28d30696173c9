//! Following Toss while the shop lives on.

use std::time::Duration;

use reconciliation::PaymentKey;
use tokio_util::sync::CancellationToken;
use toss_recon::lookup::{Lookup, PaymentRef};
use toss_recon::sync::{Follower, Mirror, MirrorSettings};
use toss_sim::{CancelByHand, Endpoint, Fault, FaultKind, NewPayment, TossSim};

use crate::support::{
    Engine, TestDatabase, clock, day, empty_shop, instant, merchants,
    merchants_behind_a_revoked_one, merchants_of_two_shops, mirror, on_both_databases,
};

on_both_databases!(
    a_payment_made_in_the_shop_is_there_after_one_pass,
    toss_down_for_an_hour_loses_nothing,
    of_two_followers_one_reads_and_the_other_takes_over,
    a_payment_that_was_cancelled_since_it_was_read_is_read_again,
    a_waiting_account_is_looked_at_again_by_itself,
    webhooks_are_kept_for_their_days_and_no_longer,
    a_day_that_cannot_be_read_holds_no_other_up,
    a_day_that_toss_fails_at_holds_no_other_up,
    a_list_of_which_no_day_can_be_read_rests_as_a_whole,
    a_merchant_whose_key_was_revoked_holds_no_other_up,
    a_merchant_whose_questions_are_answered_slowly_holds_no_other_up,
);

const OFTEN: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(30);

async fn a_payment_made_in_the_shop_is_there_after_one_pass(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    mirror.pass().await;
    assert_eq!(database.count("payments").await, 0);
    sim.console().pay(NewPayment::card("order-1", 15_000));
    sim.clear_requests();
    let passed = mirror.pass().await;
    assert_eq!((passed.changed, passed.failed), (1, 0));
    assert_eq!(database.count("payments").await, 1);
    assert_eq!(sim.requests().len(), 1, "only today has not rested");
}

async fn toss_down_for_an_hour_loses_nothing(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    assert_eq!(mirror.pass().await.failed, 0);
    sim.faults().add(Fault {
        endpoint: None,
        ..Fault::next(Endpoint::Transactions, FaultKind::Status(503)).times(1_000)
    });
    for number in 0..4 {
        sim.console()
            .pay(NewPayment::card(format!("order-{number}"), 1_000));
        sim.clock().advance(chrono::Duration::minutes(15));
        let passed = mirror.pass().await;
        assert_eq!((passed.failed, passed.changed), (2, 0));
    }
    let coverage = mirror.coverage().await.unwrap();
    assert_eq!(
        coverage[0].extent.last_read_at,
        Some(instant("2026-03-20T12:00:00+09:00"))
    );
    sim.faults().clear();
    sim.clear_requests();
    let passed = mirror.pass().await;
    assert_eq!((passed.failed, passed.backed_off), (0, 2));
    assert_eq!(sim.requests().len(), 0, "Toss is left alone for a while");
    sim.clock().advance(chrono::Duration::minutes(10));
    let passed = mirror.pass().await;
    assert_eq!((passed.failed, passed.backed_off), (0, 0));
    assert_eq!(database.count("transactions").await, 4);
}

async fn of_two_followers_one_reads_and_the_other_takes_over(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let first = start(&sim, &database);
    until(async || !sim.requests().is_empty()).await;
    let second = start(&sim, &database);
    let holder = async || database.texts("SELECT holder FROM leases").await;
    let held_first = holder().await;
    // Killed, not stopped: it does not give the lease back.
    first.task.abort();
    assert!(first.task.await.unwrap_err().is_cancelled());
    assert_eq!(holder().await, held_first);
    sim.clock().advance(chrono::Duration::seconds(19));
    assert!(
        !hold(&database, &sim).await,
        "the first one's time is not over"
    );
    sim.clock().advance(chrono::Duration::seconds(2));
    until(async || holder().await != held_first).await;
    sim.console().pay(NewPayment::card("order-1", 15_000));
    until(async || database.count("payments").await == 1).await;
    second.stop.cancel();
    second.task.await.unwrap();
    assert_eq!(holder().await, [""; 0], "who stops gives it back");
}

async fn a_payment_that_was_cancelled_since_it_was_read_is_read_again(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let lookup = lookup(&sim, &database);
    let payment = PaymentRef::Key(PaymentKey::parse(&key).unwrap());
    lookup.payment(&payment, Duration::ZERO).await.unwrap();
    sim.clock().advance(chrono::Duration::hours(2));
    sim.console()
        .cancel(&key, &CancelByHand::everything("console"))
        .unwrap();
    let follower = start(&sim, &database);
    until(async || database.texts("SELECT status FROM payments").await == ["CANCELED"]).await;
    let outdated = database.count("payments WHERE outdated").await;
    assert_eq!(outdated, 0);
    follower.end().await;
}

async fn a_waiting_account_is_looked_at_again_by_itself(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    sim.console()
        .pay(NewPayment::virtual_account("order-1", 22_400));
    let mirror = mirror(&sim, &database.store, 5_000);
    mirror.pass().await;
    // Its due date tells itself by no row, and by no webhook either.
    let follower = start(&sim, &database);
    let looked_at = async || database.count("payments WHERE NOT rows_only").await;
    until(async || looked_at().await == 1).await;
    let asked = |path: &str| {
        let requests = sim.requests();
        let of_path = requests.iter().filter(|one| one.path.starts_with(path));
        of_path.count()
    };
    let passes = async |more: usize| {
        let before = asked("/v1/transactions");
        until(async || asked("/v1/transactions") >= before + more).await;
    };
    passes(20).await;
    assert_eq!(asked("/v1/payments"), 1, "it was read a moment ago");
    sim.clock().advance(chrono::Duration::hours(2));
    until(async || asked("/v1/payments") == 2).await;
    // However long it waits, it is not left alone for a quarter of that.
    sim.clock().advance(chrono::Duration::days(80));
    until(async || asked("/v1/payments") == 3).await;
    sim.clock().advance(chrono::Duration::hours(5));
    passes(20).await;
    assert_eq!(asked("/v1/payments"), 3);
    sim.clock().advance(chrono::Duration::hours(1));
    until(async || asked("/v1/payments") == 4).await;
    // It cannot wait any longer.
    sim.clock().advance(chrono::Duration::days(12));
    passes(40).await;
    assert_eq!(asked("/v1/payments"), 4);
    follower.end().await;
}

async fn webhooks_are_kept_for_their_days_and_no_longer(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let of_age = sim.clock().now() - chrono::Duration::days(90);
    let came = async |name: &str, number: u32, at: chrono::DateTime<chrono::Utc>| {
        let millis = at.timestamp_millis();
        let sql = format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {number}) \
             INSERT INTO webhooks (id, received_at, body) SELECT '{name}-' || n, {millis}, '' FROM numbers RETURNING id"
        );
        assert_eq!(database.texts(&sql).await.len(), number as usize);
    };
    came("new", 1, sim.clock().now()).await;
    came("of-age", 3, of_age).await;
    // More than are deleted at once.
    came("old", 450, of_age - chrono::Duration::milliseconds(1)).await;
    let follower = start(&sim, &database);
    until(async || database.count("webhooks").await <= 4).await;
    until(async || !sim.requests().is_empty()).await;
    let kept = async || database.texts("SELECT id FROM webhooks ORDER BY id").await;
    assert_eq!(kept().await, ["new-1", "of-age-1", "of-age-2", "of-age-3"]);
    sim.clock().advance(chrono::Duration::milliseconds(1));
    until(async || kept().await == ["new-1"]).await;
    follower.end().await;
}

async fn a_day_that_cannot_be_read_holds_no_other_up(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    // Today is asked for first, then the oldest days; a question is asked twice.
    let bad = Fault::next(Endpoint::Transactions, FaultKind::CutOff);
    sim.faults().add(bad.after(2).times(2));
    let passed = mirror.pass().await;
    assert_eq!((passed.days, passed.failed), (20, 1));
    let coverage = mirror.coverage().await.unwrap();
    let gaps = &coverage[0].extent.gaps;
    assert_eq!((gaps.len(), gaps[0].from), (1, day("2026-03-15")));
    let told = |coverage: &[toss_recon::sync::Coverage]| {
        let faults = coverage.iter().flat_map(|list| list.faults.iter());
        let told = faults.map(|fault| (fault.day, fault.code, fault.next_attempt_at));
        told.collect::<Vec<_>>()
    };
    let tried_again = Some(instant("2026-03-20T12:02:00+09:00"));
    let failed = (day("2026-03-15"), "UNREADABLE_ANSWER", tried_again);
    assert_eq!(told(&coverage), [failed]);
    let asked = || {
        let requests = sim.requests();
        sim.clear_requests();
        let of_day = |request: &&toss_sim::RecordedRequest| {
            let mut query = request.query.iter();
            query.any(|(_, value)| value.starts_with("2026-03-15T00:00:00"))
        };
        requests.iter().filter(of_day).count()
    };
    assert_eq!(asked(), 2);
    sim.clock().advance(chrono::Duration::seconds(90));
    assert_eq!(mirror.pass().await.failed, 0);
    assert_eq!(asked(), 0, "it rests for two minutes");
    sim.clock().advance(chrono::Duration::seconds(30));
    assert_eq!(mirror.pass().await.failed, 0);
    assert_eq!(asked(), 1);
    let coverage = mirror.coverage().await.unwrap();
    assert!(coverage[0].extent.gaps.is_empty());
    assert_eq!(told(&coverage), [], "it was read");
}

async fn a_day_that_toss_fails_at_holds_no_other_up(engine: Engine) {
    let refusal = FaultKind::Refusal("A_CODE_OF_TOMORROW".to_owned());
    // A failure may pass, so that the question is asked twice.
    for (fault, questions) in [(FaultKind::Status(500), 2), (refusal, 1)] {
        let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
        let mirror = mirror(&sim, &database.store, 5_000);
        let bad = Fault::next(Endpoint::Transactions, fault);
        sim.faults().add(bad.after(2).times(questions));
        let passed = mirror.pass().await;
        assert_eq!((passed.days, passed.failed, passed.backed_off), (20, 1, 0));
        let coverage = mirror.coverage().await.unwrap();
        let gaps = &coverage[0].extent.gaps;
        assert_eq!((gaps.len(), gaps[0].from), (1, day("2026-03-15")));
        sim.console().pay(NewPayment::card("order-1", 15_000));
        let passed = mirror.pass().await;
        assert_eq!(
            (passed.changed, passed.failed, passed.backed_off),
            (1, 0, 0)
        );
    }
}

async fn a_list_of_which_no_day_can_be_read_rests_as_a_whole(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    let broken = Fault::next(Endpoint::Transactions, FaultKind::Status(500));
    sim.faults().add(broken.times(1_000));
    assert_eq!(mirror.pass().await.failed, 1);
    let asked = || {
        let requests = sim.requests();
        let of_list = requests.iter().filter(|one| one.path == "/v1/transactions");
        of_list.count()
    };
    assert_eq!(asked(), 3 * 2, "three days, each of them twice");
    assert_eq!(mirror.pass().await.backed_off, 1);
    assert_eq!(asked(), 3 * 2);
    sim.faults().clear();
    sim.clock().advance(chrono::Duration::minutes(2));
    let passed = mirror.pass().await;
    assert_eq!((passed.failed, passed.backed_off), (0, 0));
    let coverage = mirror.coverage().await.unwrap();
    assert!(coverage[0].extent.gaps.is_empty(), "no day rests by itself");
}

async fn a_merchant_whose_questions_are_answered_slowly_holds_no_other_up(engine: Engine) {
    let (slow, sim) = (empty_shop().await, empty_shop().await);
    let database = TestDatabase::open(engine).await;
    slow.faults().add(Fault {
        endpoint: None,
        ..Fault::next(Endpoint::Transactions, FaultKind::Slow(PATIENCE * 2)).times(1_000)
    });
    let merchants = merchants_of_two_shops(&slow, &sim);
    let lookup = Lookup::new(database.store.clone(), merchants.clone(), clock(&sim));
    let settings = MirrorSettings::every(OFTEN);
    let store = database.store.clone();
    let mirror = Mirror::new(store, merchants, clock(&sim), settings);
    let follower = follow(Follower::new(mirror, lookup));
    until(async || !slow.requests().is_empty()).await;
    for number in 0..2 {
        let order = format!("order-{number}");
        sim.console().pay(NewPayment::card(order, 15_000));
        until(async || database.count("payments").await == number + 1).await;
    }
    let of_the_slow_one = "sync_windows WHERE account = 'first'";
    assert_eq!(database.count(of_the_slow_one).await, 0, "no answer yet");
    follower.end().await;
}

async fn a_merchant_whose_key_was_revoked_holds_no_other_up(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let merchants = merchants_behind_a_revoked_one(&sim);
    let lookup = Lookup::new(database.store.clone(), merchants.clone(), clock(&sim));
    let key = sim.console().pay(NewPayment::card("order-1", 15_000));
    let payment = PaymentRef::Key(PaymentKey::parse(&key).unwrap());
    lookup.payment(&payment, Duration::ZERO).await.unwrap();
    sim.clock().advance(chrono::Duration::hours(2));
    sim.console()
        .cancel(&key, &CancelByHand::everything("console"))
        .unwrap();
    let settings = MirrorSettings::every(OFTEN);
    let store = database.store.clone();
    let mirror = Mirror::new(store, merchants, clock(&sim), settings);
    let follower = follow(Follower::new(mirror, lookup));
    until(async || database.texts("SELECT status FROM payments").await == ["CANCELED"]).await;
    follower.end().await;
}

pub(crate) struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn lookup(sim: &TossSim, database: &TestDatabase) -> Lookup {
    Lookup::new(database.store.clone(), merchants(sim), clock(sim))
}

/// A follower with short pauses.
fn start(sim: &TossSim, database: &TestDatabase) -> Running {
    let settings = MirrorSettings::every(OFTEN);
    let mirror = Mirror::new(database.store.clone(), merchants(sim), clock(sim), settings);
    follow(Follower::new(mirror, lookup(sim, database)))
}

pub(crate) fn follow(follower: Follower) -> Running {
    let stop = CancellationToken::new();
    let task = tokio::spawn(follower.run(stop.clone()));
    Running { stop, task }
}

/// Whether a third process gets the lease.
async fn hold(database: &TestDatabase, sim: &TossSim) -> bool {
    let now = sim.clock().now();
    database
        .store
        .hold_lease("follow", "third", now, now)
        .await
        .unwrap()
}

pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "it never came true");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
