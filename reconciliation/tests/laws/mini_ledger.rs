//! A day's worked example with Toss's own shapes: cards drained by parts, a deposit refunded in part, an account handed
//! back unpaid, dollars, and settlement rows of which some are left out on purpose.

use std::sync::Arc;

use reconciliation::{
    Books, Cancel, CancelStatus, Coverage, Currency, FeeLine, History, ListedSettlement, MId,
    Money, OrderId, Payment, PaymentKey, PaymentRead, PaymentStatus, PayoutBasis, Reconciliation,
    Settlement, Stretch, Transaction, Verdict, reconcile,
};

use crate::made::{key, krw, walk};
use crate::made_books::{at, day, later, terms};

const ORDER_0: (&str, &str) = ("tdemo20260303093000Zz9y8", "order-20260303-0000");
const ORDER_1: (&str, &str) = ("tdemo20260303101500aB3d1", "order-20260303-0001");
const ORDER_2: (&str, &str) = ("tdemo20260303120000Va001", "order-20260303-0002");
const ORDER_3: (&str, &str) = ("tdemo20260303130000Va002", "order-20260303-0003");
const ORDER_7: (&str, &str) = ("tdemo20260303160000Pp001", "order-20260303-0007");
const ORDER_10: (&str, &str) = ("tdemo20260305180000Nk001", "order-20260305-0010");

