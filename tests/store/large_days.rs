//! Days that are too large for one transaction: others write meanwhile, and nothing counts as read before all is there.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{KstDate, Settlement, Transaction, Verdict};
use toss_recon::store::{
    AccountName, ROWS_AT_ONCE, RowsDigest, SettlementBatch, SettlementDayReading,
    SettlementIdentities, SettlementRecord, Source, Store, TransactionBatch, TransactionDay,
    TransactionDayWriter, TransactionRecord,
};

use crate::database::TestDatabase;
use crate::samples::{Reading, account, at, day, mid, payment, settlement, transaction, won};
use crate::verdict_samples::{gap, moved, verdict};

const DAY: &str = "2026-04-01";
const ROWS: usize = 2 * ROWS_AT_ONCE + 7;

/// A listing of a day: what each row says beside its text.
struct Listing<T> {
    rows: Vec<(T, String)>,
    digest: String,
    read_at: DateTime<Utc>,
}

impl<T> Listing<T> {
    fn new(values: Vec<T>, raw: impl Fn(&T) -> String, read_at: &str) -> Self {
        let rows: Vec<(T, String)> = values
            .into_iter()
            .map(|value| {
                let raw = raw(&value);
                (value, raw)
            })
            .collect();
        let mut digest = RowsDigest::default();
        for (_, raw) in &rows {
            digest.add(raw);
        }
        Self {
            rows,
            digest: digest.finish(),
            read_at: at(read_at),
        }
    }
}

/// Two transactions for each payment, the second at another place of the day.
fn transactions(rows: usize) -> Vec<Transaction> {
    let begin = day(DAY).start();
    (0..rows)
        .map(|row| {
            let payment = row % rows.div_ceil(2);
            Transaction {
                transaction_at: begin + TimeDelta::seconds(i64::try_from(row).expect("few rows")),
                ..transaction(&format!("p-{payment:06}"), &format!("t.{row:06}"))
            }
        })
        .collect()
}

fn listed(values: Vec<Transaction>, read_at: &str) -> Listing<Transaction> {
    Listing::new(
        values,
        |row| {
            format!(
                "{{\"key\":\"{}\",\"amount\":{}}}",
                row.transaction_key,
                row.amount.minor()
            )
        },
        read_at,
    )
}

async fn begin(store: &Store, listing: &Listing<Transaction>) -> Option<TransactionDayWriter> {
    let account = account();
    let day = TransactionDay {
        account: &account,
        day: day(DAY),
        rows: listing.rows.len(),
        digest: &listing.digest,
        read_at: listing.read_at,
    };
    store.begin_transaction_day(&day).await.expect("it begins")
}

fn batches(listing: &Listing<Transaction>) -> Vec<TransactionBatch> {
    let records: Vec<TransactionRecord<'_>> = listing
        .rows
        .iter()
        .map(|(value, raw)| TransactionRecord { value, raw })
        .collect();
    records
        .chunks(ROWS_AT_ONCE)
        .map(|records| TransactionBatch::of(records, &account(), listing.read_at))
        .collect()
}

/// How many rows were new or differed.
async fn keep(store: &Store, listing: &Listing<Transaction>) -> u64 {
    let Some(mut writer) = begin(store, listing).await else {
        return 0;
    };
    for batch in batches(listing) {
        if !writer.add(batch).await.expect("it is written") {
            break;
        }
    }
    writer.commit().await.expect("the day is kept")
}

async fn read_days(database: &TestDatabase, source: Source) -> Vec<(KstDate, u64, DateTime<Utc>)> {
    let windows = database
        .store
        .all_windows(&account(), source)
        .await
        .expect("an answer");
    windows
        .into_iter()
        .map(|(day, window)| (day, window.rows, window.read_at))
        .collect()
}

fn settlement_rows() -> Vec<Settlement> {
    // Every hundredth row comes three times, twice word for word.
    (0..ROWS)
        .map(|row| {
            let same = if row % 100 < 3 { row - row % 100 } else { row };
            let amount = if row % 100 == 1 {
                won(-9_000)
            } else {
                won(-10_000)
            };
            Settlement {
                amount,
                ..settlement(&format!("p-{same:06}"), &format!("t.{same:06}"))
            }
        })
        .collect()
}

fn listed_settlements(values: Vec<Settlement>, read_at: &str) -> Listing<Settlement> {
    let raw = |row: &Settlement| {
        let key = row.transaction_key.as_ref().expect("a key");
        format!(
            "{{\"key\":\"{key}\",\"amount\":{},\"net\":{},\"out\":\"{}\"}}",
            row.amount.minor(),
            row.pay_out_amount.minor(),
            row.paid_out_date
        )
    };
    Listing::new(values, raw, read_at)
}

