//! In whatever order and pieces a month is read, and whenever verdicts are made in between: in the end the same bytes.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use toss_recon::store::Source;
use toss_recon::sync::Import;

use super::{Desk, content, day, days};
use crate::support::{Engine, MONTH, assert_same, month, on_both_databases, steady_shop};

on_both_databases!(any_course_ends_with_the_same_verdicts);

/// Payments that are read themselves in each course, at any time.
const LIVE: [&str; 4] = [
    "order-never-paid",
    "order-partial-cancels",
    "order-settled-twice",
    "clean-card-03-1",
];
const COURSES: u64 = 4;

enum Step {
    Read(Import),
    Live(&'static str),
    CatchUp,
}

async fn any_course_ends_with_the_same_verdicts(engine: Engine) {
    let whole = Desk::open(steady_shop().await, engine).await;
    let keys: Vec<_> = LIVE.iter().map(|order| whole.key(order)).collect();
    whole.import(&month()).await;
    whole.read_live(&keys).await;
    whole.catch_up().await;
    let expected = content(whole.store()).await;
    whole.assert_confirmed().await;
    assert_eq!(
        content(whole.store()).await,
        expected,
        "making it anew changes nothing"
    );
    for seed in 0..COURSES {
        let desk = Desk::open(steady_shop().await, engine).await;
        for step in course(seed) {
            match step {
                Step::Read(import) => desk.import(&import).await,
                Step::Live(order) => desk.read_live(&[desk.key(order)]).await,
                Step::CatchUp => {
                    desk.catch_up().await;
                }
            }
        }
        desk.catch_up().await;
        let found = content(desk.store()).await;
        assert_same(&found, &expected, &format!("course {seed}"));
        desk.assert_confirmed().await;
        desk.database.store.close().await.unwrap();
    }
}

/// Forwards, backwards, or shuffled: single days of each list, some of them twice, live readings between them, and now
/// and then everything due is made.
fn course(seed: u64) -> Vec<Step> {
    let mut random = StdRng::seed_from_u64(seed);
    let (first, last) = (day(MONTH.0), day(MONTH.1));
    let mut all: Vec<Step> = Vec::new();
    let mut at = first;
    while at <= last {
        for source in Source::ALL {
            all.push(Step::Read(days(at, at, source)));
        }
        at = at.next();
    }
    match seed {
        0 => {}
        1 => all.reverse(),
        _ => all.shuffle(&mut random),
    }
    for order in LIVE {
        let place = random.random_range(0..all.len());
        all.insert(place, Step::Live(order));
    }
    for _ in 0..12 {
        let place = random.random_range(0..all.len());
        all.insert(place, Step::CatchUp);
    }
    all
}
