//! What is called stale although Toss answers: a reading that claims to be younger than the one just made, and one that a
//! listed row contradicts.

use chrono::TimeDelta;
use serde_json::{Value, json};
use toss_sim::{Amount, CancelByHand, Endpoint, Fault, FaultKind, NewPayment};

use crate::support::{Shop, on_both_databases};

on_both_databases!(
    a_reading_by_a_clock_that_was_ahead_is_stale_until_it_is_replaced,
    a_payment_is_stale_from_when_a_row_is_listed_that_it_does_not_tell_of_until_it_is_read_again,
    a_payment_that_tells_of_every_listed_row_is_not_stale,
);

const ORDER: &str = "order-1";
const TODAY: (&str, &str) = ("2026-03-20", "2026-03-20");
const ANSWER: &str = "stale balanceAmount { amount } effectiveRefund { amount }";

fn answer(stale: bool, balance: &str, refund: &str) -> Value {
    json!({
        "stale": stale,
        "balanceAmount": { "amount": balance },
        "effectiveRefund": { "amount": refund },
    })
}

fn refund(shop: &Shop, key: &str, won: i64) {
    let part = CancelByHand::part(Amount::won(won), "by hand");
    shop.sim.console().cancel(key, &part).unwrap();
}

/// As it is answered out of the store, if it was read half a minute ago at most.
async fn as_kept(shop: &Shop) -> Value {
    let query =
        format!(r#"{{ payment(by: {{orderId: "{ORDER}"}}, maxAgeSeconds: 30) {{ {ANSWER} }} }}"#);
    shop.ask(&query).await["payment"].clone()
}

async fn a_reading_by_a_clock_that_was_ahead_is_stale_until_it_is_replaced(shop: Shop) {
    let key = shop.sim.console().pay(NewPayment::card(ORDER, 20_000));
    // After the longer one, no row is young enough to mark the payment by itself.
    let mut balance = 20_000;
    for ahead in [TimeDelta::seconds(5), TimeDelta::hours(1)] {
        shop.pass(ahead);
        let before = shop.payment(ORDER, "stale").await;
        assert_eq!(before, json!({ "stale": false }));
        shop.pass(-ahead + TimeDelta::seconds(1));
        refund(&shop, &key, 5_000);
        shop.pass(TimeDelta::seconds(1));
        let refunded = (25_000 - balance).to_string();
        let during = shop.payment(ORDER, ANSWER).await;
        assert_eq!(during, answer(true, &balance.to_string(), &refunded));
        balance -= 5_000;
        shop.pass(ahead);
        let after = shop.payment(ORDER, ANSWER).await;
        assert_eq!(after, answer(false, &balance.to_string(), &refunded));
    }
}

async fn a_payment_is_stale_from_when_a_row_is_listed_that_it_does_not_tell_of_until_it_is_read_again(
    shop: Shop,
) {
    let key = shop.sim.console().pay(NewPayment::card(ORDER, 20_000));
    shop.pass(TimeDelta::seconds(5));
    assert_eq!(as_kept(&shop).await, answer(false, "20000", "0"));
    shop.pass(TimeDelta::seconds(5));
    refund(&shop, &key, 5_000);
    shop.mirror(TODAY).await;
    let calls = shop.calls().len();
    assert_eq!(as_kept(&shop).await, answer(true, "20000", "5000"));
    let listed = "{ payments(first: 5) { nodes { stale } } }";
    let listed = shop.ask(listed).await;
    assert_eq!(listed["payments"]["nodes"], json!([{ "stale": true }]));
    assert_eq!(shop.calls().len(), calls, "Toss is not asked");
    shop.pass(TimeDelta::seconds(5));
    // By the clocks it began after the row, and it has not seen it: clocks differ.
    let before = Fault::next(Endpoint::PaymentByOrder, FaultKind::Stale);
    shop.sim.faults().add(before);
    let unchanged = shop.payment(ORDER, ANSWER).await;
    assert_eq!(unchanged, answer(true, "20000", "5000"));
    let read = shop.payment(ORDER, ANSWER).await;
    assert_eq!(read, answer(false, "15000", "5000"));
    assert_eq!(as_kept(&shop).await, read);
}

async fn a_payment_that_tells_of_every_listed_row_is_not_stale(shop: Shop) {
    let console = shop.sim.console();
    let key = console.pay(NewPayment::card(ORDER, 20_000));
    shop.pass(TimeDelta::seconds(1));
    as_kept(&shop).await;
    shop.mirror(TODAY).await;
    assert_eq!(as_kept(&shop).await, answer(false, "20000", "0"));
    refund(&shop, &key, 5_000);
    shop.pass(TimeDelta::seconds(1));
    let read = shop.payment(ORDER, ANSWER).await;
    // Another payment changes the day, which is written again.
    console.pay(NewPayment::card("order-2", 1_000));
    shop.mirror(TODAY).await;
    assert_eq!(as_kept(&shop).await, read);
    assert_eq!(read, answer(false, "15000", "5000"));
    assert_eq!(shop.calls_of(Endpoint::PaymentByOrder), 2);
}
