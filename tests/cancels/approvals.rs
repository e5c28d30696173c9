//! Cancels above the threshold: nothing is sent before another admin has agreed, and then what was asked for, or nothing.

use chrono::Duration;
use reconciliation::{CancelPolicy, CancelRequestStatus, Currency, Money, PaymentKey};
use serde_json::{Value, json};
use toss_recon::access::Role;
use toss_recon::store::{
    AccountName, CancelRequestChange, CancelRequestId, ContentDigest, Created, Lease,
    NewCancelRequest, SecretBody,
};
use toss_sim::{Amount, CancelByHand, Endpoint, Fault, FaultKind, NewPayment};

use crate::shop::{As, Shop, on_both_databases, told, won};
use crate::token::create_token;

on_both_databases!(
    what_is_above_the_threshold_waits_and_keeps_the_payment,
    another_admins_approval_sends_it_once_and_the_requesters_never,
    an_approval_that_comes_too_late_sends_nothing,
    a_balance_that_has_changed_since_sends_nothing,
    a_restart_between_loses_nothing_and_shows_no_account,
    a_deposit_between_makes_a_void_no_refund,
    what_waits_is_withdrawn_by_the_requester_or_another_admin,
    what_waits_goes_with_the_last_token_of_its_owner,
    what_began_to_wait_after_its_owner_was_revoked_is_not_approved,
    while_its_owner_is_suspended_a_request_goes_on_waiting,
    a_lost_answer_after_an_approval_is_found_out,
    an_approval_while_toss_is_silent_is_for_later,
    a_dry_run_and_a_screen_say_that_approval_is_needed,
);

fn above(threshold: i64) -> CancelPolicy {
    let threshold = Money::from_minor(threshold, Currency::KRW);
    CancelPolicy {
        approval_above: [threshold].into_iter().collect(),
        ..CancelPolicy::default()
    }
}

const WAITS: (&str, &str, &str) = ("AWAITING_APPROVAL", "APPROVAL_REQUIRED", "NEEDS_PERSON");
const ANSWER: &str = "{ request { id status transactionKey requestedBy approvedBy approvedAt expiresAt error { code } } \
     payment { balanceAmount { amount } } error { code advice field } }";

async fn decide(shop: &Shop, who: As, mutation: &str, request: &Value) -> Value {
    let query = format!("mutation ($id: ID!) {{ {mutation}(id: $id) {ANSWER} }}");
    let answer = shop.ask(who, &query, json!({ "id": request["id"] })).await;
    answer[mutation].clone()
}

async fn approve(shop: &Shop, who: As, request: &Value) -> Value {
    decide(shop, who, "approveCancelRequest", request).await
}

async fn withdraw(shop: &Shop, who: As, request: &Value) -> Value {
    decide(shop, who, "withdrawCancelRequest", request).await
}

/// Kim asks for 3,000 of a payment of 10,000 won, which is above the threshold.
async fn waiting(shop: &mut Shop) -> (String, Value) {
    shop.restart_under(above(2_999)).await;
    let payment = shop.card(10_000);
    let input = json!({ "amount": won(3_000) });
    let asked = shop.cancel(As::Kim, &payment, "key-large", input).await;
    assert_eq!(told(&asked), WAITS);
    (payment, asked["request"].clone())
}

