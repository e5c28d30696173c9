//! What is not due, or never will be: an unknown cycle, a test key, and methods that Toss never settles.

use reconciliation::{
    Currency, EventPayout, Money, NoPayoutDate, PaymentMethod, SettlementCycle, Verdict,
};
use toss_recon::merchants::{Merchant, Merchants};
use toss_recon::store::Source;
use toss_sim::{Contract, NewPayment, Settings, SimClock, TossSim};

use super::{Desk, day, days, errors, stands};
use crate::support::{Engine, MID, SECRET_KEY, empty_shop, instant, merchants, on_both_databases};

on_both_databases!(
    a_monthly_merchants_first_month_is_pending_until_it_is_over,
    a_weekly_merchant_with_few_rows_is_not_called_late,
    money_under_a_test_key_is_neither_due_nor_owed,
    a_method_that_is_never_settled_is_waited_for_by_nobody,
);

/// A shop whose sales Toss closes by that cycle, at that instant.
async fn shop(cycle: toss_sim::SettlementCycle, now: &str, secret_key: &str) -> TossSim {
    let contract = Contract {
        cycle,
        ..Contract::default()
    };
    TossSim::start(Settings {
        clock: SimClock::manual(instant(now)),
        merchants: vec![toss_sim::Merchant::new(MID, secret_key).settled(contract)],
        ..Settings::default()
    })
    .await
    .unwrap()
}

/// The shop's merchant, with what the test changes of its settings.
fn changed(sim: &TossSim, change: impl FnOnce(&mut Merchant)) -> Merchants {
    let mut merchant = merchants(sim).all()[0].clone();
    change(&mut merchant);
    Merchants::new(vec![merchant])
}

fn pay(sim: &TossSim, order: &str, won: i64, at: &str) {
    sim.console()
        .pay(NewPayment::card(order, won).at(instant(at)));
}

async fn read(desk: &Desk, from: &str, to: &str) {
    for source in Source::ALL {
        desk.import(&days(day(from), day(to), source)).await;
    }
    desk.catch_up().await;
}

async fn payouts(desk: &Desk, order: &str) -> Vec<EventPayout> {
    let key = desk.key(order);
    let stored = desk.store().payments(std::slice::from_ref(&key)).await;
    let stored = std::sync::Arc::clone(&stored.unwrap()[&key]);
    let told = desk.reconciler.of_payments(&[stored]).await.unwrap();
    told[&key].reconciliation.payouts.clone()
}

fn assert_unknown(payouts: &[EventPayout]) {
    let [payout] = payouts else {
        panic!("one payout: {payouts:?}");
    };
    assert_eq!((payout.sold_date, payout.paid_out_date), (None, None));
    assert_eq!(payout.reason, Some(NoPayoutDate::CycleUnknown));
}

async fn a_monthly_merchants_first_month_is_pending_until_it_is_over(engine: Engine) {
    let monthly = toss_sim::SettlementCycle::Monthly;
    let sim = shop(monthly, "2026-03-27T12:00:00+09:00", SECRET_KEY).await;
    for number in 2..7 {
        let at = format!("2026-03-{number:02}T10:00:00+09:00");
        pay(&sim, &format!("order-{number}"), 10_000, &at);
    }
    let unknown = changed(&sim, |merchant| merchant.settlement_cycle = None);
    let desk = Desk::open_with(sim, engine, unknown).await;
    read(&desk, "2026-03-01", "2026-03-27").await;
    for number in 2..7 {
        let order = format!("order-{number}");
        let record = desk.verdict(&order).await;
        assert_eq!(stands(&record), Some(Verdict::Pending), "{record:?}");
        assert_eq!(record.due_at, Some(instant("2026-04-03T00:00:00+09:00")));
        assert_unknown(&payouts(&desk, &order).await);
    }
    let through = (day("2026-03-01"), day("2026-06-30"));
    let forecast = desk.reconciler.payout_days(through, None).await.unwrap();
    assert!(forecast.is_empty(), "{forecast:?}");
    desk.assert_confirmed().await;
    desk.sim.clock().set(instant("2026-04-03T09:00:00+09:00"));
    read(&desk, "2026-03-01", "2026-04-03").await;
    let record = desk.verdict("order-2").await;
    assert_eq!(stands(&record), Some(Verdict::Reconciled), "{record:?}");
    let settled = payouts(&desk, "order-2").await;
    assert_eq!(settled[0].sold_date, Some(day("2026-03-31")));
    desk.assert_confirmed().await;
}

