//! Money that Toss never settles, and money under a test key: nothing is waited for, and what stands in rows counts nowhere.

use std::sync::Arc;

use reconciliation::{
    Books, Contract, Contracts, MId, NoPayoutDate, PaymentMethod, SettlementCycle, Terms, Verdict,
    next_change, reconcile, unsettled,
};

use crate::made::{CARD, second};
use crate::made_books::{calendar, day, former, in_order, later, settled, terms};

/// Daily closing and five business days, but this method is never settled.
fn without(method: PaymentMethod) -> Terms {
    let daily = Contract {
        cycle: Some(SettlementCycle::Daily),
        payout_business_days: Some(5),
        ..Contract::default()
    };
    let mut contracts = Contracts::new(daily);
    let never = Contract {
        is_never_settled: true,
        ..daily
    };
    contracts.set(MId::parse("shop").unwrap(), Some(method), never);
    Terms {
        calendar: calendar().clone(),
        contracts,
    }
}

fn without_rows() -> Books {
    let mut books = in_order();
    books.settlements.clear();
    books
}

#[test]
fn events_of_a_method_that_is_never_settled_are_neither_due_nor_forecast() {
    let books = without_rows();
    let card = PaymentMethod::from_label(CARD);
    let never = without(card);
    let found = reconcile(&books, &never, later());
    assert_eq!(found.verdict, Verdict::Reconciled);
    assert!(found.payouts.is_empty());
    assert!(unsettled(&books, &never).is_empty());
    assert_eq!(next_change(&books, &never, second(0)), None);
    let dated = Contract {
        is_never_settled: true,
        ..Contract::default()
    };
    let dated = dated.paid_out_date(day("2026-03-02"), calendar());
    assert_eq!(dated, Err(NoPayoutDate::NeverSettled));
    // Another method's setting changes nothing.
    let other = without(PaymentMethod::ForeignEasyPay);
    let found = reconcile(&books, &other, later());
    assert_eq!(found.verdict, Verdict::Discrepant);
    assert_eq!(found.payouts.len(), 2);
}

#[test]
fn rows_of_such_a_method_and_what_they_said_before_are_left_out_of_its_verdict() {
    let mut books = in_order();
    books.settlements[0].settlement.vat = None;
    books.settlements[1].settlement.amount = crate::made::krw(-9);
    let before = settled("t0", 10_000, "2026-03-02", "2026-03-10");
    books.former_settlements.push(former(before));
    let card = PaymentMethod::from_label(CARD);
    let found = reconcile(&books, &without(card), later());
    assert!(found.discrepancies.is_empty(), "{found:?}");
    assert!(!reconcile(&books, terms(), later()).discrepancies.is_empty());
}

#[test]
fn under_a_test_key_sample_rows_settle_nothing_and_nothing_is_paid_out() {
    let mut books = in_order();
    // Were it no sample, its VAT would be wrong and its payout moved.
    books.settlements[0].settlement.vat = Some(crate::made::krw(1));
    let before = settled("t0", 10_000, "2026-03-02", "2026-03-10");
    books.former_settlements.push(former(before));
    books.coverage = Arc::new(Arc::unwrap_or_clone(books.coverage).without_settlements());
    let found = reconcile(&books, terms(), later());
    assert_eq!(found.verdict, Verdict::Incomplete);
    let classes: Vec<_> = found
        .discrepancies
        .iter()
        .map(|found| found.class().as_str())
        .collect();
    assert_eq!(classes, ["SOURCE_GAP"]);
    assert!(found.payouts.is_empty());
    assert!(unsettled(&books, terms()).is_empty());
}
