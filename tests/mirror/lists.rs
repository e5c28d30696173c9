//! Lists and coverage, asked for in GraphQL.

use std::collections::BTreeSet;
use std::time::Duration;

use async_graphql::Request;
use reconciliation::{BusinessCalendar, CancelPolicy, PartialCancelRows};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use toss_recon::access::{Principal, Role, Scope};
use toss_recon::cancel::{Canceller, LimitsInForce, MoneySteps};
use toss_recon::graphql::{self, Interpretation, Parts, Schema};
use toss_recon::lookup::Lookup;
use toss_recon::periods::Periods;
use toss_recon::reconcile::Reconciler;
use toss_recon::report::Reporter;
use toss_sim::{NewPayment, TossSim};

use crate::support::{
    Engine, TestDatabase, clock, day, empty_shop, instant, merchants, mirror, month,
    on_both_databases, steady_shop,
};

on_both_databases!(
    every_filter_lets_through_what_it_says,
    pages_neither_skip_nor_repeat_while_payments_arrive,
    settlement_rows_are_listed_by_either_day,
    arguments_that_do_not_fit_are_refused,
    coverage_tells_what_was_read,
    a_payment_seen_in_the_list_alone_is_read_when_it_is_asked_for,
);

struct Api {
    schema: Schema,
    sim: TossSim,
    database: TestDatabase,
}

impl Api {
    async fn over(sim: TossSim, engine: Engine) -> Self {
        let database = TestDatabase::open(engine).await;
        let (store, merchants, clock) = (database.store.clone(), merchants(&sim), clock(&sim));
        let lookup = Lookup::new(store.clone(), merchants.clone(), clock.clone());
        let steps = MoneySteps::on(Handle::current());
        let limits = LimitsInForce::begin(store.clone(), CancelPolicy::default(), clock.clone());
        let limits = limits.await;
        let reconciler = Reconciler::new(
            store.clone(),
            &merchants,
            clock.clone(),
            BusinessCalendar::korean().unwrap(),
            PartialCancelRows::default(),
        );
        let mirror = mirror(&sim, &store, 5_000);
        let (now, known, read) = (clock.clone(), reconciler.clone(), mirror.clone());
        let reporter = Reporter::new(store.clone(), known.clone(), read.clone(), now.clone());
        let periods = Periods::new(store.clone(), known, read, reporter, now);
        let schema = graphql::schema(Parts {
            store: store.clone(),
            canceller: Canceller::new(
                store.clone(),
                merchants,
                lookup.clone(),
                clock,
                steps,
                Duration::from_secs(5),
                limits,
            ),
            lookup,
            mirror,
            reconciler,
            periods,
            interpretation: Interpretation::default(),
            live_reads_per_minute: 600,
        });
        Self {
            schema,
            sim,
            database,
        }
    }

    async fn mirrored(engine: Engine) -> Self {
        let api = Self::over(steady_shop().await, engine).await;
        api.import().await;
        api
    }

    async fn import(&self) {
        mirror(&self.sim, &self.database.store, 5_000)
            .import(&month(), |_| {})
            .await
            .unwrap();
    }

    async fn answer(&self, query: &str) -> async_graphql::Response {
        let request = Request::new(query).data(Principal {
            name: "tester".to_owned(),
            owner: "tester".to_owned(),
            role: Role::Viewer,
            scope: Scope::ALL,
            token_id: "tester".to_owned(),
        });
        let request = graphql::with_request_data(&self.schema, request);
        self.schema.execute(request).await
    }

    async fn ask(&self, query: &str) -> Value {
        let response = self.answer(query).await;
        assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
        serde_json::to_value(response.data).unwrap()
    }

