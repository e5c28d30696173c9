//! Cancel requests: one for a caller's key, one in flight for a payment, changed by one at a time.

use reconciliation::{CancelRequestStatus, Currency, Money, RetryAdvice};
use toss_recon::store::{
    CancelRequest, CancelRequestChange, CancelRequestId, Created, NewCancelRequest, SecretBody,
    StoreError, StoredCancelError,
};

use crate::database::TestDatabase;
use crate::samples::{at, key, new_cancel_request, transaction_key, won};

async fn recorded(database: &TestDatabase, payment_key: &str, client_key: &str) -> CancelRequest {
    let new = new_cancel_request(payment_key, client_key);
    match database
        .store
        .create_cancel_request(&new)
        .await
        .expect("an answer")
    {
        Created::New(request) => request,
        other => panic!("it was not recorded: {other:?}"),
    }
}

async fn found(database: &TestDatabase, id: &CancelRequestId) -> CancelRequest {
    database
        .store
        .cancel_request(id)
        .await
        .expect("an answer")
        .expect("the request")
}

fn timed_out() -> StoredCancelError {
    StoredCancelError {
        code: "OUTCOME_UNKNOWN".to_owned(),
        message: "결과를 알 수 없습니다".to_owned(),
        advice: RetryAdvice::Wait,
        field: Some("amount".to_owned()),
    }
}

fn ended(status: CancelRequestStatus) -> CancelRequestChange {
    CancelRequestChange {
        resolved_at: Some(at("2026-04-02T00:01:00Z")),
        ..CancelRequestChange::to(status)
    }
}

