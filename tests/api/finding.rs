//! What lists are searched, ordered and counted by, and what a payment tells of how it was paid.

use serde_json::{Value, json};
use toss_sim::{CancelByHand, NewPayment};

use crate::cancel::CANCEL;
use crate::mirrored::Month;
use crate::support::{Shop, code, data, instant, on_both_databases};

on_both_databases!(
    payments_are_found_by_what_is_known_of_them,
    lists_have_an_order_and_a_length,
    requests_lead_to_their_payment_and_say_who_may_approve,
    discrepancies_are_ordered_and_found_by_their_size,
);

/// Three payments of March, the last of which was only seen in Toss's list.
async fn set(shop: &Shop) -> [String; 3] {
    let console = shop.sim.console();
    let at = |text: &str| instant(&format!("2026-03-{text}+09:00"));
    let mut named = NewPayment::card("find_me-0001", 10_000).at(at("03T10:00:00"));
    "텀블러 100% 세일".clone_into(&mut named.order_name);
    let first = console.pay(named);
    let second = console.pay(NewPayment::card("findxme-0002", 30_000).at(at("04T10:00:00")));
    let third = console.pay(NewPayment::card("other-0003", 20_000).at(at("05T10:00:00")));
    let cancel = CancelByHand::everything("취소").at(at("09T10:00:00"));
    console.cancel(&second, &cancel).unwrap();
    shop.mirror(("2026-03-02", "2026-03-19")).await;
    for order in ["find_me-0001", "findxme-0002"] {
        shop.payment(order, "id").await;
    }
    [first, second, third]
}

/// The orders that a filter finds, in the order of the list, and how many it says there are.
async fn found(shop: &Shop, arguments: &str) -> (Vec<String>, i64) {
    let query = format!("{{ payments({arguments}) {{ totalCount nodes {{ orderId }} }} }}");
    let payments = &shop.ask(&query).await["payments"];
    let nodes = payments["nodes"].as_array().unwrap();
    let orders = nodes.iter().map(|node| node["orderId"].as_str().unwrap());
    let total = payments["totalCount"].as_i64().unwrap();
    (orders.map(str::to_owned).collect(), total)
}

