//! What an answer costs: how many questions Toss is asked, at once or one after the other, and for whom.

use std::time::{Duration, Instant};

use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::support::{Shop, on_both_databases};

on_both_databases!(
    a_virtual_account_with_three_events_costs_no_more_than_one_question_for_each_part,
    questions_that_do_not_depend_on_each_other_are_asked_at_once,
    a_client_that_hangs_up_does_not_stop_the_reading_for_another,
    payments_of_one_day_share_its_settlements,
);

async fn a_virtual_account_with_three_events_costs_no_more_than_one_question_for_each_part(
    shop: Shop,
) {
    let console = shop.sim.console();
    let at = |text: &str| crate::support::instant(&format!("2026-03-{text}+09:00"));
    console.pay(NewPayment::virtual_account("order-va", 30_000).at(at("03T10:00:00")));
    console
        .deposit("order-va", Some(at("04T10:00:00")))
        .unwrap();
    console
        .cancel(
            "order-va",
            &toss_sim::CancelByHand::everything("취소").at(at("06T10:00:00")),
        )
        .unwrap();
    let payment = shop
        .payment("order-va", "history { status } settlements { soldDate }")
        .await;
    assert_eq!(payment["history"].as_array().unwrap().len(), 3);
    let days = payment["settlements"].as_array().unwrap().len();
    assert_eq!(days, 2);
    // One for the payment, its life in one piece or its three events, each day, and one to spare.
    assert!(shop.calls().len() <= 1 + 3 + days + 1, "{:?}", shop.calls());
}

async fn questions_that_do_not_depend_on_each_other_are_asked_at_once(shop: Shop) {
    const EACH: Duration = Duration::from_millis(500);
    shop.play("partial_cancels", "2026-03-03");
    for endpoint in [Endpoint::Transactions, Endpoint::Settlements] {
        shop.always(endpoint, FaultKind::Slow(EACH));
    }
    let began = Instant::now();
    shop.payment("order-partial-cancels", "history { id } settlements { id }")
        .await;
    let took = began.elapsed();
    let lists = shop.calls_of(Endpoint::Transactions) + shop.calls_of(Endpoint::Settlements);
    assert_eq!(lists, 6);
    let in_turn = EACH * u32::try_from(lists).unwrap();
    assert!(
        took >= EACH && took < in_turn / 2,
        "{took:?} of {in_turn:?}"
    );
}

async fn a_client_that_hangs_up_does_not_stop_the_reading_for_another(shop: Shop) {
    shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    let slow = FaultKind::Slow(Duration::from_millis(700));
    shop.sim
        .faults()
        .add(Fault::next(Endpoint::PaymentByOrder, slow));
    let impatient = shop.payment("order-1", "orderId");
    tokio::select! {
        _ = impatient => panic!("the answer cannot be there before Toss is asked"),
        () = shop.until_called(Endpoint::PaymentByOrder, 1) => {}
    }
    let payment = shop.payment("order-1", "orderId stale").await;
    assert_eq!(
        payment,
        serde_json::json!({ "orderId": "order-1", "stale": false })
    );
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 1);
}

async fn payments_of_one_day_share_its_settlements(shop: Shop) {
    let at = crate::support::instant("2026-03-10T10:00:00+09:00");
    for order in ["order-a", "order-b"] {
        shop.sim
            .console()
            .pay(NewPayment::card(order, 10_000).at(at));
    }
    for order in ["order-a", "order-b"] {
        let query =
            format!(r#"{{ payment(by: {{orderId: "{order}"}}) {{ settlements {{ orderId }} }} }}"#);
        let payment = &shop.ask(&query).await["payment"];
        assert_eq!(payment["settlements"][0]["orderId"], order, "{payment:#}");
    }
    assert_eq!(
        shop.calls_of(Endpoint::Settlements),
        1,
        "{:?}",
        shop.calls()
    );
}
