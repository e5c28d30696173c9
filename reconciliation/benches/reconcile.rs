//! Reconciling a mirror's payments: what a payment costs beside the walk of its rows.

#![expect(clippy::unwrap_used, reason = "the rows are the benchmark's own")]

use std::hint::black_box;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use reconciliation::{
    Books, BusinessCalendar, CancelRowAmounts, Contract, Contracts, Coverage, Currency, Effect,
    History, KstDate, ListedSettlement, MId, Money, OrderId, PaymentKey, PaymentStatus, Settlement,
    SettlementCycle, Stretch, Terms, Transaction, TransactionKey, Verdict, reconcile,
};

criterion_group!(benches, payments_of_a_mirror);
criterion_main!(benches);

/// 2.2 transaction rows and 1.2 settlement rows a payment, all of them in order.
fn payments_of_a_mirror(c: &mut Criterion) {
    let terms = terms();
    let as_of = start() + TimeDelta::days(40);
    for payments in [1_000_u32, 100_000] {
        let mirror = mirror(payments);
        let in_order =
            |books: &Books| reconcile(books, &terms, as_of).verdict == Verdict::Reconciled;
        assert!(mirror.iter().all(in_order));
        let mut group = c.benchmark_group(format!("payments/{payments}"));
        group
            .throughput(Throughput::Elements(u64::from(payments)))
            .sample_size(20);
        group.bench_function("reconcile", |b| {
            b.iter(|| {
                for books in &mirror {
                    black_box(reconcile(books, &terms, as_of));
                }
            });
        });
        group.bench_function("walk", |b| {
            b.iter(|| {
                for books in &mirror {
                    let rows = books.history.events().iter();
                    let rows = rows.map(|event| event.transaction.clone()).collect();
                    black_box(History::of(rows, CancelRowAmounts::OfTheCancel).ok());
                }
            });
        });
        group.finish();
    }
}

fn start() -> DateTime<Utc> {
    "2026-03-02T00:00:00+09:00".parse().unwrap()
}

fn terms() -> Terms {
    Terms {
        calendar: BusinessCalendar::korean().unwrap(),
        contracts: Contracts::new(Contract {
            cycle: Some(SettlementCycle::Daily),
            payout_business_days: Some(5),
            ..Contract::default()
        }),
    }
}

/// Payments spread over thirty days: of ten, eight are paid, one is paid and cancelled next day, one is a virtual account
/// that was paid, bounced and handed back.
fn mirror(payments: u32) -> Vec<Books> {
    let coverage = Arc::new(coverage());
    (0..payments)
        .map(|number| {
            let listed: &[(&str, i64, i64)] = match number % 10 {
                0 => &[("DONE", 0, 10_000), ("CANCELED", 86_400, 10_000)],
                1 => &[
                    ("WAITING_FOR_DEPOSIT", 0, 0),
                    ("DONE", 60, 22_400),
                    ("WAITING_FOR_DEPOSIT", 120, 0),
                    ("CANCELED", 180, 22_400),
                ],
                2 | 3 => &[("WAITING_FOR_DEPOSIT", 0, 0), ("DONE", 60, 22_400)],
                _ => &[("DONE", 0, 10_000)],
            };
            let method = if (1..4).contains(&(number % 10)) {
                "가상계좌"
            } else {
                "카드"
            };
            let second = i64::from(number % 30) * 86_400 + i64::from(number / 30) % 80_000;
            let rows = (0..).zip(listed).map(|(place, (status, at, won))| {
                let at = start() + TimeDelta::seconds(second + at);
                row(number, place, method, status, at, *won)
            });
            let history = History::of(rows.collect(), CancelRowAmounts::OfTheCancel).unwrap();
            Books {
                settlements: settlements(&history),
                history,
                coverage: Arc::clone(&coverage),
                ..Books::default()
            }
        })
        .collect()
}

fn coverage() -> Coverage {
    let first = KstDate::of(start());
    let until = start() + TimeDelta::days(39);
    let days = (0..39).map(|days| (first.plus_days(days), until));
    let all = Stretch {
        from: start(),
        until,
    };
    Coverage::new([all], days)
}

fn row(
    payment: u32,
    place: u32,
    method: &str,
    status: &str,
    at: DateTime<Utc>,
    won: i64,
) -> Transaction {
    Transaction {
        mid: MId::parse("shop").unwrap(),
        transaction_key: TransactionKey::parse(&format!("txrd_a01{payment:023}{place}")).unwrap(),
        payment_key: PaymentKey::parse(&format!("estag{payment:019}")).unwrap(),
        order_id: OrderId::parse(&format!("order-{payment}")).unwrap(),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::from_toss(status),
        transaction_at: at,
        amount: Money::from_minor(won, Currency::KRW),
        listed_position: place,
    }
}

/// A row for everything that moved money and stayed.
fn settlements(history: &History) -> Vec<ListedSettlement> {
    let bounced = history
        .events()
        .iter()
        .any(|event| event.effect == Effect::PaymentReversed);
    let moved = history
        .events()
        .iter()
        .filter(|event| !bounced && !event.effective_amount.is_zero());
    moved
        .map(|event| {
            let amount = event.effective_amount;
            let part = |share| {
                Some(Money::from_minor(
                    amount.minor() * share / 11_000,
                    Currency::KRW,
                ))
            };
            let (supply, vat) = (part(210).unwrap(), part(21).unwrap());
            let fee = supply.plus(vat).unwrap();
            let sold = KstDate::of(event.transaction.transaction_at);
            ListedSettlement {
                settlement: Settlement {
                    mid: event.transaction.mid.clone(),
                    payment_key: Some(event.transaction.payment_key.clone()),
                    transaction_key: Some(event.transaction.transaction_key.clone()),
                    order_id: event.transaction.order_id.clone(),
                    method_label: Some("카드".to_owned()),
                    kind: Settlement::kind_of(amount, false),
                    amount,
                    interest_fee: Some(Money::zero(Currency::KRW)),
                    fee: Some(fee),
                    supply_amount: Some(supply),
                    vat: Some(vat),
                    fees: None,
                    pay_out_amount: amount.minus(fee).unwrap(),
                    approved_at: Some(event.transaction.transaction_at),
                    sold_date: sold,
                    paid_out_date: sold.plus_days(7),
                },
                place: 0,
                read_at: start() + TimeDelta::days(39),
            }
        })
        .collect()
}
