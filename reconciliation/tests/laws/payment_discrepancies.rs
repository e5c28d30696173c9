//! The payment against its history and our requests: for each class a case that gives exactly it, and a near miss.

use CancelRequestStatus::{
    AwaitingApproval, NeedsOperator, Rejected, Requested, Sent, Succeeded, Unknown,
};
use chrono::TimeDelta;
use reconciliation::{
    Books, CancelRequestStatus, CancelStatus, Language, Payment, PaymentStatus, Verdict,
};

use crate::discrepancies::only;
use crate::made::{VIRTUAL_ACCOUNT, cancel, history, key, krw, payment, second};
use crate::made_books::{
    DAY, classes, classes_as_of, in_order, later, request, result, settled_history, void_in_order,
};

fn payment_of(books: &mut Books) -> &mut Payment {
    &mut books.payment.as_mut().unwrap().payment
}

#[test]
fn balance_mismatch_by_one_won_against_the_payments_own_cancels() {
    let mut books = in_order();
    payment_of(&mut books).balance_amount = Some(krw(7_001));
    let found = only(&books);
    assert_eq!(found.class().as_str(), "BALANCE_MISMATCH");
    assert_eq!(found.delta(), Some(krw(1)));
    assert_eq!(
        found.explanation(Language::English),
        "The payment's balance is 7001 KRW, but its total less its cancels is 7000 KRW (+1 KRW)."
    );
}

#[test]
fn balance_mismatch_against_the_history() {
    let mut books = in_order();
    payment_of(&mut books).total_amount = Some(krw(10_001));
    payment_of(&mut books).balance_amount = Some(krw(7_001));
    assert_eq!(
        only(&books).explanation(Language::English),
        "The payment's balance is 7001 KRW, but what came in less what went back is 7000 KRW (+1 KRW)."
    );
}

#[test]
fn a_void_counts_among_the_cancels_and_a_balance_without_a_deposit_is_not_held_money() {
    let mut void = void_in_order();
    payment_of(&mut void).balance_amount = Some(krw(1));
    assert_eq!(classes(&void), ["BALANCE_MISMATCH"]);
    let mut waiting = void_in_order();
    waiting.history = history(VIRTUAL_ACCOUNT, &[("WAITING_FOR_DEPOSIT", 0, 0)]);
    waiting.payment.as_mut().unwrap().cancels.clear();
    *payment_of(&mut waiting) = payment(VIRTUAL_ACCOUNT, "WAITING_FOR_DEPOSIT", 10_000);
    assert_eq!(classes(&waiting), [""; 0]);
}

#[test]
fn an_operand_that_is_absent_is_unknown() {
    let mut books = in_order();
    payment_of(&mut books).balance_amount = None;
    assert_eq!(classes(&books), [""; 0]);
    payment_of(&mut books).balance_amount = Some(krw(7_000));
    payment_of(&mut books).total_amount = None;
    assert_eq!(classes(&books), [""; 0]);
    payment_of(&mut books).balance_amount = Some(krw(7_001));
    assert_eq!(
        classes(&books),
        ["BALANCE_MISMATCH"],
        "the history still tells"
    );
}

#[test]
fn a_payment_read_before_the_newest_event_is_not_held_against_it() {
    let mut books = in_order();
    let read = books.payment.as_mut().unwrap();
    read.cancels.clear();
    read.payment.balance_amount = Some(krw(10_000));
    read.payment.status = PaymentStatus::Done;
    read.read_at = second(DAY - 1);
    assert_eq!(classes(&books), [""; 0]);
    books.payment.as_mut().unwrap().read_at = second(DAY);
    assert_eq!(classes(&books), ["BALANCE_MISMATCH"]);
    // Whatever the clocks say, a payment that names the newest row knows of it.
    let read = books.payment.as_mut().unwrap();
    read.read_at = second(DAY - 1);
    read.payment.last_transaction_key = Some(crate::made::key("t1"));
    assert_eq!(classes(&books), ["BALANCE_MISMATCH"]);
}

