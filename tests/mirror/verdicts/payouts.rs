//! What each day pays out, past and to come, and what is learned of a merchant's contract.

use reconciliation::{Currency, Money, PayoutBasis, SettlementCycle};
use toss_recon::store::Source;
use toss_sim::{CancelByHand, NewPayment, Scenario};

use super::{Desk, day, days};
use crate::support::{Engine, MONTH, empty_shop, instant, month, on_both_databases};

on_both_databases!(
    a_sale_and_its_cancel_are_forecast_before_any_row_exists,
    past_days_are_the_sums_of_their_rows,
    the_contract_is_learned_from_the_rows,
);

async fn desk(engine: Engine) -> Desk {
    let sim = empty_shop().await;
    sim.play(
        Scenario::by_name("clean_month").unwrap(),
        MONTH.0.parse().unwrap(),
    );
    let desk = Desk::open(sim, engine).await;
    desk.import(&month()).await;
    desk
}

async fn a_sale_and_its_cancel_are_forecast_before_any_row_exists(engine: Engine) {
    let desk = desk(engine).await;
    // A Friday. Five business days later is the next one.
    let friday = day("2026-03-20");
    let paid_out = day("2026-03-27");
    let at = |time: &str| instant(&format!("2026-03-20T{time}+09:00"));
    let sold = NewPayment::card("order-friday", 15_000).at(at("10:00:00"));
    desk.sim.console().pay(sold);
    let part = CancelByHand::part(toss_sim::Amount::won(4_000), "고객 변심").at(at("11:00:00"));
    desk.sim.console().cancel("order-friday", &part).unwrap();
    desk.import(&days(friday, friday, Source::Transactions))
        .await;
    desk.catch_up().await;
    let found = desk
        .reconciler
        .payout_days((friday, day("2026-04-30")), None)
        .await
        .unwrap();
    let forecast: Vec<_> = found
        .iter()
        .filter(|day| day.basis == PayoutBasis::Forecast)
        .collect();
    let [forecast] = &forecast[..] else {
        panic!("one day is forecast: {forecast:#?}");
    };
    let won = |won| Money::from_minor(won, Currency::KRW);
    assert_eq!(forecast.paid_out_date, paid_out);
    assert_eq!((forecast.payment_count, forecast.cancel_count), (1, 1));
    assert_eq!(
        (forecast.gross, forecast.cancels),
        (won(15_000), won(-4_000))
    );
    assert_eq!((forecast.fee, forecast.pay_out), (won(0), won(11_000)));
    // The payment itself says the same day.
    let key = desk.key("order-friday");
    let stored = desk
        .store()
        .payments(std::slice::from_ref(&key))
        .await
        .unwrap();
    let told = desk
        .reconciler
        .of_payments(&[std::sync::Arc::clone(&stored[&key])])
        .await
        .unwrap();
    for payout in &told[&key].reconciliation.payouts {
        assert_eq!(payout.basis, PayoutBasis::Forecast);
        assert_eq!(payout.paid_out_date, Some(paid_out));
    }
}

async fn past_days_are_the_sums_of_their_rows(engine: Engine) {
    let desk = desk(engine).await;
    let found = desk
        .reconciler
        .payout_days((day("2026-02-01"), day("2026-12-31")), None)
        .await
        .unwrap();
    let dates: Vec<_> = found.iter().map(|day| day.paid_out_date).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "newest first: {dates:?}");
    assert!(found.iter().all(|day| day.basis == PayoutBasis::Settled));
    let counted: u64 = found
        .iter()
        .map(|day| day.payment_count + day.cancel_count)
        .sum();
    let rows = desk.database.count("settlements").await;
    assert_eq!(counted, rows.unsigned_abs());
    let paid: i64 = found.iter().map(|day| day.pay_out.minor()).sum();
    let sum = "SELECT CAST(SUM(pay_out_amount) AS text) FROM settlements";
    assert_eq!(desk.database.texts(sum).await, [paid.to_string()]);
    for day in &found {
        let gross = day.gross.plus(day.cancels).unwrap();
        assert_eq!(gross.minus(day.fee).unwrap(), day.pay_out, "{day:?}");
    }
    let none = desk
        .reconciler
        .payout_days((day("2026-02-01"), day("2026-12-31")), Some(&[]));
    assert!(none.await.unwrap().is_empty());
}

async fn the_contract_is_learned_from_the_rows(engine: Engine) {
    let desk = desk(engine).await;
    let cycles = desk.reconciler.settlement_cycles(None).await.unwrap();
    let cards = cycles
        .iter()
        .find(|cycle| cycle.method_label.as_deref() == Some("카드"))
        .expect("cards are known");
    let lag = cards.learned.lag.unwrap();
    assert_eq!(lag.business_days, 5);
    assert!(lag.rows > 80 && lag.agreeing == lag.rows, "{lag:?}");
    let rate = cards.learned.hit_rate;
    assert!(rate.forecast > 60 && rate.hits == rate.forecast, "{rate:?}");
    assert_eq!(cards.learned.cycle, Some(SettlementCycle::Daily));
    // The test's own merchant is configured as daily.
    assert_eq!(cards.configured.cycle, Some(SettlementCycle::Daily));
    assert_eq!(cards.configured.payout_business_days, None);
}
