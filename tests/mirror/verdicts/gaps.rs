//! What could not be read makes verdicts incomplete, and never anything better; reading it later heals them.

use reconciliation::Verdict;
use toss_recon::store::{PaymentVerdict, Source};
use toss_recon::sync::Import;
use toss_sim::{Endpoint, Fault, FaultKind, NewPayment, Scenario};

use super::{Desk, day, days, errors, stands, stored};
use crate::support::{Engine, MONTH, empty_shop, instant, month, on_both_databases};

on_both_databases!(
    a_page_that_cannot_be_read_leaves_nothing_reconciled_that_depends_on_it,
    a_day_of_settlements_that_was_not_read_is_named_and_heals,
    a_hole_that_comes_about_later_takes_verdicts_back,
    a_payment_that_was_only_read_itself_lacks_no_list_but_that_of_its_own_sold_date,
);

/// Whether all that was paid was given back, so that nothing more can happen to the payment.
fn is_all_back(payment: &PaymentVerdict) -> bool {
    payment.sums.paid == payment.sums.effective_refund
}

async fn clean_month() -> toss_sim::TossSim {
    let sim = empty_shop().await;
    sim.play(
        Scenario::by_name("clean_month").unwrap(),
        MONTH.0.parse().unwrap(),
    );
    sim
}

async fn a_page_that_cannot_be_read_leaves_nothing_reconciled_that_depends_on_it(engine: Engine) {
    let desk = Desk::open(clean_month().await, engine).await;
    // Everything up to the fifteenth day, then nothing more of that day's transactions.
    let fault = Fault::next(Endpoint::Transactions, FaultKind::HalfBody).times(200);
    desk.import(&days(day(MONTH.0), day("2026-03-03"), Source::Transactions))
        .await;
    desk.sim.faults().add(fault);
    let broken = days(day("2026-03-04"), day("2026-03-04"), Source::Transactions);
    desk.mirror.import(&broken, |_| {}).await.unwrap_err();
    desk.sim.faults().clear();
    desk.import(&days(day("2026-03-05"), day(MONTH.1), Source::Transactions))
        .await;
    desk.import(&days(day(MONTH.0), day(MONTH.1), Source::Settlements))
        .await;
    desk.catch_up().await;
    let missing = day("2026-03-04");
    let mut depend = 0;
    for record in stored(desk.store()).await.values() {
        let Some(payment) = &record.payment else {
            // Rows of that day whose payment is not known.
            assert_eq!(errors(record), ["SOURCE_GAP"].into(), "{record:?}");
            continue;
        };
        if payment.began_at < missing.next().start() {
            depend += 1;
            if is_all_back(payment) {
                continue;
            }
            assert_eq!(payment.verdict, Verdict::Incomplete, "{record:?}");
            assert!(
                record
                    .gaps
                    .iter()
                    .any(|gap| gap.from <= missing && missing <= gap.to)
            );
        } else {
            assert_ne!(payment.verdict, Verdict::Incomplete, "{record:?}");
        }
    }
    assert!(depend > 80, "{depend}");
    desk.import(&broken).await;
    desk.catch_up().await;
    for record in stored(desk.store()).await.values() {
        let verdict = stands(record);
        assert!(
            matches!(verdict, Some(Verdict::Reconciled | Verdict::Pending)),
            "{record:?}"
        );
    }
    desk.assert_confirmed().await;
}

