//! Values made for tests: rows, payments and settlements of one won merchant, each test changing what it is about.

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Cancel, CancelRowAmounts, CancelStatus, Currency, Effect, History, KstDate, MId, Money,
    OrderId, Payment, PaymentKey, PaymentStatus, Settlement, Transaction, TransactionKey,
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
        virtual_account: None,
    }
}

pub(crate) fn cancel(transaction_key: &str, at: i64, amount: i64) -> Cancel {
    Cancel {
        transaction_key: Some(key(transaction_key)),
        amount: krw(amount),
        reason: Some("changed my mind".to_owned()),
        canceled_at: Some(second(at)),
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
        method_label: None,
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

/// The effects in the order of the walk.
pub(crate) fn effects(history: &History) -> Vec<Effect> {
    history.events().iter().map(|event| event.effect).collect()
}

/// The rows of a real merchant's virtual account that nobody paid, as Toss listed them.
pub(crate) fn published_unpaid_account() -> Vec<Transaction> {
    let listed = |place, transaction, status, at: &str, won| Transaction {
        mid: MId::parse("estagehwpp").unwrap(),
        transaction_key: key(transaction),
        payment_key: PaymentKey::parse("estag20240807160826ZKQT3").unwrap(),
        order_id: OrderId::parse("LIVE-V20240807160726-PAY_6367_3859").unwrap(),
        method_label: Some("가상계좌".to_owned()),
        status: PaymentStatus::from_toss(status),
        transaction_at: at.parse().unwrap(),
        amount: krw(won),
        listed_position: place,
    };
    vec![
        listed(
            0,
            "5D7E71D2182344A179FC6B9E045E0CBA",
            "WAITING_FOR_DEPOSIT",
            "2024-08-07T16:08:45+09:00",
            0,
        ),
        listed(
            1,
            "0D67751A1B6DD08DB9FB75F41B1D2F9F",
            "CANCELED",
            "2024-08-07T16:10:40+09:00",
            22_400,
        ),
    ]
}
