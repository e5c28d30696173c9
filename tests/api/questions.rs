//! What an answer costs: how many questions Toss is asked, at once or one after the other, and for whom.

use std::time::Duration;

use serde_json::json;
use toss_sim::{
    Amount, CancelByHand, Endpoint, Fault, FaultKind, NewPayment, TransactionChange,
    TransactionTrouble,
};

use crate::support::{Shop, on_both_databases, until};

on_both_databases!(
    a_virtual_account_with_three_events_costs_no_more_than_one_question_for_each_part,
    questions_that_do_not_depend_on_each_other_are_asked_at_once,
    a_client_that_hangs_up_does_not_stop_the_reading_for_another,
    a_question_about_now_does_not_join_one_that_was_asked_before,
    payments_of_one_day_share_its_settlements,
    an_event_that_the_list_has_not_shown_has_today_read_behind_the_answer,
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
    // Long enough for all of them to have left, however busy the machine is.
    const EACH: Duration = Duration::from_secs(1);
    shop.play("partial_cancels", "2026-03-03");
    let lists = [Endpoint::Transactions, Endpoint::Settlements];
    for endpoint in lists {
        shop.always(endpoint, FaultKind::Slow(EACH));
    }
    let answered = shop.payment("order-partial-cancels", "history { id } settlements { id }");
    let three_wait = until(async || {
        let requests = shop.sim.requests();
        let waiting = requests
            .iter()
            .filter(|request| lists.contains(&request.endpoint) && request.status.is_none());
        (waiting.count() >= 3).then_some(())
    });
    tokio::join!(answered, three_wait);
    let asked: usize = lists.map(|list| shop.calls_of(list)).iter().sum();
    assert_eq!(asked, 6);
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
    let query = r#"{ payment(by: {orderId: "order-1"}, maxAgeSeconds: 30) { orderId stale } }"#;
    let payment = &shop.ask(query).await["payment"];
    assert_eq!(payment, &json!({ "orderId": "order-1", "stale": false }));
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 1);
}

async fn a_question_about_now_does_not_join_one_that_was_asked_before(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    shop.always(
        Endpoint::PaymentByOrder,
        FaultKind::Slow(Duration::from_millis(300)),
    );
    let balance = "balanceAmount { amount }";
    let before = shop.payment("order-1", balance);
    let after = async {
        shop.until_called(Endpoint::PaymentByOrder, 1).await;
        let part = CancelByHand::part(Amount::won(400), "by hand");
        shop.sim.console().cancel(&key, &part).unwrap();
        // Three at once share the next question.
        let asked = (0..3).map(|_| shop.payment("order-1", balance));
        futures_util::future::join_all(asked).await
    };
    let (_, after) = tokio::join!(before, after);
    let left = json!({ "balanceAmount": { "amount": "600" } });
    assert!(after.iter().all(|payment| payment == &left), "{after:?}");
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 2);
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

async fn an_event_that_the_list_has_not_shown_has_today_read_behind_the_answer(shop: Shop) {
    shop.mirror(("2026-03-19", "2026-03-20")).await;
    shop.pass(chrono::Duration::minutes(1));
    shop.sim.console().pay(NewPayment::card("order-1", 1_000));
    shop.sim.faults().transaction(TransactionTrouble {
        order_id: "order-1".into(),
        change: TransactionChange::Hidden,
    });
    shop.sim.clear_requests();
    let payment = shop.payment("order-1", "stale paidAmount { amount }").await;
    let said = json!({ "stale": false, "paidAmount": { "amount": "1000" } });
    assert_eq!(payment, said);
    let of_the_whole_day = || {
        let calls = shop.sim.requests().into_iter();
        let whole = Some("2026-03-20T00:00:00");
        calls
            .filter(|call| call.endpoint == Endpoint::Transactions)
            .filter(|call| call.query_value("startDate") == whole)
            .count()
    };
    until(async || (of_the_whole_day() == 1).then_some(())).await;
}
