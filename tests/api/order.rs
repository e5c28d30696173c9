//! Fields stand in the order in which they were asked for, whatever they had to wait for.

use serde_json::json;
use toss_sim::NewPayment;

use crate::support::{Shop, on_both_databases};

on_both_databases!(fields_of_nested_objects_stand_in_the_order_of_the_query);

/// Fields that wait for rows before fields that are at hand.
const FIELDS: &str = "fragment Fields on Payment { payouts { soldDate kind } refund: effectiveRefund { currency amount }
    reconciliation { verdict } status settlements { soldDate } ...Rest }
    fragment Rest on Payment { history { effect } cancels { origin } id }";

async fn fields_of_nested_objects_stand_in_the_order_of_the_query(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 10_000));
    let id = shop.payment("order-1", "id").await["id"].clone();
    let node = format!("{{ node(id: {id}) {{ ...Fields }} }} {FIELDS}");
    let cancel = format!(
        "mutation ($input: CancelPaymentInput!) {{ cancelPayment(input: $input) {{ payment {{ ...Fields }} }} }} {FIELDS}"
    );
    let input =
        json!({ "paymentKey": key, "idempotencyKey": "order-of-fields-1", "reason": "고객 요청" });
    for (query, variables) in [(node, json!({})), (cancel, json!({ "input": input }))] {
        let answer = shop
            .client()
            .post(shop.url("/graphql"))
            .bearer_auth(&shop.admin)
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let names = [
            "payouts",
            "refund",
            "currency",
            "amount",
            "reconciliation",
            "status",
            "settlements",
            "history",
            "cancels",
            "id",
        ];
        let places: Vec<Option<usize>> = names
            .iter()
            .map(|name| text.find(&format!("\"{name}\":")))
            .collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{text}"
        );
    }
}
