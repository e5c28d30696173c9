//! What an admin has asked for within a day, counted in the transaction that records the next request; and what waits for
//! approval.

use migration::{Migrator, MigratorTrait};
use reconciliation::{CancelRequestStatus as Status, Currency, Money};
use sea_orm::ConnectionTrait;
use toss_recon::store::{
    Approval, CancelRequest, CancelRequestChange, Created, DayLimit, NewCancelRequest, SecretBody,
};

use crate::database::TestDatabase;
use crate::samples::{at, key, lease, new_cancel_request};

const DAY_BEGAN: &str = "2026-04-01T15:00:00Z";

fn won(minor: i64) -> Money {
    Money::from_minor(minor, Currency::KRW)
}

fn limited(number: usize, amount: i64, most: i64) -> NewCancelRequest {
    NewCancelRequest {
        amount: Some(won(amount)),
        day_limit: Some(DayLimit {
            most: won(most),
            since: at(DAY_BEGAN),
        }),
        ..new_cancel_request(&format!("p{number}"), &format!("k-{number}"))
    }
}

async fn create(database: &TestDatabase, new: &NewCancelRequest) -> Created {
    let created = database.store.create_cancel_request(new).await;
    created.expect("an answer")
}

async fn recorded(database: &TestDatabase, new: &NewCancelRequest) -> CancelRequest {
    match create(database, new).await {
        Created::New(request) => request,
        other => panic!("it was not recorded: {other:?}"),
    }
}

async fn moved(
    database: &TestDatabase,
    request: &CancelRequest,
    change: CancelRequestChange,
) -> CancelRequest {
    let now = at("2026-04-02T00:00:30Z");
    let moved = database
        .store
        .move_cancel_request(request, change, now)
        .await;
    moved.expect("it is moved")
}

fn waits() -> CancelRequestChange {
    CancelRequestChange {
        body: Some(SecretBody::new("sealed".to_owned())),
        baseline_balance: Some(won(22_400)),
        next_at: Some(at("2026-04-03T00:00:00Z")),
        ..CancelRequestChange::to(Status::AwaitingApproval)
    }
}

fn rejected() -> CancelRequestChange {
    CancelRequestChange {
        resolved_at: Some(at("2026-04-02T00:01:00Z")),
        ..CancelRequestChange::to(Status::Rejected)
    }
}

