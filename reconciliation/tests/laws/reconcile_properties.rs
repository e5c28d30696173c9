//! Reconciling is a function of what is known: its order, repetition and splitting change not a byte.

use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use reconciliation::{
    Books, CancelRequestStatus, CancelStatus, Coverage, DiscrepancyClass, Language, Money,
    PaymentRead, Settlement, Stretch, Transaction, TransactionKey, Verdict, reconcile,
};

use crate::made::{CARD, VIRTUAL_ACCOUNT, cancel, krw, payment, row, second, walk};
use crate::made_books::{DAY, day, former, later, listed, request, settled, terms};

/// Everything that books are made of, before it is put together.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    payment: Option<PaymentRead>,
    rows: Vec<Transaction>,
    settlements: Vec<reconciliation::ListedSettlement>,
    former: Vec<reconciliation::FormerSettlement>,
    requests: Vec<reconciliation::RecordedRequest>,
    stretches: Vec<Stretch>,
    days: Vec<u32>,
    pub(crate) as_of: i64,
}

impl Known {
    pub(crate) fn books(&self) -> Books {
        let days = self
            .days
            .iter()
            .map(|days| (day("2026-03-01").plus_days(*days), later()));
        Books {
            payment: self.payment.clone(),
            history: walk(self.rows.clone()),
            settlements: self.settlements.clone(),
            former_settlements: self.former.clone(),
            unreadable: Vec::new(),
            requests: self.requests.clone(),
            coverage: Arc::new(Coverage::new(self.stretches.clone(), days)),
        }
    }

    fn result(&self) -> reconciliation::Reconciliation {
        let as_of = second(0) + TimeDelta::hours(self.as_of);
        reconcile(&self.books(), terms(), as_of)
    }
}

const STATUSES: [&str; 6] = [
    "WAITING_FOR_DEPOSIT",
    "DONE",
    "DONE",
    "CANCELED",
    "PARTIAL_CANCELED",
    "FROZEN",
];

fn any_rows() -> impl Strategy<Value = Vec<Transaction>> {
    let method = prop::sample::select(&[CARD, VIRTUAL_ACCOUNT]);
    let listed = prop::collection::vec(
        (prop::sample::select(&STATUSES), 0..3 * DAY, 1_i64..4),
        0..5,
    );
    (method, listed).prop_map(|(method, listed)| {
        let rows = (0..).zip(listed);
        rows.map(|(place, (status, at, won))| row(place, method, status, at, krw(won * 1_000)))
            .collect()
    })
}

/// A row among few keys, amounts and days, so that matches, duplicates and orphans are frequent.
fn any_settlement() -> impl Strategy<Value = Settlement> {
    let won = prop::sample::select(&[-3_000_i64, -2_000, -1_000, 1_000, 2_000, 3_000]);
    (
        0_u32..6,
        won,
        0_u32..3,
        prop::bool::weighted(0.3),
        -1_i64..2,
        prop::bool::weighted(0.1),
    )
        .prop_map(|(place, won, days, keyless, off, foreign)| {
            let sold = day("2026-03-02").plus_days(days).to_string();
            let mut row = settled(&format!("t{place}"), won, &sold, "2026-03-11");
            row.pay_out_amount = krw(row.pay_out_amount.minor() + off);
            if keyless {
                row.transaction_key = None;
            }
            if foreign {
                row.payment_key = None;
            }
            row
        })
}

pub(crate) fn any_known() -> impl Strategy<Value = Known> {
    let statuses = prop::sample::select(&["DONE", "CANCELED", "PARTIAL_CANCELED", "FROZEN"]);
    let cancels = prop::collection::vec((0_u32..5, 0..3 * DAY, 1_i64..4, 0_u8..8), 0..3);
    let read =
        (statuses, 0_i64..4, cancels, 0..4 * DAY).prop_map(|(status, balance, cancels, read)| {
            let mut payment = payment(CARD, status, balance * 1_000);
            payment.approved_at = Some(second(0));
            let cancels = cancels.into_iter().map(|(place, at, won, state)| {
                let mut cancel = cancel(&format!("t{place}"), at, won * 1_000);
                if state == 0 {
                    cancel.status = CancelStatus::InProgress;
                }
                cancel
            });
            PaymentRead {
                payment,
                cancels: cancels.collect(),
                read_at: second(read),
            }
        });
    let settlements = prop::collection::vec((0_u32..2, any_settlement()), 0..5);
    let former_rows = prop::collection::vec((0_i64..3, any_settlement()), 0..3);
    let requests = prop::collection::vec((0_u8..3, 0_usize..6, 0..3 * DAY, 0_u32..5), 0..3);
    let stretches = prop::collection::vec((-DAY..3 * DAY, 1..4 * DAY), 0..4);
    let lists = (settlements, former_rows, requests);
    (
        prop::option::of(read),
        any_rows(),
        lists,
        stretches,
        prop::collection::vec(0_u32..6, 0..8),
        0_i64..200,
    )
        .prop_map(
            |(payment, rows, (settlements, former_rows, requests), stretches, days, as_of)| Known {
                payment,
                rows,
                settlements: settlements
                    .into_iter()
                    .map(|(place, row)| listed(place, row))
                    .collect(),
                former: former_rows
                    .into_iter()
                    .map(|(hours, row)| {
                        let mut former = former(row);
                        former.replaced_at += TimeDelta::hours(hours);
                        former
                    })
                    .collect(),
                requests: requests
                    .into_iter()
                    .map(|(id, status, at, place)| {
                        let status = CancelRequestStatus::ALL[status];
                        // One identity is one request.
                        let at = second(at / DAY * DAY + i64::from(id));
                        request(
                            &format!("r{id}-{at}-{place}-{}", status.as_str()),
                            status,
                            at,
                            Some(&format!("t{place}")),
                        )
                    })
                    .collect(),
                stretches: stretches
                    .into_iter()
                    .map(|(from, length)| Stretch {
                        from: second(from),
                        until: second(from + length),
                    })
                    .collect(),
                days,
                as_of,
            },
        )
}