fn dollars(cents: i64) -> Money {
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

fn transactions() -> Vec<Transaction> {
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

fn settlements() -> Vec<Settlement> {
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

/// 2 to 31 March, both lists, read on the 20th.
fn coverage() -> Arc<Coverage> {
    let days = (0..30).map(|days| day("2026-03-02").plus_days(days));
    let read = Stretch {
        from: day("2026-03-02").start(),
        until: later(),
    };
    Arc::new(Coverage::new([read], days.map(|day| (day, later()))))
}

fn books(order: (&str, &str), payment: Option<PaymentRead>) -> Books {
    let of_order: Vec<_> = transactions()
        .into_iter()
        .filter(|row| row.order_id.as_str() == order.1)
        .collect();
    let history: History = walk(of_order);
    Books {
        payment,
        history,
        settlements: settlements()
            .into_iter()
            .zip(0..)
            .filter(|(row, _)| row.order_id.as_str() == order.1)
            .map(|(settlement, place)| ListedSettlement {
                settlement,
                place,
                read_at: later(),
            })
            .collect(),
        coverage: coverage(),
        ..Books::default()
    }
}

/// The payment of the second order after its cancels: `(key, when in March, won)`.
fn second_order(balance: i64, cancels: &[(&str, &str, i64)]) -> PaymentRead {
    PaymentRead {
        payment: Payment {
            mid: MId::parse("tdemoshop01").unwrap(),
            payment_key: PaymentKey::parse(ORDER_1.0).unwrap(),
            order_id: OrderId::parse(ORDER_1.1).unwrap(),
            method_label: Some("카드".to_owned()),
            status: PaymentStatus::from_toss(if cancels.is_empty() {
                "DONE"
            } else {
                "PARTIAL_CANCELED"
            }),
            currency: Currency::KRW,
            total_amount: Some(krw(15_000)),
            balance_amount: Some(krw(balance)),
            requested_at: Some(at("2026-03-03T10:15:00+09:00")),
            approved_at: Some(at("2026-03-03T10:15:21+09:00")),
            is_partial_cancelable: Some(true),
            last_transaction_key: Some(key(cancels.last().map_or("8F01", |cancel| cancel.0))),
        },
        cancels: cancels
            .iter()
            .map(|(transaction, when, won)| Cancel {
                transaction_key: key(transaction),
                amount: krw(*won),
                reason: None,
                canceled_at: at(&format!("2026-03-{when}+09:00")),
                refundable_amount: None,
                status: CancelStatus::Done,
            })
            .collect(),
        read_at: later(),
    }
}

const TWO_PARTS: [(&str, &str, i64); 2] = [
    ("8F04", "04T14:02:11", 3_000),
    ("8F05", "05T09:40:37", 5_000),
];

fn found(books: &Books) -> (Reconciliation, Vec<&'static str>) {
    let found = reconcile(books, terms(), later());
    // Nobody asked for these cancels through us.
    let classes = found
        .discrepancies
        .iter()
        .map(|found| found.class().as_str());
    let classes = classes
        .filter(|class| *class != "CANCELED_ELSEWHERE")
        .collect();
    (found, classes)
}

#[test]
fn a_card_cancelled_on_its_day_is_settled_twice_and_reconciled() {
    let (found, classes) = found(&books(ORDER_0, None));
    assert_eq!((found.verdict, classes), (Verdict::Reconciled, vec![]));
    assert!(
        found
            .payouts
            .iter()
            .all(|payout| payout.basis == PayoutBasis::Settled)
    );
}

#[test]
fn two_parts_of_a_card_leave_what_the_balance_says_and_one_row_is_missing() {
    let books = books(ORDER_1, Some(second_order(7_000, &TWO_PARTS)));
    let (result, classes) = found(&books);
    assert_eq!(books.history.totals(Currency::KRW).net(), krw(7_000));
    assert_eq!(
        (result.verdict, classes),
        (Verdict::Discrepant, vec!["SETTLEMENT_MISSING"])
    );
    let missing = &result.discrepancies[0];
    assert_eq!(missing.transaction_key, Some(key("8F05")));
    assert_eq!(missing.expected(), Some(krw(-5_000)));
    // The forecast says when it would have been deducted.
    let forecast = &result.payouts[2];
    assert_eq!(forecast.basis, PayoutBasis::Forecast);
    assert_eq!(forecast.paid_out_date, Some(day("2026-03-12")));
}

#[test]
fn the_payment_before_its_parts_is_older_than_they_are_and_contradicts_nothing() {
    let mut early = second_order(15_000, &[]);
    early.read_at = at("2026-03-03T11:00:00+09:00");
    assert_eq!(
        found(&books(ORDER_1, Some(early))).1,
        ["SETTLEMENT_MISSING"]
    );
}

#[test]
fn a_card_drained_by_parts_contradicts_a_history_that_lacks_the_last_part() {
    let parts = [TWO_PARTS[0], TWO_PARTS[1], ("8F06", "06T16:20:00", 7_000)];
    let books = books(ORDER_1, Some(second_order(0, &parts)));
    assert_eq!(found(&books).1, ["SETTLEMENT_MISSING", "BALANCE_MISMATCH"]);
    assert_eq!(found(&books).0.discrepancies[1].delta(), Some(krw(-7_000)));
}

#[test]
fn a_deposit_refunded_in_part_misses_the_row_of_the_refund() {
    let (result, classes) = found(&books(ORDER_2, None));
    assert_eq!(classes, ["SETTLEMENT_MISSING"]);
    assert_eq!(result.discrepancies[0].transaction_key, Some(key("8F12")));
}

#[test]
fn an_account_handed_back_unpaid_is_no_money_and_reconciled() {
    let books = books(ORDER_3, None);
    let (result, classes) = found(&books);
    assert_eq!((result.verdict, classes), (Verdict::Reconciled, vec![]));
    assert_eq!(books.history.totals(Currency::KRW).effective_refund, krw(0));
    assert_eq!(result.payouts, []);
}

#[test]
fn dollars_without_settlement_rows_are_missing_both() {
    let (result, classes) = found(&books(ORDER_7, None));
    assert_eq!(classes, ["SETTLEMENT_MISSING"; 2]);
    assert_eq!(result.discrepancies[1].expected(), Some(dollars(-18_156)));
    assert!(
        result.discrepancies[1]
            .explanation()
            .contains("-181.56 USD")
    );
}

#[test]
fn a_row_whose_event_was_not_listed_is_an_orphan() {
    assert_eq!(found(&books(ORDER_10, None)).1, ["SETTLEMENT_ORPHAN"]);
}

#[test]
fn a_row_of_a_test_settlement_is_matched_weakly_by_its_order_behind_the_prefix() {
    let mut books = books(ORDER_0, None);
    for row in &mut books.settlements {
        row.settlement.payment_key = None;
        row.settlement.transaction_key = None;
        row.settlement.order_id = OrderId::parse(&format!("ab12c_{}", ORDER_0.1)).unwrap();
        row.settlement.fees = None;
    }
    assert_eq!(found(&books).0.verdict, Verdict::Reconciled);
}
