//! What goes wrong while Toss is read changes nothing in the end.

use toss_recon::store::Source;
use toss_sim::{Endpoint, Fault, FaultKind};

use crate::support::{
    Engine, TestDatabase, assert_same, mirror, month, on_both_databases, steady_shop, undisturbed,
};

on_both_databases!(
    passing_faults_leave_the_rows_of_an_undisturbed_run,
    a_refused_cursor_costs_only_time,
    a_row_that_moves_between_pages_is_not_lost,
    a_lasting_fault_ends_the_import_and_the_next_one_goes_on,
);

async fn passing_faults_leave_the_rows_of_an_undisturbed_run(engine: Engine) {
    let sim = steady_shop().await;
    let whole = undisturbed(&sim, engine).await;
    for kind in [
        FaultKind::Status(429),
        FaultKind::Status(500),
        FaultKind::HalfBody,
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

async fn a_lasting_fault_ends_the_import_and_the_next_one_goes_on(engine: Engine) {
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
