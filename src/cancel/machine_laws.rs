//! What the machine promises, tried out: each seed is another course of events in the [`World`]; after all of them money
//! went back at most once, the record never says more than what is so, and nothing above the threshold was sent without
//! somebody else's approval.

use std::collections::BTreeSet;

use chrono::DateTime;
use proptest::prelude::*;
use reconciliation::{CancelRequestStatus as Status, CancelStatus};

use super::machine_toss::{FakeToss, Message, Reply};
use super::machine_world::World;

/// How a course of events ends.
fn course(seed: u64) -> Status {
    World::lived_through(seed).record.status
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_money_goes_back_at_most_once_and_every_request_ends(seed in any::<u64>()) {
        course(seed);
    }
}

#[test]
fn the_courses_of_events_reach_every_end() {
    let worlds: Vec<World> = (0..500).map(World::lived_through).collect();
    let ends = |needed_a_person, was_put_back| {
        let lived = worlds.iter().filter(|world| {
            world.needed_a_person == needed_a_person && world.was_put_back == was_put_back
        });
        let ends: BTreeSet<Status> = lived.map(|world| world.record.status).collect();
        ends.into_iter().collect::<Vec<_>>()
    };
    for needed_a_person in [false, true] {
        for was_put_back in [false, true] {
            let reached = ends(needed_a_person, was_put_back);
            let all = [Status::Succeeded, Status::Rejected];
            assert_eq!(reached, all, "{needed_a_person} {was_put_back}");
        }
    }
}

#[test]
fn some_courses_of_events_send_what_was_approved() {
    let approved = (0..500).any(|seed| {
        let world = World::lived_through(seed);
        world.record.approval.is_some() && !world.toss.executions().is_empty()
    });
    assert!(approved, "the law of approval is never put to the test");
}

#[test]
fn the_toss_of_these_laws_would_pay_twice_if_it_were_asked_under_two_keys() {
    let mut toss = FakeToss::new(9_000, false, false);
    let message = |api_key, lock| Message {
        api_key,
        attempt: 1,
        process: 0,
        amount: Some(3_000),
        lock,
        reason: "r".to_owned(),
    };
    let now = DateTime::UNIX_EPOCH;
    for (api_key, lock) in [("k1", 9_000), ("k1", 9_000), ("k2", 6_000)] {
        assert!(matches!(
            toss.receive(&message(api_key, lock), now, 1.0),
            Reply::Done(_)
        ));
    }
    assert_eq!(toss.executions().len(), 2);
    assert_eq!(
        toss.shown(false).cancels.last().map(|c| c.status.clone()),
        Some(CancelStatus::Done)
    );
}
