//! A payment that was read itself vouches for the events that it shows; lists that were not read are then no gap.

use std::sync::Arc;

use reconciliation::{
    Books, CancelRequestStatus, CancelStatus, Coverage, KstDate, PaymentRead, Stretch, Verdict,
    reconcile,
};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, payment, rows, second, walk};
use crate::made_books::{
    DAY, classes, classes_as_of, day, in_order, later, listed, request, result, settled, terms,
};

/// These sold dates were read, and nothing of the transactions.
fn only_sold(days: &[&str]) -> Arc<Coverage> {
    let days = days.iter().map(|text| (day(text), later()));
    Arc::new(Coverage::new([], days))
}

/// Paid on 2 March, 3,000 of it cancelled on the 3rd, both settled: read live, with no row of the transactions.
fn read_live() -> Books {
    let mut books = in_order();
    let read = books.payment.clone().unwrap();
    books.history = walk(Vec::new())
        .completed_by(&read.payment, &read.cancels)
        .unwrap();
    books.coverage = only_sold(&["2026-03-02", "2026-03-03"]);
    books
}

fn with(method: &str, status: &str, listed: &[(&str, i64, i64)], read: PaymentRead) -> Books {
    let mut read = read;
    read.payment.method_label = Some(method.to_owned());
    read.payment.status = reconciliation::PaymentStatus::from_toss(status);
    Books {
        history: walk(rows(method, listed))
            .completed_by(&read.payment, &read.cancels)
            .unwrap(),
        payment: Some(read),
        coverage: only_sold(&[]),
        ..Books::default()
    }
}

#[test]
fn a_payment_that_was_read_alone_is_reconciled_by_its_rows() {
    let books = read_live();
    let found = result(&books);
    assert_eq!(
        (found.verdict, classes(&books)),
        (Verdict::Reconciled, vec![])
    );
    // The approval's key stands in its settlement row alone.
    let keys: Vec<_> = found
        .payouts
        .iter()
        .map(|payout| payout.transaction_key.as_str())
        .collect();
    assert_eq!(keys, ["t0", "t1"]);
    let mut unread = books;
    unread.coverage = only_sold(&["2026-03-02"]);
    assert_eq!(
        classes(&unread),
        ["SOURCE_GAP"],
        "a row's own day was not read"
    );
}

#[test]
fn an_event_that_only_the_payment_shows_is_due_its_row() {
    let mut books = read_live();
    books.settlements.pop();
    let before = second(DAY + 60);
    assert_eq!(reconcile(&books, terms(), before).verdict, Verdict::Pending);
    assert_eq!(classes(&books), ["SETTLEMENT_MISSING"]);
    let last = result(&books).payouts.remove(1);
    assert_eq!(
        (last.transaction_key.as_str(), last.amount.minor()),
        ("t1", -3_000)
    );
}

#[test]
fn once_the_list_was_read_at_its_instant_an_event_that_it_lacks_is_no_event() {
    let mut books = read_live();
    let read = |from: i64, until: i64| {
        let stretch = Stretch {
            from: second(from),
            until: second(until),
        };
        let days = ["2026-03-02", "2026-03-03"].map(|text| (day(text), later()));
        Coverage::new([stretch], days)
    };
    let history = books.history.clone();
    let coverage = read(-DAY, DAY);
    books.history = history.clone().unlisted_only_outside(&coverage);
    books.coverage = Arc::new(coverage);
    let left: Vec<_> = books.history.unlisted_events().collect();
    assert_eq!(left.len(), 1, "the cancel's instant was not read");
    let coverage = read(-DAY, 2 * DAY);
    books.history = history.unlisted_only_outside(&coverage);
    books.coverage = Arc::new(coverage);
    assert_eq!(books.history.unlisted_events().count(), 0);
    assert!(classes(&books).contains(&"SETTLEMENT_ORPHAN"));
}

#[test]
fn a_payment_without_the_amount_or_the_instant_of_its_approval_vouches_for_nothing() {
    let mut read = in_order().payment.unwrap();
    read.payment.total_amount = None;
    let books = with(CARD, "PARTIAL_CANCELED", &[], read.clone());
    assert_eq!(
        classes_as_of(&books, second(DAY + 60)),
        ["SOURCE_GAP", "CANCELED_ELSEWHERE"]
    );
    read.payment.total_amount = in_order().payment.unwrap().payment.total_amount;
    let books = with(CARD, "PARTIAL_CANCELED", &[], read);
    assert_eq!(
        classes_as_of(&books, second(DAY + 60)),
        ["CANCELED_ELSEWHERE"]
    );
}

