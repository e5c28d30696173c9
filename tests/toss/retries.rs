//! How often a question is asked, counted where it arrives.

use std::time::{Duration, Instant};

use reconciliation::{KstDate, PaymentKey};
use toss_recon::toss::{
    RetrySchedule, SettlementDate, SettlementPage, Toss, TossError, TransactionPage,
};

use crate::fixtures::fixture;
use crate::server::{Reply, Server, nobody};

fn key() -> PaymentKey {
    PaymentKey::parse("tdemo20260303101500aB3d1").expect("a payment key")
}

fn payment() -> String {
    fixture("toss/payment_card_done.json")
}

#[tokio::test]
async fn temporary_faults_are_asked_about_three_times_and_lasting_ones_once() {
    let half = payment();
    for (reply, times) in [
        (Reply::error(500, "COMMON_ERROR"), 3),
        (Reply::error(500, "CODE_OF_TOMORROW"), 3),
        (Reply::html(502), 3),
        (Reply::Whole(429, "text/plain", Vec::new()), 3),
        (Reply::error(429, "CODE_OF_TOMORROW"), 3),
        (Reply::error(403, "FORBIDDEN_CONSECUTIVE_REQUEST"), 3),
        (Reply::error(400, "PROVIDER_ERROR"), 3),
        (Reply::html(200), 3),
        (Reply::json(200, "[]"), 3),
        (Reply::json(200, &payment().replace("15000", "\"much\"")), 3),
        (
            Reply::json(200, &fixture("toss/payment_card_canceled.json")),
            3,
        ),
        (Reply::Half(200, half), 3),
        (Reply::Reset, 3),
        (Reply::error(404, "NOT_FOUND_PAYMENT"), 1),
        (Reply::error(400, "INVALID_REQUEST"), 1),
        (Reply::error(401, "UNAUTHORIZED_KEY"), 1),
        (Reply::error(403, "INCORRECT_BASIC_AUTH_FORMAT"), 1),
        (Reply::error(403, "CODE_OF_TOMORROW"), 1),
        (Reply::html(404), 1),
        (Reply::html(400), 1),
    ] {
        let server = Server::start([reply.clone()]).await;
        let outcome = server.toss().payment(&key()).await;
        assert!(outcome.is_err(), "{reply:?}");
        assert_eq!(server.requests().len(), times, "{reply:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_first_good_answer_ends_the_asking() {
    for faults in [
        vec![],
        vec![Reply::html(502)],
        vec![Reply::Reset],
        vec![Reply::Half(200, payment())],
        vec![Reply::error(500, "COMMON_ERROR"), Reply::html(200)],
        vec![Reply::Whole(429, "text/plain", Vec::new()), Reply::Reset],
    ] {
        let asked = faults.len() + 1;
        let server = Server::start(faults.into_iter().chain([Reply::json(200, &payment())])).await;
        let read = server.toss().payment(&key()).await.expect("a payment");
        assert_eq!(read.payment.payment_key, key());
        assert_eq!(server.requests().len(), asked);
    }
}

#[tokio::test]
async fn a_lasting_refusal_behind_a_temporary_fault_ends_the_asking() {
    let replies = [Reply::html(502), Reply::error(404, "NOT_FOUND_PAYMENT")];
    let server = Server::start(replies).await;
    let error = server.toss().payment(&key()).await.expect_err("not found");
    assert!(error.is_not_found());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn silence_is_asked_about_once_more_only() {
    for reply in [Reply::Silence, Reply::HeadThenSilence] {
        let server = Server::start([reply.clone()]).await;
        let mut settings = server.settings();
        settings.timeout = Duration::from_millis(200);
        let began = Instant::now();
        let error = Toss::new(settings).expect("a client").payment(&key()).await;
        let after = Duration::from_millis(200);
        assert!(
            matches!(error, Err(TossError::TimedOut { after: told, .. }) if told == after),
            "{reply:?}"
        );
        assert!(began.elapsed() >= Duration::from_millis(400), "{reply:?}");
        assert_eq!(server.requests().len(), 2, "{reply:?}");
    }
}

#[tokio::test]
async fn a_list_is_waited_for_twice_as_long() {
    let server = Server::start([Reply::Silence]).await;
    let mut settings = server.settings();
    settings.timeout = Duration::from_millis(100);
    settings.retry.attempts = 1;
    let toss = Toss::new(settings).expect("a client");
    let day = KstDate::parse("2026-03-03").expect("a day");
    let settlements = toss
        .settlements(&SettlementPage {
            from: day,
            to: day,
            date_basis: SettlementDate::Sold,
            page: 1,
            size: 100,
        })
        .await;
    let transactions = toss
        .transactions(&TransactionPage {
            from: day.start(),
            to: day.next().start(),
            starting_after: None,
            limit: 100,
            first_position: 0,
        })
        .await;
    let twice = Duration::from_millis(200);
    for error in [settlements.err(), transactions.err()] {
        assert!(
            matches!(error, Some(TossError::TimedOut { after, .. }) if after == twice),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn the_schedule_bounds_the_attempts() {
    for (attempts, asked) in [(0, 1), (1, 1), (2, 2), (5, 5)] {
        let server = Server::start([Reply::html(502)]).await;
        let mut settings = server.settings();
        settings.retry = RetrySchedule {
            attempts,
            first_pause: Duration::ZERO,
        };
        let outcome = Toss::new(settings).expect("a client").payment(&key()).await;
        assert!(outcome.is_err());
        assert_eq!(server.requests().len(), asked);
    }
    let usual = RetrySchedule::default();
    assert_eq!(
        (usual.attempts, usual.first_pause),
        (3, Duration::from_millis(250))
    );
}

#[tokio::test]
async fn pauses_grow() {
    let server = Server::start([Reply::html(502)]).await;
    let mut settings = server.settings();
    settings.retry.first_pause = Duration::from_millis(20);
    let began = Instant::now();
    let outcome = Toss::new(settings).expect("a client").payment(&key()).await;
    assert!(outcome.is_err());
    assert!(
        began.elapsed() >= Duration::from_millis(20 + 80),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn nobody_there_is_told_as_it_is() {
    let error = nobody().await.payment(&key()).await.expect_err("nobody");
    assert!(
        matches!(&error, TossError::Unreachable { reason, .. } if reason.starts_with("no connection")),
        "{error}"
    );
    assert!(error.is_outage());
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("tdemo2026"),
        "the address is not repeated: {shown}"
    );
}
