//! Which parts of Toss's lists can hold rows of a payment. Toss lists transactions by time and settlements by day, never
//! by payment; the payment itself names the instants at which something happened to it.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Cancel, CancelStatus, KstDate, Payment, PaymentStatus, SettlementCycle, Transaction,
    TransactionKey, named_cancels,
};

/// How far a row's instant may be from the one that the payment names.
const SLACK: TimeDelta = TimeDelta::minutes(5);
/// The longest way from opening the payment window to the issue of the account: 30 minutes for the window, 10 for the
/// confirmation, and some slack.
const ISSUE_TAKES: TimeDelta = TimeDelta::minutes(45);
/// How long after a cancel its row is looked for. Wallets from abroad decide later, and list it then.
const WALLETS_DECIDE: TimeDelta = TimeDelta::days(14);
/// The longest life of a virtual account that is read in one piece: its usual validity and a day.
const WHOLE_LIFE: TimeDelta = TimeDelta::days(8);

/// A stretch of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

impl Stretch {
    fn around(instant: DateTime<Utc>, before: TimeDelta, after: TimeDelta) -> Self {
        Self {
            from: instant - before,
            to: instant + after,
        }
    }
}

/// The stretches around the instants that the payment names, oldest first, those that touch joined.
pub(super) fn stretches_of_events(payment: &Payment, cancels: &[Cancel]) -> Vec<Stretch> {
    let issue = payment
        .requested_at
        .filter(|_| payment.is_virtual_account() || was_approved_at_an_unknown_time(payment))
        .map(|requested| Stretch::around(requested, SLACK, ISSUE_TAKES));
    let approval = payment
        .approved_at
        .map(|approved| Stretch::around(approved, SLACK, SLACK));
    let canceled = cancels
        .iter()
        .filter_map(|cancel| cancel.canceled_at)
        .map(|at| Stretch::around(at, SLACK, SLACK));
    joined(issue.into_iter().chain(approval).chain(canceled).collect())
}

/// An event that the payment names and of which no row has been found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unlisted {
    pub(super) at: DateTime<Utc>,
    /// Until when its row may still be listed.
    until: DateTime<Utc>,
}

impl Unlisted {
    fn of_approval(at: DateTime<Utc>) -> Self {
        let until = at + SLACK;
        Self { at, until }
    }

    pub(super) fn of_cancel(at: DateTime<Utc>) -> Self {
        let until = at + WALLETS_DECIDE;
        Self { at, until }
    }
}

/// The approval and the cancels, as far as they are carried out, of which no row is among these. A cancel that Toss gives
/// without a key has that of its row, where it can be told.
pub(super) fn unlisted(
    payment: &Payment,
    cancels: &[Cancel],
    listed: &[Transaction],
) -> Vec<Unlisted> {
    let has_approval = listed.iter().any(|row| row.status == PaymentStatus::Done);
    let approval = payment.approved_at.filter(|_| !has_approval);
    let approval = approval.map(Unlisted::of_approval);
    let keys: HashSet<&TransactionKey> = listed.iter().map(|row| &row.transaction_key).collect();
    let named = named_cancels(cancels, listed.iter());
    let canceled = named
        .iter()
        .filter(|cancel| {
            let key = cancel.transaction_key.as_ref();
            cancel.status == CancelStatus::Done && !key.is_some_and(|key| keys.contains(key))
        })
        .filter_map(|cancel| cancel.canceled_at)
        .map(Unlisted::of_cancel);
    approval.into_iter().chain(canceled).collect()
}

/// The days on which rows of such events are looked for: the event's, the next, on which wallets from abroad mostly
/// decide, and today. What is listed in between is found by whoever follows the list.
pub(super) fn days_of_unlisted(events: &[Unlisted], now: DateTime<Utc>) -> BTreeSet<KstDate> {
    let today = KstDate::of(now);
    events
        .iter()
        .flat_map(|event| {
            let day = KstDate::of(event.at);
            let last = KstDate::of(event.until).min(today);
            [day, day.next(), today]
                .into_iter()
                .filter(move |day| *day <= last)
        })
        .collect()
}

