//! Cancel requests: one for a caller's key, one in flight for a payment, changed by one at a time.

use reconciliation::{CancelRequestStatus, Currency, Money, RetryAdvice};
use toss_recon::store::{
    CancelRequest, CancelRequestChange, CancelRequestId, Created, LeaseChange, NewCancelRequest,
    SecretBody, StoreError, StoredCancelError,
};

use crate::database::TestDatabase;
use crate::samples::{at, key, lease, new_cancel_request, sending, transaction_key};

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

        let first = sending("2026-04-02T00:00:01Z");
        let sent = database.store.move_cancel_request(&request, first.clone(), at("2026-04-02T00:00:30Z")).await.expect("it is sent");
        assert_eq!((sent.version, sent.attempts), (2, 1));
        assert_eq!(sent.body, first.body);
        assert_eq!(Some(&sent.baseline_cancel_keys), first.baseline_cancel_keys.as_ref());
        assert_eq!(found(&database, &request.id).await, sent);

        let unknown = CancelRequestChange {
            error: Some(timed_out()),
            upstream_http_status: Some(500),
            raw_reply: Some(SecretBody::new("<html>".to_owned())),
            ..CancelRequestChange::to(CancelRequestStatus::Unknown)
        };
        let unknown = database.store.move_cancel_request(&sent, unknown, at("2026-04-02T00:00:30Z")).await.expect("it is unknown");
        assert_eq!(unknown.error, Some(timed_out()));
        assert_eq!(found(&database, &request.id).await, unknown);

        let again = CancelRequestChange {
            sent_at: Some(at("2026-04-02T00:00:09Z")),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        let again = database.store.move_cancel_request(&unknown, again, at("2026-04-02T00:00:30Z")).await.expect("it is sent again");
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
        let succeeded = database.store.move_cancel_request(&again, succeeded, at("2026-04-02T00:00:30Z")).await.expect("it succeeded");
        assert_eq!(succeeded.body, None, "it may hold a bank account");
        assert_eq!(succeeded.resolved_at, Some(at("2026-04-02T00:01:00Z")));
        assert_eq!(found(&database, &request.id).await, succeeded);
    }

    async fn everything_that_is_left_has_no_amount(database) {
        let mut new = new_cancel_request("p", "k-1");
        new.amount = None;
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
            owner: "lee".to_owned(),
            ..new_cancel_request("q", "k-1")
        };
        let created = database.store.create_cancel_request(&of_another).await.expect("an answer");
        assert!(matches!(created, Created::New(_)), "keys are each caller's own");
    }

    async fn a_request_that_could_not_ask_toss_gives_its_keys_back(database) {
        let first = recorded(&database, "p", "k-1").await;
        let ends_with = |code: &str| CancelRequestChange {
            error: Some(StoredCancelError {
                code: code.to_owned(),
                message: "why".to_owned(),
                advice: RetryAdvice::Retry,
                field: None,
            }),
            ..ended(CancelRequestStatus::Rejected)
        };
        let given_back = ends_with(StoredCancelError::TOSS_NOT_ASKED);
        let now = at("2026-04-02T00:01:00Z");
        database.store.move_cancel_request(&first, given_back, now).await.expect("it ends");
        assert_eq!(database.store.cancel_request_by_client_key("kim", "k-1").await, Ok(None));
        let again = NewCancelRequest {
            idempotency_key: first.idempotency_key.clone(),
            ..new_cancel_request("p", "k-1")
        };
        let created = database.store.create_cancel_request(&again).await.expect("an answer");
        let Created::New(second) = created else { panic!("{created:?}") };
        // Any other refusal is an answer to the key.
        database.store.move_cancel_request(&second, ends_with("NOT_CANCELABLE_PAYMENT"), now).await.expect("it ends");
        let created = database.store.create_cancel_request(&new_cancel_request("p", "k-1")).await.expect("an answer");
        assert!(matches!(created, Created::SameKey(same) if same.id == second.id));
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
                other => panic!("{other:?}"),
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
                other => panic!("{other:?}"),
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
            let moved = database.store.move_cancel_request(&request, ended(status), at("2026-04-02T00:00:30Z")).await.expect("it is moved");
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
                store.move_cancel_request(&request, sent, at("2026-04-02T00:00:30Z")).await
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
            let over = database.store.move_cancel_request(&request, ended(status), at("2026-04-02T00:00:30Z")).await.expect("it ends");
            let back = CancelRequestChange::to(CancelRequestStatus::Unknown);
            let refused = database.store.move_cancel_request(&over, back, at("2026-04-02T00:00:30Z")).await.expect_err("it has ended");
            assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
            assert_eq!(found(&database, &request.id).await, over);
        }
    }

    async fn a_body_is_stored_once_and_erased_at_the_end(database) {
        let request = recorded(&database, "p", "k-1").await;
        let with_body = |text: &str| CancelRequestChange {
            body: Some(SecretBody::new(text.to_owned())),
            ..CancelRequestChange::to(CancelRequestStatus::Sent)
        };
        let sent = database.store.move_cancel_request(&request, with_body("{1}"), at("2026-04-02T00:00:30Z")).await.expect("it is sent");
        let same = database.store.move_cancel_request(&sent, with_body("{1}"), at("2026-04-02T00:00:30Z")).await.expect("the same bytes");
        let refused = database.store.move_cancel_request(&same, with_body("{2}"), at("2026-04-02T00:00:30Z")).await.expect_err("other bytes");
        assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
        assert_eq!(found(&database, &request.id).await.body, Some(SecretBody::new("{1}".to_owned())));

        let rejected = ended(CancelRequestStatus::Rejected);
        database.store.move_cancel_request(&same, rejected, at("2026-04-02T00:00:30Z")).await.expect("it ends");
        let kept = "SELECT count(*) FROM cancel_requests WHERE body IS NOT NULL";
        assert_eq!(database.number(kept).await, 0);
    }

    async fn lists_leave_the_bodies_out_and_changing_what_they_gave_keeps_them(database) {
        let first = recorded(&database, "p", "k-1").await;
        let rejected = ended(CancelRequestStatus::Rejected);
        let over = database.store.move_cancel_request(&first, rejected, at("2026-04-02T00:00:30Z")).await.expect("it ends");
        let second = NewCancelRequest {
            requested_at: at("2026-04-02T00:00:01Z"),
            ..new_cancel_request("p", "k-2")
        };
        let created = database.store.create_cancel_request(&second).await.expect("an answer");
        let Created::New(second) = created else { panic!("{created:?}") };
        let sent = sending("2026-04-02T00:00:02Z");
        let second = database.store.move_cancel_request(&second, sent, at("2026-04-02T00:00:30Z")).await.expect("it is sent");
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
        let moved = database.store.move_cancel_request(&list[1], unknown, at("2026-04-02T00:00:30Z")).await.expect("it is moved");
        let person = CancelRequestChange::to(CancelRequestStatus::NeedsOperator);
        database.store.move_cancel_request(&CancelRequest { raw_reply: None, ..moved }, person, at("2026-04-02T00:00:30Z")).await.expect("it is moved");
        let kept = found(&database, &second.id).await;
        assert_eq!(kept.body, second.body);
        assert_eq!(kept.raw_reply, Some(SecretBody::new("<html>".to_owned())));
    }

    async fn due_are_abandoned_requests_and_unknown_outcomes_whose_pause_is_over_the_oldest_first(database) {
        use CancelRequestStatus as Status;
        let leased = LeaseChange::Take(lease("2026-04-02T00:10:00Z"));
        for (number, (status, lease, next_at)) in [
            (Status::Sent, leased.clone(), None),
            (Status::Unknown, leased.clone(), None),
            (Status::Unknown, LeaseChange::Release, Some(at("2026-04-02T00:20:00Z"))),
            (Status::NeedsOperator, LeaseChange::Release, None),
            (Status::Succeeded, LeaseChange::Release, None),
            (Status::Rejected, LeaseChange::Release, None),
        ].into_iter().enumerate() {
            let request = recorded(&database, &format!("p{number}"), &format!("k-{number}")).await;
            let sent = sending("2026-04-02T00:00:02Z");
            let sent = database.store.move_cancel_request(&request, sent, at("2026-04-02T00:00:30Z")).await.expect("it is sent");
            let change = CancelRequestChange { lease, next_at, ..ended(status) };
            database.store.move_cancel_request(&sent, change, at("2026-04-02T00:00:30Z")).await.expect("it is moved");
        }
        let mut oldest = new_cancel_request("p9", "k-9");
        oldest.requested_at = at("2026-04-01T00:00:00Z");
        database.store.create_cancel_request(&oldest).await.expect("it is recorded");
        let due = |now: &'static str| {
            let store = &database.store;
            async move {
                let due = store.due_cancel_requests(at(now), 10).await.expect("an answer");
                due.iter().map(|request| request.payment_key.to_string()).collect::<Vec<_>>()
            }
        };
        assert_eq!(due("2026-04-02T00:00:59.999Z").await, [""; 0]);
        assert_eq!(due("2026-04-02T00:01:00Z").await, ["p9"], "its lease is over");
        assert_eq!(due("2026-04-02T00:10:00Z").await, ["p9", "p0", "p1"]);
        assert_eq!(due("2026-04-02T00:20:00Z").await, ["p9", "p0", "p1", "p2"]);
        let first = database.store.due_cancel_requests(at("2026-04-02T00:20:00Z"), 2).await.expect("an answer");
        assert_eq!(first.len(), 2);
        assert_eq!(first[1].body, sending("2026-04-02T00:00:02Z").body, "to be sent again");
        let last = database.store.last_cancel_at(&key("p0")).await;
        assert_eq!(last, Ok(Some(at("2026-04-02T00:01:00Z"))), "its end");
        assert_eq!(database.store.last_cancel_at(&key("p9")).await, Ok(None));
    }

    async fn a_row_that_cannot_be_read_does_not_keep_the_others_from_being_taken_up(database) {
        recorded(&database, "p1", "k-1").await;
        recorded(&database, "p2", "k-2").await;
        database.spoil("UPDATE cancel_requests SET currency = 'XXXX' WHERE payment_key = 'p1'").await;
        let due = database.store.due_cancel_requests(at("2026-04-02T00:20:00Z"), 10).await.expect("an answer");
        assert_eq!(due.iter().map(|request| request.payment_key.as_str()).collect::<Vec<_>>(), ["p2"]);
    }

    async fn amounts_of_two_currencies_are_refused(database) {
        let mut in_dollars = new_cancel_request("p", "k-1");
        in_dollars.currency = Currency::USD;
        let refused = database.store.create_cancel_request(&in_dollars).await.expect_err("won and dollars");
        assert!(matches!(refused, StoreError::Inconsistent { column: "amount", .. }), "{refused}");
        assert_eq!(database.number("SELECT count(*) FROM cancel_requests").await, 0);

        let request = recorded(&database, "p", "k-1").await;
        let mut sent = sending("2026-04-02T00:00:02Z");
        sent.baseline_balance = Some(Money::from_minor(1, Currency::USD));
        let refused = database.store.move_cancel_request(&request, sent, at("2026-04-02T00:00:30Z")).await.expect_err("won and dollars");
        assert!(matches!(refused, StoreError::Inconsistent { column: "baseline_balance", .. }), "{refused}");
        assert_eq!(found(&database, &request.id).await, request);
    }
}
