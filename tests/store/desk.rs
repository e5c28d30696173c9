//! The desk beside verdicts that are kept: what is written of discrepancies that nobody has touched, and what holds when their
//! rows are replaced.

use reconciliation::{DeskState, DeskStep, DiscrepancyClass, Verdict};
use toss_recon::store::{
    DeskAct, DeskAction, DiscrepancyFilter, DiscrepancyId, PageRequest, StoredDiscrepancy, Toward,
    VerdictRecord,
};

use crate::database::TestDatabase;
use crate::samples::{at, day, key, mid};
use crate::verdict_samples::{discrepancy, verdict};

const GAP: (&str, DiscrepancyClass) = ("gap", DiscrepancyClass::SourceGap);
const WRONG: (&str, DiscrepancyClass) = ("wrong", DiscrepancyClass::AmountMismatch);

fn found(as_of: &str, found: &[(&str, DiscrepancyClass)]) -> VerdictRecord {
    let found = found.iter().map(|(id, class)| discrepancy(id, *class));
    VerdictRecord {
        as_of: at(as_of),
        discrepancies: found.collect(),
        ..verdict("p", Verdict::Discrepant)
    }
}

async fn stored(database: &TestDatabase, id: &str) -> Option<StoredDiscrepancy> {
    let found = database.store.discrepancy(&DiscrepancyId::new(id)).await;
    found.expect("an answer")
}

async fn state(database: &TestDatabase, id: &str) -> Option<DeskState> {
    let stored = stored(database, id).await;
    stored.map(|stored| stored.at_desk.state)
}

async fn actions(database: &TestDatabase, id: &str) -> Vec<DeskAction> {
    let id = DiscrepancyId::new(id);
    let mut desk = database
        .store
        .desk_of(std::slice::from_ref(&id))
        .await
        .expect("an answer");
    let record = desk.remove(&id).unwrap_or_default();
    record.steps.iter().map(|step| step.action).collect()
}

async fn step(database: &TestDatabase, id: &str, step: &DeskStep) {
    let act = DeskAct {
        by: "kim",
        at: at("2026-04-02T04:00:00Z"),
        step,
        words: Some("w"),
        seen_at: None,
        merchants: Some(&[mid("tosspayments")]),
    };
    let done = database
        .store
        .step_at_desk(&[DiscrepancyId::new(id)], &act)
        .await;
    assert_eq!(done, Ok(Ok(())));
}

/// The ids that every list of that state has, by a merchant's list, by the payment and by the difference, and that are
/// counted.
async fn told(database: &TestDatabase, state: DeskState, ended_by: Option<&str>) -> Vec<String> {
    let filter = DiscrepancyFilter {
        states: Some(vec![state]),
        mids: Some(vec![mid("tosspayments")]),
        ended_by: ended_by.map(day),
        ..DiscrepancyFilter::default()
    };
    let of_payment = DiscrepancyFilter {
        payment_key: Some(key("p")),
        ..filter.clone()
    };
    let mut lists = Vec::new();
    for filter in [&filter, &of_payment] {
        let request = PageRequest {
            rows: 10,
            past: None,
            toward: Toward::Older,
        };
        let page = database.store.list_discrepancies(filter, &request).await;
        let page = page.expect("a page");
        lists.push(page.rows.into_iter().map(|(_, found)| found).collect());
    }
    let request = PageRequest {
        rows: 10,
        past: None,
        toward: Toward::Older,
    };
    let by_delta = database
        .store
        .list_discrepancies_by_delta(&filter, &request);
    let by_delta = by_delta.await.expect("a page").rows.into_iter();
    lists.push(by_delta.map(|(_, found)| found).collect());
    let ids_of = |list: Vec<StoredDiscrepancy>| {
        assert!(
            list.iter().all(|found| found.at_desk.state == state),
            "{list:#?}"
        );
        let mut ids: Vec<String> = list
            .iter()
            .map(|found| found.record.id.as_str().to_owned())
            .collect();
        ids.sort_unstable();
        ids
    };
    let mut ids: Vec<Vec<String>> = lists.into_iter().map(ids_of).collect();
    ids.dedup();
    let [ids] = &ids[..] else {
        panic!("the lists differ: {ids:?}");
    };
    let count = u64::try_from(ids.len()).expect("few");
    assert_eq!(
        database.store.count_discrepancies(&filter).await,
        Ok(Some(count))
    );
    let counts = database
        .store
        .discrepancy_counts(&filter)
        .await
        .expect("an answer");
    assert_eq!(
        counts.iter().map(|counted| counted.count).sum::<u64>(),
        count
    );
    ids.clone()
}

