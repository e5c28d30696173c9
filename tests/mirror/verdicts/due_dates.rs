//! Time alone changes verdicts, at the instant that is due and not before.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::Verdict;
use toss_recon::store::Source;
use toss_sim::{Scenario, TossSim};

use super::{Desk, day, days, errors, stands};
use crate::support::{Engine, empty_shop, instant, on_both_databases};

on_both_databases!(
    a_row_is_missing_at_the_instant_it_is_late_and_pending_until_then,
    a_row_that_was_not_looked_for_since_it_is_late_is_not_called_missing,
);

const ORDER: &str = "order-unsettled";
/// Sold on Monday the 16th, published on Tuesday, with Wednesday for grace.
const SOLD: &str = "2026-03-16";
const LATE: &str = "2026-03-19T00:00:00+09:00";

/// The one payment without a row, as it was shown on the evening of its day.
async fn desk(engine: Engine) -> Desk {
    let sim: TossSim = empty_shop().await;
    sim.clock().set(instant("2026-03-17T12:00:00+09:00"));
    sim.play(
        Scenario::by_name("settlement_missing").unwrap(),
        SOLD.parse().unwrap(),
    );
    let desk = Desk::open(sim, engine).await;
    read(&desk).await;
    desk.catch_up().await;
    desk
}

/// Reads the payment's day in both lists.
async fn read(desk: &Desk) {
    let sold = day(SOLD);
    desk.import(&days(sold, sold, Source::Transactions)).await;
    desk.import(&days(sold, sold, Source::Settlements)).await;
}

async fn verdict(desk: &Desk) -> (Option<Verdict>, Option<DateTime<Utc>>) {
    let record = desk.verdict(ORDER).await;
    (stands(&record), record.due_at)
}

async fn a_row_is_missing_at_the_instant_it_is_late_and_pending_until_then(engine: Engine) {
    let late = instant(LATE);
    let (before, at) = (desk(engine).await, desk(engine).await);
    assert_eq!(verdict(&before).await, (Some(Verdict::Pending), Some(late)));
    assert_eq!(before.catch_up().await, 0, "nothing is due");
    before.sim.clock().set(late - TimeDelta::milliseconds(1));
    read(&before).await;
    before.catch_up().await;
    assert_eq!(verdict(&before).await, (Some(Verdict::Pending), Some(late)));
    before.assert_confirmed().await;
    at.sim.clock().set(late);
    read(&at).await;
    assert!(at.catch_up().await > 0, "time made it due");
    assert_eq!(verdict(&at).await, (Some(Verdict::Discrepant), None));
    assert_eq!(
        errors(&at.verdict(ORDER).await),
        ["SETTLEMENT_MISSING"].into()
    );
    at.assert_confirmed().await;
}

async fn a_row_that_was_not_looked_for_since_it_is_late_is_not_called_missing(engine: Engine) {
    let desk = desk(engine).await;
    desk.sim.clock().set(instant(LATE));
    assert_eq!(desk.catch_up().await, 1);
    assert_eq!(verdict(&desk).await.0, Some(Verdict::Incomplete));
    desk.assert_confirmed().await;
    desk.sim.clock().advance(TimeDelta::hours(1));
    read(&desk).await;
    desk.catch_up().await;
    assert_eq!(verdict(&desk).await.0, Some(Verdict::Discrepant));
    desk.assert_confirmed().await;
}