/// What is to be looked through of those days for cancels, without the days that are followed and the stretches around the
/// events, which have been looked through.
pub(super) fn stretches_of_unlisted(
    events: &[Unlisted],
    now: DateTime<Utc>,
    is_followed: impl Fn(KstDate) -> bool,
) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    for event in events {
        let days = days_of_unlisted(std::slice::from_ref(event), now);
        for day in days.into_iter().filter(|day| !is_followed(*day)) {
            let next = day.next().start();
            stretches.push(Stretch {
                from: day.start().max(event.at + SLACK),
                to: next.min(event.until).min(now + SLACK),
            });
        }
    }
    stretches.retain(|stretch| stretch.from < stretch.to);
    joined(stretches)
}

/// For a virtual account, the whole time in which something can have happened to it. A deposit that bounced leaves two
/// rows at instants which the payment does not name, so this is read first, if it is short enough to be read at once.
pub(super) fn life_of_account(
    payment: &Payment,
    cancels: &[Cancel],
    now: DateTime<Utc>,
) -> Option<Stretch> {
    let requested = payment
        .requested_at
        .filter(|_| payment.is_virtual_account())?;
    let still_open = payment.status == PaymentStatus::WaitingForDeposit;
    let last_named = cancels
        .iter()
        .filter_map(|cancel| cancel.canceled_at)
        .chain(payment.approved_at)
        .max();
    let end = if still_open {
        now
    } else {
        last_named.unwrap_or(now)
    };
    let life = Stretch {
        from: requested - SLACK,
        to: end.max(requested) + SLACK,
    };
    (life.to - life.from <= WHOLE_LIFE).then_some(life)
}

/// The sold dates under which the payment's approval and cancels can be settled, as of now.
pub(super) fn settlement_days(
    payment: &Payment,
    cancels: &[Cancel],
    cycle: Option<SettlementCycle>,
) -> BTreeSet<KstDate> {
    payment
        .approved_at
        .into_iter()
        .chain(cancels.iter().filter_map(|cancel| cancel.canceled_at))
        .flat_map(|instant| sold_dates(instant, cycle))
        .collect()
}

/// The sold dates of rows that can be settled: those of approvals and cancels.
pub(super) fn settlement_days_of_rows<'a>(
    rows: impl Iterator<Item = &'a Transaction>,
    cycle: Option<SettlementCycle>,
) -> BTreeSet<KstDate> {
    rows.filter(|row| row.status == PaymentStatus::Done || row.status.is_cancel())
        .flat_map(|row| sold_dates(row.transaction_at, cycle))
        .collect()
}

/// The sold dates that an event of that instant may be booked on. While the cycle is not known, that is its day, or the
/// last of its week or month, where a row may be listed ahead.
fn sold_dates(instant: DateTime<Utc>, cycle: Option<SettlementCycle>) -> BTreeSet<KstDate> {
    let every = [
        SettlementCycle::Daily,
        SettlementCycle::Weekly,
        SettlementCycle::Monthly,
    ];
    let day = KstDate::of(instant);
    every
        .into_iter()
        .filter(|candidate| cycle.is_none_or(|cycle| cycle == *candidate))
        .map(|cycle| cycle.sold_date(day))
        .collect()
}

/// The same stretches, oldest first, those that touch joined.
fn joined(mut all: Vec<Stretch>) -> Vec<Stretch> {
    all.sort_by_key(|stretch| (stretch.from, stretch.to));
    let mut joined: Vec<Stretch> = Vec::with_capacity(all.len());
    for next in all {
        match joined.last_mut() {
            Some(last) if next.from <= last.to => last.to = last.to.max(next.to),
            _ => joined.push(next),
        }
    }
    joined
}

fn was_approved_at_an_unknown_time(payment: &Payment) -> bool {
    let money_moved = payment.status == PaymentStatus::Done || payment.status.is_cancel();
    money_moved && payment.approved_at.is_none()
}