on_both! {
    async fn of_what_nobody_has_touched_only_errors_are_kept_when_they_end(database) {
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &[GAP, WRONG])]).await, 1);
        assert_eq!(database.keep(&[found("2026-04-03T00:00:00Z", &[])]).await, 1);
        assert_eq!(state(&database, "gap").await, None);
        assert_eq!(state(&database, "wrong").await, Some(DeskState::Resolved));
        assert_eq!(actions(&database, "wrong").await, []);
        let ended = DiscrepancyFilter {
            states: Some(vec![DeskState::Resolved]),
            mids: Some(vec![mid("tosspayments")]),
            ..DiscrepancyFilter::default()
        };
        let request = PageRequest { rows: 10, past: None, toward: Toward::Older };
        let page = database.store.list_discrepancies(&ended, &request).await.expect("a page");
        assert_eq!(page.rows.len(), 1);
        assert_eq!(database.store.count_discrepancies(&ended).await, Ok(Some(1)));
        let [counted] = &database.store.discrepancy_counts(&ended).await.expect("an answer")[..] else {
            panic!("one class");
        };
        assert_eq!((counted.class, counted.count), (DiscrepancyClass::AmountMismatch, 1));
    }

    async fn what_somebody_has_touched_is_kept_when_it_ends_and_open_when_it_is_found_again(database) {
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &[GAP])]).await, 1);
        step(&database, "gap", &DeskStep::Note).await;
        step(&database, "gap", &DeskStep::Acknowledge { until: None }).await;
        assert_eq!(database.keep(&[found("2026-04-03T00:00:00Z", &[])]).await, 1);
        assert_eq!(state(&database, "gap").await, Some(DeskState::Resolved));
        assert_eq!(database.keep(&[found("2026-04-04T00:00:00Z", &[GAP])]).await, 1);
        assert_eq!(state(&database, "gap").await, Some(DeskState::Open));
        let expected = [DeskAction::Noted, DeskAction::Acknowledged, DeskAction::Resolved, DeskAction::FoundAgain];
        assert_eq!(actions(&database, "gap").await, expected);
    }

    async fn an_acknowledgement_holds_while_its_payment_is_made_anew(database) {
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &[WRONG])]).await, 1);
        step(&database, "wrong", &DeskStep::Acknowledge { until: None }).await;
        assert_eq!(database.keep(&[found("2026-04-03T00:00:00Z", &[GAP, WRONG])]).await, 1);
        assert_eq!(state(&database, "wrong").await, Some(DeskState::Acknowledged));
        // An older program replaces rows as if there were no desk.
        database.spoil("UPDATE discrepancies SET state = 'OPEN', evidence = NULL, assignee = NULL").await;
        assert_eq!(database.keep(&[found("2026-04-04T00:00:00Z", &[GAP, WRONG])]).await, 1);
        assert_eq!(state(&database, "wrong").await, Some(DeskState::Acknowledged));
        let mut other = found("2026-04-05T00:00:00Z", &[GAP, WRONG]);
        other.discrepancies[1].evidence = Some("other".to_owned());
        assert_eq!(database.keep(&[other]).await, 1);
        assert_eq!(state(&database, "wrong").await, Some(DeskState::Open));
        let expected = [DeskAction::Acknowledged, DeskAction::EvidenceChanged];
        assert_eq!(actions(&database, "wrong").await, expected);
    }

    async fn one_whose_day_has_come_is_told_as_open_before_it_is_opened_again_and_afterwards(database) {
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &[GAP, WRONG])]).await, 1);
        step(&database, "wrong", &DeskStep::Acknowledge { until: Some(day("2026-04-05")) }).await;
        step(&database, "gap", &DeskStep::Acknowledge { until: None }).await;
        // The day before.
        assert_eq!(database.store.have_ended(day("2026-04-04")).await, Ok(false));
        assert_eq!(told(&database, DeskState::Open, Some("2026-04-04")).await, [""; 0]);
        assert_eq!(told(&database, DeskState::Acknowledged, Some("2026-04-04")).await, ["gap", "wrong"]);
        // Its day, while it is still kept as acknowledged.
        assert_eq!(database.store.have_ended(day("2026-04-05")).await, Ok(true));
        assert_eq!(told(&database, DeskState::Open, Some("2026-04-05")).await, ["wrong"]);
        assert_eq!(told(&database, DeskState::Acknowledged, Some("2026-04-05")).await, ["gap"]);
        assert_eq!(state(&database, "wrong").await, Some(DeskState::Acknowledged));
        // One minute before midnight in Seoul, and midnight.
        assert_eq!(database.store.reopen_acknowledged(at("2026-04-04T14:59:00Z")).await, Ok(0));
        assert_eq!(database.store.reopen_acknowledged(at("2026-04-04T15:00:00Z")).await, Ok(1));
        assert_eq!(database.store.have_ended(day("2026-04-05")).await, Ok(false));
        for ended_by in [None, Some("2026-04-05")] {
            assert_eq!(told(&database, DeskState::Open, ended_by).await, ["wrong"]);
            assert_eq!(told(&database, DeskState::Acknowledged, ended_by).await, ["gap"]);
        }
        assert_eq!(actions(&database, "wrong").await, [DeskAction::Acknowledged, DeskAction::DayCame]);
    }

    async fn an_id_that_is_no_longer_given_leaves_the_day_on_which_it_was_found(database) {
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &[WRONG])]).await, 1);
        database.spoil("UPDATE discrepancies SET id = 'former', evidence = NULL").await;
        assert_eq!(database.keep(&[found("2026-04-05T00:00:00Z", &[WRONG])]).await, 1);
        let stored = stored(&database, "wrong").await.expect("it is found");
        assert_eq!(stored.detected_at, at("2026-04-02T00:00:00Z"));
        assert_eq!(state(&database, "former").await, None);
    }
}
