//! What goes wrong while Toss is read changes nothing in the end.

use std::time::Duration;

use toss_recon::store::Source;
use toss_recon::sync::{Import, Mirror};
use toss_sim::{Endpoint, Fault, FaultKind, TransactionChange, TransactionTrouble};

use crate::support::{
    Engine, TestDatabase, assert_same, clock, day, merchants_behind_a_revoked_one, mirror,
    mirror_with, month, on_both_databases, settings, steady_shop, undisturbed,
};

on_both_databases!(
    passing_faults_leave_the_rows_of_an_undisturbed_run,
    a_refused_cursor_costs_only_time,
    a_row_that_moves_between_pages_is_not_lost,
    a_refused_key_ends_the_reading_of_that_list_and_the_next_import_goes_on,
    a_storm_of_429_is_outlasted,
    a_row_that_stands_twice_is_kept_once,
    slow_answers_are_waited_for_and_silence_is_asked_about_again,
    rows_that_come_late_are_counted_as_such,
    a_day_long_past_is_read_again_on_demand,
    rows_that_cannot_be_read_hide_no_others_and_go_once_they_can,
    one_bad_day_keeps_no_other_from_being_imported,
    several_bad_days_in_a_row_end_the_reading_of_that_list,
    a_key_that_is_refused_keeps_no_other_merchant_from_being_imported,
    a_page_of_settlements_that_is_repeated_for_ever_is_not_a_day,
);

async fn passing_faults_leave_the_rows_of_an_undisturbed_run(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    for kind in [
        FaultKind::Status(429),
        FaultKind::Status(500),
        FaultKind::HalfBody,
        FaultKind::CutOff,
        FaultKind::Html,
        FaultKind::Drop,
    ] {
        let database = TestDatabase::open(engine).await;
        for (endpoint, skip) in [(Endpoint::Transactions, 4), (Endpoint::Settlements, 9)] {
            let fault = Fault::next(endpoint, kind.clone()).after(skip).times(3);
            sim.faults().add(fault);
        }
        mirror(&sim, &database.store, 3)
            .import(&month(), |_| {})
            .await
            .unwrap();
        assert_eq!(sim.faults().remaining(), 0, "{kind:?} came");
        assert_same(&database.content().await, &whole, &format!("{kind:?}"));
    }
}

async fn a_refused_cursor_costs_only_time(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    for code in ["INVALID_TRANSACTION_KEY", "INVALID_PAGING_KEY"] {
        let database = TestDatabase::open(engine).await;
        // The second call of a day goes on from the first one's last row, while pages have two rows.
        let refusal = FaultKind::Refusal(code.to_owned());
        sim.faults()
            .add(Fault::next(Endpoint::Transactions, refusal).after(1));
        mirror(&sim, &database.store, 2)
            .import(&month(), |_| {})
            .await
            .unwrap();
        assert_eq!(sim.faults().remaining(), 0);
        assert_same(&database.content().await, &whole, code);
    }
}

async fn a_row_that_moves_between_pages_is_not_lost(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    let database = TestDatabase::open(engine).await;
    sim.faults()
        .add(Fault::next(Endpoint::Settlements, FaultKind::RowMoves).times(12));
    mirror(&sim, &database.store, 2)
        .import(&month(), |_| {})
        .await
        .unwrap();
    assert_same(&database.content().await, &whole, "in the end");
}

async fn a_refused_key_ends_the_reading_of_that_list_and_the_next_import_goes_on(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    let database = TestDatabase::open(engine).await;
    let mirror = mirror(&sim, &database.store, 5_000);
    let refusal = FaultKind::Refusal("UNAUTHORIZED_KEY".to_owned());
    sim.faults()
        .add(Fault::next(Endpoint::Transactions, refusal).after(10));
    let error = mirror
        .import(&month(), |_| {})
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("transactions of 2026-02-28"), "{error}");
    assert!(error.contains("UNAUTHORIZED_KEY"), "{error}");
    let coverage = mirror.coverage().await.unwrap();
    let transactions = coverage
        .iter()
        .find(|coverage| coverage.source == Source::Transactions)
        .unwrap();
    let gap = transactions.extent.gaps[0];
    assert_eq!(
        (gap.from.to_string(), gap.to.to_string()),
        ("2026-02-28".to_owned(), "2026-03-19".to_owned())
    );
    sim.clear_requests();
    mirror.import(&month(), |_| {}).await.unwrap();
    let again = sim
        .requests()
        .iter()
        .filter(|request| request.path == "/v1/transactions")
        .count();
    assert_eq!(again, 20, "ten days were read before");
    assert_same(&database.content().await, &whole, "in the end");
}

