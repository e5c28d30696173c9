//! Books by date: the same money on every basis, each payment counted once.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use reconciliation::{
    BookedLine, BookedSums, Books, CancelOrigin, Cohort, Contract, Contracts, Currency, DateBasis,
    DatedSums, Effect, KstDate, MId, Money, Reckoning, Terms, dated_sums,
};

use crate::made::{CARD, VIRTUAL_ACCOUNT, krw, rows, second, walk};
use crate::made_books::{
    DAY, at, day, everything_read, in_order, later, listed, settled, terms, void_in_order,
};
use crate::reconcile_properties::{Known, any_known, reread};

fn cohort() -> Cohort {
    Cohort {
        mid: MId::parse("shop").unwrap(),
        currency: Currency::KRW,
        day: day("2026-03-02"),
    }
}

fn lines(books: &Books) -> Vec<BookedLine> {
    lines_by(books, terms())
}

fn lines_by(books: &Books, terms: &Terms) -> Vec<BookedLine> {
    let reckoning = Reckoning::of(books, terms, later());
    reckoning.booked_lines(Some(&cohort())).unwrap()
}

fn whole(lines: &[BookedLine], basis: DateBasis) -> BookedSums {
    let days = dated_sums(lines, basis).unwrap();
    add(days.iter().map(|day| &day.sums))
}

fn add<'s>(sums: impl Iterator<Item = &'s BookedSums>) -> BookedSums {
    sums.fold(BookedSums::zero(Currency::KRW), |sum, more| {
        sum.plus(more).unwrap()
    })
}

/// `(day, net, settled)` on a basis.
fn by_day(books: &Books, basis: DateBasis) -> Vec<(KstDate, i64, i64)> {
    let days = dated_sums(&lines(books), basis).unwrap();
    days.iter()
        .map(|of| {
            let net = of.sums.net().unwrap();
            (of.day, net.minor(), of.sums.settled.minor())
        })
        .collect()
}

#[test]
fn a_refund_counts_in_its_own_month_by_event_and_in_the_payment_s_month_by_transaction() {
    let mut books = in_order();
    books.payment = None;
    // 2 March and 1 April.
    let listed_rows = [("DONE", 0, 10_000), ("PARTIAL_CANCELED", 30 * DAY, 3_000)];
    books.history = walk(rows(CARD, &listed_rows));
    books.settlements = vec![
        listed(0, settled("t0", 10_000, "2026-03-02", "2026-03-09")),
        listed(0, settled("t1", -3_000, "2026-04-01", "2026-04-08")),
    ];
    assert_eq!(
        by_day(&books, DateBasis::Transaction),
        [(day("2026-03-02"), 7_000, 7_000)]
    );
    assert_eq!(
        by_day(&books, DateBasis::Event),
        [
            (day("2026-03-02"), 10_000, 10_000),
            (day("2026-04-01"), -3_000, -3_000)
        ]
    );
    assert_eq!(
        by_day(&books, DateBasis::Sold),
        by_day(&books, DateBasis::Event)
    );
    assert_eq!(
        by_day(&books, DateBasis::PaidOut),
        [
            (day("2026-03-09"), 10_000, 10_000),
            (day("2026-04-08"), -3_000, -3_000)
        ]
    );
    let events = dated_sums(&lines(&books), DateBasis::Event).unwrap();
    let earlier: Vec<_> = events.iter().map(|of| of.earlier).collect();
    assert_eq!(earlier, [None, Some(day("2026-03-02"))]);
}

