//! The limits of the processes that run on one database, and how a change of them stands in the audit log.

use std::time::Duration;

use reconciliation::{CancelPolicy, Currency, Money};
use serde_json::{Value, json};

use crate::database::TestDatabase;
use crate::samples::at;

const LONG: Duration = Duration::from_hours(1);

fn per_day(minor: i64) -> CancelPolicy {
    let amount = Money::from_minor(minor, Currency::KRW);
    CancelPolicy {
        per_day: [amount].into_iter().collect(),
        ..CancelPolicy::default()
    }
}

async fn held(database: &TestDatabase, process: &str, limits: &CancelPolicy) -> Vec<CancelPolicy> {
    let others = database.store.hold_limits(process, limits, LONG).await;
    others.expect("they are held")
}

async fn noted(database: &TestDatabase, limits: &CancelPolicy) -> bool {
    let noted = database
        .store
        .note_limits(limits, at("2026-04-02T00:00:00Z"))
        .await;
    noted.expect("they are noted")
}

/// What the audit log says, oldest first.
async fn details(database: &TestDatabase) -> Vec<Value> {
    let entries = database
        .store
        .audit_entries(None, 100)
        .await
        .expect("the log");
    let details = entries.iter().rev().map(|entry| {
        assert_eq!(
            (entry.actor.as_str(), entry.action.as_str()),
            ("toss-recon", "LIMITS_CHANGED")
        );
        serde_json::from_str(&entry.detail).expect("JSON")
    });
    details.collect()
}

on_both! {
    async fn each_process_sees_the_limits_of_the_others_and_not_its_own(database) {
        assert_eq!(held(&database, "one", &per_day(1)).await, []);
        assert_eq!(held(&database, "two", &per_day(2)).await, [per_day(1)]);
        assert_eq!(held(&database, "one", &per_day(1)).await, [per_day(2)]);
        database.store.give_limits_back("two").await.expect("it has ended");
        assert_eq!(held(&database, "one", &per_day(1)).await, []);
        assert_eq!(database.number("SELECT count(*) FROM running_limits").await, 1);
    }

    async fn a_process_that_says_nothing_counts_until_its_lease_runs_out(database) {
        held(&database, "gone", &per_day(1)).await;
        assert_eq!(held(&database, "here", &per_day(2)).await, [per_day(1)]);
        let an_hour = i64::try_from(LONG.as_millis()).expect("a number");
        // By the database's clock, whatever that of the process says.
        let now = if database.is_postgres() {
            "(SELECT CAST(extract(epoch FROM now()) * 1000 AS bigint))"
        } else {
            "(SELECT CAST(strftime('%s', 'now') AS integer) * 1000)"
        };
        let far = format!("SELECT until - {now} - {an_hour} FROM running_limits WHERE process = 'gone'");
        assert!(database.number(&far).await.abs() < 60_000);
        database.spoil(&format!("UPDATE running_limits SET until = {now} - 1 WHERE process = 'gone'")).await;
        assert_eq!(held(&database, "here", &per_day(2)).await, []);
        assert_eq!(held(&database, "gone", &per_day(1)).await, [per_day(2)], "it may come back");
    }

    async fn limits_that_cannot_be_read_are_not_taken_for_none(database) {
        held(&database, "spoilt", &per_day(1)).await;
        database.spoil("UPDATE running_limits SET limits = '{}'").await;
        let told = database.store.hold_limits("here", &per_day(2), LONG).await.expect_err("it is told");
        assert!(told.to_string().contains("running_limits"), "{told}");
    }

    async fn a_change_of_limits_stands_in_the_audit_log_once_with_the_old_and_the_new_ones(database) {
        assert!(!noted(&database, &CancelPolicy::default()).await, "a new database without limits is no news");
        assert_eq!(details(&database).await, [] as [Value; 0]);
        assert!(noted(&database, &per_day(500)).await, "one with limits is");
        assert!(!noted(&database, &per_day(500)).await);
        let marked = CancelPolicy { marks_reasons: true, ..per_day(900) };
        assert!(noted(&database, &marked).await);
        assert!(noted(&database, &CancelPolicy::default()).await, "none any more");
        let limits = |per_day: Value, marks: bool| json!({
            "CANCEL_LIMIT_PER_REQUEST": [],
            "CANCEL_LIMIT_PER_DAY": per_day,
            "CANCEL_APPROVAL_ABOVE": [],
            "CANCEL_APPROVAL_HOURS": 24,
            "CANCEL_REASON_MARK": marks,
        });
        let (none, first, second) = (
            limits(json!([]), false),
            limits(json!(["500 KRW"]), false),
            limits(json!(["900 KRW"]), true),
        );
        assert_eq!(details(&database).await, [
            json!({ "old": none, "new": first }),
            json!({ "old": first, "new": second }),
            json!({ "old": second, "new": none }),
        ]);
    }

    async fn of_many_that_start_at_once_with_new_limits_one_says_so(database) {
        let mut running = tokio::task::JoinSet::new();
        for number in 0..8 {
            let store = database.store.clone();
            running.spawn(async move {
                let process = format!("process-{number}");
                store.note_limits(&per_day(500), at("2026-04-02T00:00:00Z")).await?;
                store.hold_limits(&process, &per_day(500), LONG).await
            });
        }
        while let Some(outcome) = running.join_next().await {
            outcome.expect("no panic").expect("an answer");
        }
        assert_eq!(details(&database).await.len(), 1);
        assert_eq!(held(&database, "process-0", &per_day(500)).await.len(), 7);
    }
}