#[test]
fn an_overseas_cancel_in_progress_may_or_may_not_have_lowered_the_balance() {
    for (balance, expected) in [
        (7_000, &[][..]),
        (10_000, &[]),
        (6_999, &["BALANCE_MISMATCH"]),
    ] {
        let mut books = in_order();
        books.payment.as_mut().unwrap().cancels[0].status = CancelStatus::InProgress;
        payment_of(&mut books).balance_amount = Some(krw(balance));
        assert_eq!(classes(&books), expected, "{balance}");
    }
    let mut given_up = in_order();
    let read = given_up.payment.as_mut().unwrap();
    let mut aborted = cancel("t8", DAY, 1_000);
    aborted.status = CancelStatus::Aborted;
    read.cancels.push(aborted);
    assert_eq!(classes(&given_up), [""; 0]);
}

#[test]
fn status_mismatch_when_the_payment_contradicts_its_history() {
    let mut books = in_order();
    payment_of(&mut books).status = PaymentStatus::Done;
    assert_eq!(
        only(&books).explanation(Language::English),
        "The payment's status is DONE, but its history makes it PARTIAL_CANCELED."
    );
    payment_of(&mut books).status = PaymentStatus::Canceled;
    assert_eq!(
        classes(&books),
        ["STATUS_MISMATCH"],
        "3,000 of 10,000 is a part"
    );
}

#[test]
fn each_history_allows_its_statuses_only() {
    const STATUSES: [&str; 8] = [
        "READY",
        "IN_PROGRESS",
        "WAITING_FOR_DEPOSIT",
        "DONE",
        "CANCELED",
        "PARTIAL_CANCELED",
        "ABORTED",
        "EXPIRED",
    ];
    type Listed = &'static [(&'static str, i64, i64)];
    let cases: [(Listed, i64, &[&str]); 9] = [
        (&[], 10_000, &["READY", "IN_PROGRESS", "ABORTED", "EXPIRED"]),
        (
            &[("WAITING_FOR_DEPOSIT", 0, 0)],
            10_000,
            &["WAITING_FOR_DEPOSIT", "EXPIRED"],
        ),
        (
            &[("WAITING_FOR_DEPOSIT", 0, 0), ("DONE", 1, 10_000)],
            10_000,
            &["DONE"],
        ),
        (
            &[
                ("WAITING_FOR_DEPOSIT", 0, 0),
                ("DONE", 1, 10_000),
                ("WAITING_FOR_DEPOSIT", 2, 0),
            ],
            10_000,
            &["WAITING_FOR_DEPOSIT", "EXPIRED"],
        ),
        (
            &[("WAITING_FOR_DEPOSIT", 0, 0), ("CANCELED", 1, 10_000)],
            0,
            &["CANCELED"],
        ),
        (
            &[("DONE", 0, 10_000), ("CANCELED", 1, 10_000)],
            0,
            &["CANCELED", "PARTIAL_CANCELED"],
        ),
        (
            &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", 1, 1)],
            9_999,
            &["PARTIAL_CANCELED"],
        ),
        (
            &[
                ("DONE", 0, 10_000),
                ("PARTIAL_CANCELED", 1, 1),
                ("PARTIAL_CANCELED", 2, 9_999),
            ],
            0,
            &["CANCELED", "PARTIAL_CANCELED"],
        ),
        (&[("ABORTED", 0, 10_000)], 10_000, &["ABORTED"]),
    ];
    for (listed, balance, allowed) in cases {
        for status in STATUSES {
            let mut books = settled_history(history(VIRTUAL_ACCOUNT, listed));
            let mut payment = payment(VIRTUAL_ACCOUNT, status, balance);
            payment.total_amount = None;
            books.payment = Some(reconciliation::PaymentRead {
                payment,
                cancels: Vec::new(),
                read_at: later(),
            });
            let mut found = classes(&books);
            found.retain(|class| *class == "STATUS_MISMATCH");
            assert_eq!(
                found.is_empty(),
                allowed.contains(&status),
                "{listed:?} {status}"
            );
        }
    }
}

#[test]
fn unknown_status_of_the_payment_and_of_a_cancel() {
    let mut books = in_order();
    payment_of(&mut books).status = PaymentStatus::from_toss("FROZEN");
    assert_eq!(classes(&books), ["UNKNOWN_STATUS"]);
    let mut books = in_order();
    books.payment.as_mut().unwrap().cancels[0].status = CancelStatus::from_toss("HALTED");
    payment_of(&mut books).balance_amount = Some(krw(8_000));
    assert_eq!(
        only(&books).explanation(Language::English),
        "A cancel has the status \"HALTED\", which is not known here: what it did to the money cannot be told."
    );
}

