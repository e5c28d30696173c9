//! The mark at the end of a reason: it proves a cancel ours when nothing else does, and nobody is shown it.

use reconciliation::CancelPolicy;
use serde_json::{Value, json};
use toss_sim::{Amount, CancelByHand, Endpoint, Fault, FaultKind};

use crate::shop::{As, Shop, on_both_databases, told, won};

on_both_databases!(
    toss_is_told_the_mark_and_nobody_else,
    a_reason_must_leave_room_for_the_mark,
    a_lost_answer_is_proved_by_the_mark_when_toss_has_forgotten_the_key,
    somebody_elses_cancel_of_the_same_amount_has_no_mark_and_is_not_taken_for_ours,
    a_copied_mark_proves_nothing,
);

fn marking() -> CancelPolicy {
    CancelPolicy {
        marks_reasons: true,
        ..CancelPolicy::default()
    }
}

async fn cancels(shop: &Shop, payment: &str) -> Value {
    let query = "query ($key: String!) { payment(by: { paymentKey: $key }, maxAgeSeconds: 0) \
         { cancels { reason origin request { id reason } } } }";
    let asked = shop.ask(As::Viewer, query, json!({ "key": payment })).await;
    asked["payment"]["cancels"].clone()
}

fn reasons(shop: &Shop, payment: &str) -> Vec<String> {
    let executed = shop.sim.executed_cancels(payment);
    executed.into_iter().map(|cancel| cancel.reason).collect()
}

fn three_thousand() -> Value {
    json!({ "amount": won(3_000) })
}

async fn toss_is_told_the_mark_and_nobody_else(mut shop: Shop) {
    let payment = shop.card(10_000);
    let plain = json!({ "amount": won(1_000), "reason": "no mark" });
    shop.cancel(As::Kim, &payment, "key-plain", plain).await;
    shop.restart_under(marking()).await;
    let marked = json!({ "amount": won(1_000), "reason": "고객 변심" });
    let done = shop.cancel(As::Kim, &payment, "key-marked", marked).await;
    assert_eq!(done["request"]["status"], "SUCCEEDED");
    let told = reasons(&shop, &payment);
    assert_eq!(told[0], "no mark");
    assert!(told[1].starts_with("고객 변심 [CR:"), "{told:?}");
    assert_eq!(told[1].chars().count(), "고객 변심".chars().count() + 14);
    let shown = cancels(&shop, &payment).await;
    let of = |place: usize| {
        let cancel = &shown[place];
        (
            &cancel["reason"],
            &cancel["request"]["reason"],
            &cancel["origin"],
        )
    };
    let (plain, marked, ours) = (json!("no mark"), json!("고객 변심"), json!("OURS"));
    assert_eq!(of(0), (&plain, &plain, &ours));
    assert_eq!(of(1), (&marked, &marked, &ours));
}

async fn a_reason_must_leave_room_for_the_mark(mut shop: Shop) {
    let payment = shop.card(10_000);
    let reason = |length| json!({ "amount": won(1_000), "reason": "가".repeat(length) });
    let before = shop
        .cancel(As::Kim, &payment, "key-before", reason(200))
        .await;
    assert_eq!(before["request"]["status"], "SUCCEEDED");
    shop.restart_under(marking()).await;
    for dry_run in [true, false] {
        let refused = shop
            .cancel_or_try(As::Kim, &payment, "key-long", reason(187), dry_run)
            .await;
        assert_eq!(
            refused["error"],
            json!({ "code": "INVALID_INPUT", "advice": "FIX_INPUT", "field": "reason" })
        );
    }
    let fits = shop
        .cancel(As::Kim, &payment, "key-fits", reason(186))
        .await;
    assert_eq!(fits["request"]["status"], "SUCCEEDED");
    let told = reasons(&shop, &payment);
    assert_eq!(told.last().unwrap().chars().count(), 200);
    // What was asked for before the mark came still has its answer.
    let again = shop
        .cancel(As::Kim, &payment, "key-before", reason(200))
        .await;
    assert_eq!(again["request"]["id"], before["request"]["id"]);
}

async fn a_lost_answer_is_proved_by_the_mark_when_toss_has_forgotten_the_key(mut shop: Shop) {
    shop.restart_under(marking()).await;
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let lost = shop
        .cancel(As::Kim, &payment, "key-lost", three_thousand())
        .await;
    assert_eq!(told(&lost), ("UNKNOWN", "OUTCOME_UNKNOWN", "WAIT"));
    shop.sim.faults().forget_idempotency_keys();
    let ended = shop.becomes(&lost["request"], "SUCCEEDED").await;
    let executed = shop.executed(&payment);
    assert_eq!(executed.len(), 1);
    assert_eq!(ended["transactionKey"], json!(executed[0]));
    assert_eq!(shop.sendings(&payment), 1, "the mark made asking needless");
}

async fn somebody_elses_cancel_of_the_same_amount_has_no_mark_and_is_not_taken_for_ours(
    mut shop: Shop,
) {
    shop.restart_under(marking()).await;
    let payment = shop.card(10_000);
    shop.next_cancels(1, FaultKind::Drop);
    let lost = shop
        .cancel(As::Kim, &payment, "key-lost", three_thousand())
        .await;
    let by_hand = CancelByHand::part(Amount::won(3_000), "test");
    shop.sim.console().cancel(&payment, &by_hand).unwrap();
    let ended = shop.becomes(&lost["request"], "REJECTED").await;
    assert_eq!(ended["transactionKey"], Value::Null);
    assert_eq!(ended["error"]["code"], "NOT_MATCHES_REFUNDABLE_AMOUNT");
    assert_eq!(cancels(&shop, &payment).await[0]["origin"], "ELSEWHERE");
}

async fn a_copied_mark_proves_nothing(mut shop: Shop) {
    shop.restart_under(marking()).await;
    let payment = shop.card(10_000);
    // The payment is known, so the cancel reads it once; until the copy is there, nothing more is to be learnt.
    cancels(&shop, &payment).await;
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    shop.next_cancels(1_000, FaultKind::Status(503));
    let silence = Fault::next(Endpoint::Payment, FaultKind::Status(500));
    shop.sim.faults().add(silence.after(1).times(1_000));
    let lost = shop
        .cancel(As::Kim, &payment, "key-lost", three_thousand())
        .await;
    assert_eq!(lost["request"]["status"], "UNKNOWN");
    let copied = reasons(&shop, &payment).remove(0);
    let by_hand = CancelByHand::part(Amount::won(3_000), copied);
    shop.sim.console().cancel(&payment, &by_hand).unwrap();
    shop.sim.faults().forget_idempotency_keys();
    shop.sim.faults().clear();
    shop.becomes(&lost["request"], "NEEDS_OPERATOR").await;
    let shown = cancels(&shop, &payment).await;
    for cancel in shown.as_array().unwrap() {
        assert_eq!(cancel["origin"], "UNCERTAIN");
        assert_eq!(cancel["reason"], "test");
    }
}