    /// The orders of every payment that a filter lets through, page by page.
    async fn orders(&self, filter: &str, rows: u32) -> Vec<String> {
        let mut found = Vec::new();
        let mut after = "null".to_owned();
        loop {
            let page = &self
                .ask(&format!(
                    "{{ payments(filter: {{ {filter} }}, first: {rows}, after: {after}) {{ \
                     nodes {{ orderId }} pageInfo {{ hasNextPage endCursor }} }} }}"
                ))
                .await["payments"];
            found.extend(texts(&page["nodes"], "orderId"));
            if page["pageInfo"]["hasNextPage"] == false {
                return found;
            }
            after = page["pageInfo"]["endCursor"].to_string();
        }
    }
}

fn texts(nodes: &Value, field: &str) -> Vec<String> {
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node[field].as_str().unwrap().to_owned())
        .collect()
}

fn set(orders: Vec<String>) -> BTreeSet<String> {
    let count = orders.len();
    let set: BTreeSet<String> = orders.into_iter().collect();
    assert_eq!(set.len(), count, "no order comes twice");
    set
}

async fn every_filter_lets_through_what_it_says(engine: Engine) {
    let api = Api::mirrored(engine).await;
    let all = set(api.orders("", 7).await);
    assert!(all.len() > 60);
    let begun = |from: &str, to: &str| {
        let (from, to) = (day(from).start(), day(to).next().start());
        format!(
            "began_at >= {} AND began_at < {}",
            from.timestamp_millis(),
            to.timestamp_millis()
        )
    };
    for (filter, condition) in [
        ("status: [CANCELED]", "status = 'CANCELED'".to_owned()),
        (
            "status: [CANCELED, PARTIAL_CANCELED, CANCELED]",
            "status IN ('CANCELED', 'PARTIAL_CANCELED')".to_owned(),
        ),
        (
            "method: [VIRTUAL_ACCOUNT]",
            "method_label = '가상계좌'".to_owned(),
        ),
        (
            "method: [CARD, TRANSFER], status: [DONE, CANCELED]",
            "method_label IN ('카드', '계좌이체') AND status IN ('DONE', 'CANCELED')".to_owned(),
        ),
        ("mId: [\"tdemoshop02\"]", "mid = 'tdemoshop02'".to_owned()),
        (
            "mId: [\"tdemoshop02\", \"tdemoshop01\"], status: [DONE]",
            "status = 'DONE'".to_owned(),
        ),
        (
            "orderId: \"order-never-paid\"",
            "order_id = 'order-never-paid'".to_owned(),
        ),
        (
            "transactionDate: { from: \"2026-03-01\", to: \"2026-03-05\" }",
            begun("2026-03-01", "2026-03-05"),
        ),
        (
            "transactionDate: { from: \"2026-03-01\", to: \"2026-03-05\" }, method: [CARD], mId: [\"tdemoshop02\"]",
            format!(
                "{} AND method_label = '카드' AND mid = 'tdemoshop02'",
                begun("2026-03-01", "2026-03-05")
            ),
        ),
    ] {
        let sql = format!("SELECT order_id FROM payments WHERE {condition}");
        let expected: BTreeSet<String> = api.database.texts(&sql).await.into_iter().collect();
        assert!(!expected.is_empty(), "{filter}");
        assert!(expected.is_subset(&all));
        for rows in [3, 200] {
            assert_eq!(
                set(api.orders(filter, rows).await),
                expected,
                "{filter} {rows}"
            );
        }
    }
    for nothing in ["status: []", "mId: [\"nobody\"]", "status: [UNKNOWN]"] {
        assert_eq!(api.orders(nothing, 50).await, [""; 0], "{nothing}");
    }
}