#[test]
fn an_event_is_listed_with_its_origin_and_the_day_on_which_its_money_moves() {
    let [paid, refunded] = &lines(&in_order())[..] else {
        panic!("two events");
    };
    assert_eq!((paid.effect, paid.origin), (Effect::Paid, None));
    assert_eq!(paid.listed_at, Some(second(0)));
    assert_eq!(paid.payout_day, Some(day("2026-03-09")));
    assert_eq!(refunded.origin, Some(CancelOrigin::Ours));
    assert_eq!(refunded.amount, krw(-3_000));
    // Without our request it was made elsewhere, and without its row the contract says when it is deducted.
    let mut books = in_order();
    books.requests.clear();
    books.settlements.pop();
    let refunded = &lines(&books)[1];
    assert_eq!(refunded.origin, Some(CancelOrigin::Elsewhere));
    assert_eq!(refunded.row, None);
    assert_eq!(refunded.payout_day, Some(day("2026-03-10")));
}

#[test]
fn a_void_moves_nothing_and_is_summed_as_a_void_alone() {
    let books = void_in_order();
    let sums = whole(&lines(&books), DateBasis::Event);
    assert_eq!((sums.net().unwrap(), sums.voided), (krw(0), krw(10_000)));
    let void = &lines(&books)[1];
    assert_eq!(void.payout_day, None);
    assert_eq!(void.origin, Some(CancelOrigin::Ours));
}

#[test]
fn a_bounced_deposit_is_taken_off_on_the_day_of_its_bounce() {
    let books = Books {
        history: walk(rows(
            VIRTUAL_ACCOUNT,
            &[
                ("WAITING_FOR_DEPOSIT", 0, 0),
                ("DONE", 60, 10_000),
                ("WAITING_FOR_DEPOSIT", DAY, 0),
            ],
        )),
        coverage: everything_read(later()),
        ..Books::default()
    };
    assert_eq!(
        by_day(&books, DateBasis::Event),
        [
            (day("2026-03-02"), 10_000, 0),
            (day("2026-03-03"), -10_000, 0)
        ]
    );
}

#[test]
fn parts_share_their_event_and_a_surplus_stands_for_nothing_of_it() {
    let with = |rows: &[(i64, &str)]| {
        let mut books = in_order();
        books.settlements.remove(0);
        for (place, (won, paid_out)) in (0..).zip(rows) {
            let row = settled("t0", *won, "2026-03-02", paid_out);
            books.settlements.push(listed(place, row));
        }
        books
    };
    let split = with(&[(6_000, "2026-03-09"), (4_000, "2026-03-12")]);
    assert_eq!(
        by_day(&split, DateBasis::PaidOut),
        [
            (day("2026-03-09"), 6_000, 6_000),
            (day("2026-03-10"), -3_000, -3_000),
            (day("2026-03-12"), 4_000, 4_000)
        ]
    );
    let twice = with(&[(10_000, "2026-03-09"), (10_000, "2026-03-12")]);
    assert_eq!(
        by_day(&twice, DateBasis::PaidOut),
        [
            (day("2026-03-09"), 10_000, 10_000),
            (day("2026-03-10"), -3_000, -3_000),
            (day("2026-03-12"), 0, 10_000)
        ]
    );
    for books in [split, twice] {
        let listed = lines(&books)
            .iter()
            .filter(|line| line.listed_at.is_some())
            .count();
        assert_eq!(listed, 2, "each event is listed once");
    }
}

#[test]
fn a_row_that_no_event_claims_counts_by_its_own_days_and_in_its_payment() {
    let mut books = in_order();
    books.history = walk(rows(CARD, &[("DONE", 0, 10_000)]));
    books.payment = None;
    assert_eq!(
        by_day(&books, DateBasis::Event),
        [(day("2026-03-02"), 10_000, 10_000)]
    );
    assert_eq!(
        by_day(&books, DateBasis::Sold),
        [
            (day("2026-03-02"), 10_000, 10_000),
            (day("2026-03-03"), 0, -3_000)
        ]
    );
    assert_eq!(
        by_day(&books, DateBasis::Transaction),
        [(day("2026-03-02"), 10_000, 7_000)]
    );
}

