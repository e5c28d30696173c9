//! What marks a verdict as due: every change of its books, and nothing else.

use reconciliation::{
    CancelRequestStatus, KstDate, Payment, PaymentStatus, Settlement, Transaction,
};
use toss_recon::store::{
    AccountName, CancelRequestChange, Created, SettlementId, Source, TransactionBatch,
    TransactionDay, TransactionRecord, VerdictSubject,
};

use crate::database::TestDatabase;
use crate::samples::{
    Reading, account, at, cancel, day, key, keyless_settlement, new_cancel_request, order, payment,
    sending, settlement, transaction, won,
};
use crate::verdict_samples::{gap, of_payment, verdict};

/// Keeps a day of transactions, read at that instant under that digest.
async fn keep_day(
    database: &TestDatabase,
    which: KstDate,
    rows: &[Transaction],
    digest: &str,
    read_at: &str,
) {
    let of_day = TransactionDay {
        account: &account(),
        day: which,
        rows: rows.len(),
        digest,
        read_at: at(read_at),
    };
    let writer = database.store.begin_transaction_day(&of_day).await;
    if let Some(mut writer) = writer.expect("it begins") {
        let records: Vec<TransactionRecord<'_>> = rows
            .iter()
            .map(|value| TransactionRecord {
                value,
                raw: r#"{"row":"원문"}"#,
            })
            .collect();
        for page in records.chunks(2) {
            let batch = TransactionBatch::of(page, &account(), at(read_at));
            assert!(writer.add(batch).await.expect("it is added"));
        }
        writer.commit().await.expect("it stays");
    }
}

/// The first of April, in Seoul.
fn first() -> KstDate {
    day("2026-04-01")
}