on_both! {
    async fn a_request_comes_back_as_it_was_recorded_and_changed(database) {
        let request = recorded(&database, "p", "k-1").await;
        assert_eq!(request.status, CancelRequestStatus::Requested);
        assert_eq!(found(&database, &request.id).await, request);
        let by_key = database.store.cancel_request_by_client_key("kim", "k-1").await;
        assert_eq!(by_key, Ok(Some(request.clone())));
        assert_eq!(database.store.cancel_request_by_client_key("lee", "k-1").await, Ok(None));
        assert_eq!(database.store.cancel_request(&CancelRequestId::new("none")).await, Ok(None));

        let sent = CancelRequestChange {
            sent_at: Some(at("2026-04-02T00:00:01Z")),
            baseline_balance: Some(won(20_000)),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        let sent = database.store.move_cancel_request(&request, sent).await.expect("it is sent");
        assert_eq!((sent.version, sent.attempts), (2, 1));
        assert_eq!(sent.body, request.body);
        assert_eq!(found(&database, &request.id).await, sent);

        let unknown = CancelRequestChange {
            error: Some(timed_out()),
            upstream_http_status: Some(500),
            raw_reply: Some(SecretBody::new("<html>".to_owned())),
            ..CancelRequestChange::to(CancelRequestStatus::Unknown)
        };
        let unknown = database.store.move_cancel_request(&sent, unknown).await.expect("it is unknown");
        assert_eq!(unknown.error, Some(timed_out()));
        assert_eq!(found(&database, &request.id).await, unknown);

        let again = CancelRequestChange {
            sent_at: Some(at("2026-04-02T00:00:09Z")),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        let again = database.store.move_cancel_request(&unknown, again).await.expect("it is sent again");
        assert_eq!(again.attempts, 2);
        assert_eq!(again.first_sent_at, Some(at("2026-04-02T00:00:01Z")));
        assert_eq!(again.last_sent_at, Some(at("2026-04-02T00:00:09Z")));
        assert_eq!(again.error, None, "it belonged to the status before");

        let succeeded = CancelRequestChange {
            transaction_key: Some(transaction_key("t.9")),
            upstream_http_status: Some(200),
            raw_reply: Some(SecretBody::new("{}".to_owned())),
            ..ended(CancelRequestStatus::Succeeded)
        };
        let succeeded = database.store.move_cancel_request(&again, succeeded).await.expect("it succeeded");
        assert_eq!(succeeded.body, None, "it may hold a bank account");
        assert_eq!(succeeded.resolved_at, Some(at("2026-04-02T00:01:00Z")));
        assert_eq!(found(&database, &request.id).await, succeeded);
    }

    async fn everything_that_is_left_has_no_amount(database) {
        let mut new = new_cancel_request("p", "k-1");
        new.amount = None;
        new.body = None;
        new.baseline_balance = None;
        new.currency = Currency::MUSD;
        let created = database.store.create_cancel_request(&new).await.expect("an answer");
        let Created::New(request) = created else { panic!("{created:?}") };
        assert_eq!(request.amount, None);
        assert_eq!(found(&database, &request.id).await, request);
    }

    async fn the_same_key_gives_the_same_request(database) {
        let first = recorded(&database, "p", "k-1").await;
        for other_payment in ["p", "q"] {
            let again = new_cancel_request(other_payment, "k-1");
            let created = database.store.create_cancel_request(&again).await.expect("an answer");
            assert_eq!(created, Created::SameKey(first.clone()));
        }
        let of_another = NewCancelRequest {
            requested_by: "lee".to_owned(),
            ..new_cancel_request("q", "k-1")
        };
        let created = database.store.create_cancel_request(&of_another).await.expect("an answer");
        assert!(matches!(created, Created::New(_)), "keys are each caller's own");
    }

    async fn a_payment_has_one_request_in_flight(database) {
        let mut running = tokio::task::JoinSet::new();
        for number in 0..20 {
            let store = database.store.clone();
            running.spawn(async move {
                store.create_cancel_request(&new_cancel_request("p", &format!("k-{number}"))).await
            });
        }
        let (mut new, mut in_flight) = (Vec::new(), Vec::new());
        while let Some(outcome) = running.join_next().await {
            match outcome.expect("no panic").expect("an answer") {
                Created::New(request) => new.push(request),
                Created::InFlight(request) => in_flight.push(request),
                Created::SameKey(request) => panic!("{request:?}"),
            }
        }
        assert_eq!(new.len(), 1);
        assert_eq!(in_flight.len(), 19);
        assert!(in_flight.iter().all(|request| request == &new[0]));
        assert_eq!(database.number("SELECT count(*) FROM cancel_requests").await, 1);
    }

    async fn one_key_given_at_once_makes_one_request(database) {
        let mut running = tokio::task::JoinSet::new();
        for number in 0..20 {
            let store = database.store.clone();
            let new = new_cancel_request(&format!("p{number}"), "k-1");
            running.spawn(async move { store.create_cancel_request(&new).await });
        }
        let mut new = 0;
        while let Some(outcome) = running.join_next().await {
            match outcome.expect("no panic").expect("an answer") {
                Created::New(_) => new += 1,
                Created::SameKey(_) => {}
                Created::InFlight(request) => panic!("{request:?}"),
            }
        }
        assert_eq!(new, 1);
    }

    async fn only_an_end_frees_the_payment(database) {
        use CancelRequestStatus as Status;
        for (number, (status, frees)) in [
            (Status::Sent, false),
            (Status::Unknown, false),
            (Status::NeedsOperator, false),
            (Status::Succeeded, true),
            (Status::Rejected, true),
        ].into_iter().enumerate() {
            let payment_key = format!("p{number}");
            let request = recorded(&database, &payment_key, &format!("{payment_key}-1")).await;
            let moved = database.store.move_cancel_request(&request, ended(status)).await.expect("it is moved");
            let next = new_cancel_request(&payment_key, &format!("{payment_key}-2"));
            let created = database.store.create_cancel_request(&next).await.expect("an answer");
            if frees {
                assert!(matches!(created, Created::New(_)), "{status:?}: {created:?}");
            } else {
                assert_eq!(created, Created::InFlight(moved));
            }
        }
    }

    async fn of_changes_at_once_one_is_made(database) {
        let request = recorded(&database, "p", "k-1").await;
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (store, request) = (database.store.clone(), request.clone());
            running.spawn(async move {
                let sent = CancelRequestChange {
                    sent_at: Some(at("2026-04-02T00:00:01Z")),
                    ..CancelRequestChange::to(CancelRequestStatus::Sent)
                };
                store.move_cancel_request(&request, sent).await
            });
        }
        let mut made = 0;
        while let Some(outcome) = running.join_next().await {
            match outcome.expect("no panic") {
                Ok(_) => made += 1,
                Err(StoreError::Conflict { id }) => assert_eq!(id, request.id.as_str()),
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(made, 1);
        assert_eq!(found(&database, &request.id).await.attempts, 1);
    }

    async fn what_has_ended_stays_as_it_is(database) {
        for (number, status) in [CancelRequestStatus::Succeeded, CancelRequestStatus::Rejected].into_iter().enumerate() {
            let request = recorded(&database, "p", &format!("k-{number}")).await;
            let over = database.store.move_cancel_request(&request, ended(status)).await.expect("it ends");
            let back = CancelRequestChange::to(CancelRequestStatus::Unknown);
            let refused = database.store.move_cancel_request(&over, back).await.expect_err("it has ended");
            assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
            assert_eq!(found(&database, &request.id).await, over);
        }
    }

    async fn a_body_is_stored_once_and_erased_at_the_end(database) {
        let mut new = new_cancel_request("p", "k-1");
        new.body = None;
        let created = database.store.create_cancel_request(&new).await.expect("an answer");
        let Created::New(request) = created else { panic!("{created:?}") };
        let with_body = |text: &str| CancelRequestChange {
            body: Some(SecretBody::new(text.to_owned())),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        let sent = database.store.move_cancel_request(&request, with_body("{1}")).await.expect("it is sent");
        let same = database.store.move_cancel_request(&sent, with_body("{1}")).await.expect("the same bytes");
        let refused = database.store.move_cancel_request(&same, with_body("{2}")).await.expect_err("other bytes");
        assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
        assert_eq!(found(&database, &request.id).await.body, Some(SecretBody::new("{1}".to_owned())));

        let rejected = ended(CancelRequestStatus::Rejected);
        database.store.move_cancel_request(&same, rejected).await.expect("it ends");
        let kept = "SELECT count(*) FROM cancel_requests WHERE body IS NOT NULL";
        assert_eq!(database.number(kept).await, 0);
    }

    async fn lists_leave_the_bodies_out_and_changing_what_they_gave_keeps_them(database) {
        let first = recorded(&database, "p", "k-1").await;
        let over = database.store.move_cancel_request(&first, ended(CancelRequestStatus::Rejected)).await.expect("it ends");
        let mut second = new_cancel_request("p", "k-2");
        second.requested_at = at("2026-04-02T00:00:01Z");
        database.store.create_cancel_request(&second).await.expect("it is recorded");
        recorded(&database, "q", "k-3").await;

        let lists = database.store.cancel_requests_of(&[key("p"), key("none")]).await.expect("an answer");
        assert_eq!(lists.len(), 1);
        let list = &lists[&key("p")];
        assert_eq!(list[0], over, "the oldest first");
        assert_eq!(list[1].id, second.id);
        assert_eq!((&list[1].body, &list[1].raw_reply), (&None, &None));

        let unknown = CancelRequestChange {
            raw_reply: Some(SecretBody::new("<html>".to_owned())),
            ..CancelRequestChange::to(CancelRequestStatus::Unknown)
        };
        let moved = database.store.move_cancel_request(&list[1], unknown).await.expect("it is moved");
        let person = CancelRequestChange::to(CancelRequestStatus::NeedsOperator);
        database.store.move_cancel_request(&CancelRequest { raw_reply: None, ..moved }, person).await.expect("it is moved");
        let kept = found(&database, &second.id).await;
        assert_eq!(kept.body, second.body);
        assert_eq!(kept.raw_reply, Some(SecretBody::new("<html>".to_owned())));
    }

    async fn unfinished_requests_are_those_that_need_no_person(database) {
        use CancelRequestStatus as Status;
        for (number, status) in [
            Status::Sent, Status::Unknown, Status::NeedsOperator, Status::Succeeded, Status::Rejected,
        ].into_iter().enumerate() {
            let request = recorded(&database, &format!("p{number}"), &format!("k-{number}")).await;
            database.store.move_cancel_request(&request, ended(status)).await.expect("it is moved");
        }
        let mut oldest = new_cancel_request("p9", "k-9");
        oldest.requested_at = at("2026-04-01T00:00:00Z");
        database.store.create_cancel_request(&oldest).await.expect("it is recorded");
        let unfinished = database.store.unfinished_cancel_requests().await.expect("an answer");
        let states: Vec<_> = unfinished.iter().map(|request| request.status).collect();
        assert_eq!(states, [Status::Requested, Status::Sent, Status::Unknown]);
        assert!(unfinished.iter().all(|request| request.body.is_some()), "to be sent again");
    }

    async fn amounts_of_two_currencies_are_refused(database) {
        let mut new = new_cancel_request("p", "k-1");
        new.baseline_balance = Some(Money::from_minor(1, Currency::USD));
        let refused = database.store.create_cancel_request(&new).await.expect_err("won and dollars");
        assert!(matches!(refused, StoreError::Inconsistent { column: "baseline_balance", .. }), "{refused}");
        assert_eq!(database.number("SELECT count(*) FROM cancel_requests").await, 0);
    }
}
