//! Which settlement rows belong to a payment, how surely, and when they appear.

use chrono::Duration;
use serde_json::{Value, json};
use toss_sim::{
    Amount, CancelByHand, Contract, Endpoint, Merchant, NewPayment, Onset, SettledEvent,
    SettlementChange, SettlementCycle, SettlementTrouble,
};

use crate::support::{Choices, Engine, MERCHANT, SECRET_KEY, Shop, instant, on_both_databases};

on_both_databases!(
    a_row_without_keys_and_with_a_prefixed_order_matches_weakly,
    a_cancel_that_is_settled_twice_shows_both_rows,
    rows_are_found_by_how_surely_they_match,
    a_second_mid_on_a_page_is_filed_under_its_own_name,
    a_settlement_row_appears_on_the_next_day_of_seoul,
    a_settlement_row_that_toss_lists_late_appears_when_it_is_listed,
    a_row_that_toss_restates_replaces_the_one_before,
    a_payout_that_is_moved_shows_its_new_day,
    rows_of_other_payments_of_the_same_day_stay_out,
    while_the_cycle_is_unknown_rows_are_found_wherever_they_may_stand,
    a_sold_date_that_is_never_read_again_is_asked_for_once,
);

const ROWS: &str = "mId settlements {
    id kind paymentKey transactionKey orderId amount { amount } fee { amount } payOutAmount { amount }
    soldDate paidOutDate match versions { fee { amount } seenFrom seenUntil } }";

fn rows(payment: &Value) -> &Vec<Value> {
    payment["settlements"].as_array().unwrap()
}

async fn a_row_without_keys_and_with_a_prefixed_order_matches_weakly(shop: Shop) {
    shop.play("degraded_rows", "2026-03-10");
    let payment = shop.payment("order-degraded", ROWS).await;
    let [row] = rows(&payment).as_slice() else {
        panic!("one row: {payment:#}");
    };
    assert_eq!(row["match"], "WEAK");
    assert_eq!(
        (&row["paymentKey"], &row["transactionKey"]),
        (&Value::Null, &Value::Null)
    );
    let order = row["orderId"].as_str().unwrap();
    assert!(order.ends_with("_order-degraded"), "{order}");
    assert_eq!(row["amount"]["amount"], "1600");
}

async fn a_cancel_that_is_settled_twice_shows_both_rows(shop: Shop) {
    shop.play("settlement_duplicated", "2026-03-03");
    let payment = shop.payment("order-settled-twice", ROWS).await;
    let cancels: Vec<&Value> = rows(&payment)
        .iter()
        .filter(|row| row["kind"] == "CANCEL")
        .collect();
    let [first, second] = cancels.as_slice() else {
        panic!("two rows: {payment:#}");
    };
    assert_ne!(first["id"], second["id"]);
    assert_eq!(first["transactionKey"], second["transactionKey"]);
    assert_eq!(
        (&first["match"], &second["match"]),
        (&json!("EXACT"), &json!("EXACT"))
    );
    for row in [first, second] {
        let query = format!(
            "{{ node(id: {}) {{ id ... on Settlement {{ transactionKey }} }} }}",
            row["id"]
        );
        assert_eq!(shop.ask(&query).await["node"]["id"], row["id"]);
    }
}

