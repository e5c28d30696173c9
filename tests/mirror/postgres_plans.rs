//! No statement of the store reads a large table of PostgreSQL through: not for any combination of filters, not for what is
//! nested in a list, and not for what a mirror asks for.

mod searches;

use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    MId, OrderId, PaymentKey, PaymentMethod, PaymentStatus, SettlementKind, TransactionKey, Verdict,
};
use toss_recon::lookup::{Lookup, PaymentRef};
use toss_recon::store::{
    AccountName, PageRequest, PaymentFilter, PaymentPlace, SettlementFilter, SettlementId,
    SettlementOrder, SettlementPlace, SettlementsKey, Toward,
};

use crate::explained::{Explained, Step};
use crate::support::{clock, day, instant, merchants, mirror, month, steady_shop};

/// The tables that grow with every payment. That of cancels is small beside them: PostgreSQL reads it through for a page of
/// payments as long as it finds that cheaper than a hundred look-ups.
const LARGE: [&str; 4] = ["payments", "transactions", "settlements", "verdicts"];
const PAYMENTS: u32 = 30_000;
/// Rows that a page may cost for each that it has: some parts of a list give rows that the page does not need.
const PAGE_ROWS: u64 = 100;

/// Ninety days of payments at two merchants, of which one has a hundredth, in every state and by every method, most of them
/// cards. Each has had a cancel. Rows are as long as Toss's: a short table would rather be read through.
const FILL: [&str; 6] = [
    "INSERT INTO payments (payment_key, mid, account, order_id, method_label, status, currency, read_at, rows_only, \
        outdated, began_at, status_kind, method_kind, raw)
     SELECT 'payment-' || n, mid, 'default', 'order-' || n, method, status, 'KRW', began + 60000, n % 3 > 0,
        n % 500 = 0, began, status, method, CASE WHEN n % 3 = 0 THEN rpad('', 900, 'x') END
     FROM (SELECT n, 1767193200000 + n::bigint * 259200 AS began,
            CASE n % 100 WHEN 0 THEN 'small' ELSE 'large' END AS mid,
            (ARRAY['READY', 'IN_PROGRESS', 'WAITING_FOR_DEPOSIT', 'ABORTED', 'EXPIRED', 'PARTIAL_CANCELED',
                'CANCELED', 'DONE'])[1 + least(7, n * 7 % 40)] AS status,
            (ARRAY['VIRTUAL_ACCOUNT', 'EASY_PAY', 'MOBILE_PHONE', 'TRANSFER', 'CARD'])[1 + least(4, n * 3 % 17)] AS method
        FROM generate_series(1, 30000) AS n) AS made",
    "INSERT INTO transactions (mid, transaction_key, account, payment_key, order_id, method_label, status, \
        transaction_at, amount, currency, listed_position, raw, read_at)
     SELECT mid, 'transaction-' || payment_key || '-' || part, account, payment_key, order_id, method_label, status,
        began_at + part, 1000, 'KRW', 0, rpad('', 450, 'x'), read_at
     FROM payments, generate_series(1, 2) AS part",
    "INSERT INTO settlements (id, account, mid, payment_key, transaction_key, order_id, order_id_unprefixed, kind, \
        currency, amount, pay_out_amount, sold_date, paid_out_date, raw)
     SELECT 'settlement-' || payment_key, account, mid, keyed, CASE WHEN keyed IS NOT NULL THEN 'x' END,
        CASE WHEN keyed IS NULL THEN 'p_' ELSE '' END || order_id, CASE WHEN keyed IS NULL THEN order_id END,
        CASE WHEN substr(payment_key, 9)::int % 8 = 0 THEN 'CANCEL' ELSE 'PAYMENT' END, 'KRW', 1000, 970,
        sold, sold + 5, rpad('', 900, 'x')
     FROM (SELECT *, (to_timestamp(began_at / 1000) AT TIME ZONE 'Asia/Seoul')::date AS sold,
            CASE WHEN substr(payment_key, 9)::int % 50 > 0 THEN payment_key END AS keyed FROM payments) AS made",
    "INSERT INTO cancels (payment_key, transaction_key, amount, canceled_at, status)
     SELECT payment_key, 'cancel-' || payment_key, 1000, began_at + 2, 'DONE' FROM payments",
    "INSERT INTO merchant_ids (account, mid) SELECT DISTINCT account, mid FROM payments",
    "INSERT INTO verdicts (subject, books_version, account, mid, began_at, verdict, currency, paid)
     SELECT payment_key, 0, account, mid, began_at,
        (ARRAY['DISCREPANT', 'INCOMPLETE', 'PENDING', 'RECONCILED'])[1 + least(3, substr(payment_key, 9)::int % 97)],
        'KRW', substr(payment_key, 9)::bigint
     FROM payments",
];

