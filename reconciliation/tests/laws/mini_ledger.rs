//! A worked example with Toss's own shapes: cards drained by parts, a deposit refunded in part, an account handed back
//! unpaid, dollars, and settlement rows of which some are left out on purpose.

use std::sync::Arc;

use reconciliation::{
    Books, Cancel, CancelStatus, Coverage, Currency, History, Language, ListedSettlement, MId,
    OrderId, Payment, PaymentKey, PaymentRead, PaymentStatus, PayoutBasis, Reconciliation, Stretch,
    Verdict, reconcile,
};

use crate::made::{key, krw, walk};
use crate::made_books::{at, day, later, terms};
use crate::mini_ledger_rows::{
    ORDER_0, ORDER_1, ORDER_2, ORDER_3, ORDER_7, ORDER_10, dollars, settlements, transactions,
};

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
            virtual_account: None,
        },
        cancels: cancels
            .iter()
            .map(|(transaction, when, won)| Cancel {
                transaction_key: Some(key(transaction)),
                amount: krw(*won),
                reason: None,
                canceled_at: Some(at(&format!("2026-03-{when}+09:00"))),
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
            .explanation(Language::English)
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
