//! What lists are searched, ordered and counted by is served by indexes too.

use reconciliation::{Currency, DeskState, DiscrepancyClass};
use toss_recon::store::{
    AmountPlace, AmountRange, DeltaPlace, DiscrepancyFilter, DiscrepancyId, PaymentConditions,
};

use super::*;

/// One discrepancy for each payment: a short table would be read through.
pub(super) const FILL: [&str; 1] = [
    "INSERT INTO discrepancies (id, subject, payment_key, mid, class, explanation, delta, delta_currency, began_at, \
        detected_at)
     SELECT 'found-' || payment_key, payment_key, payment_key, mid, 'AMOUNT_MISMATCH', rpad('', 300, 'x'),
        substr(payment_key, 9)::bigint - 15000, 'KRW', began_at, began_at
     FROM payments",
];

pub(super) async fn lists_are_found_and_counted_by_indexes(explained: &mut Explained) {
    payments_are_found(explained).await;
    payments_by_amounts(explained).await;
    rows_of_one_payment_or_order(explained).await;
    discrepancies_by_their_size(explained).await;
}

/// Conditions, each with the index that few are found by.
fn conditions() -> Vec<(PaymentConditions, Option<&'static str>)> {
    let none = PaymentConditions::default;
    let amount = |from, to| AmountRange {
        currency: Currency::KRW,
        from,
        to,
    };
    let (from, until) = (
        instant("2026-03-10T00:00:00+09:00"),
        instant("2026-03-10T12:00:00+09:00"),
    );
    let search = |text: &str| PaymentConditions {
        search: Some(text.to_owned()),
        ..none()
    };
    vec![
        (search("order-2900"), Some("payments_order_id_begins")),
        (search("payment-29000"), Some("payments_payment_key_begins")),
        (search("nothing"), Some("payments_order_name")),
        (search("order-"), None),
        (
            PaymentConditions {
                paid: Some(amount(Some(10), Some(20))),
                ..none()
            },
            Some("verdicts_mid_paid"),
        ),
        (
            PaymentConditions {
                paid: Some(amount(Some(10), None)),
                ..none()
            },
            None,
        ),
        (
            PaymentConditions {
                cancelled: Some((from, until)),
                ..none()
            },
            Some("transactions_canceled"),
        ),
        (
            PaymentConditions {
                paid_out: Some((day("2026-03-10"), day("2026-03-10"))),
                ..none()
            },
            Some("settlements_mid_kind_paid_out_date"),
        ),
        (
            PaymentConditions {
                was_read: Some(true),
                ..none()
            },
            None,
        ),
    ]
}

/// As [`assert_all_indexed`]. A day's payouts of nearly all payments are looked for in the table itself, the first few.
#[track_caller]
fn assert_found(statements: &[(String, Vec<Step>)], asked: &impl Debug) -> u64 {
    // Two thousand of the larger merchant's, among those of the other.
    const FIRST_FEW: u64 = 2_500;
    let is_of_few = |step: &Step| step.how == "Seq Scan" && step.rows <= FIRST_FEW;
    let statements: Vec<(String, Vec<Step>)> = statements
        .iter()
        .map(|(query, steps)| {
            let steps = steps.iter().filter(|step| !is_of_few(step)).cloned();
            (query.clone(), steps.collect())
        })
        .collect();
    assert_all_indexed(&statements, "payments", asked)
}

async fn payments_are_found(explained: &mut Explained) {
    let mids = ["small", "large"].map(|mid| MId::parse(mid).unwrap());
    for (more, index) in conditions() {
        for (by_mid, by_method) in [(false, false), (true, false), (false, true)] {
            let filter = PaymentFilter {
                mids: by_mid.then(|| mids.to_vec()),
                methods: by_method.then(|| vec![PaymentMethod::Card]),
                more: more.clone(),
                ..PaymentFilter::default()
            };
            let store = explained.database.store.clone();
            let page = PageRequest {
                rows: PAGE_ROWS,
                past: None,
                toward: Toward::Older,
            };
            let found = store.list_payments(&filter, &page).await.unwrap();
            let statements = explained.steps();
            let rows = assert_found(&statements, &filter);
            if let Some(index) = index {
                let mut steps = statements.iter().flat_map(|(_, steps)| steps);
                let used = steps.any(|step| step.how.split(' ').any(|word| word == index));
                assert!(used, "{filter:?} {index}: {statements:#?}");
                // Those that are found, looked at a few times.
                assert!(rows <= 20_000, "{filter:?} {rows}: {statements:#?}");
            }
            let counted = store.count_payments(&filter).await.unwrap();
            let statements = explained.steps();
            assert_found(&statements, &filter);
            assert!(counted.unwrap() >= u64::try_from(found.rows.len()).unwrap());
        }
    }
}