#[test]
fn canceled_elsewhere_when_no_request_asked_for_it() {
    let mut books = in_order();
    books.requests.clear();
    assert_eq!(
        only(&books).explanation(Language::English),
        "3000 KRW was refunded at 2026-03-03 12:00:00 KST, and none of our requests asked for it: it was done in Toss's console, by another program or by the bank."
    );
    books.requests = vec![request("r1", Succeeded, second(DAY), Some("t9"))];
    assert_eq!(
        classes(&books),
        ["CANCELED_ELSEWHERE"],
        "the answer named another cancel"
    );
    books
        .requests
        .push(request("r2", Succeeded, second(DAY), Some("t1")));
    assert_eq!(classes(&books), [""; 0]);
    books.payment = None;
    books.requests.clear();
    assert_eq!(
        classes(&books),
        ["CANCELED_ELSEWHERE"],
        "the history alone tells"
    );
}

#[test]
fn cancel_unresolved_five_minutes_after_the_request() {
    let requested = later() - TimeDelta::minutes(5);
    for status in [Requested, Sent, Unknown, NeedsOperator] {
        let mut books = in_order();
        books.requests.push(request("r9", status, requested, None));
        assert_eq!(classes(&books), ["CANCEL_UNRESOLVED"], "{status:?}");
        let before = later() - TimeDelta::seconds(1);
        assert_eq!(classes_as_of(&books, before), [""; 0], "{status:?}");
    }
    for status in [AwaitingApproval, Succeeded, Rejected] {
        let mut books = in_order();
        books.requests.push(request("r9", status, requested, None));
        assert_eq!(classes(&books), [""; 0], "{status:?}");
    }
    let mut books = in_order();
    books.requests.push(request("r9", Unknown, requested, None));
    assert_eq!(
        only(&books).explanation(Language::English),
        "Our request r9 of 2026-03-20 11:55:00 KST to cancel everything that was left is still UNKNOWN: whether it ran is not known."
    );
}

#[test]
fn a_request_that_needed_approval_is_unresolved_five_minutes_after_that() {
    let mut books = in_order();
    let mut approved = request("r9", Unknown, later() - TimeDelta::hours(3), None);
    approved.allowed_at = later() - TimeDelta::minutes(5);
    books.requests.push(approved.clone());
    assert_eq!(classes(&books), ["CANCEL_UNRESOLVED"]);
    approved.allowed_at += TimeDelta::seconds(1);
    books.requests[1] = approved;
    assert_eq!(classes(&books), [""; 0]);
}

#[test]
fn a_request_that_an_overseas_method_works_on_is_not_unresolved() {
    let requested = later() - TimeDelta::days(1);
    let in_progress = |named: Option<&str>, status: CancelStatus| {
        let mut books = in_order();
        books
            .requests
            .push(request("r9", Unknown, requested, named));
        let read = books.payment.as_mut().unwrap();
        let mut made = cancel("t9", 0, 7_000);
        made.canceled_at = Some(requested + TimeDelta::seconds(2));
        made.status = status;
        read.cancels.push(made);
        read.read_at = later();
        books
    };
    let named = in_progress(Some("t9"), CancelStatus::InProgress);
    assert_eq!(classes(&named), [""; 0]);
    assert_eq!(result(&named).verdict, Verdict::Pending);
    // Toss's answer was lost, but the payment shows that it was taken on.
    let shown = in_progress(None, CancelStatus::InProgress);
    assert_eq!(classes(&shown), [""; 0]);
    // Once it has ended, the request's own end is overdue.
    let ended = in_progress(Some("t9"), CancelStatus::Aborted);
    assert!(classes(&ended).contains(&"CANCEL_UNRESOLVED"));
    // A cancel in progress that is older than the request is another one's.
    let mut older = shown;
    let made = older.payment.as_mut().unwrap().cancels.last_mut().unwrap();
    made.canceled_at = Some(requested - TimeDelta::hours(1));
    assert!(classes(&older).contains(&"CANCEL_UNRESOLVED"));
}

#[test]
fn a_payment_is_checked_from_its_reading_after_the_last_event_on() {
    let mut books = in_order();
    assert!(result(&books).checked_payment);
    books.payment.as_mut().unwrap().read_at = second(DAY - 1);
    assert!(!result(&books).checked_payment);
    // It names that event, by whatever clock it was read.
    payment_of(&mut books).last_transaction_key = Some(key("t1"));
    assert!(result(&books).checked_payment);
    books.payment = None;
    assert!(!result(&books).checked_payment);
}
