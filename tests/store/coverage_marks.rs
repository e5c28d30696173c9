//! Days that are read mark the verdicts that depend on them.

use reconciliation::{KstDate, Verdict};
use toss_recon::store::{AccountName, Source, TransactionDay};

use crate::database::TestDatabase;
use crate::samples::{Reading, account, at, day, mid, payment};
use crate::verdict_samples::{gap, moved, of_payment, verdict};

/// Notes that a day of transactions was read and had no rows.
async fn read_day(database: &TestDatabase, which: KstDate, digest: &str, read_at: &str) {
    let of_day = TransactionDay {
        account: &account(),
        day: which,
        rows: 0,
        digest,
        read_at: at(read_at),
    };
    let writer = database.store.begin_transaction_day(&of_day).await;
    if let Some(writer) = writer.expect("it begins") {
        writer.commit().await.expect("it stays");
    }
}

on_both! {
    async fn a_day_that_is_read_marks_the_verdicts_that_wait_for_it(database) {
        let mut records = Vec::new();
        for (payment_key, source, from, to) in [
            ("on", Source::Transactions, "2026-04-01", "2026-04-01"),
            ("within", Source::Transactions, "2026-03-01", "2026-04-02"),
            ("before", Source::Transactions, "2026-03-01", "2026-03-31"),
            ("after", Source::Transactions, "2026-04-02", "2026-04-02"),
            ("other-list", Source::Settlements, "2026-04-01", "2026-04-01"),
        ] {
            let mut record = verdict(payment_key, Verdict::Incomplete);
            record.gaps = vec![gap(source, from, to)];
            records.push(record);
        }
        let mut elsewhere = records[0].clone();
        elsewhere.subject = of_payment("elsewhere");
        elsewhere.payment.as_mut().expect("a payment").account = AccountName::new("second");
        records.push(elsewhere);
        for record in &mut records {
            record.books_version = 0;
        }
        let seen = database.seen().await;
        assert_eq!(database.store.save_verdicts(&records, &seen).await, Ok(6));
        assert!(database.due().await.is_empty());

        read_day(&database, day("2026-04-01"), "empty", "2026-04-02T00:00:00Z").await;
        assert_eq!(database.due().await, ["on", "within"]);
        database.nothing_is_due().await;
        read_day(&database, day("2026-04-01"), "empty", "2026-04-02T01:00:00Z").await;
        assert_eq!(database.due().await, ["on", "within"], "read again, unchanged");
        database.nothing_is_due().await;
        read_day(&database, day("2026-04-01"), "older", "2026-04-01T23:00:00Z").await;
        assert!(database.due().await.is_empty(), "an older reading says nothing");
        let empty = Reading::of(payment("new")).with_day("2026-04-01", Vec::new(), "0");
        empty.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["new", "other-list"]);
    }

    async fn a_hole_marks_every_verdict_before_it(database) {
        let mut records = Vec::new();
        for (payment_key, began_at, of) in [
            ("old", "2026-03-01T00:00:00Z", "가게"),
            ("just-before", "2026-04-03T14:59:59Z", "가게"),
            ("of-the-day", "2026-04-03T15:00:00Z", "가게"),
            ("elsewhere", "2026-03-01T00:00:00Z", "second"),
        ] {
            let record = verdict(payment_key, Verdict::Reconciled);
            let mut record = moved(record, &mid("tosspayments"), &AccountName::new(of), at(began_at));
            record.books_version = 0;
            records.push(record);
        }
        let seen = database.seen().await;
        assert_eq!(database.store.save_verdicts(&records, &seen).await, Ok(4));
        read_day(&database, day("2026-04-01"), "1", "2026-04-01T16:00:00Z").await;
        assert!(database.due().await.is_empty(), "the first day that was ever read");
        read_day(&database, day("2026-04-02"), "2", "2026-04-02T10:00:00Z").await;
        assert!(database.due().await.is_empty(), "the next one");
        read_day(&database, day("2026-04-04"), "4", "2026-04-04T10:00:00Z").await;
        assert_eq!(database.due().await, ["just-before", "old"], "the third was passed over");

        let version = database.version(&of_payment("old")).await;
        read_day(&database, day("2026-04-06"), "6", "2026-04-06T10:00:00Z").await;
        assert_eq!(database.version(&of_payment("old")).await, version, "marked already");
        assert_eq!(database.due().await, ["just-before", "of-the-day", "old"]);
        database.nothing_is_due().await;
        read_day(&database, day("2026-04-06"), "6", "2026-04-06T11:00:00Z").await;
        assert!(database.due().await.is_empty(), "the hole is not new");
    }

    async fn a_day_read_before_it_ended_leaves_a_hole_behind_it(database) {
        let mut record = verdict("p", Verdict::Reconciled);
        record.books_version = 0;
        let seen = database.seen().await;
        assert_eq!(database.store.save_verdicts(&[record], &seen).await, Ok(1));
        read_day(&database, day("2026-04-02"), "2", "2026-04-02T14:59:59Z").await;
        read_day(&database, day("2026-04-03"), "3", "2026-04-02T15:00:01Z").await;
        assert_eq!(database.due().await, ["p"]);

        database.nothing_is_due().await;
        read_day(&database, day("2026-04-03"), "3", "2026-04-03T15:00:00Z").await;
        read_day(&database, day("2026-04-04"), "4", "2026-04-03T15:00:00Z").await;
        assert!(database.due().await.is_empty(), "read to its last second");
    }
}
