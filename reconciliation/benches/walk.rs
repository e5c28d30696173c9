//! The walk over a mirror's payments, beside the barest pass over the same rows: what a row costs above touching it.

#![expect(clippy::unwrap_used, reason = "the rows are the benchmark's own")]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use reconciliation::{
    CancelRowAmounts, Currency, History, MId, Money, OrderId, PaymentKey, PaymentStatus,
    Transaction, TransactionKey,
};

criterion_group!(benches, payments_of_a_mirror, one_long_history);
criterion_main!(benches);

/// Payments of two or three rows each, as a mirror holds them: grouped, each in Toss's order.
fn payments_of_a_mirror(c: &mut Criterion) {
    for rows in [1_000_u32, 100_000, 1_000_000] {
        let payments = payments(rows);
        compare(c, &format!("payments/{rows}"), &payments);
    }
}

/// One payment with a thousand rows, which no merchant has: the walk must not turn quadratic.
fn one_long_history(c: &mut Criterion) {
    let partial_cancels = (1..1_000).map(|n| row("long", "카드", "PARTIAL_CANCELED", n, 1));
    let long: Vec<_> = std::iter::once(row("long", "카드", "DONE", 0, 1_000))
        .chain(partial_cancels)
        .collect();
    compare(c, "one history/1000", &[long]);
}

fn compare(c: &mut Criterion, name: &str, payments: &[Vec<Transaction>]) {
    let rows: u64 = payments.iter().map(|rows| rows.len() as u64).sum();
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(rows)).sample_size(20);
    group.bench_function("bare fold", |b| {
        b.iter(|| {
            let amounts = payments.iter().flatten().map(|row| row.amount.minor());
            black_box(amounts.sum::<i64>())
        });
    });
    group.bench_function("walk", |b| {
        b.iter_batched(
            || payments.to_vec(),
            |payments| payments.into_iter().map(walk).collect::<Vec<_>>(),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn walk(rows: Vec<Transaction>) -> Option<History> {
    History::of(rows, CancelRowAmounts::OfTheCancel).ok()
}

/// Three in five are cards that were paid and cancelled; the others virtual accounts, paid or not, of three rows or two.
fn payments(rows: u32) -> Vec<Vec<Transaction>> {
    let mut places = 0..;
    let mut payments = Vec::new();
    while places.start < rows {
        let listed: &[(&str, i64)] = match payments.len() % 5 {
            0 => &[
                ("WAITING_FOR_DEPOSIT", 0),
                ("DONE", 22_400),
                ("CANCELED", 22_400),
            ],
            1 => &[("WAITING_FOR_DEPOSIT", 0), ("CANCELED", 22_400)],
            2 => &[
                ("DONE", 10_000),
                ("PARTIAL_CANCELED", 3_000),
                ("PARTIAL_CANCELED", 7_000),
            ],
            _ => &[("DONE", 10_000), ("CANCELED", 10_000)],
        };
        let method = if payments.len() % 5 < 2 {
            "가상계좌"
        } else {
            "카드"
        };
        let payment = format!("estag{:019}", payments.len());
        payments.push(
            listed
                .iter()
                .zip(places.by_ref())
                .map(|((status, won), place)| row(&payment, method, status, place, *won))
                .collect::<Vec<_>>(),
        );
    }
    payments
}

fn row(payment: &str, method: &str, status: &str, place: u32, won: i64) -> Transaction {
    Transaction {
        mid: MId::parse("shop").unwrap(),
        transaction_key: TransactionKey::parse(&format!("txrd_a01{place:024}")).unwrap(),
        payment_key: PaymentKey::parse(payment).unwrap(),
        order_id: OrderId::parse(payment).unwrap(),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::from_toss(status),
        transaction_at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(i64::from(place)),
        amount: Money::from_minor(won, Currency::KRW),
        listed_position: place,
    }
}
