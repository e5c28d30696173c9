//! The desk beside verdicts that are kept: what is written of discrepancies that nobody has touched, and what holds when their
//! rows are replaced.

use reconciliation::{DeskState, DeskStep, DiscrepancyClass, Verdict};
use toss_recon::store::{
    DeskAct, DeskAction, DiscrepancyFilter, DiscrepancyId, PageRequest, StoredDiscrepancy, Toward,
    VerdictRecord,
};

use crate::database::TestDatabase;
use crate::samples::{at, mid};
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

    async fn an_id_that_is_no_longer_given_leaves_the_day_on_which_it_was_found(database) {
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &[WRONG])]).await, 1);
        database.spoil("UPDATE discrepancies SET id = 'former', evidence = NULL").await;
        assert_eq!(database.keep(&[found("2026-04-05T00:00:00Z", &[WRONG])]).await, 1);
        let stored = stored(&database, "wrong").await.expect("it is found");
        assert_eq!(stored.detected_at, at("2026-04-02T00:00:00Z"));
        assert_eq!(state(&database, "former").await, None);
    }
}
