//! Importing a range of days.

use toss_recon::store::Source;
use toss_recon::sync::{Import, Imported, Progress};
use toss_sim::NewPayment;

use crate::support::{
    Engine, TestDatabase, assert_same, day, empty_shop, instant, mirror, month, on_both_databases,
    shop, steady_shop, undisturbed,
};

on_both_databases!(
    everything_that_toss_lists_is_kept_once,
    a_second_run_changes_nothing_and_asks_for_nothing_that_was_complete,
    pages_of_any_size_leave_the_same_rows,
    a_page_with_two_merchants_is_filed_under_each,
    a_row_that_changed_keeps_what_it_said_before,
    a_payment_that_was_read_itself_is_not_overwritten_by_rows,
);

async fn everything_that_toss_lists_is_kept_once(engine: Engine) {
    let (sim, database) = (shop().await, TestDatabase::open(engine).await);
    let mut steps: Vec<Progress> = Vec::new();
    let imported = mirror(&sim, &database.store, 5_000)
        .import(&month(), |progress| steps.push(progress))
        .await
        .unwrap();
    let transactions = database.count("transactions").await;
    let settlements = database.count("settlements").await;
    assert!(
        transactions > 60 && settlements > 40,
        "{transactions} {settlements}"
    );
    assert_eq!(
        imported,
        Imported {
            transactions: transactions.unsigned_abs(),
            settlements: settlements.unsigned_abs(),
            days: 30,
            changed: (transactions + settlements).unsigned_abs(),
        }
    );
    let orphans = "(SELECT DISTINCT payment_key FROM transactions) AS seen";
    assert_eq!(
        database.count("payments").await,
        database.count(orphans).await
    );
    assert_eq!(
        steps.first().map(|step| (step.done, step.total)),
        Some((0, 60))
    );
    assert_eq!(
        steps.last().map(|step| (step.done, step.total)),
        Some((60, 60))
    );
}

async fn a_second_run_changes_nothing_and_asks_for_nothing_that_was_complete(engine: Engine) {
    let (sim, database) = (shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    let first = mirror.import(&month(), |_| {}).await.unwrap();
    let content = database.content().await;
    sim.clear_requests();
    let second = mirror.import(&month(), |_| {}).await.unwrap();
    assert_eq!(
        second,
        Imported {
            changed: 0,
            ..first
        }
    );
    assert_eq!(database.content().await, content);
    // The settlements of yesterday are not complete yet.
    let asked: Vec<String> = sim
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(asked, ["/v1/settlements"]);
}

async fn pages_of_any_size_leave_the_same_rows(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    for page_rows in [2, 3, 7] {
        let database = TestDatabase::open(engine).await;
        mirror(&sim, &database.store, page_rows)
            .import(&month(), |_| {})
            .await
            .unwrap();
        assert_same(
            &database.content().await,
            &whole,
            &format!("{page_rows} rows a page"),
        );
    }
}

async fn a_page_with_two_merchants_is_filed_under_each(engine: Engine) {
    let (sim, database) = (shop().await, TestDatabase::open(engine).await);
    mirror(&sim, &database.store, 5_000)
        .import(&month(), |_| {})
        .await
        .unwrap();
    let mids = database
        .texts("SELECT DISTINCT mid FROM transactions ORDER BY mid")
        .await;
    assert_eq!(mids.len(), 2, "{mids:?}");
    for table in ["payments", "settlements"] {
        let found = database
            .texts(&format!("SELECT DISTINCT mid FROM {table} ORDER BY mid"))
            .await;
        assert_eq!(found, mids, "{table}");
    }
}

async fn a_row_that_changed_keeps_what_it_said_before(engine: Engine) {
    let (sim, database) = (shop().await, TestDatabase::open(engine).await);
    let mirror = mirror(&sim, &database.store, 5_000);
    mirror.import(&month(), |_| {}).await.unwrap();
    assert_eq!(database.count("settlement_versions").await, 0);
    let first = sim.clock().now();
    // Reading every day again, as a trailing pass does.
    sim.clock().advance(chrono::Duration::hours(13));
    let second = sim.clock().now();
    let mut span = crate::support::settings(5_000);
    span.settlement_days = 40;
    let again = toss_recon::sync::Mirror::new(
        database.store.clone(),
        crate::support::merchants(&sim),
        crate::support::clock(&sim),
        span,
    );
    let passed = again.pass().await;
    assert_eq!((passed.late, passed.failed), (2, 0));
    let versions = database
        .texts(
            "SELECT orders.order_id || ' ' || versions.gone || ' ' || versions.read_at || ' ' || versions.replaced_at \
             FROM settlement_versions AS versions JOIN settlements AS orders ON orders.id = versions.settlement_id \
             ORDER BY 1",
        )
        .await;
    let gone = if matches!(engine, Engine::Sqlite) {
        "0"
    } else {
        "false"
    };
    let instants = format!(
        "{gone} {} {}",
        first.timestamp_millis(),
        second.timestamp_millis()
    );
    assert_eq!(
        versions,
        [
            format!("order-payout-moved {instants}"),
            format!("order-restated {instants}")
        ]
    );
}

async fn a_payment_that_was_read_itself_is_not_overwritten_by_rows(engine: Engine) {
    let (sim, database) = (empty_shop().await, TestDatabase::open(engine).await);
    let at = instant("2026-03-18T10:00:00+09:00");
    let key = sim
        .console()
        .pay(NewPayment::card("order-1", 15_000).at(at));
    let lookup = toss_recon::lookup::Lookup::new(
        database.store.clone(),
        crate::support::merchants(&sim),
        crate::support::clock(&sim),
    );
    let payment = toss_recon::lookup::PaymentRef::Key(key.parse_key());
    lookup
        .payment(&payment, std::time::Duration::ZERO)
        .await
        .unwrap()
        .unwrap();
    let import = Import {
        from: day("2026-03-18"),
        to: day("2026-03-18"),
        sources: vec![Source::Transactions],
    };
    mirror(&sim, &database.store, 5_000)
        .import(&import, |_| {})
        .await
        .unwrap();
    let stored = &database.store.payments(&[key.parse_key()]).await.unwrap()[&key.parse_key()];
    assert!(!stored.from_rows);
    assert!(stored.payment.total_amount.is_some());
}

trait ParseKey {
    fn parse_key(&self) -> reconciliation::PaymentKey;
}

impl ParseKey for String {
    fn parse_key(&self) -> reconciliation::PaymentKey {
        reconciliation::PaymentKey::parse(self).unwrap()
    }
}
