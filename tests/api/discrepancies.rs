//! The work list: what disagrees, found by class, day and merchant, and by its id.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use serde_json::{Value, json};
use toss_sim::{
    CancelByHand, NewPayment, Onset, SettledEvent, SettlementChange, SettlementTrouble,
};

use crate::mirrored::{Month, text};
use crate::support::{Shop, instant, on_both_databases};

on_both_databases!(
    pages_of_any_size_and_direction_have_each_discrepancy_once_newest_first,
    every_filter_lets_through_what_it_says,
    pages_neither_skip_nor_repeat_while_others_are_found,
    the_list_has_what_each_payment_says_of_itself,
    a_discrepancy_is_found_by_its_id_until_it_is_gone,
);

const EVERYTHING: &str = "id class mId paymentKey transactionKey explanation detectedAt
    expected { amount currency } observed { amount currency } delta { amount currency }
    payment { paymentKey mId history { transactionAt } }";

async fn all(shop: &Shop, filter: &str) -> Vec<Value> {
    shop.all("discrepancies", filter, 200, EVERYTHING).await
}

fn ids(found: &[Value]) -> Vec<String> {
    found.iter().map(|one| text(one, "id")).collect()
}

/// When the payment began, where one is known.
fn began(found: &Value) -> Option<String> {
    let history = found["payment"]["history"].as_array()?;
    Some(text(history.first()?, "transactionAt"))
}

async fn pages_of_any_size_and_direction_have_each_discrepancy_once_newest_first(
    Month(shop): Month,
) {
    let found = all(&shop, "").await;
    assert!(found.len() > 20, "{}", found.len());
    let days: Vec<String> = found.iter().filter_map(began).collect();
    assert!(days.len() > 20);
    assert!(days.is_sorted_by(|a, b| a >= b), "{days:?}");
    let expected = ids(&found);
    assert_eq!(
        expected.iter().collect::<BTreeSet<_>>().len(),
        expected.len()
    );
    for rows in [1, 7] {
        assert_eq!(
            ids(&shop.all("discrepancies", "", rows, "id").await),
            expected
        );
    }
    let mut backwards: Vec<String> = Vec::new();
    let mut before = Value::Null;
    loop {
        let query = format!(
            "{{ discrepancies(last: 5, before: {before}) {{ edges {{ cursor node {{ id }} }} \
             pageInfo {{ hasPreviousPage startCursor }} }} }}"
        );
        let page = shop.ask(&query).await["discrepancies"].take();
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(edges[0]["cursor"], page["pageInfo"]["startCursor"]);
        let ids = edges.iter().map(|edge| text(&edge["node"], "id"));
        backwards.splice(0..0, ids.collect::<Vec<_>>());
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
        before = page["pageInfo"]["startCursor"].clone();
    }
    assert_eq!(backwards, expected);
}

async fn every_filter_lets_through_what_it_says(Month(shop): Month) {
    let everything = all(&shop, "").await;
    let mut by_class: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in &everything {
        by_class
            .entry(text(one, "class"))
            .or_default()
            .push(text(one, "id"));
    }
    assert!(by_class.len() >= 8, "{:?}", by_class.keys());
    for (class, expected) in &by_class {
        assert_eq!(
            &ids(&all(&shop, &format!("class: [{class}]")).await),
            expected,
            "{class}"
        );
    }
    let keep = |keep: &dyn Fn(&Value) -> bool| {
        let kept: Vec<Value> = everything.iter().filter(|one| keep(one)).cloned().collect();
        assert!(!kept.is_empty());
        ids(&kept)
    };
    let is_missing = |one: &Value| {
        ["SETTLEMENT_MISSING", "SETTLEMENT_DUPLICATED"].contains(&one["class"].as_str().unwrap())
    };
    let two_classes = "class: [SETTLEMENT_DUPLICATED, SETTLEMENT_MISSING, SETTLEMENT_MISSING]";
    assert_eq!(ids(&all(&shop, two_classes).await), keep(&is_missing));
    let of_first = |one: &Value| one["mId"] == "tdemoshop01";
    assert_eq!(
        ids(&all(&shop, "mId: [\"tdemoshop01\"]").await),
        keep(&of_first)
    );
    let (from, until) = (
        instant("2026-03-01T00:00:00+09:00"),
        instant("2026-03-05T00:00:00+09:00"),
    );
    let in_days = |one: &Value| began(one).is_some_and(|at| (from..until).contains(&instant(&at)));
    let days = "transactionDate: { from: \"2026-03-01\", to: \"2026-03-04\" }";
    // An order of no payment has its sold date for its day; there is none in these days.
    assert_eq!(ids(&all(&shop, days).await), keep(&in_days));
    let both = format!("{days}, {two_classes}, mId: [\"tdemoshop01\", \"tdemoshop02\"]");
    assert_eq!(
        ids(&all(&shop, &both).await),
        keep(&|one| in_days(one) && is_missing(one))
    );
    for nothing in ["class: []", "mId: []", "mId: [\"nobody\"]"] {
        assert_eq!(all(&shop, nothing).await, [Value::Null; 0], "{nothing}");
    }
}