async fn a_storm_of_429_is_outlasted(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    let database = TestDatabase::open(engine).await;
    // A question is asked twice and a day tried six times: eleven refusals in a row leave one answer.
    for (endpoint, skip) in [(Endpoint::Transactions, 3), (Endpoint::Settlements, 7)] {
        let storm = Fault::next(endpoint, FaultKind::Status(429));
        sim.faults().add(storm.after(skip).times(11));
    }
    mirror(&sim, &database.store, 5_000)
        .import(&month(), |_| {})
        .await
        .unwrap();
    assert_eq!(sim.faults().remaining(), 0);
    assert_same(&database.content().await, &whole, "after the storm");
}

async fn a_row_that_stands_twice_is_kept_once(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    for page_rows in [2, 5_000] {
        let database = TestDatabase::open(engine).await;
        let twice = Fault::next(Endpoint::Transactions, FaultKind::RowTwice);
        sim.faults().add(twice.times(1_000));
        mirror(&sim, &database.store, page_rows)
            .import(&month(), |_| {})
            .await
            .unwrap();
        let met = sim.requests();
        let met = met.iter().filter(|asked| asked.fault.is_some()).count();
        assert!(met > 20, "{met}");
        assert_same(
            &database.content().await,
            &whole,
            &format!("{page_rows} rows a page"),
        );
    }
}

/// Toss answers lists within 60 seconds. What is 50 seconds there is 1 here, where a list may take 1.2.
async fn slow_answers_are_waited_for_and_silence_is_asked_about_again(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    for (slow, asked_again) in [(1_000, 0), (2_000, 1)] {
        let database = TestDatabase::open(engine).await;
        for endpoint in [Endpoint::Transactions, Endpoint::Settlements] {
            let slow = FaultKind::Slow(Duration::from_millis(slow));
            sim.faults().add(Fault::next(endpoint, slow).after(5));
        }
        sim.clear_requests();
        mirror_with(&sim, &database.store, Duration::from_millis(600))
            .import(&month(), |_| {})
            .await
            .unwrap();
        for path in ["/v1/transactions", "/v1/settlements"] {
            let asked = sim
                .requests()
                .iter()
                .filter(|asked| asked.path == path)
                .count();
            assert_eq!(asked, 30 + asked_again, "{path}, slow by {slow} ms");
        }
        assert_same(&database.content().await, &whole, &format!("{slow} ms"));
    }
}

/// An order of the month's, the last of a day that has others too.
const LATE_ORDER: &str = "clean-card-26-3";
const LATE_DAY: &str = "2026-03-15";

async fn rows_that_come_late_are_counted_as_such(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    let database = TestDatabase::open(engine).await;
    let late = chrono::Duration::days(5);
    sim.faults().transaction(TransactionTrouble {
        order_id: LATE_ORDER.to_owned(),
        change: TransactionChange::Late(late),
    });
    let mirror = mirror(&sim, &database.store, 5_000);
    mirror.import(&month(), |_| {}).await.unwrap();
    let missing = whole.lines().count() - database.content().await.lines().count();
    assert_eq!(missing, 2, "a transaction and its payment");
    let passed = mirror.pass().await;
    assert_eq!((passed.late, passed.failed), (0, 0), "nothing came yet");
    // The day is five days ago, which is within the seven that are read again.
    sim.clock().advance(chrono::Duration::hours(13));
    let passed = mirror.pass().await;
    assert_eq!((passed.late, passed.failed), (1, 0));
    let found = format!("transactions WHERE order_id = '{LATE_ORDER}'");
    assert_eq!(database.count(&found).await, 1);
    sim.clock().advance(chrono::Duration::hours(13));
    assert_eq!(mirror.pass().await.late, 0, "it came once");
}

async fn a_day_long_past_is_read_again_on_demand(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    let database = TestDatabase::open(engine).await;
    sim.faults().transaction(TransactionTrouble {
        order_id: LATE_ORDER.to_owned(),
        change: TransactionChange::Late(chrono::Duration::days(40)),
    });
    let mirror = mirror(&sim, &database.store, 5_000);
    mirror.import(&month(), |_| {}).await.unwrap();
    sim.clock().advance(chrono::Duration::days(40));
    let import = Import {
        from: day(LATE_DAY),
        to: day(LATE_DAY),
        sources: vec![Source::Transactions],
    };
    let again = mirror.import(&import, |_| {}).await.unwrap();
    assert_eq!(again.changed, 0, "it was read completely");
    let again = mirror.import_again(&import, |_| {}).await.unwrap();
    assert_eq!(again.changed, 1);
    assert_same(&database.content().await, &whole, "in the end");
    let again = mirror.import_again(&month(), |_| {}).await.unwrap();
    assert_eq!(again.changed, 0, "nothing else came late");
}

/// How often a day is asked for before it is given up: twice in each of six attempts.
const QUESTIONS: u32 = 12;

