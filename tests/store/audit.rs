//! The audit log: written with what it tells of, never changed, and telling when somebody did.

use reconciliation::CancelRequestStatus;
use toss_recon::store::{
    AuditVerdict, BrokenLink, CancelRequestChange, Created, Decision, StoreError,
};

use crate::database::TestDatabase;
use crate::samples::{at, new_cancel_request, sending, transaction_key};

/// Three entries: a token, a request, its sending.
async fn three_entries(database: &TestDatabase) {
    let store = &database.store;
    store
        .create_token(
            "id-1",
            "kim",
            "kim",
            "admin",
            [1; 32],
            at("2026-04-01T00:00:00Z"),
        )
        .await
        .expect("it is kept");
    let new = new_cancel_request("p", "k-1");
    let Ok(Created::New(request)) = store.create_cancel_request(&new).await else {
        panic!("it was not recorded")
    };
    store
        .move_cancel_request(
            &request,
            sending("2026-04-02T00:00:01Z"),
            at("2026-04-02T00:00:01Z"),
        )
        .await
        .expect("it is sent");
}

async fn verdict(database: &TestDatabase) -> AuditVerdict {
    database.store.verify_audit().await.expect("an answer")
}

/// Takes the guards away, as somebody could who owns the database.
pub(crate) async fn without_guards(database: &TestDatabase) {
    let drops: &[&str] = if database.is_postgres() {
        &["DROP TRIGGER audit_entries_no_change ON audit_entries"]
    } else {
        &[
            "DROP TRIGGER audit_entries_no_update",
            "DROP TRIGGER audit_entries_no_delete",
            "DROP TRIGGER audit_entries_no_replace",
        ]
    };
    for drop in drops {
        database.spoil(drop).await;
    }
}

on_both! {
    async fn every_step_of_a_cancel_and_every_token_leaves_an_entry_that_says_who_and_what(database) {
        three_entries(&database).await;
        let store = &database.store;
        assert_eq!(store.revoke_token("kim", at("2026-04-02T00:00:02Z")).await, Ok(true));
        assert_eq!(store.revoke_token("kim", at("2026-04-02T00:00:03Z")).await, Ok(false));
        let entries = store.audit_entries(None, 10).await.expect("an answer");
        let told: Vec<_> = entries.iter().map(|e| (e.number, e.actor.as_str(), e.action.as_str())).collect();
        assert_eq!(told, [
            (4, "toss-recon", "TOKEN_REVOKED"),
            (3, "toss-recon", "CANCEL_SENT"),
            (2, "kim", "CANCEL_REQUESTED"),
            (1, "toss-recon", "TOKEN_CREATED"),
        ]);
        assert_eq!(entries[1].at, at("2026-04-02T00:00:01Z"));
        assert!(entries[1].detail.contains(r#""attempt":1"#), "{}", entries[1].detail);
        assert!(!entries.iter().any(|e| e.detail.contains("11012345678901") || e.detail.contains("고객")));
        let older = store.audit_entries(Some(3), 1).await.expect("an answer");
        assert_eq!(older.iter().map(|e| e.number).collect::<Vec<_>>(), [2]);
        let last_hash = entries[0].hash;
        assert_eq!(verdict(&database).await, AuditVerdict::Whole { entries: 4, last_hash });
    }

    async fn a_persons_decision_stands_under_their_name(database) {
        three_entries(&database).await;
        let due = database.store.due_cancel_requests(at("2026-04-03T00:00:00Z"), 1).await.expect("an answer");
        let decided = CancelRequestChange {
            transaction_key: Some(transaction_key("t.9")),
            resolved_at: Some(at("2026-04-02T01:00:00Z")),
            by: Some("lee".to_owned()),
            decision: Some(Decision { by: "lee".to_owned(), note: "seen in the console".to_owned() }),
            ..CancelRequestChange::to(CancelRequestStatus::Succeeded)
        };
        database.store.move_cancel_request(&due[0], decided, at("2026-04-02T01:00:00Z")).await.expect("it ends");
        let entries = database.store.audit_entries(None, 1).await.expect("an answer");
        assert_eq!((entries[0].actor.as_str(), entries[0].action.as_str()), ("lee", "CANCEL_SUCCEEDED"));
        assert!(entries[0].detail.contains("seen in the console"));
    }

    async fn what_was_not_changed_leaves_no_entry(database) {
        three_entries(&database).await;
        let store = &database.store;
        let taken = store.create_token("id-2", "kim", "kim", "viewer", [2; 32], at("2026-04-02T00:00:00Z")).await;
        assert!(matches!(taken, Err(StoreError::NameTaken { .. })), "{taken:?}");
        let again = store.create_cancel_request(&new_cancel_request("p", "k-1")).await;
        assert!(matches!(again, Ok(Created::SameKey(_))), "{again:?}");
        assert_eq!(database.number("SELECT count(*) FROM audit_entries").await, 3);
    }

    async fn the_database_itself_refuses_to_change_or_delete_an_entry(database) {
        three_entries(&database).await;
        for statement in [
            "UPDATE audit_entries SET actor = 'nobody' WHERE number = 2",
            "DELETE FROM audit_entries WHERE number = 3",
            "DELETE FROM audit_entries",
        ] {
            assert!(database.refuses(statement).await, "{statement}");
        }
        assert!(matches!(verdict(&database).await, AuditVerdict::Whole { entries: 3, .. }));
    }

    async fn whoever_changes_an_entry_all_the_same_is_found_out(database) {
        three_entries(&database).await;
        without_guards(&database).await;
        database.spoil("UPDATE audit_entries SET actor = 'nobody' WHERE number = 2").await;
        assert_eq!(verdict(&database).await, AuditVerdict::Broken { number: 2, reason: BrokenLink::Changed });
        database.spoil("UPDATE audit_entries SET actor = 'kim' WHERE number = 2").await;
        assert!(matches!(verdict(&database).await, AuditVerdict::Whole { entries: 3, .. }));
        database.spoil("DELETE FROM audit_entries WHERE number = 2").await;
        assert_eq!(verdict(&database).await, AuditVerdict::Broken { number: 3, reason: BrokenLink::Gap });
        database.spoil("UPDATE audit_entries SET number = 2 WHERE number = 3").await;
        assert_eq!(verdict(&database).await, AuditVerdict::Broken { number: 2, reason: BrokenLink::Changed });
        database.spoil("UPDATE audit_entries SET number = -1 WHERE number = 2").await;
        assert_eq!(verdict(&database).await, AuditVerdict::Broken { number: -1, reason: BrokenLink::OtherPredecessor });
    }

    async fn entries_written_at_once_stand_in_one_chain(database) {
        let all = (0..12).map(|number| {
            let store = database.store.clone();
            tokio::spawn(async move {
                let new = new_cancel_request(&format!("p{number}"), &format!("k-{number}"));
                store.create_cancel_request(&new).await
            })
        });
        for created in futures_util::future::join_all(all).await {
            assert!(matches!(created.expect("it ran"), Ok(Created::New(_))));
        }
        assert!(matches!(verdict(&database).await, AuditVerdict::Whole { entries: 12, .. }));
    }

    async fn an_empty_log_is_whole(database) {
        assert_eq!(verdict(&database).await, AuditVerdict::Whole { entries: 0, last_hash: [0; 32] });
    }
}