async fn keep_settlements(store: &Store, listing: &Listing<Settlement>) -> u64 {
    let account = account();
    let reading = SettlementDayReading {
        account: &account,
        day: day(DAY),
        rows: listing.rows.len(),
        digest: &listing.digest,
        read_at: listing.read_at,
    };
    let Some(mut writer) = store
        .begin_settlement_day(&reading)
        .await
        .expect("it begins")
    else {
        return 0;
    };
    let mut identities = SettlementIdentities::default();
    for (value, _) in &listing.rows {
        identities.add(value);
    }
    identities.complete();
    let records = listing
        .rows
        .iter()
        .map(|(value, raw)| SettlementRecord { value, raw });
    let (repeated, single): (Vec<_>, Vec<_>) =
        records.partition(|row| identities.repeats(row.value));
    for part in single.chunks(ROWS_AT_ONCE).chain([repeated.as_slice()]) {
        let batch = SettlementBatch::of(part, &account).expect("one currency");
        assert!(writer.add(batch).await.expect("it is written"));
    }
    writer.commit(&identities).await.expect("the day is kept")
}

/// What is stored of the settlements, whenever it was read.
async fn settlements_stored(database: &TestDatabase) -> BTreeSet<String> {
    database
        .texts("SELECT id || ' ' || amount || ' ' || CAST(paid_out_date AS text) || raw FROM settlements")
        .await
        .into_iter()
        .collect()
}