#[cfg(test)]
mod tests {
    use reconciliation::{Currency, MId, Money, OrderId, PaymentKey};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("2026-03-{text}+09:00"))
            .unwrap()
            .to_utc()
    }

    fn payment(method: &str, status: &str, approved_at: Option<DateTime<Utc>>) -> Payment {
        Payment {
            mid: MId::parse("shop").unwrap(),
            payment_key: PaymentKey::parse("key").unwrap(),
            order_id: OrderId::parse("order").unwrap(),
            method_label: Some(method.to_owned()),
            status: PaymentStatus::from_toss(status),
            currency: Currency::KRW,
            total_amount: None,
            balance_amount: None,
            requested_at: Some(at("03T10:00:00")),
            approved_at,
            is_partial_cancelable: None,
            last_transaction_key: None,
            virtual_account: None,
        }
    }

    fn canceled(when: &str) -> Cancel {
        Cancel {
            transaction_key: TransactionKey::parse("T").ok(),
            amount: Money::from_minor(1, Currency::KRW),
            reason: None,
            canceled_at: Some(at(when)),
            refundable_amount: None,
            status: CancelStatus::Done,
        }
    }

    #[test]
    fn a_card_payment_with_two_cancels_on_other_days_has_three_stretches() {
        let card = payment("카드", "PARTIAL_CANCELED", Some(at("03T10:00:20")));
        let cancels = [canceled("05T09:00:00"), canceled("04T14:00:00")];
        let stretches = stretches_of_events(&card, &cancels);
        let middles: Vec<_> = stretches.iter().map(|s| s.from + SLACK).collect();
        assert_eq!(
            middles,
            [at("03T10:00:20"), at("04T14:00:00"), at("05T09:00:00")]
        );
    }

    #[test]
    fn stretches_that_touch_are_joined_and_those_a_second_apart_are_not() {
        let approved = at("03T10:00:00");
        let card = payment("카드", "PARTIAL_CANCELED", Some(approved));
        let touching = Cancel {
            canceled_at: Some(approved + SLACK + SLACK),
            ..canceled("03T10:00:00")
        };
        assert_eq!(
            stretches_of_events(&card, std::slice::from_ref(&touching)).len(),
            1
        );
        let apart = Cancel {
            canceled_at: touching.canceled_at.map(|at| at + TimeDelta::seconds(1)),
            ..touching
        };
        assert_eq!(stretches_of_events(&card, &[apart]).len(), 2);
    }

    #[test]
    fn a_payment_that_was_never_approved_has_no_stretch() {
        assert_eq!(
            stretches_of_events(&payment("카드", "EXPIRED", None), &[]),
            []
        );
    }

    #[test]
    fn a_cancelled_payment_without_an_approval_time_is_looked_for_after_its_request() {
        let stretches = stretches_of_events(&payment("카드", "CANCELED", None), &[]);
        assert_eq!(
            stretches,
            [Stretch {
                from: at("03T09:55:00"),
                to: at("03T10:45:00")
            }]
        );
    }

    #[test]
    fn an_account_is_read_from_its_request_to_its_last_event() {
        let account = payment("가상계좌", "CANCELED", None);
        let life = life_of_account(&account, &[canceled("04T11:00:00")], at("20T00:00:00"));
        assert_eq!(
            life,
            Some(Stretch {
                from: at("03T09:55:00"),
                to: at("04T11:05:00")
            })
        );
    }

    #[test]
    fn an_account_that_waits_is_read_up_to_now_unless_that_is_too_long() {
        let account = payment("가상계좌", "WAITING_FOR_DEPOSIT", None);
        assert_eq!(
            life_of_account(&account, &[], at("05T10:00:00")).map(|l| l.to),
            Some(at("05T10:05:00"))
        );
        assert_eq!(life_of_account(&account, &[], at("11T09:51:00")), None);
        assert_eq!(
            life_of_account(&payment("카드", "DONE", None), &[], at("05T10:00:00")),
            None
        );
    }

    fn row(key: &str, status: &str) -> Transaction {
        Transaction {
            mid: MId::parse("shop").unwrap(),
            payment_key: PaymentKey::parse("key").unwrap(),
            transaction_key: TransactionKey::parse(key).unwrap(),
            order_id: OrderId::parse("order").unwrap(),
            method_label: None,
            status: PaymentStatus::from_toss(status),
            amount: Money::from_minor(1, Currency::KRW),
            transaction_at: at("05T09:00:00"),
            listed_position: 0,
        }
    }

    #[test]
    fn an_event_without_its_row_is_unlisted_while_it_is_carried_out() {
        let card = payment("카드", "PARTIAL_CANCELED", Some(at("03T10:00:00")));
        let cancel = canceled("05T09:00:00");
        let unfinished = Cancel {
            status: CancelStatus::InProgress,
            ..canceled("05T09:00:00")
        };
        let instants = |cancel: &Cancel, listed: &[Transaction]| {
            unlisted(&card, std::slice::from_ref(cancel), listed)
                .iter()
                .map(|event| event.at)
                .collect::<Vec<_>>()
        };
        let (paid, refunded) = (row("paid", "DONE"), row("T", "PARTIAL_CANCELED"));
        assert_eq!(
            instants(&cancel, &[]),
            [at("03T10:00:00"), at("05T09:00:00")]
        );
        assert_eq!(
            instants(&cancel, std::slice::from_ref(&paid)),
            [at("05T09:00:00")]
        );
        assert!(instants(&cancel, &[paid.clone(), refunded]).is_empty());
        assert!(instants(&unfinished, &[paid]).is_empty());
    }

    #[test]
    fn a_cancel_without_a_row_is_looked_for_on_its_day_the_next_and_today_for_a_fortnight() {
        let cancel = Unlisted::of_cancel(at("05T09:00:00"));
        let days = |now: &str| {
            days_of_unlisted(&[cancel], at(now))
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(days("05T12:00:00"), ["2026-03-05"]);
        assert_eq!(
            days("07T12:00:00"),
            ["2026-03-05", "2026-03-06", "2026-03-07"]
        );
        assert_eq!(
            days("19T12:00:00"),
            ["2026-03-05", "2026-03-06", "2026-03-19"]
        );
        assert_eq!(days("20T12:00:00"), ["2026-03-05", "2026-03-06"]);
    }

    #[test]
    fn what_the_reading_of_an_event_has_looked_through_is_not_looked_through_again() {
        let stretch = |from, to| Stretch {
            from: at(from),
            to: at(to),
        };
        let cancel = Unlisted::of_cancel(at("05T09:00:00"));
        let of = |event, now| stretches_of_unlisted(&[event], at(now), |_| false);
        assert_eq!(
            of(cancel, "05T12:00:00"),
            [stretch("05T09:05:00", "05T12:05:00")]
        );
        assert_eq!(
            of(cancel, "09T12:00:00"),
            [
                stretch("05T09:05:00", "07T00:00:00"),
                stretch("09T00:00:00", "09T12:05:00"),
            ]
        );
        let approval = Unlisted::of_approval(at("05T09:00:00"));
        assert_eq!(of(approval, "05T12:00:00"), []);
        assert_eq!(of(cancel, "05T09:00:00"), []);
        let is_followed = |day| day != KstDate::of(cancel.at);
        assert_eq!(
            stretches_of_unlisted(&[cancel], at("09T12:00:00"), is_followed),
            [stretch("05T09:05:00", "06T00:00:00")]
        );
    }

    #[test]
    fn while_the_cycle_is_unknown_every_sold_date_that_it_may_be_is_asked() {
        let days = |instant: &str| {
            sold_dates(at(instant), None)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            days("04T10:00:00"),
            ["2026-03-04", "2026-03-08", "2026-03-31"]
        );
        assert_eq!(days("31T10:00:00"), ["2026-03-31", "2026-04-05"]);
    }

    #[test]
    fn each_distinct_sold_date_is_asked_once() {
        let card = payment("카드", "PARTIAL_CANCELED", Some(at("03T23:59:59")));
        let cancels = [canceled("04T00:00:00"), canceled("04T23:00:00")];
        let days = |cycle| {
            settlement_days(&card, &cancels, Some(cycle))
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(days(SettlementCycle::Daily), ["2026-03-03", "2026-03-04"]);
        assert_eq!(days(SettlementCycle::Weekly), ["2026-03-08"]);
        assert_eq!(days(SettlementCycle::Monthly), ["2026-03-31"]);
    }
}