async fn pages_neither_skip_nor_repeat_while_payments_arrive(engine: Engine) {
    let api = Api::mirrored(engine).await;
    let before = api.orders("", 200).await;
    let mut read = Vec::new();
    let mut after = "null".to_owned();
    let mut arrived = 0;
    loop {
        let page = &api
            .ask(&format!(
                "{{ payments(first: 9, after: {after}) {{ nodes {{ orderId }} pageInfo {{ hasNextPage endCursor }} }} }}"
            ))
            .await["payments"];
        read.extend(texts(&page["nodes"], "orderId"));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].to_string();
        arrived += 1;
        // Newer than everything, as payments that arrive are.
        let at = instant("2026-03-20T09:00:00+09:00") + chrono::Duration::minutes(arrived);
        let new = NewPayment::card(format!("order-new-{arrived}"), 1_000).at(at);
        api.sim.console().pay(new);
        assert_eq!(
            mirror(&api.sim, &api.database.store, 5_000)
                .pass()
                .await
                .failed,
            0
        );
    }
    assert_eq!(read, before);
    let newest = api.orders("", 200).await;
    assert_eq!(
        newest.len(),
        before.len() + usize::try_from(arrived).unwrap()
    );
    assert_eq!(newest[0], format!("order-new-{arrived}"));
    // From the other end, the same list.
    let mut backwards = Vec::new();
    let mut cursor = "null".to_owned();
    loop {
        let page = &api
            .ask(&format!(
                "{{ payments(last: 11, before: {cursor}) {{ nodes {{ orderId }} pageInfo {{ hasPreviousPage startCursor }} }} }}"
            ))
            .await["payments"];
        let mut nodes = texts(&page["nodes"], "orderId");
        nodes.append(&mut backwards);
        backwards = nodes;
        if page["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
        cursor = page["pageInfo"]["startCursor"].to_string();
    }
    assert_eq!(backwards, newest);
}

async fn settlement_rows_are_listed_by_either_day(engine: Engine) {
    let api = Api::mirrored(engine).await;
    for (filter, column, condition) in [
        ("", "soldDate", "1 = 1"),
        ("kind: CANCEL", "soldDate", "kind = 'CANCEL'"),
        (
            "soldDate: { from: \"2026-03-01\", to: \"2026-03-05\" }, mId: [\"tdemoshop01\"]",
            "soldDate",
            "sold_date BETWEEN '2026-03-01' AND '2026-03-05' AND mid = 'tdemoshop01'",
        ),
        (
            "paidOutDate: { from: \"2026-03-05\", to: \"2026-03-12\" }",
            "paidOutDate",
            "paid_out_date BETWEEN '2026-03-05' AND '2026-03-12'",
        ),
        (
            "paidOutDate: { from: \"2026-03-05\", to: \"2026-03-12\" }, soldDate: { from: \"2026-03-01\", to: \"2026-03-03\" }, kind: PAYMENT",
            "soldDate",
            "paid_out_date BETWEEN '2026-03-05' AND '2026-03-12' AND sold_date BETWEEN '2026-03-01' AND '2026-03-03' AND kind = 'PAYMENT'",
        ),
    ] {
        let mut ids = Vec::new();
        let mut days: Vec<String> = Vec::new();
        let mut after = "null".to_owned();
        loop {
            let page = &api
                .ask(&format!(
                    "{{ settlements(filter: {{ {filter} }}, first: 8, after: {after}) {{ nodes {{ id {column} match }} pageInfo {{ hasNextPage endCursor }} }} }}"
                ))
                .await["settlements"];
            ids.extend(texts(&page["nodes"], "id"));
            days.extend(texts(&page["nodes"], column));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].to_string();
        }
        let expected = api
            .database
            .count(&format!("settlements WHERE {condition}"))
            .await;
        assert!(expected > 0, "{filter}");
        assert_eq!(
            set(ids).len(),
            usize::try_from(expected).unwrap(),
            "{filter}"
        );
        assert!(
            days.windows(2).all(|pair| pair[0] >= pair[1]),
            "{filter}: {days:?}"
        );
    }
    let degraded = &api
        .ask("{ settlements(last: 200) { nodes { paymentKey match } } }")
        .await["settlements"]["nodes"];
    let weak: Vec<&Value> = degraded
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["paymentKey"].is_null())
        .map(|row| &row["match"])
        .collect();
    assert_eq!(weak, ["WEAK"], "the row without keys finds its payment");
}