async fn a_weekly_merchant_with_few_rows_is_not_called_late(engine: Engine) {
    let reported =
        include_str!("../../fixtures/cases/reported/34-weekly-merchant-called-late.json");
    let reported: serde_json::Value = serde_json::from_str(reported).unwrap();
    let expected = reported["expected"].as_str().unwrap();
    assert!(expected.starts_with("PENDING; payouts without sold and paid-out date"));
    let weekly = toss_sim::SettlementCycle::Weekly;
    let sim = shop(weekly, "2026-03-22T12:00:00+09:00", SECRET_KEY).await;
    for (number, date) in ["02", "03", "09", "10", "16", "17"].into_iter().enumerate() {
        let at = format!("2026-03-{date}T10:00:00+09:00");
        pay(&sim, &format!("order-{number}"), 1_000, &at);
    }
    pay(&sim, "order-young", 5_000, "2026-03-16T11:00:00+09:00");
    let unknown = changed(&sim, |merchant| merchant.settlement_cycle = None);
    let desk = Desk::open_with(sim, engine, unknown).await;
    // Toss lists rows ahead: those of this week under its Sunday, which is not read.
    read(&desk, "2026-03-01", "2026-03-21").await;
    let young = desk.verdict("order-young").await;
    assert_eq!(stands(&young), Some(Verdict::Pending), "{young:?}");
    assert!(errors(&young).is_empty());
    assert_unknown(&payouts(&desk, "order-young").await);
    let settled = desk.verdict("order-0").await;
    assert_eq!(stands(&settled), Some(Verdict::Reconciled), "{settled:?}");
    desk.assert_confirmed().await;
    // By a daily contract it would have been late for days.
    let daily = changed(&desk.sim, |merchant| {
        merchant.settlement_cycle = Some(SettlementCycle::Daily);
    });
    let daily = super::reconciler_of(&desk.sim, desk.store(), &daily);
    daily.catch_up(std::time::Duration::MAX).await.unwrap();
    let young = desk.verdict("order-young").await;
    assert_eq!(stands(&young), Some(Verdict::Discrepant), "{young:?}");
}

async fn money_under_a_test_key_is_neither_due_nor_owed(engine: Engine) {
    let sim = empty_shop().await;
    pay(&sim, "order-test", 10_000, "2026-03-10T10:00:00+09:00");
    // The rows that the lists have are then samples.
    let test = changed(&sim, |merchant| merchant.has_test_key = true);
    let desk = Desk::open_with(sim, engine, test).await;
    desk.import(&days(
        day("2026-03-10"),
        day("2026-03-20"),
        Source::Transactions,
    ))
    .await;
    // A live key has read the day before it was taken for a test key.
    crate::support::mirror(&desk.sim, desk.store(), 5_000)
        .import(
            &days(day("2026-03-10"), day("2026-03-10"), Source::Settlements),
            |_| {},
        )
        .await
        .unwrap();
    desk.catch_up().await;
    assert_eq!(desk.database.count("settlements").await, 1);
    let record = desk.verdict("order-test").await;
    assert_eq!(stands(&record), Some(Verdict::Incomplete));
    let [found] = &record.discrepancies[..] else {
        panic!("one gap: {record:?}");
    };
    assert!(found.explanation.contains("test key"), "{found:?}");
    let sums = record.payment.unwrap().sums;
    let zero = Money::zero(Currency::KRW);
    assert_eq!((sums.settled, sums.unsettled()), (zero, Ok(zero)));
    assert!(record.unsettled.is_empty());
    assert!(payouts(&desk, "order-test").await.is_empty());
    let through = (day("2026-03-01"), day("2026-06-30"));
    let paid = desk.reconciler.payout_days(through, None).await.unwrap();
    assert!(paid.is_empty(), "{paid:?}");
    let summaries = desk.reconciler.summaries(through, None).await.unwrap();
    assert_eq!(summaries[0].sums.unsettled(), Ok(zero));
    desk.assert_confirmed().await;
}

async fn a_method_that_is_never_settled_is_waited_for_by_nobody(engine: Engine) {
    let reported =
        include_str!("../../fixtures/cases/reported/22-method-that-toss-never-settles.json");
    assert!(reported.contains("no SETTLEMENT_MISSING, payouts empty"));
    let sim = empty_shop().await;
    let at = instant("2026-03-10T10:00:00+09:00");
    for order in ["order-pp0", "order-pp1", "order-pp2"] {
        sim.console().pay(NewPayment::overseas(order, 2_000).at(at));
    }
    pay(&sim, "order-card", 10_000, "2026-03-10T11:00:00+09:00");
    let without = changed(&sim, |merchant| {
        merchant.unsettled_methods = vec![PaymentMethod::ForeignEasyPay];
    });
    let desk = Desk::open_with(sim, engine, without).await;
    let all = "DELETE FROM settlements WHERE currency = 'USD'";
    read(&desk, "2026-03-09", "2026-03-19").await;
    desk.database.execute(all).await;
    desk.reconciler.recompute_all(|_| {}).await.unwrap();
    for order in ["order-pp0", "order-pp1", "order-pp2"] {
        let record = desk.verdict(order).await;
        assert_eq!(stands(&record), Some(Verdict::Reconciled), "{record:?}");
        assert!(errors(&record).is_empty() && record.unsettled.is_empty());
        assert_eq!(record.payment.unwrap().sums.unsettled().unwrap().minor(), 0);
        assert!(payouts(&desk, order).await.is_empty());
    }
    let card = desk.verdict("order-card").await;
    assert_eq!(stands(&card), Some(Verdict::Reconciled));
    assert_eq!(payouts(&desk, "order-card").await.len(), 1);
    desk.assert_confirmed().await;
    // Without the setting they are missed.
    let reconciler = super::reconciler(&desk.sim, desk.store());
    reconciler.catch_up(std::time::Duration::MAX).await.unwrap();
    let missed = desk.verdict("order-pp1").await;
    assert_eq!(errors(&missed), ["SETTLEMENT_MISSING"].into());
}