/// Whether the server knows how many rows there are. Where it does not, it takes a range of instants, or a verdict, for so few
/// rows that it would rather sort them, or walk past another merchant's.
#[derive(Clone, Copy)]
struct Counted(bool);

/// Has the rows counted.
const COUNT: [&str; 1] = ["VACUUM ANALYZE"];
/// Keeps the server from counting them by itself.
const UNCOUNTED: [&str; 3] = [
    "ALTER TABLE payments SET (autovacuum_enabled = false)",
    "ALTER TABLE verdicts SET (autovacuum_enabled = false)",
    "ALTER TABLE settlements SET (autovacuum_enabled = false)",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_reads_a_large_table_through() {
    let mut explained = filled(&COUNT, &[]).await;
    lists_are_served_by_indexes(&mut explained).await;
    what_a_mirror_asks_for(&mut explained).await;
}

/// A question that is prepared once and asked often may be planned once for all values.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_reads_a_large_table_through_when_it_is_planned_without_values() {
    let mut explained = filled(&COUNT, &["plan_cache_mode = force_generic_plan"]).await;
    lists_are_served_by_indexes(&mut explained).await;
}

/// As after a first import, before the server has got round to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_reads_a_large_table_through_when_its_rows_were_never_counted() {
    let mut explained = filled(&UNCOUNTED, &[]).await;
    lists_of_payments(&mut explained, Counted(false)).await;
    lists_of_settlements(&mut explained, Counted(false)).await;
}

async fn filled(after: &[&str], settings: &[&str]) -> Explained {
    let statements = [&FILL, &searches::FILL[..], after].concat();
    let mut explained = Explained::filled(&statements, settings).await;
    let payments = format!("SELECT CAST({PAYMENTS} = count(*) AS text) FROM payments");
    assert_eq!(explained.database.texts(&payments).await, ["true"]);
    explained.skip();
    explained
}

async fn lists_are_served_by_indexes(explained: &mut Explained) {
    lists_of_payments(explained, Counted(true)).await;
    lists_of_settlements(explained, Counted(true)).await;
    searches::lists_are_found_and_counted_by_indexes(explained).await;
    what_is_nested(explained).await;
}

/// Holds the plans since the last look to the indexes, and tells how many rows of the large tables they looked at.
#[track_caller]
fn assert_indexed(explained: &mut Explained, table: &str, asked: &impl Debug) -> u64 {
    assert_all_indexed(&explained.steps(), table, asked)
}

#[track_caller]
fn assert_all_indexed(statements: &[(String, Vec<Step>)], table: &str, asked: &impl Debug) -> u64 {
    let mut rows = 0;
    let mut named = false;
    for (query, steps) in statements {
        named |= steps.iter().any(|step| step.table == table);
        for step in steps.iter().filter(|step| LARGE.contains(&&*step.table)) {
            assert!(step.how != "Seq Scan", "{asked:?}\n{query}\n{steps:#?}");
            rows += step.rows;
        }
    }
    assert!(named, "nothing was asked of {table}: {statements:#?}");
    rows
}

