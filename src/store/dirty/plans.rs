//! What is marked is found by indexes: no plan of SQLite's reads a table through.

use reconciliation::KstDate;
use sea_orm::DbBackend;

use super::*;
use crate::store::db::sqlite_plans;

/// The steps to find what some marks mean, each query by itself.
async fn steps(marks: Marks) -> Vec<String> {
    let database = sqlite_plans::empty_tables().await;
    let mut sql = Sql::new(DbBackend::Sqlite);
    let parts = marks.parts(&mut sql);
    let statement = sql.statement(parts.join(" UNION ALL "));
    sqlite_plans::steps_of(&database, statement).await
}

fn account() -> AccountName {
    AccountName::new("a")
}

fn day() -> KstDate {
    KstDate::parse("2026-04-01").expect("a day")
}

#[tokio::test]
async fn each_kind_of_mark_is_served_by_an_index() {
    let mut confirmed = Marks::default();
    confirmed.confirmed("p");
    let mut covered = Marks::default();
    covered.covered(&account(), Source::Transactions, day(), false);
    let mut hole = Marks::default();
    hole.covered(&account(), Source::Transactions, day(), true);
    let orders = Marks {
        rows: BTreeSet::from(["id".to_owned()]),
        orders: BTreeSet::from(["order".to_owned()]),
        ..Marks::default()
    };
    for (marks, index) in [
        (confirmed, "sqlite_autoindex_verdict_gaps_1"),
        (covered, "verdict_gaps_days"),
        (hole, "verdicts_account_began_at"),
        (orders, "payments_order_id"),
    ] {
        let steps = steps(marks).await;
        assert!(
            steps
                .iter()
                .any(|step| step.contains(&format!("INDEX {index} "))),
            "{index}: {steps:#?}"
        );
        let scans = |step: &&String| step.starts_with("SCAN") && !step.contains("json_each");
        assert!(!steps.iter().any(|step| scans(&step)), "{steps:#?}");
    }
}
