//! The verdict: the first that applies; and when each event's money moves.

use std::sync::Arc;

use reconciliation::{
    CancelRequestStatus, CancelStatus, Contract, Contracts, Coverage, DiscrepancyClass,
    EventPayout, NoPayoutDate, PayoutBasis, SettlementCycle, SettlementKind, Terms, Verdict,
    reconcile,
};

use crate::made::{VIRTUAL_ACCOUNT, history, key, krw, second};
use crate::made_books::{
    DAY, at, calendar, day, in_order, later, listed, request, result, settled, settled_history,
    terms, void_in_order,
};

#[test]
fn the_first_verdict_that_applies_stands() {
    // Each step takes one reason away.
    let mut books = in_order();
    books.settlements[0].settlement.vat = Some(krw(0));
    books.settlements.remove(1);
    books.requests.clear();
    let coverage = std::mem::replace(&mut books.coverage, Arc::new(Coverage::default()));
    let as_of = at("2026-03-04T12:00:00+09:00");
    let verdict = |books: &_| reconcile(books, terms(), as_of).verdict;
    assert_eq!(verdict(&books), Verdict::Incomplete);
    books.coverage = coverage;
    assert_eq!(verdict(&books), Verdict::Discrepant);
    books.settlements[0] = in_order().settlements.remove(0);
    assert_eq!(verdict(&books), Verdict::Pending);
    books.settlements = in_order().settlements;
    let found = reconcile(&books, terms(), as_of);
    assert_eq!(found.verdict, Verdict::Reconciled);
    // Information leaves the verdict alone.
    assert_eq!(
        found.discrepancies[0].class(),
        DiscrepancyClass::CanceledElsewhere
    );
}

#[test]
fn a_row_that_is_not_late_is_pending_until_it_is() {
    let mut books = in_order();
    books.settlements.remove(1);
    let verdict = |text| reconcile(&books, terms(), at(text)).verdict;
    assert_eq!(verdict("2026-03-03T12:00:01+09:00"), Verdict::Pending);
    assert_eq!(verdict("2026-03-05T23:59:59+09:00"), Verdict::Pending);
    assert_eq!(verdict("2026-03-06T00:00:00+09:00"), Verdict::Discrepant);
}

#[test]
fn a_settled_row_is_reconciled_although_its_payout_lies_ahead() {
    let as_of = at("2026-03-04T09:00:00+09:00");
    assert_eq!(
        reconcile(&in_order(), terms(), as_of).verdict,
        Verdict::Reconciled
    );
}

#[test]
fn a_cancel_that_is_not_finished_is_pending() {
    let mut books = in_order();
    books.payment.as_mut().unwrap().cancels[0].status = CancelStatus::InProgress;
    assert_eq!(result(&books).verdict, Verdict::Pending);
    let mut books = in_order();
    let asked = later() - chrono::TimeDelta::minutes(4);
    books
        .requests
        .push(request("r9", CancelRequestStatus::Sent, asked, None));
    assert_eq!(result(&books).verdict, Verdict::Pending);
}

#[test]
fn without_the_payment_the_lists_alone_can_be_reconciled() {
    let mut books = in_order();
    books.payment = None;
    assert_eq!(result(&books).verdict, Verdict::Reconciled);
    assert_eq!(result(&void_in_order()).verdict, Verdict::Reconciled);
}

#[test]
fn settlements_that_cannot_be_had_are_never_reconciled() {
    let mut books = in_order();
    books.settlements.clear();
    let coverage = Arc::unwrap_or_clone(books.coverage).without_settlements();
    books.coverage = Arc::new(coverage);
    assert_eq!(result(&books).verdict, Verdict::Incomplete);
    let today = second(DAY + 60);
    assert_eq!(
        reconcile(&books, terms(), today).verdict,
        Verdict::Incomplete
    );
}

#[test]
fn beyond_the_calendar_a_row_stays_pending_and_has_no_forecast() {
    let terms = Terms {
        calendar: reconciliation::BusinessCalendar::parse("# years\t2020\t2025\n").unwrap(),
        ..terms().clone()
    };
    let mut books = in_order();
    books.settlements.clear();
    let found = reconcile(&books, &terms, later());
    assert_eq!(found.verdict, Verdict::Pending);
    assert!(
        found
            .payouts
            .iter()
            .all(|payout| payout.paid_out_date.is_none())
    );
}

