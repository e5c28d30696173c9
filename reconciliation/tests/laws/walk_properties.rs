//! What holds of the walk for any rows at all.

use std::collections::BTreeMap;

use proptest::prelude::*;
use reconciliation::{
    CancelRowAmounts, Currency, Effect, History, MId, Money, PaymentStatus, Transaction,
};

use crate::made::{row, walk};

const STATUSES: [&str; 9] = [
    "READY",
    "IN_PROGRESS",
    "WAITING_FOR_DEPOSIT",
    "DONE",
    "CANCELED",
    "PARTIAL_CANCELED",
    "ABORTED",
    "EXPIRED",
    "FROZEN",
];
const METHODS: [&str; 5] = [
    "가상계좌",
    "VIRTUAL_ACCOUNT",
    "카드",
    "계좌이체",
    "새로운결제",
];
const CURRENCIES: [Currency; 3] = [Currency::KRW, Currency::USD, Currency::MUSD];

/// A row among few instants, amounts and positions, so that ties and coincidences are frequent.
fn any_row(place: u32) -> impl Strategy<Value = Transaction> {
    (
        // Statuses that move money come up more often.
        prop_oneof![
            prop::sample::select(&STATUSES),
            prop::sample::select(&STATUSES[2..6]),
        ],
        prop::sample::select(&METHODS),
        0_i64..6,
        (
            prop_oneof![-3_i64..0, 0_i64..9, 0_i64..9],
            prop::sample::select(&CURRENCIES),
        ),
        0_u32..3,
        prop::bool::weighted(0.1),
    )
        .prop_map(
            move |(status, method, at, (minor, currency), position, other_merchant)| {
                let mut row = row(
                    place,
                    method,
                    status,
                    at,
                    Money::from_minor(minor, currency),
                );
                row.listed_position = position;
                if other_merchant {
                    row.mid = MId::parse("shop2").unwrap();
                }
                row
            },
        )
}

/// Rows with a key each.
fn distinct_rows() -> impl Strategy<Value = Vec<Transaction>> {
    (0_u32..14).prop_flat_map(|count| (0..count).map(any_row).collect::<Vec<_>>())
}

/// Rows of which several may claim one key with different contents.
fn contradictory_rows() -> impl Strategy<Value = Vec<Transaction>> {
    prop::collection::vec((0_u32..6).prop_flat_map(any_row), 0..14)
}

/// The same rows read in any order, in windows that overlap, as often as the seeds say.
fn reread(rows: &[Transaction]) -> impl Strategy<Value = Vec<Transaction>> + use<> {
    let rows = rows.to_vec();
    let windows = prop::collection::vec((0..=rows.len(), 0..=rows.len()), 0..4);
    windows.prop_flat_map(move |windows| {
        let overlapping = windows
            .into_iter()
            .filter_map(|(from, to)| rows.get(from..to))
            .flatten();
        let all: Vec<_> = rows.iter().chain(overlapping).cloned().collect();
        Just(all).prop_shuffle()
    })
}

fn is_virtual_account(row: &Transaction) -> bool {
    matches!(
        row.method_label.as_deref(),
        Some("가상계좌" | "VIRTUAL_ACCOUNT")
    )
}

/// Paid, refunded, voided per currency, by a fold of its own: over plain integers, one currency at a time.
fn independent_fold(ordered: &[&Transaction]) -> BTreeMap<Currency, (i64, i64, i64)> {
    let mut sums = BTreeMap::new();
    for currency in CURRENCIES {
        let of_currency: Vec<_> = ordered
            .iter()
            .filter(|row| row.amount.currency() == currency)
            .collect();
        if of_currency.is_empty() {
            continue;
        }
        let (mut paid, mut refunded, mut voided) = (0, 0, 0);
        let mut money_has_come = false;
        for row in of_currency {
            let amount = row.amount.minor().abs();
            let account = is_virtual_account(row);
            match row.status.as_str() {
                "DONE" => {
                    paid += amount;
                    money_has_come = money_has_come || amount > 0;
                }
                "WAITING_FOR_DEPOSIT" if account && paid > refunded => {
                    paid = refunded;
                    money_has_come = false;
                }
                "CANCELED" | "PARTIAL_CANCELED" => {
                    if account && !money_has_come {
                        voided += amount;
                    } else {
                        refunded += amount;
                    }
                }
                _ => {}
            }
        }
        sums.insert(currency, (paid, refunded, voided));
    }
    sums
}