async fn rows_that_cannot_be_read_hide_no_others_and_go_once_they_can(engine: Engine) {
    let sim = steady_shop().await;
    let database = TestDatabase::open(engine).await;
    for endpoint in [Endpoint::Transactions, Endpoint::Settlements] {
        let odd = Fault::next(endpoint, FaultKind::OddRow).times(100_000);
        sim.faults().add(odd);
    }
    // Several pages a day: each has its own, and a day of several pages is read until two readings agree.
    let mirror = mirror(&sim, &database.store, 5_000);
    let imported = mirror.import(&month(), |_| {}).await.unwrap();
    let odd = database.store.unreadable_rows(None, 1_000).await.unwrap();
    assert!(!odd.is_empty());
    let rows_in_all = (imported.transactions, imported.settlements);
    let asked = sim.requests().len();
    mirror.import(&month(), |_| {}).await.unwrap();
    // A day that is not over is read every time.
    let asked_again = sim.requests().len() - asked;
    assert!(
        asked_again <= 2,
        "no day is read for them again: {asked_again}"
    );
    let again = mirror.import_again(&month(), |_| {}).await.unwrap();
    assert_eq!(again.changed, 0, "what cannot be read is kept as it came");
    assert_eq!((again.transactions, again.settlements), rows_in_all);
    let named = mirror.coverage().await.unwrap();
    let faults = named.iter().flat_map(|list| &list.faults);
    assert!(faults.clone().all(|fault| fault.code == "UNREADABLE_ROW"));
    assert!(faults.count() > 1);
    // With the faults goes the row that the month lists twice.
    sim.faults().clear();
    let whole = undisturbed(&sim, engine).await;
    mirror.import_again(&month(), |_| {}).await.unwrap();
    assert_same(&database.content().await, &whole, "once they can be read");
    let odd = database.store.unreadable_rows(None, 1_000).await.unwrap();
    assert_eq!(odd, []);
}

async fn one_bad_day_keeps_no_other_from_being_imported(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    let database = TestDatabase::open(engine).await;
    let mirror = mirror(&sim, &database.store, 5_000);
    let bad = Fault::next(Endpoint::Transactions, FaultKind::CutOff);
    sim.faults().add(bad.after(9).times(QUESTIONS));
    let error = mirror.import(&month(), |_| {}).await.unwrap_err();
    let error = error.to_string();
    for words in [
        "transactions of 2026-02-27",
        "could not be read",
        "run it again",
    ] {
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(database.count("sync_windows").await, 59);
    sim.clear_requests();
    mirror.import(&month(), |_| {}).await.unwrap();
    // That day, and the settlements of yesterday, which are not complete yet.
    assert_eq!(sim.requests().len(), 2);
    assert_same(&database.content().await, &whole, "in the end");
}

async fn several_bad_days_in_a_row_end_the_reading_of_that_list(engine: Engine) {
    // What answers is not Toss, or fails whatever it is asked.
    for fault in [FaultKind::Html, FaultKind::Status(500)] {
        let sim = steady_shop().await;
        let database = TestDatabase::open(engine).await;
        let broken = Fault::next(Endpoint::Transactions, fault);
        sim.faults().add(broken.after(9).times(1_000));
        let error = mirror(&sim, &database.store, 5_000)
            .import(&month(), |_| {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains("2026-02-27"), "{error}");
        let requests = sim.requests();
        let asked = |path: &str| requests.iter().filter(|one| one.path == path).count();
        assert_eq!(asked("/v1/transactions"), 9 + 3 * QUESTIONS as usize);
        assert_eq!(asked("/v1/settlements"), 30, "the other list is read");
    }
}

async fn a_key_that_is_refused_keeps_no_other_merchant_from_being_imported(engine: Engine) {
    let sim = steady_shop().await;
    let database = TestDatabase::open(engine).await;
    let mirror = Mirror::new(
        database.store.clone(),
        merchants_behind_a_revoked_one(&sim),
        clock(&sim),
        settings(5_000),
    );
    let error = mirror.import(&month(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("UNAUTHORIZED_KEY"), "{error}");
    assert_eq!(database.count("sync_windows").await, 60);
    let requests = sim.requests();
    assert_eq!(
        requests.len(),
        2 + 60,
        "a refused key is asked once for a list"
    );
}

async fn a_page_of_settlements_that_is_repeated_for_ever_is_not_a_day(engine: Engine) {
    let sim = steady_shop().await;
    let database = TestDatabase::open(engine).await;
    let repeats = Fault::next(Endpoint::Settlements, FaultKind::PageRepeats);
    sim.faults().add(repeats.times(1_000));
    let one_day = Import {
        from: day(LATE_DAY),
        to: day(LATE_DAY),
        sources: vec![Source::Settlements],
    };
    let error = mirror(&sim, &database.store, 1)
        .import(&one_day, |_| {})
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has no end"), "{error}");
    assert_eq!(sim.requests().len(), 21, "the page, and twenty times again");
    assert_eq!(database.count("sync_windows").await, 0);
}