async fn a_day_of_settlements_that_was_not_read_is_named_and_heals(engine: Engine) {
    let desk = Desk::open(clean_month().await, engine).await;
    let missing = day("2026-03-04");
    desk.import(&days(day(MONTH.0), day(MONTH.1), Source::Transactions))
        .await;
    desk.import(&days(day(MONTH.0), day("2026-03-03"), Source::Settlements))
        .await;
    desk.import(&days(day("2026-03-05"), day(MONTH.1), Source::Settlements))
        .await;
    desk.catch_up().await;
    let incomplete: Vec<_> = stored(desk.store())
        .await
        .into_values()
        .filter(|record| stands(record) == Some(Verdict::Incomplete))
        .collect();
    assert!(incomplete.len() > 3, "{}", incomplete.len());
    for record in &incomplete {
        let [gap] = &record.gaps[..] else {
            panic!("one gap: {record:?}");
        };
        assert_eq!(
            (gap.source, gap.from, gap.to),
            (Source::Settlements, missing, missing)
        );
        let [found] = &record.discrepancies[..] else {
            continue;
        };
        assert!(
            found.explanation.contains("2026-03-04"),
            "{}",
            found.explanation
        );
    }
    desk.import(&days(missing, missing, Source::Settlements))
        .await;
    assert!(desk.catch_up().await >= u64::try_from(incomplete.len()).unwrap());
    for record in stored(desk.store()).await.values() {
        assert_ne!(stands(record), Some(Verdict::Incomplete), "{record:?}");
    }
    desk.assert_confirmed().await;
}

async fn a_hole_that_comes_about_later_takes_verdicts_back(engine: Engine) {
    let desk = Desk::open(clean_month().await, engine).await;
    let first = Import {
        from: day(MONTH.0),
        to: day("2026-03-01"),
        ..month()
    };
    desk.import(&first).await;
    desk.catch_up().await;
    let reconciled = |kept: &std::collections::BTreeMap<_, _>| {
        let kept: Vec<_> = kept.values().map(stands).collect();
        kept.iter()
            .filter(|verdict| **verdict == Some(Verdict::Reconciled))
            .count()
    };
    assert!(reconciled(&stored(desk.store()).await) > 40);
    // A day later than the next one: what happened between is not known.
    desk.import(&days(
        day("2026-03-10"),
        day("2026-03-10"),
        Source::Transactions,
    ))
    .await;
    desk.catch_up().await;
    for record in stored(desk.store()).await.values() {
        let Some(payment) = &record.payment else {
            continue;
        };
        if payment.began_at < day("2026-03-02").start() && !is_all_back(payment) {
            assert_eq!(payment.verdict, Verdict::Incomplete, "{record:?}");
        }
    }
    desk.assert_confirmed().await;
    desk.import(&month()).await;
    desk.catch_up().await;
    for record in stored(desk.store()).await.values() {
        assert_ne!(stands(record), Some(Verdict::Incomplete), "{record:?}");
    }
    desk.assert_confirmed().await;
}

async fn a_payment_that_was_only_read_itself_lacks_no_list_but_that_of_its_own_sold_date(
    engine: Engine,
) {
    let sim = empty_shop().await;
    let at = instant("2026-03-10T10:00:00+09:00");
    sim.console()
        .pay(NewPayment::card("order-1", 15_000).at(at));
    let desk = Desk::open(sim, engine).await;
    desk.read_live(&[desk.key("order-1")]).await;
    desk.catch_up().await;
    let record = desk.verdict("order-1").await;
    let read = desk.database.count("sync_windows").await;
    assert_eq!(read, 1, "the live reading has read the sold date");
    assert_eq!(stands(&record), Some(Verdict::Reconciled), "{record:?}");
    desk.assert_confirmed().await;
    // What is cancelled now is due at once, although no list has it.
    desk.sim
        .console()
        .cancel("order-1", &toss_sim::CancelByHand::everything("고객 변심"))
        .unwrap();
    desk.read_live(&[desk.key("order-1")]).await;
    desk.catch_up().await;
    let record = desk.verdict("order-1").await;
    assert_eq!(stands(&record), Some(Verdict::Pending), "{record:?}");
    desk.assert_confirmed().await;
    let today = day("2026-03-20");
    desk.import(&days(today, today, Source::Transactions)).await;
    desk.catch_up().await;
    let record = desk.verdict("order-1").await;
    assert_eq!(stands(&record), Some(Verdict::Pending), "{record:?}");
    desk.assert_confirmed().await;
}
