//! Many cancels at once: the program is told to stop while fifty are under way, and a thousand wait when Toss comes back
//! after an hour.

use std::process::Command;
use std::time::Duration;

use reconciliation::{CancelRequestStatus as Status, Currency, Money, PaymentKey};
use toss_recon::store::{
    AccountName, CancelRequestChange, CancelRequestId, ContentDigest, Created, Lease, LeaseChange,
    NewCancelRequest, SecretBody,
};
use toss_recon::toss::{BaseUrl, CancelBody, SecretKey, Toss, TossSettings};
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment};

use crate::books;
use crate::scene::{PATIENCE, Scene, TOTAL, kill};
use crate::shop::Shop;

mod stopping {
    use super::*;
    use crate::scene::scenes_on_both_databases;

    scenes_on_both_databases!(told_to_stop_with_fifty_under_way_it_ends_in_time_and_loses_none);
}

mod outage {
    use super::*;
    use crate::shop::on_both_databases;

    on_both_databases!(a_thousand_that_wait_after_an_hour_without_toss_end_without_a_stampede);
}

const UNDER_WAY: usize = 50;
/// What the program may take: the calls' second, and answering.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

async fn told_to_stop_with_fifty_under_way_it_ends_in_time_and_loses_none(scene: Scene) {
    let mut running = scene.started().await;
    let payments: Vec<String> = (0..UNDER_WAY)
        .map(|number| {
            let new = NewPayment::card(format!("order-stop-{number}"), TOTAL);
            scene.sim.console().pay(new)
        })
        .collect();
    // Every other one is answered while the program stops; of the rest nothing is heard any more.
    for number in 0..UNDER_WAY {
        scene.next_cancel(if number % 2 == 0 {
            FaultKind::Slow(Duration::from_millis(700))
        } else {
            FaultKind::ExecuteThenHang
        });
    }
    let keys: Vec<String> = (0..UNDER_WAY)
        .map(|number| format!("key-stop-{number}"))
        .collect();
    let orders = payments.iter().zip(&keys);
    let orders = orders.map(|(payment, key)| scene.order_of(payment, key));
    let all = futures_util::future::join_all(orders);
    let stopped = async {
        while scene.sendings() < UNDER_WAY / 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let pid = running.id().unwrap().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(told.success());
        let ended = tokio::time::timeout(STOPS_WITHIN, running.wait()).await;
        let status = ended.expect("it stops").unwrap();
        assert!(status.success(), "{status}");
    };
    let (answers, ()) = tokio::join!(all, stopped);
    let recorded = books::recorded(&scene.store).await;
    let is_under_way = |status: Status| matches!(status, Status::Requested | Status::Sent);
    let left: Vec<_> = recorded
        .iter()
        .filter(|request| is_under_way(request.status))
        .collect();
    assert!(
        left.is_empty(),
        "whatever was begun has an outcome, if only that it is not known: {left:#?}"
    );
    let answered = answers
        .iter()
        .flatten()
        .filter(|answer| !answer["request"].is_null());
    assert!(answered.count() >= UNDER_WAY / 2);
    scene.sim.faults().clear();
    let again = scene.started().await;
    let ended = books::everything_ends(&scene.store, PATIENCE).await;
    books::hold(&scene.sim, &payments, TOTAL, &ended);
    books::hold_audit(&scene.store).await;
    for answer in answers.iter().flatten() {
        let id = &answer["request"]["id"];
        assert!(
            ended.iter().any(|request| books::shown_id(request) == *id),
            "{answer} is lost"
        );
    }
    kill(again).await;
}

const WAITING: usize = 1_000;
/// What the server may have under way at once.
const CALLS_AT_ONCE: usize = 4;
/// What Toss takes for each, so that those under way at once can be told.
const TAKES: Duration = Duration::from_millis(20);