async fn what_is_above_the_threshold_waits_and_keeps_the_payment(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    assert_eq!(shop.sendings(&payment), 0);
    let query =
        "query ($id: ID!) { cancelRequest(id: $id) { status approvedBy expiresAt requestedAt } }";
    let asked = shop
        .ask(As::Viewer, query, json!({ "id": request["id"] }))
        .await;
    let shown = &asked["cancelRequest"];
    assert_eq!(shown["approvedBy"], Value::Null);
    let at = |field: &str| crate::shop::at(shown[field].as_str().unwrap());
    let waits = at("expiresAt") - at("requestedAt");
    assert!(waits >= Duration::hours(24) && waits < Duration::hours(25));
    // The same order again gives the same answer, another order for the payment has to wait.
    let input = json!({ "amount": won(3_000) });
    let again = shop.cancel(As::Kim, &payment, "key-large", input).await;
    assert_eq!(told(&again), WAITS);
    assert_eq!(again["request"]["id"], request["id"]);
    let small = json!({ "amount": won(1) });
    let other = shop.cancel(As::Lee, &payment, "key-small", small).await;
    assert_eq!(told(&other), ("none", "CANCEL_IN_FLIGHT", "NEEDS_PERSON"));
    assert_eq!(shop.sendings(&payment), 0);

    let at_threshold = shop.card(10_000);
    let input = json!({ "amount": won(2_999) });
    let sent = shop
        .cancel(As::Kim, &at_threshold, "key-at-it", input)
        .await;
    assert_eq!(sent["request"]["status"], "SUCCEEDED");
    let everything = shop.card(3_000);
    let waits = shop
        .cancel(As::Kim, &everything, "key-all1", json!({}))
        .await;
    assert_eq!(told(&waits), WAITS, "everything is more than the threshold");
}

async fn another_admins_approval_sends_it_once_and_the_requesters_never(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    let own = approve(&shop, As::Kim, &request).await;
    assert_eq!(
        told(&own),
        ("AWAITING_APPROVAL", "OWN_REQUEST", "NEEDS_PERSON")
    );
    let query = format!("mutation ($id: ID!) {{ approveCancelRequest(id: $id) {ANSWER} }}");
    let by_viewer = shop
        .post(As::Viewer, &query, json!({ "id": request["id"] }))
        .await;
    assert_eq!(by_viewer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(shop.sendings(&payment), 0);

    // Lee presses twice.
    let (first, second) = tokio::join!(
        approve(&shop, As::Lee, &request),
        approve(&shop, As::Lee, &request)
    );
    let succeeded = [&first, &second]
        .into_iter()
        .filter(|answer| told(answer) == ("SUCCEEDED", "none", "none"))
        .count();
    assert!(succeeded >= 1, "{first:#} {second:#}");
    let again = approve(&shop, As::Lee, &request).await;
    assert_eq!(told(&again), ("SUCCEEDED", "none", "none"));
    assert_eq!(again["request"]["approvedBy"], "lee");
    assert_eq!(again["request"]["requestedBy"], "kim");
    assert!(again["request"]["approvedAt"].is_string());
    assert_eq!(again["request"]["expiresAt"], Value::Null);
    assert_eq!(again["payment"]["balanceAmount"]["amount"], "7000");
    assert_eq!(
        (shop.sendings(&payment), shop.executed(&payment).len()),
        (1, 1)
    );
    let late = withdraw(&shop, As::Kim, &request).await;
    assert_eq!(late["error"]["code"], "NOT_AWAITING_APPROVAL");

    let query = "{ auditLog(first: 5) { nodes { actor action } } }";
    let log = shop.ask(As::Lee, query, Value::Null).await;
    let steps: Vec<(&str, &str)> = log["auditLog"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            let text = |field: &str| node[field].as_str().unwrap();
            (text("actor"), text("action"))
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("toss-recon", "CANCEL_SUCCEEDED"),
            ("toss-recon", "CANCEL_SENT"),
            ("lee", "CANCEL_APPROVED"),
            ("toss-recon", "CANCEL_AWAITING_APPROVAL"),
            ("kim", "CANCEL_REQUESTED"),
        ]
    );
}

async fn an_approval_that_comes_too_late_sends_nothing(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    shop.sim.clock().advance(Duration::hours(24));
    let late = approve(&shop, As::Lee, &request).await;
    // Recovery may have ended it first.
    let code = late["error"]["code"].as_str().unwrap();
    assert!(
        ["APPROVAL_EXPIRED", "NOT_AWAITING_APPROVAL"].contains(&code),
        "{late:#}"
    );
    assert_eq!(late["request"]["error"]["code"], "APPROVAL_EXPIRED");
    let (second, other) = (shop.card(10_000), json!({ "amount": won(3_000) }));
    let asked = shop.cancel(As::Kim, &second, "key-other", other).await;
    shop.sim.clock().advance(Duration::hours(24));
    let ended = shop.becomes(&asked["request"], "REJECTED").await;
    assert_eq!(ended["error"]["code"], "APPROVAL_EXPIRED");
    assert_eq!(shop.sendings(&payment) + shop.sendings(&second), 0);
    let free = json!({ "amount": won(1) });
    let next = shop.cancel(As::Lee, &second, "key-free", free).await;
    assert_eq!(next["request"]["status"], "SUCCEEDED");
}