async fn rows_are_found_by_how_surely_they_match(shop: Shop) {
    for story in [
        "degraded_rows",
        "settlement_orphan",
        "settlement_duplicated",
    ] {
        shop.play(story, "2026-03-10");
    }
    for order in ["order-degraded", "order-settled-twice"] {
        shop.payment(order, ROWS).await;
    }
    let ids = async |filter: &str| -> Vec<Value> {
        let query = format!(
            "{{ settlements(filter: {{ {filter} }}, first: 100) {{ nodes {{ id match }} totalCount }} }}"
        );
        let list = shop.ask(&query).await["settlements"].clone();
        let nodes = list["nodes"].as_array().unwrap().clone();
        assert_eq!(list["totalCount"], nodes.len(), "{filter}");
        nodes
    };
    let all = ids("").await;
    let with = |wanted: &[&str]| -> Vec<Value> {
        let is_wanted = |row: &&Value| wanted.iter().any(|word| row["match"] == *word);
        all.iter().filter(is_wanted).cloned().collect()
    };
    for strength in ["EXACT", "WEAK", "NONE"] {
        assert!(
            !with(&[strength]).is_empty(),
            "no row that matches {strength}"
        );
    }
    for wanted in [
        &["EXACT"][..],
        &["WEAK"],
        &["NONE"],
        &["AMBIGUOUS"],
        &["WEAK", "NONE", "NONE"],
        &["EXACT", "NONE"],
        &["EXACT", "WEAK", "AMBIGUOUS", "NONE"],
        &[],
    ] {
        let filter = format!("match: [{}]", wanted.join(", "));
        assert_eq!(ids(&filter).await, with(wanted), "{filter}");
    }
    let of_order = |word: &str| format!(r#"match: [{word}], orderId: "order-degraded""#);
    assert_eq!(ids(&of_order("WEAK")).await, with(&["WEAK"]));
    assert_eq!(ids(&of_order("EXACT")).await, Vec::<Value>::new());
    let paid_out = r#"match: [WEAK], paidOutDate: { from: "2026-03-01", to: "2026-04-30" }"#;
    assert_eq!(ids(paid_out).await, with(&["WEAK"]));
    let too_early = r#"match: [WEAK], soldDate: { from: "2026-02-01", to: "2026-02-28" }"#;
    assert_eq!(ids(too_early).await, Vec::<Value>::new());
}

async fn a_second_mid_on_a_page_is_filed_under_its_own_name(shop: Shop) {
    shop.play("two_mids", "2026-03-03");
    let payment = shop.payment("order-mid2-03", ROWS).await;
    assert_ne!(payment["mId"], crate::support::MERCHANT);
    let [row] = rows(&payment).as_slice() else {
        panic!("one row: {payment:#}");
    };
    assert_eq!(row["match"], "EXACT");
}

async fn a_settlement_row_appears_on_the_next_day_of_seoul(shop: Shop) {
    shop.sim.console().pay(NewPayment::card("order-1", 10_000));
    assert_eq!(
        shop.payment("order-1", ROWS).await["settlements"],
        json!([])
    );
    shop.pass(Duration::hours(11));
    assert_eq!(
        shop.payment("order-1", ROWS).await["settlements"],
        json!([])
    );
    shop.pass(Duration::hours(2));
    let payment = shop.payment("order-1", ROWS).await;
    assert_eq!(rows(&payment).len(), 1);
    assert_eq!(rows(&payment)[0]["soldDate"], "2026-03-20");
}

async fn a_settlement_row_that_toss_lists_late_appears_when_it_is_listed(shop: Shop) {
    shop.sim
        .console()
        .pay(NewPayment::card("order-late", 10_000));
    shop.sim.faults().settlement(SettlementTrouble {
        order_id: "order-late".into(),
        event: SettledEvent::Approval,
        change: SettlementChange::Late(2),
        onset: Onset::Always,
    });
    shop.pass(Duration::hours(13));
    assert_eq!(
        shop.payment("order-late", ROWS).await["settlements"],
        json!([])
    );
    shop.pass(Duration::days(2));
    assert_eq!(rows(&shop.payment("order-late", ROWS).await).len(), 1);
}

async fn a_row_that_toss_restates_replaces_the_one_before(shop: Shop) {
    shop.play("settlement_restated", "2026-03-10");
    let before = shop.payment("order-restated", ROWS).await;
    shop.pass(Duration::minutes(1));
    let after = shop.payment("order-restated", ROWS).await;
    let fee = |payment: &Value| -> i64 {
        assert_eq!(rows(payment).len(), 1, "{payment:#}");
        rows(payment)[0]["fee"]["amount"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert_eq!(fee(&after) - fee(&before), 100);
    assert_eq!(rows(&before)[0]["versions"], json!([]));
    let [version] = rows(&after)[0]["versions"].as_array().unwrap().as_slice() else {
        panic!("one version: {after:#}");
    };
    assert_eq!(version["fee"], rows(&before)[0]["fee"]);
    assert!(
        version["seenFrom"].as_str() < version["seenUntil"].as_str(),
        "{version}"
    );
    // A row on its own has them too.
    let query = r"{ settlements(first: 10) { nodes { orderId versions { fee { amount } seenFrom seenUntil } } } }";
    let listed = shop.ask(query).await;
    let nodes = listed["settlements"]["nodes"].as_array().unwrap();
    for node in nodes {
        let is_restated = node["orderId"] == "order-restated";
        let expected = if is_restated {
            json!([version])
        } else {
            json!([])
        };
        assert_eq!(node["versions"], expected, "{node}");
    }
    assert!(nodes.iter().any(|node| node["versions"] != json!([])));
}

async fn a_payout_that_is_moved_shows_its_new_day(shop: Shop) {
    shop.play("payout_date_changed", "2026-03-10");
    let before = shop.payment("order-payout-moved", ROWS).await;
    shop.pass(Duration::minutes(1));
    let after = shop.payment("order-payout-moved", ROWS).await;
    let paid_out = |payment: &Value| -> chrono::NaiveDate {
        assert_eq!(rows(payment).len(), 1, "{payment:#}");
        let day = rows(payment)[0]["paidOutDate"].as_str().unwrap();
        day.parse().unwrap()
    };
    assert_eq!(paid_out(&after) - paid_out(&before), Duration::days(7));
}

async fn rows_of_other_payments_of_the_same_day_stay_out(shop: Shop) {
    let console = shop.sim.console();
    let at = crate::support::instant("2026-03-10T10:00:00+09:00");
    for order in ["order-a", "order-b"] {
        console.pay(NewPayment::card(order, 10_000).at(at));
    }
    let later = at + Duration::hours(1);
    console
        .cancel("order-b", &CancelByHand::everything("취소").at(later))
        .unwrap();
    let payment = shop.payment("order-a", ROWS).await;
    let orders: Vec<&Value> = rows(&payment).iter().map(|row| &row["orderId"]).collect();
    assert_eq!(orders, ["order-a"]);
    assert_eq!(rows(&shop.payment("order-b", ROWS).await).len(), 2);
}

async fn while_the_cycle_is_unknown_rows_are_found_wherever_they_may_stand(engine: Engine) {
    let weekly = Merchant::live(MERCHANT, SECRET_KEY).settled(Contract {
        cycle: SettlementCycle::Weekly,
        ..Contract::default()
    });
    let choices = Choices {
        merchants: vec![(weekly, SECRET_KEY)],
        cycle: None,
        ..Choices::default()
    };
    let shop = Shop::open_with(engine, choices).await;
    let console = shop.sim.console();
    let at = |text: &str| instant(&format!("2026-03-{text}T10:00:00+09:00"));
    let key = console.pay(NewPayment::card("order-1", 10_000).at(at("04")));
    let part = CancelByHand::part(Amount::won(4_000), "by hand").at(at("10"));
    console.cancel(&key, &part).unwrap();
    let payment = shop.payment("order-1", ROWS).await;
    let sold: Vec<&Value> = rows(&payment).iter().map(|row| &row["soldDate"]).collect();
    assert_eq!(sold, ["2026-03-08", "2026-03-15"], "{payment:#}");
    // Both events' days, their weeks' last days and their month's.
    assert_eq!(
        shop.calls_of(Endpoint::Settlements),
        5,
        "{:?}",
        shop.calls()
    );
}

async fn a_sold_date_that_is_never_read_again_is_asked_for_once(shop: Shop) {
    let at = |text: &str| instant(&format!("2026-03-{text}T10:00:00+09:00"));
    let console = shop.sim.console();
    console.pay(NewPayment::card("order-old", 10_000).at(at("06")));
    console.pay(NewPayment::card("order-newer", 10_000).at(at("07")));
    for _ in 0..2 {
        for order in ["order-old", "order-newer"] {
            assert_eq!(rows(&shop.payment(order, ROWS).await).len(), 1);
        }
        shop.pass(Duration::minutes(1));
    }
    let calls = shop.sim.requests();
    let of = |day: &str| {
        let asked = calls.iter().filter(|call| {
            call.endpoint == Endpoint::Settlements && call.query_value("startDate") == Some(day)
        });
        asked.count()
    };
    assert_eq!((of("2026-03-06"), of("2026-03-07")), (1, 2));
}
