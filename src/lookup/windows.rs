//! Which parts of Toss's lists can hold rows of a payment. Toss lists transactions by time and settlements by day, never
//! by payment; the payment itself names the instants at which something happened to it.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Cancel, CancelStatus, KstDate, Payment, PaymentStatus, SettlementCycle, Transaction,
    TransactionKey,
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

/// The stretches in which the rows of cancels may be that are carried out and not listed at the instant of the cancel.
pub(super) fn stretches_after_cancels(
    cancels: &[Cancel],
    listed: &HashSet<&TransactionKey>,
    now: DateTime<Utc>,
) -> Vec<Stretch> {
    let missing = cancels.iter().filter(|cancel| {
        let key = cancel.transaction_key.as_ref();
        cancel.status == CancelStatus::Done && !key.is_some_and(|key| listed.contains(key))
    });
    let after = missing
        .filter_map(|cancel| cancel.canceled_at)
        .map(|at| Stretch {
            from: at + SLACK,
            to: (at + WALLETS_DECIDE).min(now + SLACK),
        });
    joined(after.filter(|stretch| stretch.from < stretch.to).collect())
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
    cycle: SettlementCycle,
) -> BTreeSet<KstDate> {
    payment
        .approved_at
        .into_iter()
        .chain(cancels.iter().filter_map(|cancel| cancel.canceled_at))
        .map(|instant| cycle.sold_date(KstDate::of(instant)))
        .collect()
}

/// The sold dates of rows that can be settled: those of approvals and cancels.
pub(super) fn settlement_days_of_rows<'a>(
    rows: impl Iterator<Item = &'a Transaction>,
    cycle: SettlementCycle,
) -> BTreeSet<KstDate> {
    rows.filter(|row| row.status == PaymentStatus::Done || row.status.is_cancel())
        .map(|row| cycle.sold_date(KstDate::of(row.transaction_at)))
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

    #[test]
    fn a_cancel_that_is_not_listed_at_its_instant_is_looked_for_after_it_while_that_is_carried_out()
    {
        let cancel = canceled("05T09:00:00");
        let unfinished = Cancel {
            status: CancelStatus::InProgress,
            ..canceled("05T09:00:00")
        };
        let none = HashSet::new();
        let listed: HashSet<_> = cancel.transaction_key.iter().collect();
        let of = |cancel: &Cancel, listed, now| {
            stretches_after_cancels(std::slice::from_ref(cancel), listed, at(now))
        };
        let expected = |to| {
            [Stretch {
                from: at("05T09:05:00"),
                to: at(to),
            }]
        };
        assert_eq!(of(&cancel, &none, "06T09:00:00"), expected("06T09:05:00"));
        assert_eq!(of(&cancel, &none, "30T09:00:00"), expected("19T09:00:00"));
        assert_eq!(of(&cancel, &none, "05T09:00:00"), []);
        assert_eq!(of(&cancel, &listed, "06T09:00:00"), []);
        assert_eq!(of(&unfinished, &none, "06T09:00:00"), []);
    }

    #[test]
    fn each_distinct_sold_date_is_asked_once() {
        let card = payment("카드", "PARTIAL_CANCELED", Some(at("03T23:59:59")));
        let cancels = [canceled("04T00:00:00"), canceled("04T23:00:00")];
        let days = |cycle| {
            settlement_days(&card, &cancels, cycle)
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(days(SettlementCycle::Daily), ["2026-03-03", "2026-03-04"]);
        assert_eq!(days(SettlementCycle::Weekly), ["2026-03-08"]);
        assert_eq!(days(SettlementCycle::Monthly), ["2026-03-31"]);
    }
}