on_both! {
    async fn rows_of_transactions_mark_their_payments_once_for_what_they_say(database) {
        let rows = [transaction("p", "t.1"), transaction("p", "t.2"), transaction("q", "t.3")];
        keep_day(&database, first(), &rows, "1", "2026-04-02T00:00:00Z").await;
        assert_eq!(database.due().await, ["p", "q"]);
        assert_eq!(database.version(&of_payment("p")).await, 1);

        database.nothing_is_due().await;
        keep_day(&database, first(), &rows, "1", "2026-04-02T01:00:00Z").await;
        assert!(database.due().await.is_empty(), "the same day again");

        let late = [&rows[..], &[Transaction { status: PaymentStatus::Canceled, ..transaction("q", "t.4") }]].concat();
        keep_day(&database, first(), &late, "2", "2026-04-02T02:00:00Z").await;
        assert_eq!(database.due().await, ["q"], "a late row");

        database.nothing_is_due().await;
        let mut changed = late.clone();
        changed[0].amount = won(1);
        keep_day(&database, first(), &changed, "3", "2026-04-02T03:00:00Z").await;
        assert_eq!(database.due().await, ["p"], "a row that says something new");
        assert_eq!(database.version(&of_payment("p")).await, 2);
    }

    async fn a_row_of_another_day_on_a_page_marks_its_payment_too(database) {
        let stray = Transaction { transaction_at: at("2026-03-31T14:59:59Z"), ..transaction("q", "t.2") };
        keep_day(&database, first(), &[transaction("p", "t.1"), stray], "1", "2026-04-02T00:00:00Z").await;
        assert_eq!(database.due().await, ["p", "q"]);
    }

    async fn a_live_reading_marks_what_it_changes(database) {
        let mut reading = Reading::of(payment("p"))
            .with_day("2026-04-01", vec![settlement("p", "t.1"), settlement("q", "t.2")], "1");
        reading.transactions = vec![transaction("p", "t.1"), transaction("r", "t.3")];
        reading.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z")];
        reading.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["p", "q", "r"]);

        database.nothing_is_due().await;
        reading.read_at = at("2026-04-03T00:00:00.5Z");
        reading.days[0].2 = "2";
        reading.save(&database.store).await.expect("it is saved");
        assert!(database.due().await.is_empty(), "an unchanged reading");

        for (what, change) in [
            ("the balance", &(|reading: &mut Reading| reading.payment.balance_amount = Some(won(0))) as &dyn Fn(&mut Reading)),
            ("a cancel", &|reading| reading.cancels.push(cancel("t.2", "2026-04-01T04:00:00Z"))),
            ("a cancel's amount", &|reading| reading.cancels[0].amount = won(1)),
            ("the key that reads it", &|reading| reading.account = AccountName::new("second")),
            ("its row", &|reading| reading.transactions[0].status = PaymentStatus::Canceled),
        ] {
            database.nothing_is_due().await;
            change(&mut reading);
            reading.days.clear();
            reading.read_at += chrono::TimeDelta::hours(1);
            reading.save(&database.store).await.expect("it is saved");
            assert_eq!(database.due().await, ["p"], "{what}");
        }
    }

    async fn a_payment_read_after_rows_that_came_later_than_it_is_marked(database) {
        let reading = Reading::of(payment("p")).read_at("2026-04-01T00:00:00Z");
        reading.save(&database.store).await.expect("it is saved");
        let row = Transaction { transaction_at: at("2026-04-01T05:00:00Z"), ..transaction("p", "t.1") };
        keep_day(&database, first(), &[row], "1", "2026-04-01T06:00:00Z").await;
        database.nothing_is_due().await;
        let again = Reading::of(payment("p")).read_at("2026-04-01T07:00:00Z");
        again.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["p"], "what it says is now known to hold after the row");
    }

    async fn a_payment_read_again_is_made_anew_where_its_verdict_waits_for_days(database) {
        for payment_key in ["waits", "does-not"] {
            Reading::of(payment(payment_key)).save(&database.store).await.expect("it is saved");
        }
        let mut waiting = verdict("waits", reconciliation::Verdict::Incomplete);
        waiting.gaps = vec![gap(Source::Transactions, "2026-04-05", "2026-04-06")];
        let made = [waiting, verdict("does-not", reconciliation::Verdict::Reconciled)];
        assert_eq!(database.keep(&made).await, 2);
        for payment_key in ["waits", "does-not"] {
            let again = Reading::of(payment(payment_key)).read_at("2026-04-09T00:00:00Z");
            again.save(&database.store).await.expect("it is saved");
        }
        assert_eq!(database.due().await, ["waits"]);
    }

    async fn what_was_being_made_of_an_earlier_answer_is_not_kept(database) {
        Reading::of(payment("p")).save(&database.store).await.expect("it is saved");
        let mut record = verdict("p", reconciliation::Verdict::Reconciled);
        record.books_version = database.version(&of_payment("p")).await;
        let seen = database.seen().await;
        Reading::of(payment("p")).read_at("2026-04-09T00:00:00Z").save(&database.store).await.expect("it is saved");
        assert_eq!(database.store.save_verdicts(&[record], &seen).await, Ok(0));
        assert_eq!(database.due().await, ["p"]);
    }

    async fn settlement_rows_mark_payments_that_are_not_stored_yet(database) {
        let rows = vec![settlement("p", "t.1"), settlement("q", "t.2"), settlement("q", "t.3")];
        let reading = Reading::of(payment("other")).with_day("2026-04-01", rows, "1");
        reading.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["other", "p", "q"]);
        assert!(database.store.payments(&[key("p")]).await.expect("an answer").is_empty());

        database.nothing_is_due().await;
        let restated = Settlement { pay_out_amount: won(-9_000), ..settlement("q", "t.2") };
        let rows = vec![settlement("p", "t.1"), restated, settlement("q", "t.3")];
        let again = Reading::of(payment("other")).with_day("2026-04-01", rows, "2").read_at("2026-04-03T00:00:00Z");
        again.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["q"], "another content");

        database.nothing_is_due().await;
        let gone = Reading::of(payment("other"))
            .with_day("2026-04-01", vec![settlement("q", "t.3")], "3")
            .read_at("2026-04-04T00:00:00Z");
        gone.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["p", "q"], "gone");
    }

    async fn a_row_that_another_account_takes_over_as_it_was_marks_nothing(database) {
        let theirs = Reading::of(payment("p")).with_day("2026-04-01", vec![settlement("p", "t.1"), settlement("q", "t.2")], "1");
        theirs.save(&database.store).await.expect("it is saved");
        database.nothing_is_due().await;
        let changed = Settlement { paid_out_date: day("2026-04-10"), ..settlement("q", "t.2") };
        let mut ours = Reading::of(payment("mine")).with_day("2026-04-01", vec![settlement("p", "t.1"), changed], "2");
        ours.account = AccountName::new("second");
        ours.save(&database.store).await.expect("it is saved");
        assert_eq!(database.due().await, ["mine", "q"]);
    }

    async fn rows_without_a_payment_mark_themselves_and_the_payments_of_their_order(database) {
        for (payment_key, order_id) in [("p", "주문"), ("p2", "주문"), ("q", "test_주문"), ("r", "else")] {
            let of_order = Payment { order_id: order(order_id), ..payment(payment_key) };
            Reading::of(of_order).save(&database.store).await.expect("it is saved");
        }
        database.nothing_is_due().await;
        let day_of = |rows, digest, hour: &str| Reading::of(Payment { order_id: order("else"), ..payment("r") })
            .with_day("2026-04-01", rows, digest)
            .read_at(&format!("2026-04-03T{hour}:00:00Z"));
        let first = day_of(vec![keyless_settlement("test_주문"), keyless_settlement("lone")], "1", "01");
        first.save(&database.store).await.expect("it is saved");
        let due = database.due().await;
        let (rows, payments): (Vec<_>, Vec<_>) = due.iter().partition(|subject| subject.starts_with("row/"));
        assert_eq!(rows.len(), 2);
        assert_eq!(payments, ["p", "p2", "q"]);

        database.nothing_is_due().await;
        day_of(vec![keyless_settlement("test_주문")], "2", "02").save(&database.store).await.expect("it is saved");
        let due = database.due().await;
        assert_eq!(due.len(), 1, "the row that is gone: {due:?}");
        assert!(rows.contains(&&due[0]));
    }

    async fn a_payment_that_appears_takes_the_rows_of_its_order(database) {
        let rows = vec![keyless_settlement("test_주문"), keyless_settlement("주문"), keyless_settlement("lone")];
        let reading = Reading::of(payment("other")).with_day("2026-04-01", rows, "1");
        reading.save(&database.store).await.expect("it is saved");
        let row = |due: Vec<String>| due.into_iter().filter(|subject| subject.starts_with("row/")).count();
        assert_eq!(row(database.due().await), 3);
        database.nothing_is_due().await;
        keep_day(&database, first(), &[transaction("p", "t.1")], "1", "2026-04-02T00:00:00Z").await;
        let due = database.due().await;
        assert!(due.contains(&"p".to_owned()));
        assert_eq!(row(due), 2);
    }

    async fn cancel_requests_mark_their_payment_where_their_state_changes(database) {
        let new = new_cancel_request("p", "k");
        let Ok(Created::New(request)) = database.store.create_cancel_request(&new).await else {
            panic!("it is recorded");
        };
        assert_eq!(database.due().await, ["p"]);
        database.nothing_is_due().await;
        let refused = database.store.create_cancel_request(&new_cancel_request("p", "k2")).await;
        assert!(matches!(refused, Ok(Created::InFlight(_))));
        assert!(database.due().await.is_empty());

        let now = at("2026-04-02T00:00:01Z");
        let sent = database.store.move_cancel_request(&request, sending("2026-04-02T00:00:01Z"), now).await.expect("it is moved");
        assert_eq!(database.due().await, ["p"]);
        database.nothing_is_due().await;
        let kept = CancelRequestChange::to(CancelRequestStatus::Sent);
        database.store.move_cancel_request(&sent, kept, now).await.expect("it is moved");
        assert!(database.due().await.is_empty(), "nothing that a verdict depends on");
    }

    async fn a_row_of_no_payment_is_known_by_its_id(database) {
        let reading = Reading::of(payment("other")).with_day("2026-04-01", vec![keyless_settlement("lone")], "1");
        reading.save(&database.store).await.expect("it is saved");
        let due = database.store.due_verdicts(at("1970-01-01T00:00:00Z"), 10).await.expect("an answer");
        let row = due.iter().find_map(|due| match &due.subject {
            VerdictSubject::Row(id) => Some(id.clone()),
            VerdictSubject::Payment(_) => None,
        });
        let id = row.expect("a row");
        let found = database.store.settlement(&id).await.expect("an answer").expect("the row");
        assert_eq!(found.settlement, keyless_settlement("lone"));
        assert_eq!(found.id, SettlementId::new(id.as_str()));
    }

    async fn what_is_not_stored_whole_marks_nothing(database) {
        let mut row = settlement("p", "t.1");
        row.vat = Some(reconciliation::Money::from_minor(1, reconciliation::Currency::MUSD));
        let reading = Reading::of(payment("p")).with_day("2026-04-01", vec![row], "1");
        reading.save(&database.store).await.expect_err("two currencies in one row");
        assert!(database.due().await.is_empty());
    }
}
