//! Days that people want read again.

use toss_recon::access::Scope;
use toss_recon::store::Source;
use toss_recon::sync::{DaysRefused, Mirror};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, TossSim};

use crate::support::{Engine, TestDatabase, day, empty_shop, instant, mirror, on_both_databases};

on_both_databases!(
    a_row_outside_the_days_that_are_read_again_is_found_once_somebody_asks,
    a_day_that_fails_stays_asked_for_and_holds_no_other_up,
);

/// A payment that Toss lists late, long after its day was read for the last time.
const LATE: &str = "2026-02-20T10:00:00+09:00";

/// A shop that is followed from the first of February.
async fn followed(engine: Engine) -> (TossSim, TestDatabase, Mirror) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    let import = toss_recon::sync::Import {
        from: day("2026-02-01"),
        to: day("2026-03-19"),
        sources: Source::ALL.to_vec(),
    };
    mirror.import(&import, |_| {}).await.unwrap();
    mirror.pass().await;
    (sim, database, mirror)
}

async fn ask(mirror: &Mirror, from: &str, to: &str) -> Result<u32, DaysRefused> {
    let days = (day(from), day(to));
    let asked = mirror.request_days("mina", &Scope::ALL, &Source::ALL, days);
    asked.await.unwrap()
}

async fn a_row_outside_the_days_that_are_read_again_is_found_once_somebody_asks(engine: Engine) {
    let (sim, database, mirror) = followed(engine).await;
    let late = NewPayment::card("late", 15_000).at(instant(LATE));
    sim.console().pay(late);
    sim.clock().advance(chrono::Duration::minutes(1));
    mirror.pass().await;
    assert_eq!(database.count("payments").await, 0, "nobody looks there");

    assert_eq!(ask(&mirror, "2026-02-19", "2026-02-21").await, Ok(3));
    assert_eq!(ask(&mirror, "2026-02-20", "2026-02-20").await, Ok(1));
    assert_eq!(database.count("requested_days").await, 6);
    let told = database
        .texts("SELECT subject FROM audit_entries WHERE action = 'SYNC_REQUESTED' AND actor = 'mina' ORDER BY number")
        .await;
    assert_eq!(told, ["2026-02-19..2026-02-21", "2026-02-20..2026-02-20"]);
    sim.clear_requests();
    let passed = mirror.pass().await;
    // It, and its settlement.
    assert_eq!((passed.changed, passed.failed), (2, 0));
    assert_eq!(database.count("payments").await, 1);
    assert_eq!(database.count("requested_days").await, 0);
    let asked_for = |of: &str| {
        let requests = sim.requests();
        let of_day = |request: &&toss_sim::RecordedRequest| {
            let mut query = request.query.iter();
            query.any(|(_, value)| value.starts_with(of))
        };
        requests.iter().position(|request| of_day(&request))
    };
    // Before the server's own reading of today, and each day once.
    assert!(asked_for("2026-02-20") < asked_for("2026-03-20T00:00"));
    sim.clear_requests();
    mirror.pass().await;
    assert_eq!(asked_for("2026-02-20"), None);

    // What cannot be asked for leaves nothing behind.
    let refused = ask(&mirror, "2026-01-31", "2026-02-02").await;
    let first = Some(day("2026-02-01"));
    assert_eq!(refused, Err(DaysRefused::BeforeTheFirst { first }));
    let today = day("2026-03-20");
    let refused = ask(&mirror, "2026-03-20", "2026-03-21").await;
    assert_eq!(refused, Err(DaysRefused::InTheFuture { today }));
    assert_eq!(database.count("requested_days").await, 0);
}

async fn a_day_that_fails_stays_asked_for_and_holds_no_other_up(engine: Engine) {
    let (sim, database, mirror) = followed(engine).await;
    assert_eq!(ask(&mirror, "2026-02-20", "2026-02-22").await, Ok(3));
    // A question is asked twice; the first is of the first day's transactions.
    let bad = Fault::next(Endpoint::Transactions, FaultKind::CutOff);
    sim.faults().add(bad.times(2));
    mirror.pass().await;
    let waiting = "SELECT source || ' ' || CAST(day AS text) FROM requested_days";
    assert_eq!(database.texts(waiting).await, ["TRANSACTIONS 2026-02-20"]);
    let coverage = mirror.coverage().await.unwrap();
    let faults = &coverage[0].faults;
    assert_eq!((faults.len(), faults[0].day), (1, day("2026-02-20")));
    assert!(faults[0].next_attempt_at.is_some());
    sim.clock().advance(chrono::Duration::minutes(3));
    mirror.pass().await;
    assert_eq!(database.count("requested_days").await, 0);
    assert!(mirror.coverage().await.unwrap()[0].faults.is_empty());
}