async fn a_balance_that_has_changed_since_sends_nothing(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    let by_hand = CancelByHand::part(Amount::won(1), "console");
    shop.sim.console().cancel(&payment, &by_hand).unwrap();
    let approved = approve(&shop, As::Lee, &request).await;
    assert_eq!(
        told(&approved),
        ("REJECTED", "BALANCE_CHANGED", "FIX_INPUT")
    );
    assert_eq!(approved["request"]["approvedBy"], "lee");
    assert_eq!(shop.sendings(&payment), 0);
}

async fn a_restart_between_loses_nothing_and_shows_no_account(mut shop: Shop) {
    shop.restart_under(above(0)).await;
    let payment = shop.pay(NewPayment::virtual_account("order-paid", 5_000));
    shop.sim.console().deposit(&payment, None).unwrap();
    let account =
        json!({ "bank": "88", "accountNumber": "11012345678901", "holderName": "김토스" });
    let input = json!({ "amount": won(2_000), "refundAccount": account });
    let asked = shop.cancel(As::Kim, &payment, "key-account", input).await;
    assert_eq!(told(&asked), WAITS);
    let named = PaymentKey::parse(&payment).unwrap();
    let kept = shop.store.cancel_in_flight(&named).await.unwrap().unwrap();
    let sealed = kept.body.unwrap();
    assert!(!sealed.expose().contains("11012345678901"));

    shop.restart_under(above(0)).await;
    let approved = approve(&shop, As::Lee, &asked["request"]).await;
    assert_eq!(told(&approved), ("SUCCEEDED", "none", "none"));
    let sent = shop
        .sim
        .requests()
        .into_iter()
        .find(|call| call.path.ends_with("/cancel"))
        .unwrap();
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!(body["refundReceiveAccount"], account);
    assert_eq!(
        (&body["cancelAmount"], &body["refundableAmount"]),
        (&json!(2_000), &json!(5_000))
    );
    let over = shop.store.cancel_request(&kept.id).await.unwrap().unwrap();
    assert_eq!(over.body, None, "nothing is left of it");
}

async fn a_deposit_between_makes_a_void_no_refund(mut shop: Shop) {
    shop.restart_under(above(0)).await;
    let voids = || json!({ "voidUnpaid": true });
    for (order, deposited, expected) in [
        ("order-unpaid", false, ("SUCCEEDED", "none", "none")),
        (
            "order-paid",
            true,
            ("REJECTED", "REFUND_ACCOUNT_REQUIRED", "FIX_INPUT"),
        ),
    ] {
        let payment = shop.pay(NewPayment::virtual_account(order, 5_000));
        let key = format!("key-{order}");
        let asked = shop.cancel(As::Kim, &payment, &key, voids()).await;
        assert_eq!(told(&asked), WAITS);
        if deposited {
            shop.sim.console().deposit(&payment, None).unwrap();
        }
        let approved = approve(&shop, As::Lee, &asked["request"]).await;
        assert_eq!(told(&approved), expected, "{order}");
        assert_eq!(shop.sendings(&payment), usize::from(!deposited));
    }
}

