//! A month as the mirror would have left it, put into the tables at once: cards and transfers, virtual accounts that were
//! paid, and cards of which a part was cancelled. Everything is settled but yesterday's, whose payout is forecast.

use chrono::NaiveDate;
use reconciliation::KstDate;
use sea_orm::{ConnectionTrait, Database, DbBackend};
use toss_recon::clock::Clock;
use toss_recon::store::Store;

use crate::statistics;

/// Days of the month; the last one is yesterday.
pub(crate) const DAYS: u64 = 30;
/// Its merchants at Toss: the second one has a payment of a hundred.
pub(crate) const MIDS: [&str; 2] = ["shop", "small-shop"];
/// The name that a single merchant has in the settings.
const ACCOUNT: &str = "default";
/// Of ten payments: kind, place of the event, seconds after the first one, status and won.
const EVENTS: [(u8, u8, u32, &str, u32); 12] = [
    (0, 0, 0, "DONE", 10_000),
    (1, 0, 0, "DONE", 12_000),
    (2, 0, 0, "DONE", 23_000),
    (3, 0, 0, "DONE", 34_000),
    (4, 0, 0, "DONE", 45_000),
    (5, 0, 0, "DONE", 56_000),
    (6, 0, 0, "DONE", 67_000),
    (7, 0, 0, "DONE", 15_000),
    (7, 1, 60, "PARTIAL_CANCELED", 3_000),
    (8, 0, 0, "WAITING_FOR_DEPOSIT", 0),
    (8, 1, 60, "DONE", 22_400),
    (9, 0, 0, "DONE", 9_900),
];

/// Fills a new database. The month begins on `first` and ends yesterday.
pub(crate) async fn fill(url: &str, first: NaiveDate, payments: u64) {
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await.unwrap();
    let database = Database::connect(url).await.unwrap();
    let sqlite = database.get_database_backend() == DbBackend::Sqlite;
    for statement in statements(sqlite, first, payments) {
        database.execute_unprepared(&statement).await.unwrap();
    }
    statistics::gather(&database).await;
    database.close().await.unwrap();
}

fn statements(sqlite: bool, first: NaiveDate, payments: u64) -> Vec<String> {
    let numbers = |count: u64| {
        let last = count - 1;
        if sqlite {
            format!(
                "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {last})"
            )
        } else {
            format!("WITH n (n) AS (SELECT generate_series(CAST(0 AS bigint), {last}))")
        }
    };
    let day = |days: &str| {
        if sqlite {
            format!("date('{first}', '+' || ({days}) || ' days')")
        } else {
            format!("DATE '{first}' + CAST({days} AS integer)")
        }
    };
    let all = numbers(payments);
    let began = KstDate::from_naive(first).start().timestamp_millis();
    let read = Clock::system().now().timestamp_millis();
    let at = format!("({began} + n % {DAYS} * 86400000 + n / {DAYS} % 80000 * 1000)");
    let kind = format!("n / {DAYS} % 10");
    let method =
        format!("CASE {kind} WHEN 8 THEN '가상계좌' WHEN 9 THEN '계좌이체' ELSE '카드' END");
    let method_kind =
        format!("CASE {kind} WHEN 8 THEN 'VIRTUAL_ACCOUNT' WHEN 9 THEN 'TRANSFER' ELSE 'CARD' END");
    let [mid, small_mid] = MIDS;
    let mid = format!("CASE n % 97 WHEN 0 THEN '{small_mid}' ELSE '{mid}' END");
    let status = format!("CASE {kind} WHEN 7 THEN 'PARTIAL_CANCELED' ELSE 'DONE' END");
    let (sold, paid_out) = (day(&format!("n % {DAYS}")), day(&format!("n % {DAYS} + 7")));
    let events: Vec<String> = EVENTS
        .iter()
        .map(|(kind, place, after, status, won)| {
            let sign = if *status == "PARTIAL_CANCELED" { -1 } else { 1 };
            format!("({kind}, {place}, {after}, '{status}', {won}, {sign})")
        })
        .collect();
    let events = format!(
        "e (kind, place, after, status, won, sign) AS (VALUES {})",
        events.join(", ")
    );
    let fee = "sign * (won * 231 / 10000)";
    vec![
        format!(
            "INSERT INTO payments (payment_key, mid, account, order_id, method_label, status, currency, read_at, rows_only,
                 outdated, began_at, newest_row_at, status_kind, method_kind)
             {all} SELECT 'tpay' || n, {mid}, '{ACCOUNT}', 'order-' || n, {method}, {status}, 'KRW', {read}, 1 = 1, 1 = 0,
                 {at}, {at}, {status}, {method_kind} FROM n"
        ),
        format!(
            "INSERT INTO transactions (mid, transaction_key, account, payment_key, order_id, method_label, status,
                 transaction_at, amount, currency, listed_position, raw, read_at)
             {all}, {events}
             SELECT {mid}, 'ttx' || n || '-' || place, '{ACCOUNT}', 'tpay' || n, 'order-' || n, {method}, status,
                 {at} + after * 1000, won, 'KRW', place, '{{}}', {read} FROM n JOIN e ON {kind} = e.kind"
        ),
        format!(
            "INSERT INTO settlements (id, account, mid, payment_key, transaction_key, order_id, method_label, kind, currency,
                 amount, interest_fee, fee, supply_amount, vat, pay_out_amount, approved_at, sold_date, paid_out_date, raw)
             {all}, {events}
             SELECT 's' || n || '-' || place || '.1', '{ACCOUNT}', {mid}, 'tpay' || n, 'ttx' || n || '-' || place,
                 'order-' || n, {method}, CASE WHEN sign > 0 THEN 'PAYMENT' ELSE 'CANCEL' END, 'KRW', sign * won, 0, {fee},
                 {fee} * 10 / 11, {fee} - {fee} * 10 / 11, sign * won - {fee}, {at} + after * 1000, {sold}, {paid_out},
                 '{{}}' FROM n JOIN e ON {kind} = e.kind WHERE won > 0 AND n % {DAYS} < {}",
            DAYS - 1
        ),
        format!(
            "INSERT INTO sync_windows (account, source, day, row_count, digest, read_at, changed_at)
             {}, l (source) AS (VALUES ('TRANSACTIONS'), ('SETTLEMENTS'))
             SELECT '{ACCOUNT}', source, {}, 0, '-', {read}, {read} FROM n CROSS JOIN l",
            numbers(DAYS),
            day("n")
        ),
        format!("INSERT INTO merchant_ids (account, mid) {} SELECT DISTINCT '{ACCOUNT}', {mid} FROM n", numbers(97)),
        "INSERT INTO payout_sums (mid, sold_date, paid_out_date, event_date, method_label, kind, currency, row_count, amount,
             fee, pay_out)
         SELECT mid, sold_date, paid_out_date, event_date, method_label, kind, currency, COUNT(*),
             CAST(SUM(amount) AS bigint), CAST(SUM(fee) AS bigint), CAST(SUM(pay_out_amount) AS bigint)
         FROM (SELECT settlements.*, CASE WHEN kind = 'PAYMENT' THEN sold_date END AS event_date FROM settlements) AS listed
         GROUP BY mid, sold_date, paid_out_date, event_date, method_label, kind, currency"
            .to_owned(),
        "INSERT INTO verdicts (subject, books_version, due_at) SELECT payment_key, 1, 0 FROM payments".to_owned(),
    ]
}