on_both! {
    async fn what_fits_the_day_exactly_is_recorded_and_one_won_more_leaves_no_trace(database) {
        recorded(&database, &limited(1, 700, 1_000)).await;
        let over = create(&database, &limited(2, 301, 1_000)).await;
        assert_eq!(over, Created::OverDayLimit { most: won(1_000), asked: won(700) });
        assert_eq!(database.number("SELECT count(*) FROM cancel_requests").await, 1);
        assert_eq!(database.number("SELECT count(*) FROM audit_entries").await, 1);
        recorded(&database, &limited(2, 300, 1_000)).await;
        let asked = database.store.cancels_asked_since("kim", Currency::KRW, at(DAY_BEGAN)).await;
        assert_eq!(asked, Ok(won(1_000)));
    }

    async fn an_order_that_was_given_before_is_itself_and_not_over_the_limit(database) {
        let new = limited(1, 1_000, 1_000);
        let first = recorded(&database, &new).await;
        assert_eq!(create(&database, &limited(1, 1_000, 1_000)).await, Created::SameKey(first.clone()));
        let other = NewCancelRequest { payment_key: new.payment_key, ..limited(2, 1, 1_000) };
        assert_eq!(create(&database, &other).await, Created::InFlight(first));
    }

    async fn of_many_at_once_no_more_are_recorded_than_fit(database) {
        let mut running = tokio::task::JoinSet::new();
        for number in 0..20 {
            let store = database.store.clone();
            running.spawn(async move { store.create_cancel_request(&limited(number, 300, 1_000)).await });
        }
        let mut new = 0;
        while let Some(outcome) = running.join_next().await {
            match outcome.expect("no panic").expect("an answer") {
                Created::New(_) => new += 1,
                Created::OverDayLimit { asked, .. } => assert_eq!(asked, won(900)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(new, 3);
    }

    async fn others_other_days_other_currencies_and_what_was_refused_do_not_count(database) {
        let of_lee = NewCancelRequest { requested_by: "lee".to_owned(), owner: "lee".to_owned(), ..limited(1, 1_000, 1_000) };
        recorded(&database, &of_lee).await;
        let yesterday = NewCancelRequest { requested_at: at("2026-04-01T14:59:59.999Z"), ..limited(2, 1_000, 1_000) };
        recorded(&database, &yesterday).await;
        let in_dollars = NewCancelRequest {
            amount: Some(Money::from_minor(1_000, Currency::USD)),
            currency: Currency::USD,
            day_limit: None,
            ..limited(3, 0, 0)
        };
        recorded(&database, &in_dollars).await;
        let refused = recorded(&database, &limited(4, 1_000, 1_000)).await;
        moved(&database, &refused, rejected()).await;
        recorded(&database, &limited(5, 1_000, 1_000)).await;
    }

    async fn everything_counts_with_the_balance_that_was_read(database) {
        let everything = NewCancelRequest {
            amount: None,
            baseline_balance: Some(won(800)),
            ..limited(1, 0, 1_000)
        };
        let request = recorded(&database, &everything).await;
        assert_eq!(request.baseline_balance, Some(won(800)));
        let over = create(&database, &limited(2, 201, 1_000)).await;
        assert_eq!(over, Created::OverDayLimit { most: won(1_000), asked: won(800) });
    }

    async fn what_moves_no_money_counts_nowhere_and_no_limit_of_the_day_holds_it(database) {
        let void = NewCancelRequest { voids: true, ..limited(1, 5_000, 1_000) };
        let request = recorded(&database, &void).await;
        assert!(request.voids);
        let found = database.store.cancel_request(&request.id).await;
        assert_eq!(found, Ok(Some(request)));
        recorded(&database, &limited(2, 1_000, 1_000)).await;
        let over = create(&database, &limited(3, 1, 1_000)).await;
        assert_eq!(over, Created::OverDayLimit { most: won(1_000), asked: won(1_000) });
        recorded(&database, &NewCancelRequest { voids: true, ..limited(4, 1, 1_000) }).await;
    }

    async fn of_one_payment_what_its_owner_asked_for_is_added_up_whatever_became_of_it(database) {
        let asked = async |payment: &str, besides: Option<&CancelRequest>| {
            let besides = besides.map(|request| &request.id);
            let asked = database.store
                .asked_of_payment_since("kim", &key(payment), Currency::KRW, at(DAY_BEGAN), besides)
                .await;
            asked.expect("an answer").minor()
        };
        let of_p = |number: usize, amount: i64| NewCancelRequest {
            payment_key: key("p"),
            day_limit: None,
            ..limited(number, amount, 0)
        };
        assert_eq!(asked("p", None).await, 0);
        // One after the other, since a payment has one in flight.
        let first = recorded(&database, &of_p(1, 100)).await;
        assert_eq!((asked("p", None).await, asked("p", Some(&first)).await), (100, 0));
        let succeeded = CancelRequestChange { resolved_at: Some(at("2026-04-02T00:01:00Z")), ..CancelRequestChange::to(Status::Succeeded) };
        moved(&database, &first, succeeded.clone()).await;
        let refused = recorded(&database, &of_p(2, 10_000)).await;
        moved(&database, &refused, rejected()).await;
        let void = recorded(&database, &NewCancelRequest { voids: true, ..of_p(3, 20_000) }).await;
        moved(&database, &void, succeeded.clone()).await;
        let yesterday = NewCancelRequest { requested_at: at("2026-04-01T14:59:59.999Z"), ..of_p(4, 40_000) };
        let yesterday = recorded(&database, &yesterday).await;
        moved(&database, &yesterday, succeeded.clone()).await;
        let of_lee = NewCancelRequest { owner: "lee".to_owned(), ..of_p(5, 80_000) };
        let of_lee = recorded(&database, &of_lee).await;
        moved(&database, &of_lee, succeeded.clone()).await;
        recorded(&database, &limited(6, 160_000, 200_000)).await;
        assert_eq!(asked("p", None).await, 100);
        // With another token of the same owner, everything that was left, and now a person is needed.
        let everything = NewCancelRequest { amount: None, requested_by: "kim-2".to_owned(), ..of_p(7, 0) };
        let everything = recorded(&database, &everything).await;
        assert_eq!(asked("p", None).await, 100, "how much it is has not been read");
        let sent = moved(&database, &everything, crate::samples::sending("2026-04-02T00:00:01Z")).await;
        assert_eq!(asked("p", None).await, 100 + 22_400);
        for status in [Status::Unknown, Status::NeedsOperator] {
            let now = database.store.cancel_request(&sent.id).await.expect("an answer").expect("the request");
            moved(&database, &now, CancelRequestChange::to(status)).await;
            assert_eq!(asked("p", None).await, 100 + 22_400, "{status:?}");
        }
        assert_eq!((asked("p6", None).await, asked("q", None).await), (160_000, 0));
    }

    async fn what_waits_comes_back_as_it_was_and_is_due_when_its_time_is_over(database) {
        let request = recorded(&database, &new_cancel_request("p", "k-1")).await;
        let waiting = moved(&database, &request, waits()).await;
        assert_eq!(waiting.expires_at(), Some(at("2026-04-03T00:00:00Z")));
        let found = database.store.cancel_request(&request.id).await;
        assert_eq!(found, Ok(Some(waiting.clone())));
        let other = create(&database, &new_cancel_request("p", "k-2")).await;
        assert_eq!(other, Created::InFlight(waiting.clone()), "it keeps the payment");
        let due = async |now| database.store.due_cancel_requests(at(now), 10).await.expect("an answer").len();
        assert_eq!(due("2026-04-02T23:59:59.999Z").await, 0);
        assert_eq!(due("2026-04-03T00:00:00Z").await, 1);

        let approval = Approval { by: "lee".to_owned(), at: at("2026-04-02T10:00:00Z") };
        let approved = CancelRequestChange {
            approval: Some(approval.clone()),
            lease: toss_recon::store::LeaseChange::Take(lease("2026-04-02T10:01:00Z")),
            ..CancelRequestChange::to(Status::Requested)
        };
        let approved = moved(&database, &waiting, approved).await;
        assert_eq!((&approved.approval, &approved.body), (&Some(approval), &waiting.body));
        assert_eq!(approved.expires_at(), None);
        let found = database.store.cancel_request(&request.id).await;
        assert_eq!(found, Ok(Some(approved)));
    }

    async fn the_database_takes_no_approval_by_the_requester(database) {
        recorded(&database, &new_cancel_request("p", "k-1")).await;
        assert!(database.refuses("UPDATE cancel_requests SET approved_by = 'kim', approved_at = 0").await);
        assert!(!database.refuses("UPDATE cancel_requests SET approved_by = 'lee', approved_at = 0").await);
    }

    async fn requests_outlive_the_change_of_their_table_there_and_back(database) {
        let request = recorded(&database, &new_cancel_request("p", "k-1")).await;
        let sent = moved(&database, &request, crate::samples::sending("2026-04-02T00:00:01Z")).await;
        let waiting = recorded(&database, &new_cancel_request("q", "k-2")).await;
        moved(&database, &waiting, waits()).await;
        let indexes = if database.is_postgres() {
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'cancel_requests'"
        } else {
            "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'cancel_requests'"
        };
        let before = database.number(indexes).await;
        let changes = Migrator::migrations();
        let later = changes.iter().skip_while(|change| change.name() != "m20261122_000022_approvals").count();
        let steps = u32::try_from(later).expect("a few");
        Migrator::down(&database.raw, Some(steps)).await.expect("it is taken back");
        let refused = database.raw.execute_unprepared("UPDATE cancel_requests SET status = 'AWAITING_APPROVAL'").await;
        assert!(refused.is_err(), "the table of before knows no waiting");
        database.store.migrate().await.expect("it is made again");
        let found = database.store.cancel_request(&sent.id).await;
        // What was a plain hash before is erased on the way.
        let content = None;
        assert_eq!(found, Ok(Some(CancelRequest { content, ..sent })));
        let ended = database.store.cancel_request(&waiting.id).await.expect("an answer").expect("the request");
        assert_eq!((ended.status, ended.body), (Status::Rejected, None));
        assert_eq!(ended.error.map(|error| error.code), Some("NEVER_SENT".to_owned()));
        let third = new_cancel_request("p", "k-3");
        assert!(matches!(create(&database, &third).await, Created::InFlight(_)), "the rules are back too");
        assert_eq!(database.number(indexes).await, before);
        assert!(database.refuses("UPDATE cancel_requests SET status = 'LOST'").await);
    }
}