async fn what_waits_is_withdrawn_by_the_requester_or_another_admin(mut shop: Shop) {
    shop.restart_under(above(2_999)).await;
    for (who, name) in [(As::Kim, "kim"), (As::Lee, "lee")] {
        let payment = shop.card(10_000);
        let input = json!({ "amount": won(3_000) });
        let key = format!("key-for-{name}");
        let asked = shop.cancel(As::Kim, &payment, &key, input).await;
        let request = &asked["request"];
        let ended = withdraw(&shop, who, request).await;
        assert_eq!(told(&ended), ("REJECTED", "WITHDRAWN", "RETRY"));
        let twice = withdraw(&shop, who, request).await;
        assert_eq!(twice["error"]["code"], "NOT_AWAITING_APPROVAL");
        let approved = approve(&shop, As::Lee, request).await;
        assert_eq!(approved["error"]["code"], "NOT_AWAITING_APPROVAL");
        let query = "{ auditLog(first: 1) { nodes { actor action } } }";
        let log = shop.ask(As::Lee, query, Value::Null).await;
        assert_eq!(
            log["auditLog"]["nodes"],
            json!([{ "actor": name, "action": "CANCEL_REJECTED" }])
        );
        assert_eq!(shop.sendings(&payment), 0);
        let small = json!({ "amount": won(1) });
        let key = format!("key-{name}-next");
        let free = shop.cancel(As::Lee, &payment, &key, small).await;
        assert_eq!(free["request"]["status"], "SUCCEEDED");
    }
    let nobody = decide(
        &shop,
        As::Lee,
        "approveCancelRequest",
        &json!({ "id": unknown_id(&shop).await }),
    )
    .await;
    assert_eq!(nobody, Value::Null);
}

/// The id of a request that does not exist: that of one of another database.
async fn unknown_id(_shop: &Shop) -> Value {
    let mut other = Shop::on_sqlite().await;
    let (_, request) = waiting(&mut other).await;
    request["id"].clone()
}

async fn what_waits_goes_with_the_last_token_of_its_owner(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    let now = shop.sim.clock().now();
    assert_eq!(shop.store.revoke_token("kim", now).await, Ok(true));
    let late = approve(&shop, As::Lee, &request).await;
    assert_eq!(late["error"]["code"], "NOT_AWAITING_APPROVAL");
    assert_eq!(late["request"]["status"], "REJECTED");
    assert_eq!(late["request"]["error"]["code"], "WITHDRAWN");
    assert_eq!(shop.sendings(&payment), 0);
    let free = shop.cancel(As::Lee, &payment, "key-lees", json!({ "amount": won(1) }));
    assert_eq!(free.await["request"]["status"], "SUCCEEDED");
}

/// A request that waits, as a process writes it that had its owner's token accepted just before it was taken back.
async fn waiting_for(shop: &Shop, owner: &str) -> (String, Value) {
    let payment = shop.card(10_000);
    let now = shop.sim.clock().now();
    let new = NewCancelRequest {
        id: CancelRequestId::new(&uuid::Uuid::now_v7().to_string()),
        payment_key: PaymentKey::parse(&payment).unwrap(),
        account: AccountName::new("shop"),
        amount: Some(Money::from_minor(3_000, Currency::KRW)),
        currency: Currency::KRW,
        reason: "test".to_owned(),
        requested_by: owner.to_owned(),
        owner: owner.to_owned(),
        client_key: format!("key-of-{owner}"),
        content: ContentDigest {
            key: "k".to_owned(),
            digest: [1; 32],
        },
        idempotency_key: format!("cr-{owner}"),
        requested_at: now,
        lease: Lease {
            owner: "a process".to_owned(),
            until: now,
        },
        baseline_balance: None,
        mark: None,
        voids: false,
        day_limit: None,
    };
    let Ok(Created::New(request)) = shop.store.create_cancel_request(&new).await else {
        panic!("it was not recorded")
    };
    let waits = CancelRequestChange {
        body: Some(SecretBody::new("sealed with another key".to_owned())),
        baseline_balance: Some(Money::from_minor(10_000, Currency::KRW)),
        next_at: Some(now + Duration::hours(1)),
        ..CancelRequestChange::to(CancelRequestStatus::AwaitingApproval)
    };
    shop.store
        .move_cancel_request(&request, waits, now)
        .await
        .unwrap();
    let query =
        "query ($key: String!) { cancelRequests(filter: { paymentKey: $key }) { nodes { id } } }";
    let listed = shop.ask(As::Lee, query, json!({ "key": payment })).await;
    (payment, listed["cancelRequests"]["nodes"][0].clone())
}

