//! Many rows at once, some of which other readings have brought: what is new, what replaces and what stays is told apart.

use std::collections::BTreeSet;

use reconciliation::{Settlement, Transaction};
use toss_recon::store::{
    RowsDigest, SettlementBatch, SettlementDayReading, SettlementIdentities, SettlementRecord,
    Store, TransactionBatch, TransactionDay, TransactionRecord,
};

use crate::database::TestDatabase;
use crate::samples::{Reading, account, at, day, payment, settlement, transaction, won};

const DAY: &str = "2026-04-01";
/// More than are handed over with a statement.
const ROWS: usize = 700;
/// As the readings of single payments write it.
const RAW: &str = r#"{"row":"원문"}"#;

/// Keeps a day of transactions that was never read, and tells how many were new or differed.
async fn keep(store: &Store, rows: &[Transaction], read_at: &str) -> u64 {
    let (account, read_at) = (account(), at(read_at));
    let records: Vec<TransactionRecord<'_>> = rows
        .iter()
        .map(|value| TransactionRecord { value, raw: RAW })
        .collect();
    let mut digest = RowsDigest::default();
    for row in &records {
        digest.add(row.raw);
    }
    let reading = TransactionDay {
        account: &account,
        day: day(DAY),
        rows: rows.len(),
        digest: &digest.finish(),
        read_at,
    };
    let begun = store.begin_transaction_day(&reading).await;
    let mut writer = begun
        .expect("it begins")
        .expect("there is something to write");
    let batch = TransactionBatch::of(&records, &account, read_at);
    assert!(writer.add(batch).await.expect("it is taken"));
    writer.commit().await.expect("the day is kept")
}

fn rows() -> Vec<Transaction> {
    let row = |number| transaction(&format!("p-{number:04}"), &format!("t.{number:04}"));
    (0..ROWS).map(row).collect()
}

/// The payments whose verdicts are to be made; then none is.
async fn marked(database: &TestDatabase) -> BTreeSet<String> {
    let due = database
        .texts("SELECT subject FROM verdicts WHERE due_at = 0")
        .await;
    database.spoil("UPDATE verdicts SET due_at = NULL").await;
    due.into_iter().collect()
}

on_both! {
    async fn rows_that_are_all_new_are_all_counted_and_marked(database) {
        assert_eq!(keep(&database.store, &rows(), "2026-04-02T00:00:00Z").await, 700);
        assert_eq!(database.number("SELECT COUNT(*) FROM transactions").await, 700);
        assert_eq!(database.number("SELECT COUNT(*) FROM payments").await, 700);
        assert_eq!(marked(&database).await.len(), ROWS);
    }

    async fn a_row_that_is_stored_as_it_is_counts_for_nothing_and_one_that_differs_is_replaced(database) {
        let rows = rows();
        let mut same = Reading::of(payment("p-0003"));
        same.transactions = vec![rows[3].clone()];
        let mut older = Reading::of(payment("p-0004"));
        older.transactions = vec![Transaction { amount: won(1), ..rows[4].clone() }];
        let mut younger = Reading::of(payment("p-0005")).read_at("2026-04-09T00:00:00Z");
        younger.transactions = vec![Transaction { amount: won(2), ..rows[5].clone() }];
        for reading in [same, older, younger] {
            reading.save(&database.store).await.expect("it is saved");
        }
        marked(&database).await;

        assert_eq!(keep(&database.store, &rows, "2026-04-03T00:00:00Z").await, 698);
        let amounts = "SELECT transaction_key || ' ' || amount FROM transactions WHERE amount <> 22400";
        assert_eq!(database.texts(amounts).await, ["t.0005 2"]);
        assert_eq!(database.number("SELECT COUNT(*) FROM transactions").await, 700);
        let marked = marked(&database).await;
        assert_eq!(marked.len(), 698);
        assert!(marked.contains("p-0004"));
        assert!(!marked.contains("p-0003") && !marked.contains("p-0005"));
        let by_rows = "SELECT COUNT(*) FROM payments WHERE rows_only";
        assert_eq!(database.number(by_rows).await, 697, "rows never touch what a payment's own answer has said");
    }

    async fn settlement_rows_that_another_account_has_listed_are_taken_over(database) {
        let rows: Vec<Settlement> = (0..ROWS)
            .map(|number| settlement(&format!("p-{number:04}"), &format!("t.{number:04}")))
            .collect();
        let mut other = Reading::of(payment("p-0003")).with_day(DAY, vec![rows[3].clone()], "1");
        other.account = toss_recon::store::AccountName::new("other");
        other.save(&database.store).await.expect("it is saved");
        marked(&database).await;

        let (account, read_at) = (account(), at("2026-04-05T00:00:00Z"));
        let mut identities = SettlementIdentities::default();
        for row in &rows {
            identities.add(row);
        }
        identities.complete();
        let records: Vec<SettlementRecord<'_>> =
            rows.iter().map(|value| SettlementRecord { value, raw: RAW }).collect();
        let reading = SettlementDayReading { account: &account, day: day(DAY), rows: ROWS, digest: "2", read_at };
        let begun = database.store.begin_settlement_day(&reading).await.expect("it begins");
        let mut writer = begun.expect("there is something to write");
        let batch = SettlementBatch::of(&records, &account).expect("one currency");
        assert!(writer.add(batch).await.expect("it is taken"));
        let changed = writer.commit(&identities).await.expect("the day is kept");
        assert_eq!(changed, 699, "one says what it said");

        let accounts = "SELECT DISTINCT account FROM settlements";
        assert_eq!(database.texts(accounts).await, [account.to_string()]);
        assert_eq!(database.number("SELECT COUNT(*) FROM settlements").await, 700);
        let marked = marked(&database).await;
        assert_eq!(marked.len(), 699);
        assert!(!marked.contains("p-0003"));
    }
}
