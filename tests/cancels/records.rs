//! What is on record: the list of requests, and the audit log.

use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use tempfile::TempDir;
use toss_recon::store::AuditVerdict;
use toss_sim::FaultKind;

use crate::program::Program;
use crate::shop::{As, Shop, on_both_databases, won};

on_both_databases!(
    requests_are_listed_newest_first_by_page_and_filter,
    every_step_stands_in_the_audit_log_which_is_whole,
);

async fn listed(shop: &Shop, arguments: &str) -> Value {
    let query = format!(
        "{{ cancelRequests{arguments} {{ nodes {{ status requestedBy }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    shop.ask(As::Viewer, &query, Value::Null).await["cancelRequests"].clone()
}

async fn requests_are_listed_newest_first_by_page_and_filter(shop: Shop) {
    let (one, two) = (shop.card(10_000), shop.card(10_000));
    shop.cancel(As::Kim, &one, "key-one1", json!({ "amount": won(1) }))
        .await;
    shop.cancel(As::Lee, &two, "key-two2", json!({})).await;
    shop.cancel(As::Lee, &two, "key-thr3", json!({})).await;
    let node = |status, who| json!({ "status": status, "requestedBy": who });
    let third = node("REJECTED", "lee");
    let (first, second) = (node("SUCCEEDED", "kim"), node("SUCCEEDED", "lee"));
    let page = listed(&shop, "(first: 2)").await;
    assert_eq!(page["nodes"], json!([third, second]));
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();
    let rest = listed(&shop, &format!("(first: 2, after: \"{cursor}\")")).await;
    assert_eq!(
        (&rest["nodes"], &rest["pageInfo"]["hasNextPage"]),
        (&json!([first]), &json!(false))
    );
    for (filter, expected) in [
        ("requestedBy: \"kim\"".to_owned(), json!([first])),
        ("status: [REJECTED, UNKNOWN]".to_owned(), json!([third])),
        (format!("paymentKey: \"{two}\""), json!([third, second])),
        (
            format!("paymentKey: \"{one}\", status: [REJECTED]"),
            json!([]),
        ),
    ] {
        let found = listed(&shop, &format!("(filter: {{ {filter} }})")).await;
        assert_eq!(found["nodes"], expected, "{filter}");
    }
}

async fn every_step_stands_in_the_audit_log_which_is_whole(shop: Shop) {
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let lost = shop.cancel(As::Kim, &payment, "key-lost", json!({})).await;
    shop.becomes(&lost["request"], "SUCCEEDED").await;
    let query = "{ auditLog(first: 10) { nodes { actor action subject detail } } }";
    let log = shop.ask(As::Lee, query, Value::Null).await;
    let told: Vec<(&str, &str)> = log["auditLog"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["actor"].as_str().unwrap(),
                entry["action"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("toss-recon", "CANCEL_SUCCEEDED"),
        ("toss-recon", "CANCEL_SENT"),
        ("toss-recon", "CANCEL_UNKNOWN"),
        ("toss-recon", "CANCEL_SENT"),
        ("kim", "CANCEL_REQUESTED"),
        ("toss-recon", "TOKEN_CREATED"),
        ("toss-recon", "TOKEN_CREATED"),
        ("toss-recon", "TOKEN_CREATED"),
        ("toss-recon", "AUDIT_KEY_IN_USE"),
    ];
    assert_eq!(told, expected);
    assert!(matches!(
        shop.store.verify_audit().await,
        Ok(AuditVerdict::Whole { entries: 9, .. })
    ));
}

#[tokio::test]
async fn the_command_tells_a_whole_log_from_a_changed_one_and_names_the_entry() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("audit.db").display());
    let program = Program::new(&url, "http://127.0.0.1:9", folder.path());
    for name in ["kim", "lee", "park"] {
        program.admin(name).await;
    }
    let (status, said) = program.run(&["audit", "verify"]).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("3 entries, all whole"), "{said}");

    let database = Database::connect(&url).await.unwrap();
    for statement in [
        "DROP TRIGGER audit_entries_no_update",
        "UPDATE audit_entries SET subject = 'choi' WHERE number = 2",
    ] {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();
    let (status, said) = program.run(&["audit", "verify"]).await;
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("broken at entry 2: it was changed"), "{said}");
}