/// Leaves what a process leaves that has asked in vain for an hour, and is to ask again now: a request that was sent and
/// has not run.
async fn leave_waiting(shop: &Shop, payment: &str) {
    let id = uuid::Uuid::now_v7();
    let now = shop.sim.clock().now();
    let all = Money::from_minor(TOTAL, Currency::KRW);
    let toss = Toss::new(TossSettings::new(
        BaseUrl::parse(shop.sim.base_url()).unwrap(),
        SecretKey::parse(shop.sim.secret_key()).unwrap(),
    ))
    .unwrap();
    let lease = Lease {
        owner: "a process that is gone".to_owned(),
        until: now + chrono::TimeDelta::hours(1),
    };
    let new = NewCancelRequest {
        id: CancelRequestId::new(&id.to_string()),
        payment_key: PaymentKey::parse(payment).unwrap(),
        account: AccountName::new("shop"),
        amount: None,
        currency: Currency::KRW,
        reason: payment.to_owned(),
        requested_by: "kim".to_owned(),
        client_key: payment.to_owned(),
        content: ContentDigest {
            key: "k1".to_owned(),
            digest: [0; 32],
        },
        owner: "kim".to_owned(),
        mark: None,
        idempotency_key: format!("cr-{id}"),
        requested_at: now,
        lease,
        baseline_balance: None,
        day_limit: None,
    };
    let Created::New(request) = shop.store.create_cancel_request(&new).await.unwrap() else {
        panic!("nothing stands in its way");
    };
    let body = CancelBody {
        reason: payment,
        amount: None,
        refund_account: None,
        tax_free_amount: None,
        refundable_amount: all,
        cancel_request_id: None,
    };
    let body = toss.cancel_body(&body).unwrap();
    let sealed = toss.seal_body(&new.idempotency_key, &body).unwrap();
    let sent = CancelRequestChange {
        sent_at: Some(now),
        body: Some(SecretBody::new(sealed)),
        baseline_balance: Some(all),
        baseline_cancel_keys: Some(Vec::new()),
        api_key: Some(toss.key_fingerprint()),
        lease: LeaseChange::Keep,
        ..CancelRequestChange::to(Status::Sent)
    };
    let request = shop
        .store
        .move_cancel_request(&request, sent, now)
        .await
        .unwrap();
    let unknown = CancelRequestChange {
        next_at: Some(now + chrono::TimeDelta::hours(1)),
        ..CancelRequestChange::to(Status::Unknown)
    };
    shop.store
        .move_cancel_request(&request, unknown, now)
        .await
        .unwrap();
}

async fn a_thousand_that_wait_after_an_hour_without_toss_end_without_a_stampede(shop: Shop) {
    let payments: Vec<String> = (0..WAITING).map(|_| shop.card(TOTAL)).collect();
    for payment in &payments {
        leave_waiting(&shop, payment).await;
    }
    shop.sim.clear_requests();
    let slow = Fault::next(Endpoint::Cancel, FaultKind::Slow(TAKES));
    shop.sim.faults().add(slow.times(u32::MAX));
    shop.sim.clock().advance(chrono::TimeDelta::hours(1));
    let requests = books::everything_ends(&shop.store, Duration::from_mins(5)).await;
    assert_eq!(requests.len(), WAITING);
    books::hold(&shop.sim, &payments, TOTAL, &requests);
    for request in &requests {
        assert_eq!(request.status, Status::Succeeded, "{request:#?}");
    }
    let calls = shop.sim.requests();
    let mut arrivals: Vec<_> = calls
        .iter()
        .filter(|call| call.endpoint == Endpoint::Cancel)
        .map(|call| call.at)
        .collect();
    assert_eq!(arrivals.len(), WAITING, "each is sent once more");
    arrivals.sort();
    // Each is under way for at least that long: of any five that follow each other, the fifth comes after the first ended.
    let takes = chrono::TimeDelta::from_std(TAKES).unwrap();
    for some in arrivals.windows(CALLS_AT_ONCE + 1) {
        let spread = *some.last().unwrap() - some[0];
        assert!(spread >= takes, "more than {CALLS_AT_ONCE} at once");
    }
    // Those that have waited longest come first, page by page.
    let order: Vec<&str> = calls
        .iter()
        .filter(|call| call.endpoint == Endpoint::Cancel)
        .filter_map(|call| call.idempotency_key.as_deref())
        .collect();
    let mut by_age: Vec<&str> = requests
        .iter()
        .map(|request| request.idempotency_key.as_str())
        .collect();
    by_age.reverse();
    for (place, key) in order.iter().enumerate() {
        let due = by_age.iter().position(|other| other == key).unwrap();
        assert!(
            due.abs_diff(place) <= 2 * CALLS_AT_ONCE,
            "{key} came as number {place} instead of {due}"
        );
    }
}