/// The same list in another order, parts of it repeated.
fn again<T: Clone + std::fmt::Debug + 'static>(list: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let repeated = prop::collection::vec(0..=list.len(), 0..4);
    repeated.prop_flat_map(move |places| {
        let repeated = places.iter().filter_map(|place| list.get(*place));
        let all: Vec<T> = list.iter().chain(repeated).cloned().collect();
        Just(all).prop_shuffle()
    })
}

/// Stretches cut in two, and given again.
fn split(stretches: &[Stretch]) -> impl Strategy<Value = Vec<Stretch>> + use<> {
    let halves = stretches.iter().flat_map(|stretch| {
        let middle = stretch.from + (stretch.until - stretch.from) / 3;
        [
            Stretch {
                from: stretch.from,
                until: middle,
            },
            Stretch {
                from: middle,
                until: stretch.until,
            },
        ]
    });
    again(halves.collect())
}

pub(crate) fn reread(known: Known) -> impl Strategy<Value = (Known, Known)> {
    let cancels = known
        .payment
        .as_ref()
        .map(|read| read.cancels.clone())
        .unwrap_or_default();
    let lists = (
        again(known.rows.clone()),
        again(known.settlements.clone()),
        again(known.former.clone()),
    );
    let others = (
        again(known.requests.clone()),
        again(known.days.clone()),
        again(cancels),
    );
    (lists, others, split(&known.stretches)).prop_map(
        move |((rows, settlements, former), (requests, days, cancels), stretches)| {
            let payment = known
                .payment
                .clone()
                .map(|read| PaymentRead { cancels, ..read });
            let as_of = known.as_of;
            let again = Known {
                payment,
                rows,
                settlements,
                former,
                requests,
                stretches,
                days,
                as_of,
            };
            (known.clone(), again)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn order_repetition_and_splitting_change_not_a_byte((known, again) in any_known().prop_flat_map(reread)) {
        let (first, second) = (known.result(), again.result());
        prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
    }

    #[test]
    fn the_verdict_is_the_first_that_applies_and_classes_come_in_their_order(known in any_known()) {
        let result = known.result();
        let classes: Vec<_> = result.discrepancies.iter().map(reconciliation::Discrepancy::class).collect();
        prop_assert!(classes.is_sorted());
        let gap = classes.contains(&DiscrepancyClass::SourceGap);
        let wrong = classes.iter().any(|class| !class.is_information());
        match result.verdict {
            Verdict::Incomplete => prop_assert!(gap),
            Verdict::Discrepant => prop_assert!(!gap && wrong),
            Verdict::Pending | Verdict::Reconciled => prop_assert!(!gap && !wrong),
        }
    }

    #[test]
    fn nothing_read_is_never_reconciled_once_something_is_known(known in any_known()) {
        // A payment vouches for what it shows itself; of the lists alone nothing is known.
        let nothing = Known { stretches: Vec::new(), days: Vec::new(), payment: None, ..known };
        let history = walk(nothing.rows.clone());
        let all_back = history.events().last().is_some_and(|last| last.transaction.status.is_cancel())
            && history.currencies().all(|currency| history.totals(currency).net().is_zero());
        if !nothing.rows.is_empty() && !all_back {
            prop_assert_eq!(nothing.result().verdict, Verdict::Incomplete);
        }
    }

    #[test]
    fn explanations_are_sentences_and_deltas_are_differences(known in any_known()) {
        for found in known.result().discrepancies {
            let text = found.explanation(Language::English);
            prop_assert!(text.ends_with('.') && !text.contains('\n'), "{}", text);
            if let (Some(expected), Some(observed), Some(delta)) = (found.expected(), found.observed(), found.delta()) {
                prop_assert_eq!(observed.minor() - expected.minor(), delta.minor());
            }
        }
    }

    #[test]
    fn every_event_that_moves_money_has_its_payout(known in any_known()) {
        let books = known.books();
        let moved: Vec<_> = books
            .history
            .events()
            .iter()
            .filter(|event| !event.effective_amount.is_zero())
            .map(|event| (event.transaction.transaction_key.clone(), event.effective_amount))
            .collect();
        let mut payouts: Vec<(TransactionKey, Money)> = Vec::new();
        for payout in known.result().payouts {
            match payouts.last_mut() {
                // Settled in parts.
                Some((key, sum)) if *key == payout.transaction_key => {
                    *sum = sum.plus(payout.amount).unwrap();
                }
                _ => payouts.push((payout.transaction_key, payout.amount)),
            }
        }
        prop_assert_eq!(payouts, moved);
    }
}