proptest! {
    #[test]
    fn order_repetition_and_splitting_change_nothing(
        (rows, reread) in contradictory_rows().prop_flat_map(|rows| {
            let again = reread(&rows);
            (Just(rows), again)
        })
    ) {
        prop_assert_eq!(walk(reread), walk(rows));
    }

    #[test]
    fn reading_a_history_again_gives_the_same(rows in contradictory_rows()) {
        let once = walk(rows);
        let again: Vec<_> = once.events().iter().map(|event| event.transaction.clone()).collect();
        prop_assert_eq!(walk(again), once);
    }

    #[test]
    fn every_key_is_there_once_and_nothing_else(rows in contradictory_rows()) {
        let key = |row: &Transaction| (row.mid.clone(), row.transaction_key.clone());
        let mut given: Vec<_> = rows.iter().map(key).collect();
        given.sort();
        given.dedup();
        let history = walk(rows.clone());
        let mut found: Vec<_> = history.events().iter().map(|event| key(&event.transaction)).collect();
        found.sort();
        prop_assert_eq!(found, given);
        prop_assert!(history.events().iter().all(|event| rows.contains(&event.transaction)));
    }

    #[test]
    fn rows_follow_time_then_life_cycle_then_listing(rows in distinct_rows()) {
        let mut issued = Vec::new();
        let mut rank = |row: &Transaction| {
            let currency = row.amount.currency();
            match row.status.as_str() {
                "WAITING_FOR_DEPOSIT" if is_virtual_account(row) && issued.contains(&currency) => Some(2),
                "WAITING_FOR_DEPOSIT" => {
                    if is_virtual_account(row) {
                        issued.push(currency);
                    }
                    Some(0)
                }
                "DONE" => Some(1),
                "PARTIAL_CANCELED" => Some(3),
                "CANCELED" => Some(4),
                _ => None,
            }
        };
        let history = walk(rows);
        let ranked: Vec<_> = history
            .events()
            .iter()
            .map(|event| (rank(&event.transaction), &event.transaction))
            .collect();
        for pair in ranked.windows(2) {
            let [(earlier, a), (later, b)] = [pair[0], pair[1]];
            prop_assert!(a.transaction_at <= b.transaction_at);
            if a.transaction_at == b.transaction_at
                && let (Some(earlier), Some(later)) = (earlier, later)
            {
                prop_assert!(earlier <= later);
                prop_assert!(earlier < later || a.listed_position <= b.listed_position);
            }
        }
    }

    #[test]
    fn sums_equal_an_independent_fold(rows in distinct_rows()) {
        let history = walk(rows);
        let ordered: Vec<_> = history.events().iter().map(|event| &event.transaction).collect();
        let found: BTreeMap<_, _> = history
            .currencies()
            .map(|currency| {
                let totals = history.totals(currency);
                (currency, (totals.paid.minor(), totals.effective_refund.minor(), totals.voided.minor()))
            })
            .collect();
        prop_assert_eq!(found, independent_fold(&ordered));
    }

    #[test]
    fn effective_amounts_add_up_to_the_net_amount(rows in distinct_rows()) {
        let history = walk(rows);
        for currency in CURRENCIES {
            let moved: i64 = history
                .events()
                .iter()
                .filter(|event| event.effective_amount.currency() == currency)
                .map(|event| event.effective_amount.minor())
                .sum();
            let totals = history.totals(currency);
            prop_assert_eq!(moved, totals.net().minor());
            prop_assert_eq!(totals.held(), totals.net());
            prop_assert!(totals.paid.minor() >= 0 && totals.effective_refund.minor() >= 0);
        }
    }

    #[test]
    fn rows_of_other_currencies_change_nothing(rows in distinct_rows()) {
        let together = walk(rows.clone());
        for currency in CURRENCIES {
            let mut alone = rows.clone();
            alone.retain(|row| row.amount.currency() == currency);
            let alone = walk(alone);
            prop_assert_eq!(alone.totals(currency), together.totals(currency));
            let of_currency: Vec<_> = together
                .events()
                .iter()
                .filter(|event| event.transaction.amount.currency() == currency)
                .cloned()
                .collect();
            prop_assert_eq!(alone.events(), of_currency.as_slice());
        }
    }

    #[test]
    fn an_effect_belongs_to_its_status_and_moves_money_its_way(rows in distinct_rows()) {
        for event in walk(rows).events() {
            let row = &event.transaction;
            let moved = event.effective_amount.minor();
            let listed = row.amount.minor().abs();
            let sound = match event.effect {
                Effect::None => moved == 0 && !row.status.is_cancel() && row.status != PaymentStatus::Done,
                Effect::Paid => moved == listed && row.status == PaymentStatus::Done,
                Effect::Refunded => moved == -listed && row.status.is_cancel(),
                Effect::Voided => moved == 0 && row.status.is_cancel() && is_virtual_account(row),
                Effect::PaymentReversed => {
                    moved < 0 && row.status == PaymentStatus::WaitingForDeposit && is_virtual_account(row)
                }
            };
            prop_assert!(sound, "{event:?}");
        }
    }

    #[test]
    fn a_method_other_than_a_virtual_account_is_never_voided_nor_reversed(rows in distinct_rows()) {
        let mut cards = rows;
        cards.retain(|row| !is_virtual_account(row));
        let history = walk(cards);
        prop_assert!(history
            .events()
            .iter()
            .all(|event| !matches!(event.effect, Effect::Voided | Effect::PaymentReversed)));
    }

    #[test]
    fn a_cancel_list_without_the_rows_keys_changes_nothing(rows in distinct_rows()) {
        let listed = History::of(rows.clone(), CancelRowAmounts::OfThePayment(&[]));
        prop_assert_eq!(listed, Ok(walk(rows)));
    }
}