async fn pages_neither_skip_nor_repeat_while_others_are_found(Month(shop): Month) {
    let before = ids(&all(&shop, "").await);
    let mut read = Vec::new();
    let mut after = Value::Null;
    for nth in 0.. {
        let query = format!(
            "{{ discrepancies(first: 4, after: {after}) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = shop.ask(&query).await["discrepancies"].take();
        read.extend(ids(page["nodes"].as_array().unwrap()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
        // Somebody cancels in the console, which is found at once, at the head of the list.
        let order = format!("order-arriving-{nth}");
        shop.sim
            .console()
            .pay(NewPayment::card(order.as_str(), 1_000));
        let cancel = CancelByHand::everything("고객 변심");
        shop.sim.console().cancel(&order, &cancel).unwrap();
        shop.payment(&order, "id").await;
    }
    assert_eq!(read, before);
    assert!(all(&shop, "").await.len() > before.len());
}

async fn the_list_has_what_each_payment_says_of_itself(Month(shop): Month) {
    let listed: BTreeMap<String, Value> = all(&shop, "")
        .await
        .into_iter()
        .map(|one| (text(&one, "id"), one))
        .collect();
    let selection = format!("reconciliation {{ discrepancies {{ {EVERYTHING} }} }}");
    let payments = shop.all("payments", "", 100, &selection).await;
    let mut of_payments = BTreeMap::new();
    for payment in payments {
        for one in payment["reconciliation"]["discrepancies"]
            .as_array()
            .unwrap()
        {
            of_payments.insert(text(one, "id"), one.clone());
        }
    }
    let (with_payment, without): (BTreeMap<_, _>, BTreeMap<_, _>) = listed
        .into_iter()
        .partition(|(_, one)| !one["payment"].is_null());
    assert_eq!(with_payment, of_payments);
    // A settlement row of a payment that Toss lists nowhere is on the work list all the same.
    let classes: BTreeSet<String> = without.values().map(|one| text(one, "class")).collect();
    assert_eq!(classes, BTreeSet::from(["SETTLEMENT_ORPHAN".to_owned()]));
}

async fn a_discrepancy_is_found_by_its_id_until_it_is_gone(shop: Shop) {
    // Paid on a Friday; Toss lists the row only on the Thursday after.
    shop.sim
        .console()
        .pay(NewPayment::card("order-late", 10_000));
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-late".into(),
        event: SettledEvent::Approval,
        change: SettlementChange::Late(5),
        onset: Onset::Always,
    });
    shop.pass(Duration::days(5));
    shop.mirror(("2026-03-20", "2026-03-25")).await;
    let [late] = &all(&shop, "").await[..] else {
        panic!("one discrepancy");
    };
    assert_eq!(late["class"], "SETTLEMENT_MISSING");
    assert_eq!(late["expected"]["amount"], "10000");
    let query = format!(
        "{{ node(id: {}) {{ id ... on Discrepancy {{ {EVERYTHING} }} }} }}",
        late["id"]
    );
    assert_eq!(&shop.ask(&query).await["node"], late);
    let own = format!("reconciliation {{ verdict discrepancies {{ {EVERYTHING} }} }}");
    let reconciliation = shop.payment("order-late", &own).await["reconciliation"].take();
    assert_eq!(reconciliation["verdict"], "DISCREPANT");
    assert_eq!(&reconciliation["discrepancies"][0], late);

    shop.pass(Duration::days(2));
    shop.mirror(("2026-03-20", "2026-03-27")).await;
    let reconciliation = shop.payment("order-late", &own).await["reconciliation"].take();
    assert_eq!(
        reconciliation,
        json!({ "verdict": "RECONCILED", "discrepancies": [] })
    );
    assert_eq!(all(&shop, "").await, [Value::Null; 0]);
    // It is still found by its id, and by its state.
    let ended = shop.ask(&query).await["node"].take();
    assert_eq!(&ended["id"], &late["id"]);
    let resolved = all(&shop, "state: [RESOLVED]").await;
    assert_eq!(resolved, [ended]);
}