/// Each of the six filters given or not, with one value or with two.
fn payment_filters() -> Vec<PaymentFilter> {
    let mut all = Vec::new();
    for choice in 0..64_u32 {
        for values in [1, 2] {
            let given = |bit: u32| choice & (1 << bit) != 0;
            let mids = ["small", "large"].map(|mid| MId::parse(mid).unwrap());
            let march = (
                instant("2026-03-01T00:00:00+09:00"),
                instant("2026-04-01T00:00:00+09:00"),
            );
            all.push(PaymentFilter {
                began: given(0).then_some(march),
                statuses: given(1)
                    .then(|| [PaymentStatus::Canceled, PaymentStatus::Done][..values].to_vec()),
                methods: given(2)
                    .then(|| [PaymentMethod::Transfer, PaymentMethod::Card][..values].to_vec()),
                mids: given(3).then(|| mids[..values].to_vec()),
                order_id: given(4).then(|| OrderId::parse("order-29000").unwrap()),
                verdicts: given(5)
                    .then(|| [Verdict::Discrepant, Verdict::Reconciled][..values].to_vec()),
                ..PaymentFilter::default()
            });
        }
    }
    all
}

async fn lists_of_payments(explained: &mut Explained, counted: Counted) {
    let place = |began_at: DateTime<Utc>| PaymentPlace {
        began_at,
        payment_key: PaymentKey::parse("payment").unwrap(),
    };
    let middle = place(instant("2026-03-10T12:00:00+09:00"));
    let first_day = place(instant("2026-01-02T00:00:00+09:00"));
    for filter in payment_filters() {
        let mut costs = Vec::new();
        for (past, toward) in [
            (None, Toward::Older),
            (Some(middle.clone()), Toward::Older),
            (Some(middle.clone()), Toward::Newer),
            (Some(first_day.clone()), Toward::Newer),
        ] {
            let request = PageRequest {
                rows: PAGE_ROWS,
                past,
                toward,
            };
            explained
                .database
                .store
                .list_payments(&filter, &request)
                .await
                .unwrap_or_else(|error| panic!("{filter:?}: {error:?}"));
            let statements = explained.steps();
            let asked = (&filter, &request);
            let entry = entry(&filter);
            // A page without rows has no payments to load.
            let table = entry.split('_').next().unwrap();
            costs.push(assert_all_indexed(&statements, table, &asked));
            if counted.0 && filter.order_id.is_none() {
                assert_walks(places(&statements, table), entry, &asked);
            }
        }
        if counted.0 && filter.order_id.is_none() && filter.verdicts.is_none() {
            // The places and one more, and then the payments with their cancels.
            let costs_a_page = costs.iter().all(|rows| *rows <= 4 * PAGE_ROWS);
            assert!(costs_a_page, "{filter:?}: {costs:?}");
        }
    }
}

/// The index that a list is walked along: of all that is asked for. Where a verdict is asked for together with a status or a
/// method, of what is the exception. An order is found by its number.
fn entry(filter: &PaymentFilter) -> &'static str {
    let by_mid = filter.mids.is_some();
    let by_kind = filter.statuses.is_some() || filter.methods.is_some();
    let reconciled = |verdicts: &Vec<Verdict>| verdicts.contains(&Verdict::Reconciled);
    let by_verdict = |verdicts| filter.order_id.is_none() && !(by_kind && reconciled(verdicts));
    match (by_mid, filter.verdicts.as_ref().is_some_and(by_verdict)) {
        (true, true) => "verdicts_mid_verdict_began_at",
        (false, true) => "verdicts_verdict_began_at",
        (true, false) if by_kind => "payments_mid_status_method_began_at",
        (false, false) if by_kind => "payments_status_method_began_at",
        (_, false) => "payments_mid_began_at",
    }
}

/// The steps of the first statement that reads a table: that of a page's places. Before it, the merchants may be asked for.
#[track_caller]
fn places<'s>(statements: &'s [(String, Vec<Step>)], table: &str) -> &'s [Step] {
    let mut all = statements.iter().map(|(_, steps)| steps);
    let of_table = all.find(|steps| steps.iter().any(|step| step.table == table));
    of_table.expect("the table is read")
}