async fn payments_are_found_by_what_is_known_of_them(shop: Shop) {
    const ALL: [&str; 3] = ["other-0003", "findxme-0002", "find_me-0001"];
    let [first, second, third] = set(&shop).await;
    let details = "orderName receiptUrl card { issuer acquirer maskedNumber approvalNumber installmentMonths interestFree }
        easyPay { provider } suppliedAmount { amount } vat { amount } taxFreeAmount { amount } useEscrow wasRead";
    let query = format!("{{ payments {{ nodes {{ {details} }} }} }}");
    let nodes = shop.ask(&query).await["payments"]["nodes"].take();
    assert_eq!(nodes[0]["wasRead"], false);
    assert_eq!(
        (&nodes[0]["orderName"], &nodes[0]["card"]),
        (&Value::Null, &Value::Null)
    );
    let read = &nodes[2];
    assert_eq!(read["orderName"], "텀블러 100% 세일");
    assert_eq!(read["card"]["maskedNumber"], "12345678****901*");
    assert_eq!(
        (&read["card"]["issuer"], &read["card"]["installmentMonths"]),
        (&json!("61"), &json!(0))
    );
    assert_eq!(
        (&read["vat"]["amount"], &read["suppliedAmount"]["amount"]),
        (&json!("909"), &json!("9091"))
    );
    assert_eq!(
        (&read["useEscrow"], &read["easyPay"]),
        (&json!(false), &Value::Null)
    );
    assert!(read["receiptUrl"].as_str().unwrap().starts_with("https://"));
    let approval = read["card"]["approvalNumber"].as_str().unwrap();

    let search = |text: &str| format!("filter: {{search: {}}}", json!(text));
    for (arguments, expected) in [
        (search("find_me-0001"), &ALL[2..]),
        (search("find"), &ALL[1..]),
        (search("fi"), &[]),
        (search("find_"), &ALL[2..]),
        (search("fin%"), &[]),
        (search("FIND"), &[]),
        (search("ind"), &[]),
        (search("텀블러 100%"), &ALL[2..]),
        (search("텀블러 100_"), &[]),
        (search(approval), &ALL[2..]),
        (search(&third), &ALL[..1]),
        (search(&format!("{first}x")), &[]),
        (r#"filter: {search: "find", status: [DONE]}"#.to_owned(), &ALL[2..]),
        (r#"filter: {search: "find", verdict: [RECONCILED, PENDING, DISCREPANT], mId: ["tdemoshop01"]}"#.to_owned(), &ALL[1..]),
        (r#"filter: {search: "find", mId: ["other"]}"#.to_owned(), &[]),
        (r#"filter: {amount: {from: "10001", to: "30000", currency: "KRW"}}"#.to_owned(), &ALL[..2]),
        (r#"filter: {amount: {from: "20001", currency: "KRW"}}"#.to_owned(), &ALL[1..2]),
        (r#"filter: {amount: {to: "30000.00", currency: "USD"}}"#.to_owned(), &[]),
        (r#"filter: {cancelDate: {from: "2026-03-09", to: "2026-03-09"}}"#.to_owned(), &ALL[1..2]),
        (r#"filter: {cancelDate: {from: "2026-03-03", to: "2026-03-08"}}"#.to_owned(), &[]),
        ("filter: {wasRead: true}".to_owned(), &ALL[1..]),
        ("filter: {wasRead: false}".to_owned(), &ALL[..1]),
        (r#"filter: {wasRead: false, orderId: "find_me-0001"}"#.to_owned(), &[]),
    ] {
        let expected: Vec<String> = expected.iter().map(|&order| order.to_owned()).collect();
        let total = i64::try_from(expected.len()).unwrap();
        assert_eq!(found(&shop, &arguments).await, (expected, total), "{arguments}");
    }
    for filter in [
        r#"amount: {from: "1.5", currency: "KRW"}"#,
        r#"amount: {from: "2", to: "1", currency: "KRW"}"#,
        r#"amount: {currency: "won"}"#,
        r#"cancelDate: {from: "2026-03-09", to: "2026-03-08"}"#,
    ] {
        let query = format!("{{ payments(filter: {{{filter}}}) {{ totalCount }} }}");
        assert_eq!(shop.refusal(&query).await, "BAD_USER_INPUT", "{filter}");
    }
    settlements_are_found_by_payment_and_order(&shop, &second).await;
}

async fn settlements_are_found_by_payment_and_order(shop: &Shop, second: &str) {
    let rows = "totalCount nodes { kind paidOutDate orderId payment { paymentKey } }";
    for (filter, expected) in [
        (format!(r#"paymentKey: "{second}""#), 2),
        (format!(r#"paymentKey: "{second}", kind: CANCEL"#), 1),
        (r#"orderId: "findxme-0002""#.to_owned(), 2),
        (r#"orderId: "findxme-0002", mId: ["other"]"#.to_owned(), 0),
        (
            format!(r#"orderId: "find_me-0001", paymentKey: "{second}""#),
            0,
        ),
        (r#"orderId: "findxme""#.to_owned(), 0),
    ] {
        let query = format!("{{ settlements(filter: {{{filter}}}) {{ {rows} }} }}");
        let found = &shop.ask(&query).await["settlements"];
        assert_eq!(found["totalCount"], expected, "{filter}: {found:#}");
        for row in found["nodes"].as_array().unwrap() {
            assert_eq!(row["payment"]["paymentKey"], second);
        }
    }
    let query = format!(r#"{{ settlements(filter: {{paymentKey: "{second}"}}) {{ {rows} }} }}"#);
    let row = shop.ask(&query).await["settlements"]["nodes"][0].take();
    let day = row["paidOutDate"].as_str().unwrap();
    let on = |day: &str| format!(r#"filter: {{payoutDate: {{from: "{day}", to: "{day}"}}}}"#);
    let (orders, _) = found(shop, &on(day)).await;
    assert_eq!(orders, ["findxme-0002"], "{row:#}");
    assert_eq!(found(shop, &on("2026-03-01")).await, (Vec::new(), 0));
}

async fn lists_have_an_order_and_a_length(shop: Shop) {
    set(&shop).await;
    let page = "edges { cursor node { orderId } } pageInfo { hasNextPage hasPreviousPage }";
    for (order, expected) in [
        (
            "BEGAN_AT_DESC",
            ["other-0003", "findxme-0002", "find_me-0001"],
        ),
        (
            "BEGAN_AT_ASC",
            ["find_me-0001", "findxme-0002", "other-0003"],
        ),
        (
            "AMOUNT_DESC",
            ["findxme-0002", "other-0003", "find_me-0001"],
        ),
        ("AMOUNT_ASC", ["find_me-0001", "other-0003", "findxme-0002"]),
    ] {
        let by = format!("orderBy: {order}");
        let (orders, total) = found(&shop, &by).await;
        assert_eq!(
            (orders, total),
            (expected.map(str::to_owned).to_vec(), 3),
            "{order}"
        );
        let first = shop
            .ask(&format!("{{ payments({by}, first: 2) {{ {page} }} }}"))
            .await["payments"]
            .take();
        assert_eq!(
            first["pageInfo"],
            json!({ "hasNextPage": true, "hasPreviousPage": false })
        );
        assert_eq!(first["edges"][1]["node"]["orderId"], expected[1]);
        let cursor = &first["edges"][1]["cursor"];
        let second = shop
            .ask(&format!(
                "{{ payments({by}, first: 2, after: {cursor}) {{ {page} }} }}"
            ))
            .await["payments"]
            .take();
        assert_eq!(
            second["pageInfo"],
            json!({ "hasNextPage": false, "hasPreviousPage": true })
        );
        assert_eq!(second["edges"][0]["node"]["orderId"], expected[2]);
        let before = shop
            .ask(&format!(
                "{{ payments({by}, last: 1, before: {cursor}) {{ {page} }} }}"
            ))
            .await["payments"]
            .take();
        assert_eq!(
            before["edges"][0]["node"]["orderId"], expected[0],
            "{order}"
        );
        assert_eq!(
            before["pageInfo"],
            json!({ "hasNextPage": true, "hasPreviousPage": false })
        );
        for other in ["BEGAN_AT_DESC", "BEGAN_AT_ASC", "AMOUNT_DESC", "AMOUNT_ASC"] {
            let query =
                format!("{{ payments(orderBy: {other}, after: {cursor}) {{ totalCount }} }}");
            if other != order {
                assert_eq!(
                    shop.refusal(&query).await,
                    "BAD_USER_INPUT",
                    "{order} {other}"
                );
            }
        }
        let filtered = format!(
            r#"{by}, filter: {{status: [DONE], method: [CARD], mId: ["tdemoshop01"], amount: {{to: "20000", currency: "KRW"}}}}"#
        );
        let without: Vec<&str> = expected
            .into_iter()
            .filter(|order| *order != "findxme-0002")
            .collect();
        assert_eq!(found(&shop, &filtered).await.0, without, "{order}");
    }
    // A count is not free: eighty of them are more than a document may cost.
    let counts: Vec<String> = (0..90)
        .map(|number| format!("c{number}: totalCount"))
        .collect();
    let query = format!("{{ payments(first: 1) {{ {} }} }}", counts.join(" "));
    assert_eq!(shop.refusal(&query).await, "TOO_COMPLEX");
}

async fn requests_lead_to_their_payment_and_say_who_may_approve(shop: Shop) {
    let console = shop.sim.console();
    for number in 1..=3 {
        let key = console.pay(NewPayment::card(format!("order-{number}"), 10_000));
        let input = json!({ "paymentKey": key, "idempotencyKey": format!("finding-{number}"), "reason": "r" });
        let answer = shop
            .post(&shop.admin, CANCEL, json!({ "input": input }))
            .await;
        assert_eq!(
            data(answer)["cancelPayment"]["request"]["status"],
            "SUCCEEDED"
        );
    }
    let page = async |arguments: &str| {
        let query = format!(
            "{{ cancelRequests({arguments}) {{ totalCount nodes {{ payment {{ orderId }} viewerCanApprove }}
             edges {{ cursor }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"
        );
        data(shop.post(&shop.admin, &query, Value::Null).await)["cancelRequests"].take()
    };
    let all = page("first: 2").await;
    let of_order = |page: &Value, place: usize| page["nodes"][place]["payment"]["orderId"].clone();
    assert_eq!(
        (of_order(&all, 0), &all["totalCount"]),
        (json!("order-3"), &json!(3))
    );
    assert_eq!(all["nodes"][0]["viewerCanApprove"], false);
    assert_eq!(all["pageInfo"]["hasNextPage"], true);
    let cursor = &all["edges"][1]["cursor"];
    let older = page(&format!("after: {cursor}")).await;
    assert_eq!(of_order(&older, 0), "order-1");
    let newer = page(&format!("last: 2, before: {cursor}")).await;
    assert_eq!(
        (of_order(&newer, 0), &newer["pageInfo"]["hasPreviousPage"]),
        (json!("order-3"), &json!(false))
    );
    let oldest = page("last: 1").await;
    assert_eq!(
        (of_order(&oldest, 0), &oldest["pageInfo"]["hasPreviousPage"]),
        (json!("order-1"), &json!(true))
    );
    for (day, expected) in [("2026-03-20", 3), ("2026-03-19", 0), ("2026-03-21", 0)] {
        let on = page(&format!(
            r#"filter: {{requestedAt: {{from: "{day}", to: "{day}"}}}}"#
        ))
        .await;
        assert_eq!(on["totalCount"], expected, "{day}");
    }
    assert_eq!(page(r#"filter: {mId: ["other"]}"#).await["totalCount"], 0);

    let entries = "{ cancelRequests(first: 1) { nodes { auditEntries { action subject } id } } }";
    let told = data(shop.post(&shop.admin, entries, Value::Null).await);
    let request = &told["cancelRequests"]["nodes"][0];
    let actions: Vec<&Value> = request["auditEntries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["action"])
        .collect();
    assert_eq!(
        actions,
        ["CANCEL_REQUESTED", "CANCEL_SENT", "CANCEL_SUCCEEDED"]
    );
    assert_eq!(
        code(&shop.post(&shop.viewer, entries, Value::Null).await),
        "FORBIDDEN"
    );
    let banks = shop.ask("{ banks { code nameKo nameEn } }").await["banks"].take();
    let toss = json!({ "code": "92", "nameKo": "토스뱅크", "nameEn": "Toss Bank" });
    assert!(banks.as_array().unwrap().contains(&toss));
}

async fn discrepancies_are_ordered_and_found_by_their_size(Month(shop): Month) {
    let list = async |arguments: &str| {
        let query = format!(
            "{{ discrepancies({arguments}) {{ totalCount edges {{ cursor node {{ id paymentKey delta {{ amount currency }} }} }} }} }}"
        );
        shop.ask(&query).await["discrepancies"].take()
    };
    let ids = |page: &Value| -> Vec<Value> {
        let edges = page["edges"].as_array().unwrap();
        edges
            .iter()
            .map(|edge| edge["node"]["id"].clone())
            .collect()
    };
    let newest = list("first: 200").await;
    let oldest = list("orderBy: OLDEST, first: 200").await;
    let reversed: Vec<Value> = ids(&oldest).into_iter().rev().collect();
    assert_eq!(ids(&newest), reversed);
    assert_eq!(newest["totalCount"], ids(&newest).len());

    let largest = list("orderBy: LARGEST_DELTA, first: 200").await;
    assert_eq!(ids(&largest).len(), ids(&newest).len());
    let size = |edge: &Value| -> Option<(String, f64)> {
        let delta = edge["node"]["delta"].as_object()?;
        let amount: f64 = delta["amount"].as_str()?.parse().ok()?;
        Some((delta["currency"].as_str()?.to_owned(), amount.abs()))
    };
    let sizes: Vec<_> = largest["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(size)
        .collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    assert!(sizes.first().unwrap().is_some() && sizes.last().unwrap().is_none());
    let mut walked = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = list(&format!("orderBy: LARGEST_DELTA, first: 7, after: {after}")).await;
        walked.extend(ids(&page));
        match page["edges"].as_array().unwrap().last() {
            Some(edge) => after = edge["cursor"].clone(),
            None => break,
        }
    }
    assert_eq!(walked, ids(&largest));
    let query = format!("{{ discrepancies(orderBy: NEWEST, after: {after}) {{ totalCount }} }}");
    assert_eq!(shop.refusal(&query).await, "BAD_USER_INPUT");

    let key = &newest["edges"][0]["node"]["paymentKey"];
    let of_payment = list(&format!("filter: {{paymentKey: {key}}}")).await;
    assert!(ids(&of_payment).contains(&ids(&newest)[0]));
    let of_payment = list(&format!(
        "orderBy: LARGEST_DELTA, filter: {{paymentKey: {key}}}"
    ))
    .await;
    assert!(ids(&of_payment).contains(&ids(&newest)[0]));
    assert_eq!(
        list(r#"filter: {paymentKey: "none"}"#).await["totalCount"],
        0
    );
    let of_size = |range: &str| format!(r#"filter: {{minDelta: {{{range}, currency: "KRW"}}}}"#);
    let won = |least: f64| {
        sizes
            .iter()
            .flatten()
            .filter(|(currency, size)| currency == "KRW" && *size >= least)
            .count()
    };
    assert_eq!(
        list(&of_size(r#"from: "1000""#)).await["totalCount"],
        won(1_000.0)
    );
    assert_eq!(
        list(&of_size(r#"from: "1", to: "0""#).replace(r#"to: "0""#, r#"to: "1""#)).await["totalCount"],
        won(1.0) - won(2.0)
    );
}
