//! Values made for tests: rows, payments and settlements of one won merchant, each test changing what it is about.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Cancel, CancelRowAmounts, CancelStatus, Currency, History, KstDate, MId, Money, OrderId,
    Payment, PaymentKey, PaymentStatus, Settlement, Transaction, TransactionKey,
};

pub(crate) const CARD: &str = "카드";
pub(crate) const VIRTUAL_ACCOUNT: &str = "가상계좌";

pub(crate) fn krw(won: i64) -> Money {
    Money::from_minor(won, Currency::KRW)
}

/// That many seconds after noon of 2026-03-02 in Seoul.
pub(crate) fn second(seconds: i64) -> DateTime<Utc> {
    "2026-03-02T12:00:00+09:00"
        .parse::<DateTime<Utc>>()
        .unwrap()
        .checked_add_signed(TimeDelta::seconds(seconds))
        .unwrap()
}

pub(crate) fn key(text: &str) -> TransactionKey {
    TransactionKey::parse(text).unwrap()
}

/// A row of payment `pay`, whose key is `t` and its place.
pub(crate) fn row(place: u32, method: &str, status: &str, at: i64, amount: Money) -> Transaction {
    Transaction {
        mid: MId::parse("shop").unwrap(),
        transaction_key: key(&format!("t{place}")),
        payment_key: PaymentKey::parse("pay").unwrap(),
        order_id: OrderId::parse("order-1").unwrap(),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::from_toss(status),
        transaction_at: second(at),
        amount,
        listed_position: place,
    }
}

/// Rows of one payment in won, keys `t0`, `t1` and so on: `(status, second, amount)`.
pub(crate) fn rows(method: &str, listed: &[(&str, i64, i64)]) -> Vec<Transaction> {
    listed
        .iter()
        .zip(0..)
        .map(|((status, at, won), place)| row(place, method, status, *at, krw(*won)))
        .collect()
}

pub(crate) fn walk(rows: Vec<Transaction>) -> History {
    History::of(rows, CancelRowAmounts::OfTheCancel).unwrap()
}

pub(crate) fn history(method: &str, listed: &[(&str, i64, i64)]) -> History {
    walk(rows(method, listed))
}

pub(crate) fn payment(method: &str, status: &str, balance: i64) -> Payment {
    Payment {
        mid: MId::parse("shop").unwrap(),
        payment_key: PaymentKey::parse("pay").unwrap(),
        order_id: OrderId::parse("order-1").unwrap(),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::from_toss(status),
        currency: Currency::KRW,
        total_amount: Some(krw(10_000)),
        balance_amount: Some(krw(balance)),
        requested_at: Some(second(0)),
        approved_at: None,
        is_partial_cancelable: Some(true),
        last_transaction_key: None,
    }
}

pub(crate) fn cancel(transaction_key: &str, at: i64, amount: i64) -> Cancel {
    Cancel {
        transaction_key: key(transaction_key),
        amount: krw(amount),
        reason: Some("changed my mind".to_owned()),
        canceled_at: second(at),
        refundable_amount: None,
        status: CancelStatus::Done,
    }
}

/// A settlement row that names `pay` and its order, but no transaction.
pub(crate) fn settlement(amount: i64) -> Settlement {
    let amount = krw(amount);
    Settlement {
        mid: MId::parse("shop").unwrap(),
        payment_key: Some(PaymentKey::parse("pay").unwrap()),
        transaction_key: None,
        order_id: OrderId::parse("order-1").unwrap(),
        kind: Settlement::kind_of(amount, false),
        amount,
        interest_fee: Some(krw(0)),
        fee: Some(krw(0)),
        supply_amount: Some(krw(0)),
        vat: Some(krw(0)),
        fees: None,
        pay_out_amount: amount,
        approved_at: Some(second(0)),
        sold_date: KstDate::parse("2026-03-02").unwrap(),
        paid_out_date: KstDate::parse("2026-03-09").unwrap(),
    }
}
