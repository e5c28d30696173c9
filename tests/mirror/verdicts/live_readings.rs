//! A live reading of one payment never changes the verdict of another for the worse, whatever the lists do while it reads.

use std::time::Duration;

use chrono::TimeDelta;
use toss_recon::listing::ListSettings;
use toss_recon::lookup::{Lookup, LookupSettings, PaymentRef};
use toss_recon::store::VerdictSubject;
use toss_sim::{Endpoint, Fault, FaultKind};

use super::{Desk, errors, stands, stored};
use crate::support::{Engine, clock, merchants, month, on_both_databases, steady_shop};

on_both_databases!(
    a_live_reading_changes_no_other_payments_verdict_for_the_worse,
    a_row_that_has_moved_while_a_day_was_read_moves_no_verdict,
);

/// Reads lists in pages of two rows, and every sold date of the month again.
fn impatient(desk: &Desk) -> Lookup {
    let settings = LookupSettings {
        lists: ListSettings {
            page_rows: 2,
            settlement_days: 60,
            interval: TimeDelta::zero(),
        },
        learned_cycle: None,
    };
    let (merchants, clock) = (merchants(&desk.sim), clock(&desk.sim));
    Lookup::with(desk.store().clone(), merchants, clock, settings)
}

/// Reads payments while rows move between pages, each time from another moment on.
async fn read_all_in_disorder(desk: &Desk, every: usize) {
    let lookup = impatient(desk);
    let before = stored(desk.store()).await;
    for (number, key) in desk.keys().into_iter().step_by(every).enumerate() {
        let moment = u32::try_from(number % 5).unwrap();
        let moving = Fault::next(Endpoint::Settlements, FaultKind::RowMoves);
        desk.sim.faults().add(moving.after(moment).times(3));
        desk.sim.clock().advance(chrono::Duration::hours(13));
        let payment = PaymentRef::Key(key.clone());
        let found = lookup.payment(&payment, Duration::ZERO).await.unwrap();
        assert!(found.is_some_and(|found| !found.stale), "{key}");
        desk.sim.faults().clear();
        desk.catch_up().await;
        let read = VerdictSubject::Payment(key);
        for (subject, now) in stored(desk.store()).await {
            if subject == read {
                continue;
            }
            let Some(before) = before.get(&subject) else {
                assert!(errors(&now).is_empty(), "{subject:?} {now:?}");
                continue;
            };
            assert!(
                stands(&now) >= stands(before),
                "{subject:?} after {read:?}: {now:?}"
            );
            assert!(
                errors(&now).is_subset(&errors(before)),
                "{subject:?}: {now:?}"
            );
        }
    }
}

async fn a_live_reading_changes_no_other_payments_verdict_for_the_worse(engine: Engine) {
    let desk = Desk::open(steady_shop().await, engine).await;
    desk.sim.clock().advance(chrono::Duration::days(40));
    desk.import(&month()).await;
    desk.catch_up().await;
    read_all_in_disorder(&desk, 23).await;
    desk.assert_confirmed().await;
}

async fn a_row_that_has_moved_while_a_day_was_read_moves_no_verdict(engine: Engine) {
    let desk = Desk::open(steady_shop().await, engine).await;
    desk.sim.clock().advance(chrono::Duration::days(40));
    desk.import(&month()).await;
    let whole = desk.database.content().await;
    let moving = Fault::next(Endpoint::Settlements, FaultKind::RowMoves);
    desk.sim.faults().add(moving.times(10_000));
    let key = desk.key("clean-card-26-3");
    let found = impatient(&desk)
        .payment(&PaymentRef::Key(key), Duration::ZERO)
        .await
        .unwrap();
    assert!(found.is_some_and(|found| !found.stale));
    let rows = |content: &str| {
        let is_settled = |line: &&str| line.starts_with("settlements");
        let lines = content.lines().filter(is_settled);
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let now = desk.database.content().await;
    assert_eq!(
        rows(&now),
        rows(&whole),
        "a day that never agrees with itself is left as it was"
    );
}
