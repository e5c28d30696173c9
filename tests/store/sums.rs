//! Maintained sums are the sums made from scratch, whatever was kept before.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use reconciliation::{
    BookedLine, BookedRow, CancelOrigin, Currency, DateBasis, Effect, KstDate, MId, Money,
    PaymentMethod, Verdict,
};
use toss_recon::store::{
    DatedBooks, PaymentSums, ReconciliationSums, VerdictRecord, VerdictSubject,
};

use crate::database::TestDatabase;
use crate::samples::{account, at, mid, transaction_key, won};
use crate::verdict_samples::{april, ever, moved, unsettled, verdict};

async fn every_verdict(database: &TestDatabase) -> Vec<VerdictRecord> {
    let mut subjects: Vec<VerdictSubject> = Vec::new();
    loop {
        let next = database.store.verdict_subjects(subjects.last(), 7).await;
        let next = next.expect("an answer");
        if next.is_empty() {
            break;
        }
        subjects.extend(next.into_iter().map(|due| due.subject));
    }
    let found = database.store.stored_verdicts(&subjects).await;
    found.expect("an answer").into_values().collect()
}

/// Holds the sums that are kept against those of the verdicts that are.
pub(crate) async fn are_those_of_the_verdicts(database: &TestDatabase) {
    let verdicts = every_verdict(database).await;
    let mut payments: BTreeMap<_, (u64, [i64; 7])> = BTreeMap::new();
    let mut events: BTreeMap<_, (u64, i64)> = BTreeMap::new();
    for record in &verdicts {
        for event in &record.unsettled {
            let place = (
                event.sold_date,
                format!("{:?}", event.kind),
                event.amount.currency().code(),
                event.mid.clone(),
                event.method_label.clone(),
            );
            let sum = events.entry(place).or_default();
            *sum = (sum.0 + 1, sum.1.wrapping_add(event.amount.minor()));
        }
        if let Some(payment) = &record.payment {
            let currency = payment.sums.paid.currency();
            let sum = payments
                .entry((payment.mid.clone(), currency, payment.verdict))
                .or_default();
            sum.0 += 1;
            for (sum, more) in sum.1.iter_mut().zip(numbers(&payment.sums)) {
                *sum = sum.saturating_add(more);
            }
        }
    }
    let kept = database.store.reconciliation_sums(ever(), None).await;
    let kept: Vec<_> = kept
        .expect("an answer")
        .into_iter()
        .map(|sums: ReconciliationSums| {
            let place = (sums.mid, sums.sums.paid.currency(), sums.verdict);
            (place, (sums.payments, numbers(&sums.sums)))
        })
        .collect();
    assert_eq!(kept, payments.into_iter().collect::<Vec<_>>());
    let kept = database.store.unsettled_sums(None).await;
    let kept: BTreeMap<_, _> = kept
        .expect("an answer")
        .into_iter()
        .map(|sums| {
            let place = (
                sums.sold_date,
                format!("{:?}", sums.kind),
                sums.amount.currency().code(),
                sums.mid,
                sums.method_label,
            );
            (place, (sums.events, sums.amount.minor()))
        })
        .collect();
    assert_eq!(kept, events);
    booked_days_are_those_of(database, &verdicts).await;
}

/// The sums of a day: payments, paid, refunded, settled, VAT and rows.
type OfDay = [i64; 6];