/// Holds the statement for a page's places to that index. Along another one it may look at two pages' rows, as it does where
/// it knows that nearly all there are of the merchant asked for.
#[track_caller]
fn assert_walks(steps: &[Step], entry: &str, asked: &impl Debug) {
    for step in steps {
        let served = [entry, "payments_pkey", "verdicts_pkey"]
            .iter()
            .any(|index| step.how.ends_with(&format!(" {index}")));
        assert!(
            served || step.rows <= 2 * PAGE_ROWS,
            "{asked:?}: {steps:#?}"
        );
    }
}

async fn lists_of_settlements(explained: &mut Explained, counted: Counted) {
    let days = (day("2026-03-01"), day("2026-03-31"));
    for choice in 0..16_u32 {
        let given = |bit: u32| choice & (1 << bit) != 0;
        let mids = ["small", "large"].map(|mid| MId::parse(mid).unwrap());
        let filter = SettlementFilter {
            sold_date: given(0).then_some(days),
            paid_out_date: given(1).then_some(days),
            mids: given(2).then(|| mids.to_vec()),
            kind: given(3).then_some(SettlementKind::Cancel),
            ..SettlementFilter::default()
        };
        let order = filter.order();
        let middle = SettlementPlace {
            day: match order {
                SettlementOrder::Sold => day("2026-03-10"),
                SettlementOrder::PaidOut => day("2026-03-15"),
            },
            id: SettlementId::new("settlement"),
        };
        for (past, toward) in [
            (None, Toward::Older),
            (Some(middle.clone()), Toward::Older),
            (Some(middle.clone()), Toward::Newer),
        ] {
            let request = PageRequest {
                rows: PAGE_ROWS,
                past,
                toward,
            };
            explained
                .database
                .store
                .list_settlements(&filter, &request)
                .await
                .unwrap();
            let statements = explained.steps();
            let asked = (&filter, &request);
            assert_all_indexed(&statements, "settlements", &asked);
            let entry = match order {
                SettlementOrder::Sold => "settlements_mid_kind_sold_date",
                SettlementOrder::PaidOut => "settlements_mid_kind_paid_out_date",
            };
            if counted.0 {
                assert_walks(places(&statements, "settlements"), entry, &asked);
            }
        }
    }
}

/// What a page of a hundred payments or settlements loads for its fields, one statement each, and what is asked for by an
/// id.
async fn what_is_nested(explained: &mut Explained) {
    let store = explained.database.store.clone();
    let numbers: Vec<u32> = (1..=100).map(|number| number * 290).collect();
    let keys: Vec<PaymentKey> = numbers
        .iter()
        .map(|number| PaymentKey::parse(&format!("payment-{number}")).unwrap())
        .collect();
    let found = store.payments(&keys).await.unwrap();
    assert_eq!(found.len(), 100);
    assert_indexed(explained, "cancels", &"payments");
    let found = store.transactions_of(&keys).await.unwrap();
    assert_eq!(found.len(), 100);
    assert_indexed(explained, "transactions", &"transactions_of");
    let settled: Vec<SettlementsKey> = numbers
        .iter()
        .zip(&keys)
        .map(|(number, key)| SettlementsKey {
            payment_key: key.clone(),
            mid: MId::parse("small").unwrap(),
            order_id: OrderId::parse(&format!("order-{number}")).unwrap(),
        })
        .collect();
    assert!(!store.settlements_of(&settled).await.unwrap().is_empty());
    let statements = explained.steps();
    assert_all_indexed(&statements, "settlements", &"settlements_of");
    for index in [
        "settlements_payment_key",
        "settlements_order_id",
        "settlements_order_id_unprefixed",
    ] {
        let mut steps = statements.iter().flat_map(|(_, steps)| steps);
        let used = steps.any(|step| step.how.split(' ').any(|word| word == index));
        assert!(used, "{index}: {statements:#?}");
    }
    let orders: Vec<String> = numbers.iter().map(|n| format!("order-{n}")).collect();
    let orders: Vec<&str> = orders.iter().map(String::as_str).collect();
    let found = store.payments_of_orders(&orders, None).await.unwrap();
    assert_eq!(found.len(), 100);
    assert_indexed(explained, "payments", &"payments_of_orders");

    let order = OrderId::parse("order-29000").unwrap();
    assert!(store.payment_by_order(&order).await.unwrap().is_some());
    assert_indexed(explained, "payments", &"payment_by_order");
    let id = SettlementId::new("settlement-payment-29000");
    assert!(store.settlement(&id).await.unwrap().is_some());
    assert_indexed(explained, "settlements", &"settlement");
    let (mid, key) = (MId::parse("large").unwrap(), "transaction-payment-29004-1");
    let key = TransactionKey::parse(key).unwrap();
    assert!(
        store
            .transaction_payment(&mid, &key)
            .await
            .unwrap()
            .is_some()
    );
    assert_indexed(explained, "transactions", &"transaction_payment");
    what_a_webhook_names(explained).await;
}

