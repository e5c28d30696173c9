//! Books made for tests: a card payment in perfect order, from which each test takes away what it is about.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Books, BusinessCalendar, CancelMark, CancelRequestFacts, CancelRequestStatus, Contract,
    Contracts, Coverage, Effect, FeeLine, FormerSettlement, History, KstDate, ListedSettlement,
    PaymentRead, Reconciliation, RecordedRequest, Settlement, SettlementCycle, Stretch, Terms,
    Transaction, reconcile,
};

use crate::made::{
    CARD, VIRTUAL_ACCOUNT, cancel, key, krw, payment, rows, second, settlement, walk,
};

pub(crate) const DAY: i64 = 86_400;

pub(crate) fn day(text: &str) -> KstDate {
    KstDate::parse(text).unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Parsed once for all tests.
static TERMS: LazyLock<Terms> = LazyLock::new(|| Terms {
    calendar: BusinessCalendar::korean().unwrap(),
    contracts: Contracts::new(Contract {
        cycle: Some(SettlementCycle::Daily),
        payout_business_days: Some(5),
        ..Contract::default()
    }),
});

pub(crate) fn calendar() -> &'static BusinessCalendar {
    &TERMS.calendar
}

/// Daily closing, five business days.
pub(crate) fn terms() -> &'static Terms {
    &TERMS
}

/// Long after everything in these books is late.
pub(crate) fn later() -> DateTime<Utc> {
    at("2026-03-20T12:00:00+09:00")
}

/// February to April 2026, all of it read; the settlements at that instant.
pub(crate) fn everything_read(settlements_at: DateTime<Utc>) -> Arc<Coverage> {
    let all = Stretch {
        from: at("2026-02-01T00:00:00+09:00"),
        until: at("2026-05-01T00:00:00+09:00"),
    };
    let days = (0..89).map(|days| (day("2026-02-01").plus_days(days), settlements_at));
    Arc::new(Coverage::new([all], days))
}

/// A settlement row that names its event and adds up: a fee of 2.31 %, its parts, and the payout.
pub(crate) fn settled(transaction_key: &str, won: i64, sold: &str, paid_out: &str) -> Settlement {
    let fee = won * 231 / 10_000;
    let supply = fee * 10 / 11;
    let mut row = settlement(won);
    row.transaction_key = Some(key(transaction_key));
    row.fee = Some(krw(fee));
    row.supply_amount = Some(krw(supply));
    row.vat = Some(krw(fee - supply));
    row.fees = Some(vec![FeeLine {
        kind: "BASE".to_owned(),
        fee: krw(fee),
    }]);
    row.pay_out_amount = krw(won - fee);
    row.sold_date = day(sold);
    row.paid_out_date = day(paid_out);
    row
}

pub(crate) fn listed(place: u32, settlement: Settlement) -> ListedSettlement {
    ListedSettlement {
        settlement,
        place,
        read_at: later(),
    }
}

pub(crate) fn former(settlement: Settlement) -> FormerSettlement {
    FormerSettlement {
        settlement,
        place: 0,
        read_at: at("2026-03-05T06:00:00+09:00"),
        replaced_at: at("2026-03-06T06:00:00+09:00"),
    }
}

pub(crate) fn request(
    id: &str,
    status: CancelRequestStatus,
    requested_at: DateTime<Utc>,
    transaction_key: Option<&str>,
) -> RecordedRequest {
    RecordedRequest {
        id: id.to_owned(),
        requested_at,
        allowed_at: requested_at,
        facts: CancelRequestFacts {
            status,
            amount: None,
            first_sent_at: Some(requested_at + TimeDelta::seconds(1)),
            transaction_key: transaction_key.map(key),
            mark: CancelMark::of_request(id),
        },
    }
}

/// 10,000 paid under `t0` on 2 March 2026 at noon, 3,000 refunded under `t1` a day later at our request; everything
/// settled, everything read.
pub(crate) fn in_order() -> Books {
    let mut payment = payment(CARD, "PARTIAL_CANCELED", 7_000);
    payment.approved_at = Some(second(0));
    Books {
        payment: Some(PaymentRead {
            payment,
            cancels: vec![cancel("t1", DAY, 3_000)],
            read_at: later(),
        }),
        history: walk(card_rows()),
        settlements: vec![
            listed(0, settled("t0", 10_000, "2026-03-02", "2026-03-09")),
            listed(0, settled("t1", -3_000, "2026-03-03", "2026-03-10")),
        ],
        former_settlements: Vec::new(),
        unreadable: Vec::new(),
        requests: vec![request(
            "r1",
            CancelRequestStatus::Succeeded,
            second(DAY),
            Some("t1"),
        )],
        coverage: everything_read(later()),
    }
}

pub(crate) fn card_rows() -> Vec<Transaction> {
    rows(
        CARD,
        &[("DONE", 0, 10_000), ("PARTIAL_CANCELED", DAY, 3_000)],
    )
}

/// An account that was issued and handed back unpaid at our request, in order.
pub(crate) fn void_in_order() -> Books {
    let mut payment = payment(VIRTUAL_ACCOUNT, "CANCELED", 0);
    payment.approved_at = None;
    Books {
        payment: Some(PaymentRead {
            payment,
            cancels: vec![cancel("t1", 60, 10_000)],
            read_at: later(),
        }),
        history: walk(rows(
            VIRTUAL_ACCOUNT,
            &[("WAITING_FOR_DEPOSIT", 0, 0), ("CANCELED", 60, 10_000)],
        )),
        requests: vec![request(
            "r1",
            CancelRequestStatus::Succeeded,
            second(60),
            Some("t1"),
        )],
        coverage: everything_read(later()),
        ..Books::default()
    }
}

/// Books of a history alone, with a row for everything that moved money.
pub(crate) fn settled_history(history: History) -> Books {
    let settlements = history
        .events()
        .iter()
        .filter(|event| matches!(event.effect, Effect::Paid | Effect::Refunded))
        .map(|event| {
            let row = &event.transaction;
            let sold = KstDate::of(row.transaction_at);
            let paid_out = calendar().add_business_days(sold, 5).unwrap();
            let mut settlement = settled(
                row.transaction_key.as_str(),
                event.effective_amount.minor(),
                &sold.to_string(),
                &paid_out.to_string(),
            );
            settlement.payment_key = Some(row.payment_key.clone());
            settlement.order_id = row.order_id.clone();
            listed(0, settlement)
        })
        .collect();
    Books {
        history,
        settlements,
        coverage: everything_read(later()),
        ..Books::default()
    }
}

pub(crate) fn result(books: &Books) -> Reconciliation {
    reconcile(books, terms(), later())
}

/// The classes found, in their order.
pub(crate) fn classes(books: &Books) -> Vec<&'static str> {
    classes_as_of(books, later())
}

pub(crate) fn classes_as_of(books: &Books, as_of: DateTime<Utc>) -> Vec<&'static str> {
    reconcile(books, terms(), as_of)
        .discrepancies
        .iter()
        .map(|found| found.class().as_str())
        .collect()
}