#[test]
fn a_cancelled_account_that_was_paid_into_may_have_bounced_unless_the_cancel_is_ours() {
    let mut read = in_order().payment.unwrap();
    read.cancels = vec![cancel("t9", DAY, 10_000)];
    let listed = [("WAITING_FOR_DEPOSIT", -60, 0), ("DONE", 0, 10_000)];
    let mut books = with(VIRTUAL_ACCOUNT, "CANCELED", &listed, read.clone());
    books.payment.as_mut().unwrap().payment.balance_amount = Some(crate::made::krw(0));
    let as_of = second(DAY + 60);
    assert_eq!(
        classes_as_of(&books, as_of),
        ["SOURCE_GAP", "CANCELED_ELSEWHERE"]
    );
    let asked = second(DAY - 5);
    let ours = request("r9", CancelRequestStatus::Succeeded, asked, Some("t9"));
    books.requests.push(ours);
    assert!(classes_as_of(&books, as_of).is_empty());
    // Nobody ever paid into this one.
    read.payment.approved_at = None;
    let mut void = with(VIRTUAL_ACCOUNT, "CANCELED", &listed[..1], read);
    void.payment.as_mut().unwrap().payment.balance_amount = Some(crate::made::krw(0));
    void.requests = books.requests;
    assert!(classes_as_of(&void, as_of).is_empty());
}

#[test]
fn an_account_that_waits_again_although_it_was_paid_into_lacks_the_bounce() {
    let mut read = in_order().payment.unwrap();
    read.cancels.clear();
    let rows = [("WAITING_FOR_DEPOSIT", -60, 0), ("DONE", 0, 10_000)];
    let books = with(VIRTUAL_ACCOUNT, "WAITING_FOR_DEPOSIT", &rows, read.clone());
    assert!(classes_as_of(&books, second(60)).contains(&"SOURCE_GAP"));
    let books = with(VIRTUAL_ACCOUNT, "DONE", &rows, read);
    assert!(
        classes_as_of(&books, second(60))
            .iter()
            .all(|class| *class != "SOURCE_GAP")
    );
}

/// The transactions of these days, the others missing.
fn with_holes(days: &[u32]) -> Arc<Coverage> {
    let first = day("2026-03-01");
    let read = days.iter().map(|place| {
        let day: KstDate = first.plus_days(*place);
        Stretch::of_day(day, later())
    });
    let sold = (0..10).map(|place| (first.plus_days(place), later()));
    Arc::new(Coverage::new(read, sold))
}

#[test]
fn a_hole_after_everything_was_given_back_changes_nothing() {
    let paid_back = [("DONE", 0, 10_000), ("CANCELED", DAY, 10_000)];
    let mut books = Books {
        history: walk(rows(CARD, &paid_back)),
        settlements: vec![
            listed(0, settled("t0", 10_000, "2026-03-02", "2026-03-09")),
            listed(1, settled("t1", -10_000, "2026-03-03", "2026-03-10")),
        ],
        coverage: with_holes(&[1, 2, 5]),
        ..Books::default()
    };
    assert_eq!(classes(&books), ["CANCELED_ELSEWHERE"]);
    let partly = [("DONE", 0, 10_000), ("PARTIAL_CANCELED", DAY, 9_999)];
    books.history = walk(rows(CARD, &partly));
    books.settlements[1] = listed(1, settled("t1", -9_999, "2026-03-03", "2026-03-10"));
    assert_eq!(classes(&books), ["SOURCE_GAP", "CANCELED_ELSEWHERE"]);
}

#[test]
fn a_hole_within_the_life_of_an_account_matters_and_one_after_it_does_not() {
    let void = [("WAITING_FOR_DEPOSIT", 0, 0), ("CANCELED", 3 * DAY, 10_000)];
    let mut books = Books {
        history: walk(rows(VIRTUAL_ACCOUNT, &void)),
        coverage: with_holes(&[1, 2, 3, 4, 7]),
        ..Books::default()
    };
    assert_eq!(classes(&books), ["CANCELED_ELSEWHERE"]);
    books.coverage = with_holes(&[1, 2, 4]);
    assert_eq!(classes(&books), ["SOURCE_GAP", "CANCELED_ELSEWHERE"]);
}

#[test]
fn a_payment_that_says_that_it_is_over_has_no_gap_after_it_was_read() {
    let expired = |status: &str| {
        let mut payment = payment(VIRTUAL_ACCOUNT, status, 10_000);
        payment.requested_at = Some(second(0));
        Books {
            history: walk(rows(VIRTUAL_ACCOUNT, &[("WAITING_FOR_DEPOSIT", 0, 0)])),
            payment: Some(PaymentRead {
                payment,
                cancels: Vec::new(),
                read_at: second(60),
            }),
            coverage: with_holes(&[1, 4]),
            ..Books::default()
        }
    };
    assert!(classes(&expired("EXPIRED")).is_empty());
    assert_eq!(classes(&expired("WAITING_FOR_DEPOSIT")), ["SOURCE_GAP"]);
}

#[test]
fn a_cancel_that_is_not_finished_ends_nothing() {
    let mut read = in_order().payment.unwrap();
    read.payment.balance_amount = Some(crate::made::krw(0));
    read.cancels = vec![cancel("t1", DAY, 10_000)];
    let mut books = with(CARD, "CANCELED", &[("DONE", 0, 10_000)], read);
    books.payment.as_mut().unwrap().read_at = second(DAY);
    books.coverage = with_holes(&[1, 2, 5]);
    assert!(!classes(&books).contains(&"SOURCE_GAP"));
    books.payment.as_mut().unwrap().cancels[0].status = CancelStatus::InProgress;
    assert!(classes(&books).contains(&"SOURCE_GAP"));
}