fn payout(
    transaction: &str,
    won: i64,
    sold: &str,
    paid_out: Option<&str>,
    basis: PayoutBasis,
) -> EventPayout {
    let reason = paid_out.is_none().then_some(NoPayoutDate::LagUnknown);
    EventPayout {
        transaction_key: key(transaction),
        kind: if won < 0 {
            SettlementKind::Cancel
        } else {
            SettlementKind::Payment
        },
        amount: krw(won),
        sold_date: Some(day(sold)),
        paid_out_date: paid_out.map(day),
        reason,
        basis,
    }
}

#[test]
fn payouts_come_from_the_rows_and_else_from_the_contract() {
    let mut books = in_order();
    books.settlements.remove(1);
    books.settlements[0].settlement.paid_out_date = day("2026-03-11");
    assert_eq!(
        result(&books).payouts,
        [
            payout(
                "t0",
                10_000,
                "2026-03-02",
                Some("2026-03-11"),
                PayoutBasis::Settled
            ),
            payout(
                "t1",
                -3_000,
                "2026-03-03",
                Some("2026-03-10"),
                PayoutBasis::Forecast
            ),
        ]
    );
    let weekly = |days| Terms {
        calendar: calendar().clone(),
        contracts: Contracts::new(Contract {
            cycle: Some(SettlementCycle::Weekly),
            payout_business_days: days,
            ..Contract::default()
        }),
    };
    let forecast = |terms: &Terms| reconcile(&books, terms, later()).payouts.remove(1);
    assert_eq!(
        forecast(&weekly(Some(2))),
        payout(
            "t1",
            -3_000,
            "2026-03-08",
            Some("2026-03-10"),
            PayoutBasis::Forecast
        )
    );
    assert_eq!(
        forecast(&weekly(None)),
        payout("t1", -3_000, "2026-03-08", None, PayoutBasis::Forecast)
    );
}

#[test]
fn events_that_move_no_money_have_no_payout_and_bounced_deposits_no_forecast() {
    assert_eq!(result(&void_in_order()).payouts, []);
    let bounced = history(
        VIRTUAL_ACCOUNT,
        &[
            ("WAITING_FOR_DEPOSIT", 0, 0),
            ("DONE", 60, 10_000),
            ("WAITING_FOR_DEPOSIT", 90, 0),
        ],
    );
    let mut books = settled_history(bounced);
    books.settlements.clear();
    let bounced = |transaction, won| EventPayout {
        reason: Some(NoPayoutDate::Bounced),
        ..payout(transaction, won, "2026-03-02", None, PayoutBasis::Forecast)
    };
    assert_eq!(
        result(&books).payouts,
        [bounced("t1", 10_000), bounced("t2", -10_000)]
    );
}

#[test]
fn rows_that_cannot_be_told_apart_date_their_events_when_they_agree() {
    let mut books = in_order();
    books.payment = None;
    books.history = history(
        crate::made::CARD,
        &[
            ("DONE", 0, 10_000),
            ("PARTIAL_CANCELED", DAY, 3_000),
            ("PARTIAL_CANCELED", DAY, 3_000),
        ],
    );
    let mut keyless = settled("t1", -3_000, "2026-03-03", "2026-03-12");
    keyless.transaction_key = None;
    books.settlements.truncate(1);
    books
        .settlements
        .extend((0..2).map(|place| listed(place, keyless.clone())));
    let dates = |books: &_| {
        let payouts = result(books).payouts;
        let dates = payouts
            .iter()
            .skip(1)
            .map(|payout| (payout.basis, payout.paid_out_date));
        dates.collect::<Vec<_>>()
    };
    assert_eq!(
        dates(&books),
        [(PayoutBasis::Settled, Some(day("2026-03-12"))); 2]
    );
    assert_eq!(result(&books).verdict, Verdict::Reconciled);
    books.settlements[2].settlement.paid_out_date = day("2026-03-13");
    assert_eq!(
        dates(&books),
        [(PayoutBasis::Forecast, Some(day("2026-03-10"))); 2]
    );
}

#[test]
fn spellings_are_read_back() {
    for verdict in Verdict::ALL {
        assert_eq!(Verdict::parse(verdict.as_str()), Some(verdict));
    }
    for class in DiscrepancyClass::ALL {
        assert_eq!(DiscrepancyClass::parse(class.as_str()), Some(class));
    }
    assert!(DiscrepancyClass::ALL.is_sorted());
    assert_eq!(Verdict::parse("reconciled"), None);
}
