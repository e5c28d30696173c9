//! The rows of the worked example: transactions and settlements of six orders in March 2026.

use reconciliation::{
    Currency, FeeLine, MId, Money, OrderId, PaymentKey, PaymentStatus, Settlement, Transaction,
};

use crate::made::{key, krw};
use crate::made_books::{at, day};

pub(crate) const ORDER_0: (&str, &str) = ("tdemo20260303093000Zz9y8", "order-20260303-0000");
pub(crate) const ORDER_1: (&str, &str) = ("tdemo20260303101500aB3d1", "order-20260303-0001");
pub(crate) const ORDER_2: (&str, &str) = ("tdemo20260303120000Va001", "order-20260303-0002");
pub(crate) const ORDER_3: (&str, &str) = ("tdemo20260303130000Va002", "order-20260303-0003");
pub(crate) const ORDER_7: (&str, &str) = ("tdemo20260303160000Pp001", "order-20260303-0007");
pub(crate) const ORDER_10: (&str, &str) = ("tdemo20260305180000Nk001", "order-20260305-0010");

pub(crate) fn dollars(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

/// `(key, order, method, status, when in March, amount)`
type Row = (
    &'static str,
    (&'static str, &'static str),
    &'static str,
    &'static str,
    &'static str,
    Money,
);

pub(crate) fn transactions() -> Vec<Transaction> {
    let listed: [Row; 12] = [
        ("8F02", ORDER_0, "카드", "DONE", "03T09:30:18", krw(22_000)),
        ("8F01", ORDER_1, "카드", "DONE", "03T10:15:21", krw(15_000)),
        (
            "8F03",
            ORDER_0,
            "카드",
            "CANCELED",
            "03T11:00:05",
            krw(22_000),
        ),
        (
            "8F10",
            ORDER_2,
            "가상계좌",
            "WAITING_FOR_DEPOSIT",
            "03T12:00:04",
            krw(0),
        ),
        (
            "9F13",
            ORDER_3,
            "가상계좌",
            "WAITING_FOR_DEPOSIT",
            "03T13:00:03",
            krw(0),
        ),
        (
            "8F13",
            ORDER_3,
            "가상계좌",
            "CANCELED",
            "03T13:20:40",
            krw(31_000),
        ),
        (
            "8F30",
            ORDER_7,
            "해외간편결제",
            "DONE",
            "03T16:00:20",
            dollars(72_624),
        ),
        (
            "8F31",
            ORDER_7,
            "해외간편결제",
            "PARTIAL_CANCELED",
            "03T16:11:45",
            dollars(18_156),
        ),
        (
            "8F11",
            ORDER_2,
            "가상계좌",
            "DONE",
            "04T08:12:45",
            krw(22_400),
        ),
        (
            "8F04",
            ORDER_1,
            "카드",
            "PARTIAL_CANCELED",
            "04T14:02:11",
            krw(3_000),
        ),
        (
            "8F05",
            ORDER_1,
            "카드",
            "PARTIAL_CANCELED",
            "05T09:40:37",
            krw(5_000),
        ),
        (
            "8F12",
            ORDER_2,
            "가상계좌",
            "PARTIAL_CANCELED",
            "05T10:00:00",
            krw(5_000),
        ),
    ];
    let place = 0..;
    let row =
        |(place, (transaction, order, method, status, when, amount)): (u32, Row)| Transaction {
            mid: MId::parse("tdemoshop01").unwrap(),
            transaction_key: key(transaction),
            payment_key: PaymentKey::parse(order.0).unwrap(),
            order_id: OrderId::parse(order.1).unwrap(),
            method_label: Some(method.to_owned()),
            status: PaymentStatus::from_toss(status),
            transaction_at: at(&format!("2026-03-{when}+09:00")),
            amount,
            listed_position: place,
        };
    place.zip(listed).map(row).collect()
}

/// `(key, order, approved in March, sold, paid out, amount, fees, supply amount, VAT)`
type SettledRow = (
    &'static str,
    (&'static str, &'static str),
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static [i64],
    i64,
    i64,
);

pub(crate) fn settlements() -> Vec<Settlement> {
    let listed: [SettledRow; 6] = [
        (
            "8F02",
            ORDER_0,
            "03T09:30:18",
            "2026-03-03",
            "2026-03-10",
            22_000,
            &[508, 0],
            462,
            46,
        ),
        (
            "8F03",
            ORDER_0,
            "03T09:30:18",
            "2026-03-03",
            "2026-03-10",
            -22_000,
            &[-508, 0],
            -462,
            -46,
        ),
        (
            "8F01",
            ORDER_1,
            "03T10:15:21",
            "2026-03-03",
            "2026-03-10",
            15_000,
            &[346, 0],
            315,
            31,
        ),
        (
            "8F11",
            ORDER_2,
            "04T08:12:45",
            "2026-03-04",
            "2026-03-11",
            22_400,
            &[330],
            300,
            30,
        ),
        // A cancel's row carries the approval of the payment.
        (
            "8F04",
            ORDER_1,
            "03T10:15:21",
            "2026-03-04",
            "2026-03-11",
            -3_000,
            &[-69, 0],
            -63,
            -6,
        ),
        (
            "txrd_1",
            ORDER_10,
            "05T18:00:12",
            "2026-03-05",
            "2026-03-12",
            12_000,
            &[277, 264],
            492,
            49,
        ),
    ];
    let row =
        |(transaction, order, approved, sold, paid_out, won, fees, supply, vat): SettledRow| {
            let fee: i64 = fees.iter().sum();
            let lines = fees.iter().map(|fee| FeeLine {
                kind: "BASE".to_owned(),
                fee: krw(*fee),
            });
            Settlement {
                mid: MId::parse("tdemoshop01").unwrap(),
                payment_key: Some(PaymentKey::parse(order.0).unwrap()),
                transaction_key: Some(key(transaction)),
                order_id: OrderId::parse(order.1).unwrap(),
                method_label: None,
                kind: Settlement::kind_of(krw(won), won < 0),
                amount: krw(won),
                interest_fee: Some(krw(0)),
                fee: Some(krw(fee)),
                supply_amount: Some(krw(supply)),
                vat: Some(krw(vat)),
                fees: Some(lines.collect()),
                pay_out_amount: krw(won - fee),
                approved_at: Some(at(&format!("2026-03-{approved}+09:00"))),
                sold_date: day(sold),
                paid_out_date: day(paid_out),
            }
        };
    listed.map(row).to_vec()
}