async fn arguments_that_do_not_fit_are_refused(engine: Engine) {
    let api = Api::mirrored(engine).await;
    let page = &api
        .ask("{ settlements(first: 1) { pageInfo { endCursor } } }")
        .await["settlements"];
    let cursor = &page["pageInfo"]["endCursor"];
    for arguments in [
        "payments(first: 201)".to_owned(),
        "payments(first: 0)".to_owned(),
        "payments(first: 1, last: 1)".to_owned(),
        "payments(first: 1, before: \"x\")".to_owned(),
        "payments(after: \"garbage\")".to_owned(),
        format!("payments(after: {cursor})"),
        format!(
            "settlements(filter: {{ paidOutDate: {{ from: \"2026-03-01\", to: \"2026-03-31\" }} }}, after: {cursor})"
        ),
        "payments(filter: { transactionDate: { from: \"2026-03-02\", to: \"2026-03-01\" } })"
            .to_owned(),
        "payments(filter: { orderId: \"\" })".to_owned(),
    ] {
        let response = api
            .answer(&format!("{{ {arguments} {{ nodes {{ id }} }} }}"))
            .await;
        let error = serde_json::to_value(&response.errors[0]).unwrap();
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{arguments}");
    }
}

async fn coverage_tells_what_was_read(engine: Engine) {
    let api = Api::over(steady_shop().await, engine).await;
    let query = "{ coverage { mId source from through gaps { from to } lastReadAt unavailable } }";
    let nothing = json!({ "from": null, "through": null, "gaps": [], "lastReadAt": null, "unavailable": null });
    for row in api.ask(query).await["coverage"].as_array().unwrap() {
        let mut expected = nothing.clone();
        expected["mId"] = row["mId"].clone();
        expected["source"] = row["source"].clone();
        assert_eq!(row, &expected);
    }
    api.import().await;
    let coverage = api.ask(query).await["coverage"].clone();
    let row = |mid: &str, source: &str, through: &str| {
        json!({
            "mId": mid, "source": source, "from": "2026-02-18", "through": through, "gaps": [],
            "lastReadAt": "2026-03-20T12:00:00+09:00", "unavailable": null,
        })
    };
    assert_eq!(
        coverage,
        json!([
            row("tdemoshop01", "TRANSACTIONS", "2026-03-19"),
            row("tdemoshop01", "SETTLEMENTS", "2026-03-18"),
            row("tdemoshop02", "TRANSACTIONS", "2026-03-19"),
            row("tdemoshop02", "SETTLEMENTS", "2026-03-18"),
        ])
    );
    api.sim.clock().advance(chrono::Duration::days(2));
    let coverage = api.ask(query).await["coverage"].clone();
    assert_eq!(
        coverage[0]["gaps"],
        json!([{ "from": "2026-03-20", "to": "2026-03-21" }])
    );
    assert_eq!(
        coverage[1]["gaps"],
        json!([{ "from": "2026-03-19", "to": "2026-03-20" }])
    );
}

async fn a_payment_seen_in_the_list_alone_is_read_when_it_is_asked_for(engine: Engine) {
    let api = Api::over(empty_shop().await, engine).await;
    let at = instant("2026-03-18T10:00:00+09:00");
    api.sim
        .console()
        .pay(NewPayment::card("order-1", 15_000).at(at));
    api.import().await;
    let listed = &api
        .ask("{ payments { nodes { status totalAmount { amount } paidAmount { amount } } } }")
        .await["payments"]["nodes"];
    assert_eq!(
        listed,
        &json!([{ "status": "DONE", "totalAmount": null, "paidAmount": { "amount": "15000" } }])
    );
    let asked = &api
        .ask("{ payment(by: { orderId: \"order-1\" }) { totalAmount { amount } stale } }")
        .await["payment"];
    assert_eq!(
        asked,
        &json!({ "totalAmount": { "amount": "15000" }, "stale": false })
    );
}
