//! Keeping verdicts: only those of books that are still the same, with everything that belongs to them.

use reconciliation::{DeskState, DiscrepancyClass, Verdict};
use toss_recon::store::{
    AccountName, AtDesk, DiscrepancyId, Source, StoredDiscrepancy, TransactionDay, VerdictRecord,
    VerdictSubject,
};

use crate::database::TestDatabase;
use crate::samples::{Reading, account, at, day, keyless_settlement, payment, settlement, won};
use crate::verdict_samples::{discrepancy, gap, keys, of_payment, unsettled, verdict};

/// Notes that a day of transactions was read, with no rows.
async fn read_day(database: &TestDatabase, text: &str, read_at: &str) {
    let of_day = TransactionDay {
        account: &account(),
        day: day(text),
        rows: 0,
        digest: read_at,
        read_at: at(read_at),
    };
    let writer = database.store.begin_transaction_day(&of_day).await;
    writer
        .expect("it begins")
        .expect("something to write")
        .commit()
        .await
        .expect("it stays");
}

/// A verdict with everything beside it.
fn full(payment_key: &str) -> VerdictRecord {
    VerdictRecord {
        due_at: Some(at("2026-04-09T00:00:00Z")),
        discrepancies: vec![
            discrepancy(
                &format!("{payment_key}-1"),
                DiscrepancyClass::AmountMismatch,
            ),
            discrepancy(&format!("{payment_key}-2"), DiscrepancyClass::SourceGap),
        ],
        unsettled: vec![
            unsettled("t.1", 22_400, "2026-04-01"),
            unsettled("t.2", -10_000, "2026-04-02"),
        ],
        gaps: vec![
            gap(Source::Transactions, "2026-04-02", "2026-04-03"),
            gap(Source::Settlements, "2026-04-01", "2026-04-01"),
        ],
        ..verdict(payment_key, Verdict::Incomplete)
    }
}