async fn payments_by_amounts(explained: &mut Explained) {
    let mids = ["small", "large"].map(|mid| MId::parse(mid).unwrap());
    let range = AmountRange {
        currency: Currency::KRW,
        from: Some(1_000),
        to: Some(20_000),
    };
    let middle = AmountPlace {
        currency: Currency::KRW,
        paid: 15_000,
        payment_key: PaymentKey::parse("payment").unwrap(),
    };
    for mids in [None, Some(mids[..1].to_vec()), Some(mids.to_vec())] {
        for statuses in [None, Some(vec![PaymentStatus::Done])] {
            for paid in [None, Some(range)] {
                for (past, toward) in [
                    (None, Toward::Older),
                    (Some(middle.clone()), Toward::Older),
                    (Some(middle.clone()), Toward::Newer),
                ] {
                    let filter = PaymentFilter {
                        mids: mids.clone(),
                        statuses: statuses.clone(),
                        more: PaymentConditions {
                            paid,
                            ..PaymentConditions::default()
                        },
                        ..PaymentFilter::default()
                    };
                    let request = PageRequest {
                        rows: PAGE_ROWS,
                        past,
                        toward,
                    };
                    let store = &explained.database.store;
                    let page = store.list_payments_by_amount(&filter, &request);
                    assert!(!page.await.unwrap().rows.is_empty());
                    let statements = explained.steps();
                    let asked = (&filter, &request);
                    assert_all_indexed(&statements, "verdicts", &asked);
                    assert_walks(places(&statements, "verdicts"), "verdicts_mid_paid", &asked);
                }
            }
        }
    }
}

async fn rows_of_one_payment_or_order(explained: &mut Explained) {
    for filter in [
        SettlementFilter {
            payment_key: Some(PaymentKey::parse("payment-29001").unwrap()),
            ..SettlementFilter::default()
        },
        // Its row names no payment.
        SettlementFilter {
            order_id: Some(OrderId::parse("order-29000").unwrap()),
            ..SettlementFilter::default()
        },
        SettlementFilter {
            order_id: Some(OrderId::parse("order-29001").unwrap()),
            ..SettlementFilter::default()
        },
    ] {
        let store = explained.database.store.clone();
        let page = PageRequest {
            rows: PAGE_ROWS,
            past: None,
            toward: Toward::Older,
        };
        let found = store.list_settlements(&filter, &page).await.unwrap();
        assert_eq!(found.rows.len(), 1, "{filter:?}");
        assert!(assert_indexed(explained, "settlements", &filter) <= 10);
        assert_eq!(store.count_settlements(&filter).await.unwrap(), Some(1));
        assert!(assert_indexed(explained, "settlements", &filter) <= 10);
    }
}

async fn discrepancies_by_their_size(explained: &mut Explained) {
    let mids = ["small", "large"].map(|mid| MId::parse(mid).unwrap());
    let middle = DeltaPlace {
        currency: "KRW".to_owned(),
        size: 10_000,
        id: DiscrepancyId::new("found"),
    };
    for mids in [None, Some(mids.to_vec())] {
        for (past, toward) in [
            (None, Toward::Older),
            (Some(middle.clone()), Toward::Older),
            (Some(middle.clone()), Toward::Newer),
        ] {
            let filter = DiscrepancyFilter {
                mids: mids.clone(),
                states: Some(vec![DeskState::Open]),
                ..DiscrepancyFilter::default()
            };
            let request = PageRequest {
                rows: PAGE_ROWS,
                past,
                toward,
            };
            let store = &explained.database.store;
            let page = store.list_discrepancies_by_delta(&filter, &request);
            assert!(!page.await.unwrap().rows.is_empty());
            let statements = explained.steps();
            let asked = (&filter, &request);
            let steps = places(&statements, "discrepancies");
            assert_walks(steps, "discrepancies_open_size", &asked);
        }
    }
    for (classes, index) in [
        (None, "discrepancies_open_began_at"),
        (
            Some(vec![DiscrepancyClass::AmountMismatch]),
            "discrepancies_open_class",
        ),
    ] {
        let filter = DiscrepancyFilter {
            classes,
            states: Some(vec![DeskState::Open]),
            ..DiscrepancyFilter::default()
        };
        let request = PageRequest {
            rows: PAGE_ROWS,
            past: None,
            toward: Toward::Older,
        };
        let page = explained
            .database
            .store
            .list_discrepancies(&filter, &request);
        assert!(!page.await.unwrap().rows.is_empty());
        let statements = explained.steps();
        assert_walks(places(&statements, "discrepancies"), index, &filter);
    }
    let one = DiscrepancyFilter {
        payment_key: Some(PaymentKey::parse("payment-29000").unwrap()),
        ..DiscrepancyFilter::default()
    };
    let counted = explained.database.store.count_discrepancies(&one).await;
    assert_eq!(counted.unwrap(), Some(1));
    let read: u64 = explained
        .steps()
        .iter()
        .flat_map(|(_, steps)| steps)
        .filter(|step| step.table == "discrepancies")
        .map(|step| step.rows)
        .sum();
    assert!(read <= 10, "{read}");
}