#[test]
fn what_only_the_payment_tells_counts_on_its_day_and_is_not_listed() {
    let mut books = in_order();
    let read = books.payment.clone().unwrap();
    books.history = walk(rows(CARD, &[("DONE", 0, 10_000)]))
        .completed_by(&read.payment, &read.cancels)
        .unwrap();
    let lines = lines(&books);
    assert_eq!((lines[1].listed_at, lines[1].amount), (None, krw(-3_000)));
    assert_eq!(by_day(&books, DateBasis::Event)[1].0, day("2026-03-03"));
    // A cancel without an instant has no day of its own: it is booked where the payment began.
    let mut cancels = read.cancels.clone();
    cancels[0].canceled_at = None;
    books.history = walk(rows(CARD, &[("DONE", 0, 10_000)]))
        .completed_by(&read.payment, &cancels)
        .unwrap();
    assert_eq!(
        by_day(&books, DateBasis::Event)
            .iter()
            .map(|(day, net, _)| (*day, *net))
            .collect::<Vec<_>>(),
        [(day("2026-03-02"), 7_000)]
    );
}

#[test]
fn nothing_is_owed_of_what_is_never_settled() {
    let mut never = terms().clone();
    never.contracts = Contracts::new(Contract {
        is_never_settled: true,
        ..Contract::default()
    });
    let mut under_test_key = in_order();
    let coverage = (*under_test_key.coverage).clone();
    under_test_key.coverage = Arc::new(coverage.without_settlements());
    for (books, terms, rows) in [
        (&in_order(), &never, 2),
        (&under_test_key, terms(), 0),
        (&in_order(), terms(), 2),
    ] {
        let lines = lines_by(books, terms);
        for basis in DateBasis::ALL {
            let sums = whole(&lines, basis);
            assert_eq!(sums.unsettled().unwrap(), krw(0), "{basis:?}");
        }
        assert_eq!(whole(&lines, DateBasis::Sold).rows, rows);
    }
}

#[test]
fn a_payment_without_events_is_counted_where_it_began_alone() {
    let books = Books {
        coverage: everything_read(later()),
        ..Books::default()
    };
    let lines = lines(&books);
    let count = |basis| dated_sums(&lines, basis).unwrap().len();
    assert_eq!(DateBasis::ALL.map(count), [1, 0, 0, 0]);
    let unknown = Reckoning::of(&books, terms(), later()).booked_lines(None);
    assert_eq!(unknown, Ok(Vec::new()));
}

#[test]
fn a_row_that_does_not_tell_its_vat_is_told_from_one_of_none() {
    let mut books = in_order();
    books.settlements[0].settlement.vat = None;
    let sums = whole(&lines(&books), DateBasis::Sold);
    assert_eq!((sums.rows, sums.rows_without_vat), (2, 1));
    let sums = whole(&lines(&in_order()), DateBasis::Sold);
    assert_eq!((sums.rows, sums.rows_without_vat), (2, 0));
    assert_eq!(sums.supply_amount.plus(sums.vat), Ok(sums.fee));
}

/// The books with what the payment itself tells.
fn completed(known: &Known) -> Books {
    let mut books = known.books();
    if let Some(read) = &mut books.payment {
        // One answer names a cancel once.
        let cancels = &mut read.cancels;
        cancels.sort_by_key(|cancel| (cancel.transaction_key.clone(), format!("{cancel:?}")));
        cancels.dedup_by_key(|cancel| cancel.transaction_key.clone());
        books.history = std::mem::take(&mut books.history)
            .completed_by(&read.payment, &read.cancels)
            .unwrap()
            .unlisted_only_outside(&books.coverage);
    }
    books
}

