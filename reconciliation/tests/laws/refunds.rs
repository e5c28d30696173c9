//! Refunds that cannot be right, and cancels that are listed with the wrong sign.

use reconciliation::{
    Books, Currency, Effect, Language, RefundStatus, SettlementKind, Severity, VirtualAccount,
    mask_account_number,
};

use crate::discrepancies::only;
use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, history, key, krw, payment, second};
use crate::made_books::{
    classes, everything_read, in_order, later, result, settled, settled_history,
};

#[test]
fn refund_exceeds_payment_by_the_lists_alone_and_not_when_all_of_it_went_back() {
    let refunded = |won| {
        settled_history(history(
            CARD,
            &[
                ("DONE", 0, 10_000),
                ("CANCELED", 60, 10_000),
                ("CANCELED", 90, won),
            ],
        ))
    };
    let classes_of = |books: &Books| -> Vec<_> {
        classes(books)
            .into_iter()
            .filter(|class| *class != "CANCELED_ELSEWHERE")
            .collect()
    };
    assert_eq!(classes_of(&refunded(10_000)), ["REFUND_EXCEEDS_PAYMENT"]);
    assert_eq!(classes_of(&refunded(1)), ["REFUND_EXCEEDS_PAYMENT"]);
    assert_eq!(classes_of(&refunded(0)), [""; 0]);
    // Without the approval's row, more may have been paid than is known.
    let unpaid = settled_history(history(CARD, &[("CANCELED", 60, 20_000)]));
    assert!(!classes_of(&unpaid).contains(&"REFUND_EXCEEDS_PAYMENT"));
}

#[test]
fn refund_exceeds_payment_hides_that_the_balance_does_not_follow() {
    let mut books = settled_history(history(
        CARD,
        &[
            ("DONE", 0, 10_000),
            ("CANCELED", 3_600, 10_000),
            ("CANCELED", 7_200, 10_000),
        ],
    ));
    let mut payment = payment(CARD, "CANCELED", 0);
    payment.approved_at = Some(second(0));
    books.payment = Some(reconciliation::PaymentRead {
        payment,
        cancels: vec![cancel("t1", 3_600, 10_000), cancel("t2", 7_200, 10_000)],
        read_at: later(),
    });
    assert_eq!(
        classes(&books),
        [
            "REFUND_EXCEEDS_PAYMENT",
            "CANCELED_ELSEWHERE",
            "CANCELED_ELSEWHERE"
        ]
    );
    let found = &result(&books).discrepancies[0];
    assert_eq!(
        (found.expected(), found.observed(), found.delta()),
        (Some(krw(10_000)), Some(krw(20_000)), Some(krw(10_000)))
    );
    assert_eq!(
        found.explanation(Language::English),
        "20000 KRW was refunded of a payment of 10000 KRW (+10000 KRW)."
    );
    assert_eq!(
        found.explanation(Language::Korean),
        "결제된 금액은 10,000원인데 환불된 금액이 20,000원입니다(차이 +10,000원)."
    );
}

/// A deposit of 10,000 that was given back, of whose refund the payment says this.
fn deposit_refunded(status: Option<&str>) -> Books {
    let mut books = settled_history(history(
        VIRTUAL_ACCOUNT,
        &[
            ("WAITING_FOR_DEPOSIT", 0, 0),
            ("DONE", 60, 10_000),
            ("CANCELED", 3_600, 10_000),
        ],
    ));
    let mut payment = payment(VIRTUAL_ACCOUNT, "CANCELED", 0);
    payment.approved_at = Some(second(60));
    payment.virtual_account = Some(VirtualAccount {
        refund_status: status.map(RefundStatus::from_toss),
        ..VirtualAccount::default()
    });
    books.payment = Some(reconciliation::PaymentRead {
        payment,
        cancels: vec![cancel("t2", 3_600, 10_000)],
        read_at: later(),
    });
    books.requests = in_order().requests;
    books.requests[0].facts.transaction_key = Some(key("t2"));
    books.coverage = everything_read(later());
    books
}

#[test]
fn refund_failed_when_the_bank_refused_and_not_while_it_works_on_it() {
    for status in ["FAILED", "PARTIAL_FAILED"] {
        let books = deposit_refunded(Some(status));
        let found = only(&books);
        assert_eq!(found.class().as_str(), "REFUND_FAILED", "{status}");
        assert_eq!(found.class().severity(), Severity::Error);
        assert_eq!(
            (found.transaction_key.clone(), found.observed()),
            (Some(key("t2")), Some(krw(10_000)))
        );
        assert!(found.explanation(Language::English).contains(status));
        assert!(
            found
                .explanation(Language::Korean)
                .contains("10,000원 환불")
        );
        // It only informs: what Toss calls cancelled counts as refunded.
        let totals = books.history.totals(Currency::KRW);
        assert_eq!(totals.effective_refund, krw(10_000));
    }
    for status in [
        None,
        Some("NONE"),
        Some("PENDING"),
        Some("COMPLETED"),
        Some("LATER"),
    ] {
        assert_eq!(classes(&deposit_refunded(status)), [""; 0], "{status:?}");
    }
}

#[test]
fn a_cancel_listed_with_positive_amounts_is_turned_with_all_that_belongs_to_it() {
    let listed_right = settled("t1", -3_000, "2026-03-03", "2026-03-10");
    let mut row = settled("t1", 3_000, "2026-03-03", "2026-03-10");
    row.kind = SettlementKind::Cancel;
    assert_eq!(
        row.clone().in_its_direction().pay_out_amount,
        listed_right.pay_out_amount
    );
    assert_eq!(row.clone().in_its_direction().fees, listed_right.fees);
    let mut books = in_order();
    books.settlements[1].settlement = row.in_its_direction();
    assert_eq!(classes(&books), [""; 0]);
    // What is listed right stays, and so does an approval.
    assert_eq!(listed_right.clone().in_its_direction(), listed_right);
    let approval = settled("t0", 10_000, "2026-03-02", "2026-03-09");
    assert_eq!(approval.clone().in_its_direction(), approval);
    // Only the sign of its amount is another: what the rest says is not guessed at.
    let mut mixed = settled("t1", -3_000, "2026-03-03", "2026-03-10");
    mixed.amount = krw(3_000);
    assert_eq!(mixed.clone().in_its_direction(), mixed);
}

#[test]
fn a_masked_number_shows_its_last_digits_or_nothing() {
    assert_eq!(mask_account_number("61234567890123"), "**********0123");
    assert_eq!(mask_account_number("X123456789"), "******6789");
    assert_eq!(mask_account_number("12345678"), "********");
    assert_eq!(mask_account_number(""), "");
}

#[test]
fn a_cancel_within_a_minute_of_the_approval_is_probably_the_networks_own() {
    let sentence = |at, language| {
        let books = settled_history(history(
            CARD,
            &[("DONE", 0, 10_000), ("CANCELED", at, 10_000)],
        ));
        assert_eq!(books.history.events()[1].effect, Effect::Refunded);
        only(&books).explanation(language)
    };
    assert!(sentence(60, Language::English).contains("net cancel (망취소)"));
    assert!(sentence(0, Language::Korean).contains("망취소"));
    assert!(!sentence(61, Language::English).contains("망취소"));
    assert!(sentence(61, Language::Korean).contains("상점관리자"));
}