on_both! {
    async fn a_verdict_comes_back_as_it_was_kept(database) {
        assert_eq!(database.stored(&of_payment("p")).await, None);
        assert_eq!(database.keep(&[full("p"), verdict("q", Verdict::Reconciled)]).await, 2);
        for mut expected in [full("p"), verdict("q", Verdict::Reconciled)] {
            expected.books_version = 0;
            assert_eq!(database.stored(&expected.subject).await, Some(expected));
        }
        assert_eq!(database.keep(&[verdict("p", Verdict::Reconciled)]).await, 1);
        let left = VerdictRecord { books_version: 0, ..verdict("p", Verdict::Reconciled) };
        assert_eq!(database.stored(&of_payment("p")).await, Some(left), "nothing is left of the first one");
    }

    async fn a_verdict_on_books_that_changed_meanwhile_is_not_kept(database) {
        for payment_key in ["p", "q"] {
            Reading::of(payment(payment_key)).save(&database.store).await.expect("it is saved");
        }
        let records = [verdict("p", Verdict::Reconciled), verdict("q", Verdict::Reconciled)];
        let seen = database.seen().await;
        let mut changed = Reading::of(payment("q")).read_at("2026-04-03T00:00:00Z");
        changed.payment.balance_amount = Some(won(0));
        changed.save(&database.store).await.expect("it is saved");
        assert_eq!(database.store.save_verdicts(&records, &seen).await, Ok(1));
        assert_eq!(database.due().await, ["q"]);
        assert_eq!(database.stored(&of_payment("q")).await, None);

        let anew = VerdictRecord { books_version: 2, ..verdict("q", Verdict::Discrepant) };
        assert_eq!(database.store.save_verdicts(&[anew.clone(), anew], &seen).await, Ok(1), "given twice");
        assert!(database.due().await.is_empty());
    }

    async fn a_discrepancy_keeps_the_instant_at_which_it_was_first_found(database) {
        let found = |as_of: &str, ids: &[&str]| VerdictRecord {
            as_of: at(as_of),
            discrepancies: ids.iter().map(|id| discrepancy(id, DiscrepancyClass::AmountMismatch)).collect(),
            ..verdict("p", Verdict::Discrepant)
        };
        let detected = async |id: &str| {
            let found = database.store.discrepancies_of_payments(&keys(&["p"])).await.expect("an answer");
            found.get(&DiscrepancyId::new(id)).map(|stored| stored.detected_at.to_rfc3339())
        };
        assert_eq!(database.keep(&[found("2026-04-02T00:00:00Z", &["a"])]).await, 1);
        assert_eq!(database.keep(&[found("2026-04-03T00:00:00Z", &["a", "b"])]).await, 1);
        assert_eq!(detected("a").await.as_deref(), Some("2026-04-02T00:00:00+00:00"));
        assert_eq!(detected("b").await.as_deref(), Some("2026-04-03T00:00:00+00:00"));

        let mut restated = found("2026-04-04T00:00:00Z", &["a"]);
        restated.discrepancies[0].observed = Some(won(5));
        assert_eq!(database.keep(&[restated.clone()]).await, 1);
        let stored = database.store.discrepancy(&DiscrepancyId::new("a")).await;
        let record = restated.discrepancies[0].clone();
        let detected_at = at("2026-04-02T00:00:00Z");
        let expected = StoredDiscrepancy { record, subject: of_payment("p"), detected_at, at_desk: AtDesk::OPEN };
        assert_eq!(stored, Ok(Some(expected)));
        let ended = database.store.discrepancy(&DiscrepancyId::new("b")).await.expect("an answer").expect("an error is kept");
        assert_eq!(ended.at_desk.state, DeskState::Resolved);
        assert_eq!(ended.at_desk.resolved_at, Some(at("2026-04-04T00:00:00Z")));

        assert_eq!(database.keep(&[found("2026-04-05T00:00:00Z", &[])]).await, 1);
        assert_eq!(database.keep(&[found("2026-04-06T00:00:00Z", &["a"])]).await, 1);
        assert_eq!(detected("a").await.as_deref(), Some("2026-04-06T00:00:00+00:00"), "found again after it was gone");
    }

    async fn changed_books_come_before_verdicts_whose_time_has_come(database) {
        let timed = |payment_key: &str, due: Option<&str>| VerdictRecord {
            due_at: due.map(at),
            ..verdict(payment_key, Verdict::Pending)
        };
        let records = [
            timed("a", Some("2026-04-09T00:00:00Z")),
            timed("b", Some("2026-04-08T00:00:00Z")),
            timed("c", Some("2026-04-10T00:00:00.001Z")),
            timed("d", None),
        ];
        assert_eq!(database.keep(&records).await, 4);
        Reading::of(payment("z")).save(&database.store).await.expect("it is saved");
        let due = async |now: &str, most| -> Vec<String> {
            let due = database.store.due_verdicts(at(now), most).await.expect("an answer");
            due.iter().map(|due| due.subject.to_string()).collect()
        };
        assert_eq!(due("2026-04-10T00:00:00Z", 10).await, ["z", "b", "a"]);
        assert_eq!(due("2026-04-10T00:00:00Z", 2).await, ["z", "b"]);
        assert_eq!(due("2026-04-10T00:00:00.001Z", 10).await, ["z", "b", "a", "c"]);
        assert_eq!(due("2026-04-07T00:00:00Z", 10).await, ["z"]);
    }

    async fn other_terms_make_every_verdict_due_and_the_same_ones_none(database) {
        assert_eq!(database.store.settle_on_terms("one", "{}").await, Ok(false), "there were none before");
        assert_eq!(database.keep(&[verdict("p", Verdict::Reconciled), verdict("q", Verdict::Reconciled)]).await, 2);
        assert_eq!(database.store.settle_on_terms("one", "{}").await, Ok(false));
        assert!(database.due().await.is_empty());
        let mut made = verdict("p", Verdict::Reconciled);
        made.books_version = database.version(&of_payment("p")).await;
        let now = database.seen().await;
        assert_eq!(database.store.save_verdicts_by("two", std::slice::from_ref(&made), &now).await, Ok(0), "made by others");
        assert_eq!(database.store.save_verdicts_by("one", std::slice::from_ref(&made), &now).await, Ok(1));
        assert_eq!(database.store.settle_on_terms("two", "{}").await, Ok(true));
        assert_eq!(database.due().await, ["p", "q"]);
        let seen = database.seen().await;
        assert_eq!(database.store.save_verdicts(&[made], &seen).await, Ok(0), "made by the former terms");

        // A process that died while it marked.
        assert_eq!(database.keep(&[verdict("p", Verdict::Reconciled), verdict("q", Verdict::Reconciled)]).await, 2);
        database.spoil("UPDATE verdict_terms SET fingerprint = 'changing to three'").await;
        let made = VerdictRecord { books_version: database.version(&of_payment("p")).await, ..verdict("p", Verdict::Reconciled) };
        assert_eq!(database.store.save_verdicts_by("three", &[made], &seen).await, Ok(0), "not all are marked");
        assert_eq!(database.store.settle_on_terms("three", "{}").await, Ok(true));
        assert_eq!(database.due().await, ["p", "q"]);
        assert_eq!(database.store.verdict_terms().await, Ok(Some("three".to_owned())));
    }

    async fn a_verdict_that_waits_for_a_day_that_was_read_meanwhile_is_not_kept(database) {
        let seen = database.seen().await;
        read_day(&database, "2026-04-03", "2026-04-04T00:00:00Z").await;
        let waiting = |payment_key: &str, source, from: &str, to: &str| VerdictRecord {
            books_version: 0,
            gaps: vec![gap(source, from, to)],
            ..verdict(payment_key, Verdict::Incomplete)
        };
        let records = [
            waiting("waits", Source::Transactions, "2026-04-02", "2026-04-03"),
            waiting("of-before", Source::Transactions, "2026-04-01", "2026-04-02"),
            waiting("of-the-other-list", Source::Settlements, "2026-04-03", "2026-04-03"),
            VerdictRecord { books_version: 0, ..verdict("lacks-nothing", Verdict::Reconciled) },
        ];
        assert_eq!(database.store.save_verdicts(&records, &seen).await, Ok(3));
        assert_eq!(database.due().await, ["waits"]);
        assert_eq!(database.keep(&records[..1]).await, 1, "made with what has been read");
    }

    async fn a_verdict_before_a_hole_that_came_about_meanwhile_is_not_kept(database) {
        read_day(&database, "2026-04-01", "2026-04-02T00:00:00Z").await;
        let seen = database.seen().await;
        read_day(&database, "2026-04-03", "2026-04-04T00:00:00Z").await;
        let mut elsewhere = verdict("elsewhere", Verdict::Reconciled);
        elsewhere.payment.as_mut().expect("a payment").account = AccountName::new("second");
        let mut later = verdict("later", Verdict::Reconciled);
        later.payment.as_mut().expect("a payment").began_at = at("2026-04-03T00:00:00Z");
        let mut records = [verdict("before", Verdict::Reconciled), elsewhere, later];
        for record in &mut records {
            record.books_version = 0;
        }
        assert_eq!(database.store.save_verdicts(&records, &seen).await, Ok(2));
        assert_eq!(database.due().await, ["before"]);
    }

    async fn rows_without_a_payment_have_discrepancies_and_wait_for_days(database) {
        let rows = vec![keyless_settlement("lone"), settlement("unknown", "t.1")];
        let reading = Reading::of(payment("other")).with_day("2026-04-01", rows, "1");
        reading.save(&database.store).await.expect("it is saved");
        let due = database.store.due_verdicts(at("1970-01-01T00:00:00Z"), 10).await.expect("an answer");
        let row = due.into_iter().map(|due| due.subject).find(|subject| matches!(subject, VerdictSubject::Row(_)));
        let orphan = |subject: VerdictSubject, id: &str| {
            let mut found = discrepancy(id, DiscrepancyClass::SettlementOrphan);
            found.payment_key = None;
            VerdictRecord {
                subject,
                payment: None,
                discrepancies: vec![found],
                gaps: vec![gap(Source::Transactions, "2026-04-01", "2026-04-01")],
                ..verdict("unused", Verdict::Discrepant)
            }
        };
        let records = [orphan(row.expect("a row"), "a"), orphan(of_payment("unknown"), "b")];
        assert_eq!(database.keep(&records).await, 2);
        for record in &records {
            let expected = VerdictRecord { books_version: 0, ..record.clone() };
            assert_eq!(database.stored(&record.subject).await, Some(expected));
        }
        assert!(database.store.reconciliation_sums((day("2020-01-01"), day("2030-01-01")), None).await.expect("an answer").is_empty());
        database.nothing_is_due().await;
        read_day(&database, "2026-04-01", "2026-04-02T00:00:00Z").await;
        let mut expected: Vec<String> = records.iter().map(|record| record.subject.to_string()).collect();
        expected.sort();
        assert_eq!(database.due().await, expected);
    }

    async fn savers_and_writers_at_once_neither_fail_nor_spoil_the_sums(database) {
        let payment_keys: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
        for payment_key in &payment_keys {
            Reading::of(payment(payment_key)).save(&database.store).await.expect("it is saved");
        }
        let mut running = tokio::task::JoinSet::new();
        for number in 0..12_usize {
            let (store, mut subjects) = (database.store.clone(), payment_keys.clone());
            if number % 2 == 0 {
                subjects.reverse();
            }
            running.spawn(async move {
                for round in 0..6_usize {
                    if number % 3 == 0 {
                        let payment_key = &subjects[(number * 7 + round * 5) % subjects.len()];
                        let mut reading = Reading::of(payment(payment_key)).read_at("2026-04-03T00:00:00Z");
                        reading.payment.balance_amount = Some(won(i64::try_from(number * 10 + round).expect("small")));
                        reading = reading.with_day("2026-04-01", vec![settlement(payment_key, "t.1"), settlement(&subjects[round], "t.2")], "never the same");
                        reading.save(&store).await?;
                        continue;
                    }
                    let wanted: Vec<VerdictSubject> = subjects.iter().map(|text| of_payment(text)).collect();
                    let seen = store.read_days().await?;
                    let books = store.book_rows(&wanted).await?;
                    let records: Vec<VerdictRecord> = wanted
                        .iter()
                        .map(|subject| {
                            let verdict_now = Verdict::ALL[(number + round) % 4];
                            let mut record = verdict(&subject.to_string(), verdict_now);
                            record.books_version = books[subject].books_version;
                            record.unsettled = vec![unsettled("t.1", i64::try_from(round).expect("small"), "2026-04-01")];
                            record
                        })
                        .collect();
                    store.save_verdicts(&records, &seen).await?;
                }
                Ok::<(), toss_recon::store::StoreError>(())
            });
        }
        while let Some(outcome) = running.join_next().await {
            assert_eq!(outcome.expect("no panic"), Ok(()));
        }
        crate::sums::are_those_of_the_verdicts(&database).await;
    }
}
