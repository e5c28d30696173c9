//! Settlement rows that say something else than they did at an earlier reading.

use reconciliation::{Evidence, Language};

use crate::discrepancies::only;
use crate::made::{key, krw};
use crate::made_books::{at, classes, classes_as_of, day, former, in_order, listed, result};

#[test]
fn settlement_restated_when_a_rows_content_changed_and_not_when_it_was_read_again() {
    let mut books = in_order();
    let now = books.settlements[0].settlement.clone();
    books.former_settlements = vec![former(now.clone())];
    assert_eq!(classes(&books), [""; 0]);
    let mut then = now;
    then.fee = Some(krw(230));
    then.pay_out_amount = krw(9_770);
    books.former_settlements = vec![former(then.clone())];
    let found = only(&books);
    assert_eq!(found.class().as_str(), "SETTLEMENT_RESTATED");
    assert_eq!(
        (found.transaction_key.clone(), found.delta()),
        (Some(key("t0")), Some(krw(-1)))
    );
    assert!(
        found
            .explanation(Language::English)
            .contains("fee 230 KRW, payout 9770 KRW")
    );
    assert!(matches!(
        found.evidence,
        Evidence::SettlementRestated { before, after: Some(after), .. }
            if before.settlement == then && before.read_at < after.read_at
    ));
}

#[test]
fn settlement_restated_when_a_row_is_withdrawn_before_it_is_due() {
    let mut books = in_order();
    let gone = books.settlements.remove(0).settlement;
    let mut former = former(gone);
    former.read_at = at("2026-03-04T06:00:00+09:00");
    former.replaced_at = at("2026-03-04T10:00:00+09:00");
    books.former_settlements = vec![former];
    let before_late = at("2026-03-04T12:00:00+09:00");
    assert_eq!(classes_as_of(&books, before_late), ["SETTLEMENT_RESTATED"]);
    assert_eq!(
        classes(&books),
        ["SETTLEMENT_MISSING"],
        "later that says it"
    );
    assert_eq!(
        only(&books).explanation(Language::English),
        "The settlement row of 10000 KRW, to be sold on 2026-03-02, is late since 2026-03-05 00:00:00 KST; \
         it had been listed, last in the reading of 2026-03-04 06:00:00 KST, and Toss took it back."
    );
    // A row that was never listed was not taken back.
    books.former_settlements.clear();
    assert!(
        !only(&books)
            .explanation(Language::English)
            .contains("took it back")
    );
}

#[test]
fn one_of_two_equal_rows_taken_back_is_a_repair() {
    let mut books = in_order();
    let row = books.settlements[0].settlement.clone();
    let mut twin = former(row.clone());
    twin.place = 1;
    books.former_settlements = vec![former(row.clone()), twin];
    assert_eq!(classes(&books), [""; 0]);
    books.settlements.push(listed(1, row));
    assert_eq!(classes(&books), ["SETTLEMENT_DUPLICATED"]);
}

#[test]
fn payout_date_changed_by_one_day_and_nothing_else() {
    let mut books = in_order();
    let mut then = books.settlements[0].settlement.clone();
    then.paid_out_date = day("2026-03-06");
    books.former_settlements = vec![former(then.clone())];
    let found = only(&books);
    assert_eq!(found.class().as_str(), "PAYOUT_DATE_CHANGED");
    assert_eq!(
        found.explanation(Language::English),
        "The payout of 9769 KRW was moved from 2026-03-06 (read 2026-03-05 06:00:00 KST) to 2026-03-09 (read 2026-03-20 12:00:00 KST)."
    );
    then.sold_date = day("2026-03-01");
    books.former_settlements = vec![former(then)];
    assert_eq!(classes(&books), ["SETTLEMENT_RESTATED"]);
}

#[test]
fn a_row_restated_twice_shows_each_step_between_neighbouring_readings() {
    let mut books = in_order();
    let with_fee = |fee: i64| {
        let mut row = books.settlements[0].settlement.clone();
        row.fee = Some(krw(fee));
        row.pay_out_amount = krw(10_000 - fee);
        row
    };
    let (mut first, mut second) = (former(with_fee(229)), former(with_fee(230)));
    // Each reading that shows a change is also the one that lists the next version.
    second.read_at = first.replaced_at;
    second.replaced_at = books.settlements[0].read_at;
    let steps = |books: &_| {
        let found = result(books).discrepancies;
        found
            .iter()
            .map(|found| (found.expected(), found.observed()))
            .collect::<Vec<_>>()
    };
    books.former_settlements = vec![second.clone(), first.clone()];
    let pay_out = |fee: i64| Some(krw(10_000 - fee));
    assert_eq!(
        steps(&books),
        [(pay_out(229), pay_out(230)), (pay_out(230), pay_out(231))]
    );
    // There and back again is two changes too.
    first.settlement = books.settlements[0].settlement.clone();
    books.former_settlements = vec![first, second];
    assert_eq!(
        steps(&books),
        [(pay_out(231), pay_out(230)), (pay_out(230), pay_out(231))]
    );
}