async fn what_began_to_wait_after_its_owner_was_revoked_is_not_approved(shop: Shop) {
    let now = shop.sim.clock().now();
    for owner in ["park", "choi"] {
        create_token(&shop.store, owner, Role::Admin, now).await;
    }
    assert_eq!(shop.store.revoke_token("park", now).await, Ok(true));
    let (payment, request) = waiting_for(&shop, "park").await;
    let approved = approve(&shop, As::Lee, &request).await;
    assert_eq!(told(&approved), ("REJECTED", "WITHDRAWN", "RETRY"));
    assert_eq!(shop.sendings(&payment), 0);
    // With a token in force the approval goes on, to the bytes that cannot be opened.
    let (_, request) = waiting_for(&shop, "choi").await;
    let approved = approve(&shop, As::Lee, &request).await;
    assert_eq!(told(&approved), ("REJECTED", "KEY_REPLACED", "RETRY"));
}

async fn while_its_owner_is_suspended_a_request_goes_on_waiting(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    let now = shop.sim.clock().now();
    assert_eq!(shop.store.suspend_tokens(now).await, Ok(3));
    for name in ["lee", "viewer"] {
        assert_eq!(shop.store.confirm_token(name, now).await, Ok(true));
    }
    let early = approve(&shop, As::Lee, &request).await;
    assert_eq!(
        told(&early),
        ("AWAITING_APPROVAL", "OWNER_SUSPENDED", "NEEDS_PERSON")
    );
    assert_eq!(shop.sendings(&payment), 0);
    assert_eq!(shop.store.confirm_token("kim", now).await, Ok(true));
    let approved = approve(&shop, As::Lee, &request).await;
    assert_eq!(told(&approved), ("SUCCEEDED", "none", "none"));
    assert_eq!(shop.sendings(&payment), 1);
}

async fn a_lost_answer_after_an_approval_is_found_out(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    shop.next_cancels(1, FaultKind::ExecuteThenDrop);
    let approved = approve(&shop, As::Lee, &request).await;
    assert_eq!(approved["request"]["status"], "UNKNOWN");
    shop.becomes(&request, "SUCCEEDED").await;
    assert_eq!(shop.executed(&payment).len(), 1);
}

async fn an_approval_while_toss_is_silent_is_for_later(mut shop: Shop) {
    let (payment, request) = waiting(&mut shop).await;
    let silence = Fault::next(Endpoint::Payment, FaultKind::Status(503));
    shop.sim.faults().add(silence.times(1_000));
    let query = format!("mutation ($id: ID!) {{ approveCancelRequest(id: $id) {ANSWER} }}");
    let refused = shop
        .ask(As::Lee, &query, json!({ "id": request["id"] }))
        .await;
    let refused = &refused["approveCancelRequest"];
    let expected = ("AWAITING_APPROVAL", "UPSTREAM_UNAVAILABLE", "RETRY");
    assert_eq!(told(refused), expected, "{refused:#}");
    shop.sim.faults().clear();
    let approved = approve(&shop, As::Lee, &request).await;
    assert_eq!(told(&approved), ("SUCCEEDED", "none", "none"));
    assert_eq!(shop.sendings(&payment), 1);
}

async fn a_dry_run_and_a_screen_say_that_approval_is_needed(mut shop: Shop) {
    shop.restart_under(above(2_999)).await;
    let payment = shop.card(10_000);
    for (amount, needed) in [(2_999, false), (3_000, true)] {
        let query = "mutation ($input: CancelPaymentInput!) { cancelPayment(input: $input, dryRun: true) \
             { request { id } error { code } preview { needsApproval } } }";
        let input = json!({
            "paymentKey": payment, "idempotencyKey": "key-tried", "reason": "r", "amount": won(amount),
        });
        let tried = shop.ask(As::Kim, query, json!({ "input": input })).await;
        let expected =
            json!({ "request": null, "error": null, "preview": { "needsApproval": needed } });
        assert_eq!(tried["cancelPayment"], expected);
    }
    let query = "query ($key: String!) { payment(by: { paymentKey: $key }) \
         { viewerCanCancel { allowed approvalAbove { amount currency } } } }";
    let asked = shop.ask(As::Kim, query, json!({ "key": payment })).await;
    assert_eq!(
        asked["payment"]["viewerCanCancel"],
        json!({ "allowed": true, "approvalAbove": { "amount": "2999", "currency": "KRW" } })
    );
}