on_both! {
    async fn a_large_day_counts_as_read_when_all_of_it_is_there_and_not_before(database) {
        let store = &database.store;
        let listing = listed(transactions(ROWS), "2026-04-02T00:00:00Z");
        let mut writer = begin(store, &listing).await.expect("a new day");
        for batch in batches(&listing) {
            assert!(writer.add(batch).await.expect("it is written"));
        }
        let stored = database.number("SELECT COUNT(*) FROM transactions").await;
        assert_eq!(usize::try_from(stored), Ok(2 * ROWS_AT_ONCE), "all but the last part");
        assert_eq!(read_days(&database, Source::Transactions).await, []);
        // The parts that are there hold nobody up, not even who writes one of their payments.
        Reading::of(payment("p-000000")).save(store).await.expect("it is saved");
        drop(writer);
        assert_eq!(read_days(&database, Source::Transactions).await, [], "its process died");

        let again = listed(transactions(ROWS), "2026-04-02T00:05:00Z");
        assert_eq!(keep(store, &again).await, 7, "the rest");
        assert_eq!(read_days(&database, Source::Transactions).await, [(day(DAY), ROWS as u64, again.read_at)]);
        let stored = database.number("SELECT COUNT(*) FROM transactions").await;
        assert_eq!(usize::try_from(stored), Ok(ROWS));
        let payments = database.number("SELECT COUNT(*) FROM payments").await;
        assert_eq!(usize::try_from(payments), Ok(ROWS.div_ceil(2)));
    }

    async fn of_a_large_day_that_is_read_again_only_what_differs_is_written(database) {
        let store = &database.store;
        let first = listed(transactions(ROWS), "2026-04-02T00:00:00Z");
        assert_eq!(keep(store, &first).await, ROWS as u64);
        assert_eq!(keep(store, &listed(transactions(ROWS), "2026-04-02T01:00:00Z")).await, 0);

        let mut rows = transactions(ROWS + 1);
        rows[5].amount = won(1);
        // Its second half has other payments than before.
        let differ = rows.iter().zip(transactions(ROWS)).filter(|(now, before)| *now != before).count() + 1;
        assert!(differ < ROWS_AT_ONCE, "{differ}");
        let second = listed(rows, "2026-04-02T02:00:00Z");
        let mut writer = begin(store, &second).await.expect("it differs");
        for batch in batches(&second) {
            assert!(writer.add(batch).await.expect("it is compared"));
            let read = read_days(&database, Source::Transactions).await;
            assert_eq!(read[0].1, ROWS as u64, "what was read before counts meanwhile");
        }
        assert_eq!(writer.commit().await, Ok(2));
        assert_eq!(database.number("SELECT COUNT(*) FROM transactions WHERE amount = 1").await, 1);
        assert_eq!(read_days(&database, Source::Transactions).await, [(day(DAY), ROWS as u64 + 1, second.read_at)]);
    }

    async fn a_younger_reading_takes_a_large_day_over_and_an_older_one_never(database) {
        let store = &database.store;
        let older = listed(transactions(ROWS), "2026-04-02T00:00:00Z");
        let mut overtaken = begin(store, &older).await.expect("a new day");
        let mut parts = batches(&older).into_iter();
        for _ in 0..2 {
            assert!(overtaken.add(parts.next().expect("a part")).await.expect("it is written"));
        }
        let mut rows = transactions(ROWS);
        for row in &mut rows {
            row.amount = won(1);
        }
        let younger = listed(rows, "2026-04-02T01:00:00Z");
        keep(store, &younger).await;
        assert!(!overtaken.add(parts.next().expect("a part")).await.expect("an answer"));
        overtaken.commit().await.expect("nothing is left to do");
        assert_eq!(keep(store, &listed(transactions(ROWS - 1), "2026-04-02T00:30:00Z")).await, 0);
        assert_eq!(read_days(&database, Source::Transactions).await, [(day(DAY), ROWS as u64, younger.read_at)]);
        assert_eq!(database.number("SELECT COUNT(*) FROM transactions WHERE amount <> 1").await, 0);
    }

    async fn a_large_day_of_settlements_is_replaced_as_a_set(database) {
        let store = &database.store;
        let first = listed_settlements(settlement_rows(), "2026-04-03T00:00:00Z");
        assert_eq!(keep_settlements(store, &first).await, ROWS as u64);
        let before = settlements_stored(&database).await;
        assert_eq!(before.len(), ROWS);
        let shuffled = settlement_rows().into_iter().rev().collect();
        assert_eq!(keep_settlements(store, &listed_settlements(shuffled, "2026-04-03T01:00:00Z")).await, 0);

        let mut rows = settlement_rows();
        rows[50].paid_out_date = day("2026-04-10");
        rows[1].paid_out_date = day("2026-04-10");
        rows.truncate(ROWS - 3);
        let second = listed_settlements(rows.clone(), "2026-04-03T02:00:00Z");
        let changed = keep_settlements(store, &second).await;
        assert_eq!(read_days(&database, Source::Settlements).await, [(day(DAY), ROWS as u64 - 3, second.read_at)]);
        assert_eq!(database.number("SELECT COUNT(*) FROM settlement_versions WHERE gone").await, 3);
        let versions = database.number("SELECT COUNT(*) FROM settlement_versions").await;
        assert_eq!(u64::try_from(versions), Ok(changed), "each kept what it said");
        assert_eq!(database.number("SELECT COUNT(DISTINCT read_at) FROM settlement_versions").await, 1);

        // The same rows in one transaction have the same ids.
        let in_parts = settlements_stored(&database).await;
        let values: Vec<Settlement> = rows;
        database.spoil("DELETE FROM settlements").await;
        database.spoil("DELETE FROM sync_windows").await;
        let whole = second.rows.iter().map(|(value, raw)| SettlementRecord { value, raw }).collect();
        assert_eq!(second.rows.len(), values.len());
        let whole = toss_recon::store::SettlementDay { day: day(DAY), rows: whole, unreadable: &[], digest: &second.digest };
        store.save_settlement_day(&account(), &whole, second.read_at).await.expect("it is saved");
        assert_eq!(settlements_stored(&database).await, in_parts);
    }

    async fn each_part_of_a_large_day_marks_what_it_writes(database) {
        let store = &database.store;
        let listing = listed(transactions(ROWS), "2026-04-02T00:00:00Z");
        let mut writer = begin(store, &listing).await.expect("a new day");
        let mut parts = batches(&listing).into_iter();
        for _ in 0..2 {
            assert!(writer.add(parts.next().expect("a part")).await.expect("it is written"));
        }
        drop(writer);
        let unmarked = "SELECT COUNT(*) FROM payments WHERE payment_key NOT IN (SELECT subject FROM verdicts WHERE due_at = 0)";
        assert_eq!(database.number(unmarked).await, 0, "its process died after the first part");
        assert_eq!(usize::try_from(database.number("SELECT COUNT(*) FROM verdicts").await), Ok(ROWS_AT_ONCE));

        keep(store, &listed(transactions(ROWS), "2026-04-02T00:05:00Z")).await;
        assert_eq!(database.number(unmarked).await, 0);
        assert_eq!(usize::try_from(database.number("SELECT COUNT(*) FROM verdicts").await), Ok(ROWS.div_ceil(2)));
    }

    async fn a_part_of_a_large_day_marks_payments_with_a_verdict_and_without_once_each(database) {
        let rows = transactions(ROWS);
        let known = rows[0].payment_key.to_string();
        assert_eq!(database.keep(&[verdict(&known, Verdict::Reconciled)]).await, 1);
        database.nothing_is_due().await;
        let version = format!("SELECT books_version FROM verdicts WHERE due_at IS NULL AND subject = '{known}'");
        let before = database.number(&version).await;

        let listing = listed(rows, "2026-04-02T00:00:00Z");
        let mut writer = begin(&database.store, &listing).await.expect("a new day");
        let mut parts = batches(&listing).into_iter();
        for _ in 0..2 {
            assert!(writer.add(parts.next().expect("a part")).await.expect("it is written"));
        }
        drop(writer);
        let marked = format!("SELECT books_version FROM verdicts WHERE due_at = 0 AND subject = '{known}'");
        assert_eq!(database.number(&marked).await, before + 1);
        let new = format!("SELECT COUNT(*) FROM verdicts WHERE due_at = 0 AND books_version = 1 AND subject <> '{known}'");
        assert_eq!(usize::try_from(database.number(&new).await), Ok(ROWS_AT_ONCE - 1));
    }

    async fn a_large_day_that_is_written_anew_takes_verdicts_back_until_it_is_whole(database) {
        let store = &database.store;
        keep(store, &listed(transactions(ROWS), "2026-04-02T00:00:00Z")).await;
        let began = at("2026-03-01T00:00:00Z");
        let [kept, made, other] = [("kept", account()), ("made", account()), ("other", AccountName::new("second"))]
            .map(|(key, account)| moved(verdict(key, Verdict::Reconciled), &mid("tosspayments"), &account, began));
        assert_eq!(database.keep(&[kept, other]).await, 2);
        database.nothing_is_due().await;
        let seen = database.seen().await;

        let mut rows = transactions(ROWS);
        for row in &mut rows {
            row.amount = won(1);
        }
        let second = listed(rows, "2026-04-02T01:00:00Z");
        let mut writer = begin(store, &second).await.expect("it differs");
        let mut parts = batches(&second).into_iter();
        for _ in 0..2 {
            assert!(writer.add(parts.next().expect("a part")).await.expect("it is written"));
        }
        let marked = |key: &str| format!("SELECT COUNT(*) FROM verdicts WHERE due_at = 0 AND subject = '{key}'");
        assert_eq!(database.number(&marked("kept")).await, 1, "the day is a gap now");
        assert_eq!(database.number(&marked("other")).await, 0);
        assert_eq!(store.save_verdicts(&[made], &seen).await, Ok(0), "made when the day counted");

        let mut waits = moved(verdict("kept", Verdict::Incomplete), &mid("tosspayments"), &account(), began);
        waits.gaps = vec![gap(Source::Transactions, DAY, DAY)];
        database.nothing_is_due().await;
        assert_eq!(database.keep(&[waits]).await, 1);
        assert!(writer.add(parts.next().expect("a part")).await.expect("it is written"));
        writer.commit().await.expect("the day is kept");
        assert_eq!(database.number(&marked("kept")).await, 1, "the day is whole");
    }

    async fn a_large_day_of_settlements_marks_with_each_part_and_sums_with_its_last(database) {
        let store = &database.store;
        let rows = || (0..ROWS).map(|row| settlement(&format!("p-{row:06}"), &format!("t.{row:06}"))).collect::<Vec<_>>();
        let first = listed_settlements(rows(), "2026-04-03T00:00:00Z");
        let account = account();
        let reading = SettlementDayReading {
            account: &account,
            day: day(DAY),
            rows: ROWS,
            digest: &first.digest,
            read_at: first.read_at,
        };
        let mut writer = store.begin_settlement_day(&reading).await.expect("an answer").expect("a new day");
        let records: Vec<_> = first.rows.iter().map(|(value, raw)| SettlementRecord { value, raw }).collect();
        for part in records.chunks(ROWS_AT_ONCE).take(2) {
            let batch = SettlementBatch::of(part, &account).expect("one currency");
            assert!(writer.add(batch).await.expect("it is written"));
        }
        drop(writer);
        let marked = "SELECT COUNT(*) FROM verdicts WHERE due_at = 0 AND subject IN (SELECT payment_key FROM settlements)";
        assert_eq!(usize::try_from(database.number(marked).await), Ok(ROWS_AT_ONCE));
        let summed = "SELECT CAST(COALESCE(SUM(row_count), 0) AS bigint) FROM payout_sums";
        assert_eq!(database.number(summed).await, 0);

        keep_settlements(store, &listed_settlements(rows(), "2026-04-03T00:05:00Z")).await;
        assert_eq!(usize::try_from(database.number(marked).await), Ok(ROWS));
        assert_eq!(usize::try_from(database.number(summed).await), Ok(ROWS));

        database.nothing_is_due().await;
        let mut changed = rows();
        changed.remove(9);
        changed[7].pay_out_amount = won(-1);
        keep_settlements(store, &listed_settlements(changed, "2026-04-03T01:00:00Z")).await;
        assert_eq!(database.due().await, ["p-000007", "p-000009"], "what differs and what is gone");
        assert_eq!(usize::try_from(database.number(summed).await), Ok(ROWS - 1));
    }
}
