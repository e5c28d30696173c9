//! Sums of payouts are the sums of the settlement rows that are stored, however days are replaced.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use reconciliation::{KstDate, Money, Settlement, SettlementKind};
use toss_recon::store::{AccountName, PageRequest, SettlementFilter, Toward};

use crate::database::TestDatabase;
use crate::samples::{Reading, at, day, mid, payment, settlement, won};
use crate::verdict_samples::ever;

/// Every settlement row that is stored.
async fn rows(database: &TestDatabase) -> Vec<Settlement> {
    let request = PageRequest {
        rows: 10_000,
        past: None,
        toward: Toward::Older,
    };
    let page = database
        .store
        .list_settlements(&SettlementFilter::default(), &request)
        .await
        .expect("an answer");
    page.rows
        .into_iter()
        .map(|(_, row)| row.settlement)
        .collect()
}

/// Holds the sums of payouts against the rows that are stored.
async fn are_those_of_the_rows(database: &TestDatabase) {
    let mut payouts: BTreeMap<_, (u64, [i64; 3])> = BTreeMap::new();
    let mut lags: BTreeMap<_, u64> = BTreeMap::new();
    for row in rows(database).await {
        let of_day = (
            row.paid_out_date,
            row.mid.clone(),
            row.amount.currency(),
            row.kind,
        );
        let sum = payouts.entry(of_day).or_default();
        sum.0 += 1;
        let amounts = [row.amount, row.shown_fee(), row.pay_out_amount];
        for (sum, more) in sum.1.iter_mut().zip(amounts) {
            *sum = sum.saturating_add(more.minor());
        }
        let approved = row
            .approved_at
            .filter(|_| row.kind == SettlementKind::Payment);
        let dates = (
            row.mid,
            row.method_label,
            approved.map(KstDate::of),
            row.sold_date,
            row.paid_out_date,
        );
        *lags.entry(dates).or_default() += 1;
    }
    let kept = database.store.payout_sums(ever(), None).await;
    let kept: Vec<_> = kept
        .expect("an answer")
        .into_iter()
        .map(|sums| {
            let of_day = (
                sums.paid_out_date,
                sums.mid,
                sums.amount.currency(),
                sums.kind,
            );
            let amounts = [sums.amount, sums.fee, sums.pay_out].map(Money::minor);
            (of_day, (sums.rows, amounts))
        })
        .collect();
    assert_eq!(kept, payouts.into_iter().collect::<Vec<_>>());
    let kept = database.store.settled_lags(ever().0).await;
    let kept: BTreeMap<_, _> = kept
        .expect("an answer")
        .into_iter()
        .map(|lag| {
            let dates = (
                lag.mid,
                lag.method_label,
                lag.event_date,
                lag.sold_date,
                lag.paid_out_date,
            );
            (dates, lag.rows)
        })
        .collect();
    assert_eq!(kept, lags);
}

/// A settlement row as chance has it, of one of few events of the sold date.
fn any_row(random: &mut StdRng, sold: &str) -> Settlement {
    let number = random.random_range(0..5);
    let mut row = settlement(&format!("p{number}"), &format!("t.{number}"));
    row.mid = mid(["tosspayments", "second"].choose(random).expect("one"));
    row.sold_date = day(sold);
    row.paid_out_date = day(&format!("2026-04-{}", random.random_range(10..13)));
    row.amount = won(random.random_range(-9_000..9_000));
    row.kind = Settlement::kind_of(row.amount, false);
    row.method_label = random.random_bool(0.5).then(|| "카드".to_owned());
    if random.random_bool(0.3) {
        row.fee = None;
    }
    if random.random_bool(0.3) {
        row.vat = None;
    }
    if random.random_bool(0.3) {
        row.fees = random.random_bool(0.5).then(Vec::new);
    }
    row.approved_at = match random.random_range(0..3) {
        0 => None,
        1 => Some(at("2026-03-31T14:59:59.999Z")),
        _ => Some(at("2026-03-31T15:00:00Z")),
    };
    row
}

on_both! {
    async fn payouts_are_the_sums_of_the_rows_however_days_are_replaced(database) {
        for seed in 0..4 {
            let mut random = StdRng::seed_from_u64(seed);
            for step in 0..8_u32 {
                let sold = ["2026-04-01", "2026-04-02"].choose(&mut random).expect("one");
                let rows = (0..random.random_range(0..6)).map(|_| any_row(&mut random, sold)).collect();
                let digest: &'static str = format!("{seed}-{step}").leak();
                let mut reading = Reading::of(payment("p")).with_day(sold, rows, digest);
                // Two accounts list the same merchants, and take each other's rows over.
                reading.account = AccountName::new(["one", "two"].choose(&mut random).expect("one"));
                reading.read_at = at("2026-04-20T00:00:00Z") + chrono::TimeDelta::hours(i64::from(step) + seed.cast_signed() * 100);
                reading.save(&database.store).await.expect("it is saved");
                are_those_of_the_rows(&database).await;
            }
        }
    }

    async fn absurd_amounts_do_not_keep_a_day_from_being_stored(database) {
        const MOST: i64 = 9_007_199_254_740_991;
        let rows: Vec<Settlement> = (0..1_100)
            .map(|number| Settlement {
                amount: won(-MOST),
                pay_out_amount: won(if number % 2 == 0 { MOST } else { -MOST }),
                ..settlement("p", &format!("t.{number}"))
            })
            .collect();
        let reading = Reading::of(payment("p")).with_day("2026-04-01", rows, "1");
        reading.save(&database.store).await.expect("it is saved");
        let sums = database.store.payout_sums(ever(), None).await.expect("an answer");
        assert_eq!((sums.len(), sums[0].rows), (1, 1_100));
        assert_eq!((sums[0].amount, sums[0].pay_out), (won(-i64::MAX), won(0)));
        assert_eq!(sums[0].fee, won(-330 * 1_100));
    }

    async fn payouts_are_told_by_paid_out_date_and_merchant(database) {
        let paid_out = |transaction: &str, text: &str| Settlement { paid_out_date: day(text), ..settlement("p", transaction) };
        let rows = vec![
            paid_out("t.1", "2026-04-09"), paid_out("t.2", "2026-04-10"), paid_out("t.3", "2026-04-11"),
            Settlement { mid: mid("second"), ..paid_out("t.4", "2026-04-10") },
        ];
        Reading::of(payment("p")).with_day("2026-04-01", rows, "1").save(&database.store).await.expect("it is saved");
        let ninth_and_tenth = (day("2026-04-09"), day("2026-04-10"));
        let sums = database.store.payout_sums(ninth_and_tenth, None).await.expect("an answer");
        let days: Vec<_> = sums.iter().map(|sums| (sums.paid_out_date, sums.mid.clone())).collect();
        let usual = || mid("tosspayments");
        assert_eq!(days, [(day("2026-04-09"), usual()), (day("2026-04-10"), mid("second")), (day("2026-04-10"), usual())]);
        let sums = database.store.payout_sums(ninth_and_tenth, Some(&[mid("second")])).await.expect("an answer");
        assert_eq!(sums.len(), 1);
        assert_eq!(database.store.settled_lags(day("2026-04-10")).await.expect("an answer").len(), 3);
    }
}