/// A cancel is told by its transaction alone.
async fn what_a_webhook_names(explained: &mut Explained) {
    for (key, payment, table) in [
        ("cancel-payment-29004", Some("payment-29004"), "cancels"),
        (
            "transaction-payment-29000-1",
            Some("payment-29000"),
            "transactions",
        ),
        ("unknown", None, "transactions"),
    ] {
        let wanted = TransactionKey::parse(key).unwrap();
        let store = &explained.database.store;
        let found = store.payment_of_transaction(&wanted).await.unwrap();
        assert_eq!(found.as_ref().map(PaymentKey::as_str), payment, "{key}");
        let statements = explained.steps();
        assert_all_indexed(&statements, table, &key);
        let steps = statements.iter().flat_map(|(_, steps)| steps);
        let read_through = |step: &Step| step.table == "cancels" && step.how == "Seq Scan";
        assert!(
            !steps.into_iter().any(read_through),
            "{key}: {statements:#?}"
        );
    }
}

/// Everything that importing, following and looking a payment up sends, with thirty days of another shop.
async fn what_a_mirror_asks_for(explained: &mut Explained) {
    let store = explained.database.store.clone();
    let now = instant("2026-03-20T12:00:00+09:00");
    let account = AccountName::new("default");
    let outdated = store.outdated_payments(&account, 50).await;
    assert!(!outdated.unwrap().is_empty());
    assert_indexed(explained, "payments", &"outdated_payments");
    let rest = TimeDelta::hours(1)..=TimeDelta::hours(6);
    let lasts = TimeDelta::days(92);
    let waiting = store.waiting_payments(&account, now, rest, now - lasts, 50);
    assert!(!waiting.await.unwrap().is_empty());
    assert_indexed(explained, "payments", &"waiting_payments");
    let unread = store.unread_payments(&account, 50).await;
    assert!(!unread.unwrap().is_empty());
    assert_indexed(explained, "payments", &"unread_payments");
    let discrepant = store.discrepant_unread_payments(&account, 50).await;
    assert!(!discrepant.unwrap().is_empty());
    assert_indexed(explained, "payments", &"discrepant_unread_payments");
    let attempts = store.payments_to_try_again(&account, now, 50).await;
    assert!(attempts.unwrap().is_empty());

    let sim = steady_shop().await;
    let mirror = mirror(&sim, &store, 5_000);
    mirror.import(&month(), |_| {}).await.unwrap();
    assert_indexed(explained, "transactions", &"import");
    sim.clock().advance(chrono::Duration::hours(13));
    assert_eq!(mirror.pass().await.failed, 0);
    mirror.import_again(&month(), |_| {}).await.unwrap();
    assert_indexed(explained, "settlements", &"import_again");
    let lookup = Lookup::new(store, merchants(&sim), clock(&sim));
    let order = PaymentRef::Order(OrderId::parse("order-partial-cancels").unwrap());
    let found = lookup.payment(&order, std::time::Duration::ZERO).await;
    assert!(found.unwrap().is_some());
    assert_indexed(explained, "payments", &"a payment looked up");
}
