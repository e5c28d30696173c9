//! Several settlement rows of one event: its parts, too little, or a surplus.

use reconciliation::{Books, EventPayout, Language, PayoutBasis, Settlement, unsettled};

use crate::discrepancies::only;
use crate::made::{key, krw};
use crate::made_books::{
    classes, day, former, in_order, listed, result, settled, terms, void_in_order,
};

/// [`in_order`], where rows of these amounts stand for the approval of 10,000.
fn settled_in(amounts: &[i64]) -> Books {
    with_rows(
        amounts
            .iter()
            .map(|won| settled("t0", *won, "2026-03-02", "2026-03-09")),
    )
}

fn with_rows(rows: impl Iterator<Item = Settlement>) -> Books {
    let mut books = in_order();
    books.settlements.remove(0);
    let rows = rows.zip(0..).map(|(row, place)| listed(place, row));
    books.settlements.extend(rows);
    books
}

#[test]
fn parts_that_add_up_to_the_event_settle_it() {
    for parts in [
        &[6_000, 4_000][..],
        &[5_000, 5_000],
        &[9_998, 1, 1],
        &[10_000, 0],
    ] {
        let books = settled_in(parts);
        assert_eq!(classes(&books), [""; 0], "{parts:?}");
        assert_eq!(unsettled(&books, terms()), []);
        assert_eq!(result(&books).payouts, result(&in_order()).payouts);
    }
}

#[test]
fn parts_that_fall_short_are_one_amount_mismatch_of_their_sum() {
    let found = only(&settled_in(&[6_000, 3_999]));
    assert_eq!(found.class().as_str(), "AMOUNT_MISMATCH");
    assert_eq!(
        (found.observed(), found.delta()),
        (Some(krw(9_999)), Some(krw(-1)))
    );
    assert_eq!(
        found.explanation(Language::English),
        "The history has 10000 KRW, but the settlement rows together have 9999 KRW (-1 KRW)."
    );
}

#[test]
fn a_surplus_is_a_duplicate_and_nothing_else_is_said_of_its_rows() {
    for rows in [
        &[6_000, 4_001][..],
        &[10_000, 10_000],
        &[5_000, 5_000, 5_000],
    ] {
        let mut books = settled_in(rows);
        let last = books.settlements.last_mut().unwrap();
        last.settlement.vat = Some(krw(7));
        books.former_settlements = vec![former(settled("t0", 9_000, "2026-03-02", "2026-03-09"))];
        let found = only(&books);
        assert_eq!(found.class().as_str(), "SETTLEMENT_DUPLICATED", "{rows:?}");
        let surplus = rows.iter().sum::<i64>() - 10_000;
        assert_eq!(
            (found.expected(), found.delta()),
            (Some(krw(10_000)), Some(krw(surplus)))
        );
    }
}

#[test]
fn rows_of_both_signs_and_rows_without_the_key_are_no_parts() {
    assert_eq!(
        classes(&settled_in(&[12_000, -2_000])),
        ["SETTLEMENT_DUPLICATED"]
    );
    // A row without a key fits by its whole amount, so that it is a second one.
    let mut books = settled_in(&[10_000]);
    let mut keyless = settled("t0", 10_000, "2026-03-02", "2026-03-09");
    keyless.transaction_key = None;
    books.settlements.push(listed(1, keyless));
    assert_eq!(classes(&books), ["SETTLEMENT_DUPLICATED"]);
}

#[test]
fn each_part_must_add_up_by_itself() {
    let mut books = settled_in(&[6_000, 4_000]);
    let part = &mut books.settlements.last_mut().unwrap().settlement;
    part.pay_out_amount = krw(part.pay_out_amount.minor() + 1);
    assert_eq!(classes(&books), ["FEE_ARITHMETIC"]);
}

#[test]
fn parts_paid_out_on_several_days_are_several_payouts() {
    let rows = [
        (6_000, "2026-03-09"),
        (1_000, "2026-03-10"),
        (3_000, "2026-03-10"),
    ];
    let books = with_rows(
        rows.iter()
            .map(|(won, paid_out)| settled("t0", *won, "2026-03-02", paid_out)),
    );
    assert_eq!(classes(&books), [""; 0]);
    let payouts = result(&books).payouts;
    let of_event: Vec<_> = payouts
        .iter()
        .filter(|payout| payout.transaction_key == key("t0"))
        .map(|payout: &EventPayout| (payout.amount, payout.paid_out_date, payout.basis))
        .collect();
    assert_eq!(
        of_event,
        [
            (krw(6_000), Some(day("2026-03-09")), PayoutBasis::Settled),
            (krw(4_000), Some(day("2026-03-10")), PayoutBasis::Settled),
        ]
    );
}

#[test]
fn a_void_settled_in_parts_is_one_settled_void() {
    let mut books = void_in_order();
    let part = |place, won| listed(place, settled("t1", won, "2026-03-02", "2026-03-09"));
    books.settlements = vec![part(0, -6_000), part(1, -4_000)];
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLED_VOID");
    assert_eq!(found.observed(), Some(krw(-10_000)));
}

#[test]
fn a_row_that_became_parts_was_restated_and_a_part_that_moved_is_held_against_itself() {
    let mut books = settled_in(&[6_000, 4_000]);
    let whole = settled("t0", 10_000, "2026-03-02", "2026-03-09");
    books.former_settlements = vec![former(whole)];
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLEMENT_RESTATED");
    // Rounded apart, the fees of the parts come to one won less.
    assert_eq!(found.delta(), Some(krw(1)));
    let moved = settled("t0", 6_000, "2026-03-02", "2026-03-08");
    books.former_settlements = vec![former(moved)];
    assert_eq!(classes(&books), ["PAYOUT_DATE_CHANGED"]);
}