/// Holds the books by date against what their lines add up to.
async fn booked_days_are_those_of(database: &TestDatabase, verdicts: &[VerdictRecord]) {
    for basis in DateBasis::ALL {
        let mut expected: BTreeMap<(KstDate, MId, Currency), OfDay> = BTreeMap::new();
        for record in verdicts {
            let mut counted = BTreeSet::new();
            for line in &record.dated.lines {
                let row = line.row.as_ref();
                let day = match basis {
                    DateBasis::Transaction => line.cohort,
                    DateBasis::Event => line.day,
                    DateBasis::Sold => row.map(|row| row.sold_date),
                    DateBasis::PaidOut => row.map(|row| row.paid_out_date),
                };
                let Some(day) = day else { continue };
                let place = (day, line.mid.clone(), line.amount.currency());
                let is_first = counted.insert(place.clone()) && record.payment.is_some();
                let (paid, refunded) = match line.effect {
                    Effect::Paid => (line.amount.minor(), 0),
                    Effect::Refunded => (0, -line.amount.minor()),
                    _ => (0, 0),
                };
                let of_line = [
                    i64::from(is_first),
                    paid,
                    refunded,
                    row.map_or(0, |row| row.amount.minor()),
                    row.and_then(|row| row.vat).map_or(0, Money::minor),
                    i64::from(row.is_some()),
                ];
                let sums = expected.entry(place).or_default();
                for (sum, more) in sums.iter_mut().zip(of_line) {
                    *sum += more;
                }
            }
        }
        let mut kept: BTreeMap<(KstDate, MId, Currency), OfDay> = BTreeMap::new();
        let days = database.store.booked_days(basis, ever(), None).await;
        for of in days.expect("an answer") {
            let sums = kept
                .entry((of.day, of.mid, of.sums.currency()))
                .or_default();
            let of_day = [
                i64::try_from(of.payments).expect("few"),
                of.sums.paid.minor(),
                of.sums.effective_refund.minor(),
                of.sums.settled.minor(),
                of.sums.vat.minor(),
                i64::try_from(of.sums.rows).expect("few"),
            ];
            for (sum, more) in sums.iter_mut().zip(of_day) {
                *sum += more;
            }
        }
        assert_eq!(kept, expected, "{basis:?}");
    }
}

/// Books by date as chance has them: of one payment, in lines on few days.
fn any_books(random: &mut StdRng, is_payment: bool) -> DatedBooks {
    let mut day =
        || KstDate::parse(&format!("2026-03-0{}", random.random_range(1..4))).expect("a day");
    let days = [(); 12].map(|()| day());
    let mut days = days.into_iter().cycle();
    let mut next = || days.next().expect("a day");
    let unchecked = random.random_bool(0.3);
    let lines = (0..random.random_range(0..4)).map(|number| {
        let amount = random.random_range(1..900);
        let (effect, amount) = match number {
            0 => (Effect::Paid, won(amount)),
            _ => (Effect::Refunded, won(-amount)),
        };
        let row = random.random_bool(0.6).then(|| BookedRow {
            sold_date: next(),
            paid_out_date: next(),
            amount,
            fee: won(22),
            supply_amount: Some(won(20)),
            vat: random.random_bool(0.8).then(|| won(2)),
            pay_out: won(amount.minor() - 22),
        });
        BookedLine {
            mid: mid("tosspayments"),
            transaction_key: Some(transaction_key(&format!("t.{number}"))),
            listed_at: Some(at("2026-03-01T03:00:00Z")),
            day: random.random_bool(0.9).then(&mut next),
            cohort: is_payment.then(&mut next),
            effect,
            origin: (effect == Effect::Refunded).then_some(CancelOrigin::Elsewhere),
            amount,
            never_settled: won(0),
            row,
            payout_day: random.random_bool(0.5).then(&mut next),
            is_forecast: false,
        }
    });
    DatedBooks::new(Some(&PaymentMethod::Card), unchecked, lines.collect())
}

fn numbers(sums: &PaymentSums) -> [i64; 7] {
    [
        sums.paid,
        sums.effective_refund,
        sums.voided,
        sums.settled,
        sums.fee,
        sums.pay_out,
        sums.never_settled,
    ]
    .map(Money::minor)
}