/// How often the payment counts in a stretch of days.
fn counted(days: &[DatedSums], from: KstDate, to: KstDate) -> usize {
    let within = days.iter().filter(|of| (from..=to).contains(&of.day));
    within
        .filter(|of| of.earlier.is_none_or(|earlier| earlier < from))
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn all_bases_have_the_same_money_to_the_won(known in any_known()) {
        let books = completed(&known);
        let lines = lines(&books);
        let [whole_life, by_event, sold, paid_out] = DateBasis::ALL.map(|basis| whole(&lines, basis));
        let totals = books.history.totals(Currency::KRW);
        for sums in [&whole_life, &by_event] {
            prop_assert_eq!((sums.paid, sums.effective_refund, sums.voided), (totals.paid, totals.effective_refund, totals.voided));
        }
        // Every row once: on its sold date, on its paid-out date, and in its payment.
        let mut places: Vec<_> = books.settlements.iter().map(|row| (format!("{:?}", row.settlement), row.place)).collect();
        places.sort();
        places.dedup();
        prop_assert_eq!(sold.rows, u64::try_from(places.len()).unwrap());
        prop_assert_eq!((sold, sold), (paid_out, BookedSums { voided: sold.voided, ..sold }));
        prop_assert_eq!((whole_life.settled, whole_life.fee, whole_life.pay_out), (sold.settled, sold.fee, sold.pay_out));
        // By event, but for the rows that no event claims.
        let unclaimed = lines.iter().filter(|line| line.day.is_none()).filter_map(|line| line.row);
        let unclaimed: Money = unclaimed.fold(krw(0), |sum, row| sum.plus(row.amount).unwrap());
        prop_assert_eq!(by_event.settled.plus(unclaimed), Ok(sold.settled));
        prop_assert_eq!(whole_life.unsettled(), by_event.unsettled().unwrap().minus(unclaimed));
        // Sales less what was paid out is what is owed, after the last of all days.
        let owed = by_event.net().unwrap().minus(paid_out.settled);
        prop_assert_eq!(owed, whole_life.unsettled());
        // What the rows' events moved, and what waits for a row, is all that moved.
        let waits = lines.iter().filter(|line| line.row.is_none() && line.effect != Effect::Voided);
        let waits: Money = waits.fold(krw(0), |sum, line| sum.plus(line.amount).unwrap());
        prop_assert_eq!(sold.net().unwrap().plus(waits), by_event.net());
    }

    #[test]
    fn order_repetition_and_splitting_change_no_line((known, again) in any_known().prop_flat_map(reread)) {
        prop_assert_eq!(lines(&completed(&known)), lines(&completed(&again)));
    }

    #[test]
    fn a_payment_counts_once_in_any_stretch_of_days_in_which_it_has_something(
        known in any_known(), from in 0_u32..12, days in 0_u32..12,
    ) {
        let from = KstDate::of(at("2026-02-27T12:00:00+09:00")).plus_days(from);
        let to = from.plus_days(days);
        let lines = lines(&completed(&known));
        for basis in DateBasis::ALL {
            let sums = dated_sums(&lines, basis).unwrap();
            let mut merchants: BTreeMap<_, Vec<DatedSums>> = BTreeMap::new();
            for of in sums {
                merchants.entry((of.mid.clone(), of.sums.currency())).or_default().push(of);
            }
            for sums in merchants.values() {
                let has_some = sums.iter().any(|of| (from..=to).contains(&of.day));
                prop_assert_eq!(counted(sums, from, to), usize::from(has_some));
            }
        }
    }

    #[test]
    fn every_listed_event_is_listed_once(known in any_known()) {
        let books = completed(&known);
        let listed: Vec<_> = lines(&books).into_iter().filter(|line| line.listed_at.is_some()).collect();
        let keys: Vec<_> = listed.iter().map(|line| line.transaction_key.clone()).collect();
        let events: Vec<_> = books.history.events().iter().map(|event| Some(event.transaction.transaction_key.clone())).collect();
        prop_assert_eq!(keys, events);
        for (line, event) in listed.iter().zip(books.history.events()) {
            prop_assert_eq!(line.origin.is_some(), event.transaction.status.is_cancel());
        }
    }
}