/// A verdict as chance has it, on one of few payments.
fn any_verdict(random: &mut StdRng) -> VerdictRecord {
    let payment_key = format!("p{}", random.random_range(0..12));
    let stands = *Verdict::ALL.choose(random).expect("one of four");
    let mut record = verdict(&payment_key, stands);
    for number in 0..random.random_range(0..3) {
        let sold = format!("2026-04-0{}", random.random_range(1..4));
        let mut event = unsettled(&format!("t.{number}"), random.random_range(-9..9), &sold);
        event.method_label = random.random_bool(0.7).then(|| "카드".to_owned());
        record.unsettled.push(event);
    }
    let is_payment = !random.random_bool(0.1);
    record.dated = any_books(random, is_payment);
    if !is_payment {
        record.payment = None;
        return record;
    }
    let currency = *[Currency::KRW, Currency::USD].choose(random).expect("one");
    let merchant = mid(["tosspayments", "sec/ond"].choose(random).expect("one"));
    let began_at = format!(
        "2026-03-{}T{:02}:59:59Z",
        random.random_range(10..13),
        random.random_range(13..17)
    );
    let mut record = moved(record, &merchant, &account(), at(&began_at));
    if let Some(payment) = &mut record.payment {
        let mut any = || Money::from_minor(random.random_range(-1_000_000..1_000_000), currency);
        payment.sums = PaymentSums {
            paid: any(),
            effective_refund: any(),
            voided: any(),
            settled: any(),
            fee: any(),
            pay_out: any(),
            never_settled: any(),
        };
    }
    record
}

on_both! {
    async fn sums_of_verdicts_are_those_made_from_scratch(database) {
        for seed in 0..6 {
            let mut random = StdRng::seed_from_u64(seed);
            for _ in 0..8 {
                let records: Vec<VerdictRecord> = (0..random.random_range(1..6)).map(|_| any_verdict(&mut random)).collect();
                database.keep(&records).await;
                are_those_of_the_verdicts(&database).await;
            }
        }
    }

    async fn sums_are_told_by_day_in_seoul_and_by_merchant(database) {
        for (payment_key, merchant, began_at) in [
            ("a", "one", "2026-03-31T14:59:59.999Z"),
            ("b", "one", "2026-03-31T15:00:00Z"),
            ("c", "one", "2026-04-30T14:59:59.999Z"),
            ("d", "one", "2026-04-30T15:00:00Z"),
            ("e", "two", "2026-04-10T00:00:00Z"),
        ] {
            let record = moved(verdict(payment_key, Verdict::Pending), &mid(merchant), &account(), at(began_at));
            assert_eq!(database.keep(&[record]).await, 1);
        }
        let counts = async |mids: Option<&[reconciliation::MId]>| -> Vec<(String, u64, i64)> {
            let sums = database.store.reconciliation_sums(april(), mids).await.expect("an answer");
            sums.iter().map(|sums| (sums.mid.to_string(), sums.payments, sums.sums.paid.minor())).collect()
        };
        let (one, two) = (("one".to_owned(), 2, 44_800), ("two".to_owned(), 1, 22_400));
        assert_eq!(counts(None).await, [one, two.clone()]);
        assert_eq!(counts(Some(&[mid("two"), mid("three")])).await, [two]);
        assert_eq!(counts(Some(&[])).await, []);
    }

    async fn sums_that_run_over_are_right_again_once_the_cause_is_gone(database) {
        let paid = |payment_key: &str, minor| {
            let mut record = verdict(payment_key, Verdict::Reconciled);
            record.payment.as_mut().expect("a payment").sums.paid = won(minor);
            record.unsettled = vec![unsettled("t.1", minor, "2026-04-01")];
            record
        };
        database.keep(&[paid("a", i64::MAX), paid("b", 7)]).await;
        database.keep(&[paid("c", i64::MAX), paid("d", i64::MAX)]).await;
        are_those_of_the_verdicts(&database).await;
        database.keep(&[paid("a", 1), paid("c", 1), paid("d", 1)]).await;
        let sums = database.store.reconciliation_sums(ever(), None).await.expect("an answer");
        assert_eq!(sums[0].sums.paid, won(10));
        assert_eq!(database.store.unsettled_sums(None).await.expect("an answer")[0].amount, won(10));
    }
}
