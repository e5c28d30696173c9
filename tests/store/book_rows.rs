//! What is stored of a payment, gathered for its verdict.

use reconciliation::{Payment, PaymentStatus, Settlement, Transaction};
use toss_recon::store::{BookRows, SettlementId, VerdictSubject};

use crate::database::TestDatabase;
use crate::samples::{
    Reading, at, cancel, day, key, keyless_settlement, mid, new_cancel_request, order, payment,
    settlement, transaction, won,
};
use crate::verdict_samples::of_payment;

async fn books(database: &TestDatabase, subject: &VerdictSubject) -> BookRows {
    let found = database
        .store
        .book_rows(std::slice::from_ref(subject))
        .await;
    found
        .expect("an answer")
        .remove(subject)
        .expect("its books")
}

fn listed(books: &BookRows) -> Vec<Settlement> {
    books
        .settlements
        .iter()
        .map(|(_, row)| row.settlement.clone())
        .collect()
}

/// The rows that are subjects themselves.
async fn row_subjects(database: &TestDatabase) -> Vec<VerdictSubject> {
    let all = database.store.verdict_subjects(None, 1_000).await;
    all.expect("an answer")
        .into_iter()
        .map(|due| due.subject)
        .filter(|subject| matches!(subject, VerdictSubject::Row(_)))
        .collect()
}

on_both! {
    async fn everything_that_is_stored_of_a_payment_is_in_its_books(database) {
        let mut reading = Reading::of(payment("p"))
            .with_day("2026-04-01", vec![settlement("p", "t.1"), settlement("p", "t.1"), settlement("q", "t.9")], "1");
        reading.transactions = vec![transaction("p", "t.0"), transaction("q", "t.9")];
        reading.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z")];
        reading.save(&database.store).await.expect("it is saved");
        let request = new_cancel_request("p", "k");
        database.store.create_cancel_request(&request).await.expect("it is recorded");

        let found = books(&database, &of_payment("p")).await;
        assert_eq!(found.books_version, 2);
        let stored = found.payment.as_ref().expect("the payment");
        assert_eq!((&stored.payment, &stored.cancels), (&reading.payment, &reading.cancels));
        assert_eq!(found.began_at, Some(at("2026-03-31T15:00:00Z")), "its first transaction");
        assert_eq!(found.transactions, reading.transactions[..1]);
        assert_eq!(listed(&found), [settlement("p", "t.1"), settlement("p", "t.1")]);
        let mut places: Vec<u32> = found.settlements.iter().map(|(_, row)| row.place).collect();
        places.sort_unstable();
        assert_eq!(places, [1, 2]);
        assert_eq!(found.requests.len(), 1);
        assert_eq!(found.requests[0].id, request.id);
        assert!(found.former_settlements.is_empty());

        let unknown = books(&database, &of_payment("unknown")).await;
        assert_eq!((unknown.books_version, unknown.payment.is_none(), unknown.settlements.len()), (0, true, 0));
        let named_by_rows = books(&database, &of_payment("q")).await;
        assert_eq!(named_by_rows.settlements.len(), 1);
    }

    async fn what_rows_said_before_is_dated_by_the_readings_that_showed_it(database) {
        let save = async |rows: Vec<Settlement>, digest: &'static str, read_at: &str| {
            let reading = Reading::of(payment("p")).with_day("2026-04-01", rows, digest).read_at(read_at);
            reading.save(&database.store).await.expect("it is saved");
        };
        let restated = Settlement { amount: won(-9_000), ..settlement("p", "t.1") };
        save(vec![settlement("p", "t.1"), settlement("p", "t.2")], "1", "2026-04-02T00:00:00Z").await;
        save(vec![restated.clone(), settlement("p", "t.2")], "2", "2026-04-03T00:00:00Z").await;
        let found = books(&database, &of_payment("p")).await;
        assert_eq!(found.former_settlements.len(), 1);
        let former = &found.former_settlements[0];
        assert_eq!((&former.settlement, former.place), (&settlement("p", "t.1"), 1));
        assert_eq!((former.read_at, former.replaced_at), (at("2026-04-02T00:00:00Z"), at("2026-04-03T00:00:00Z")));
        let read_at = |found: &BookRows, of: &Settlement| {
            let row = found.settlements.iter().find(|(_, row)| row.settlement == *of);
            row.expect("the row").1.read_at
        };
        assert_eq!(read_at(&found, &restated), at("2026-04-03T00:00:00Z"));

        let before = found.settlements;
        save(vec![restated.clone(), settlement("p", "t.2")], "3", "2026-04-05T00:00:00Z").await;
        let mut after = books(&database, &of_payment("p")).await;
        let by_id = |(id, _): &(SettlementId, _)| id.clone();
        let mut expected = before;
        expected.sort_by_key(by_id);
        after.settlements.sort_by_key(by_id);
        assert_eq!(after.settlements, expected, "a reading that changes nothing changes no books");
        save(vec![settlement("p", "t.2")], "4", "2026-04-06T00:00:00Z").await;
        assert_eq!(books(&database, &of_payment("p")).await.former_settlements.len(), 2);
    }

    async fn rows_without_keys_belong_to_the_payments_of_their_order(database) {
        let elsewhere = Settlement { mid: mid("second"), ..keyless_settlement("주문") };
        let rows = vec![keyless_settlement("주문"), keyless_settlement("test_주문"), keyless_settlement("lone"), elsewhere.clone()];
        let first = Reading::of(payment("other")).with_day("2026-04-01", rows.clone(), "1");
        first.save(&database.store).await.expect("it is saved");
        let subjects = row_subjects(&database).await;
        assert_eq!(subjects.len(), 4);
        for subject in &subjects {
            assert_eq!(books(&database, subject).await.settlements.len(), 1, "{subject}: no payment has its order");
        }
        for payment_key in ["p", "p2"] {
            let of_order = Payment { order_id: order("주문"), ..payment(payment_key) };
            Reading::of(of_order).save(&database.store).await.expect("it is saved");
        }
        for payment_key in ["p", "p2"] {
            let mut found = listed(&books(&database, &of_payment(payment_key)).await);
            found.sort_by(|a, b| a.order_id.cmp(&b.order_id));
            assert_eq!(found, [keyless_settlement("test_주문"), keyless_settlement("주문")]);
        }
        let mut left = Vec::new();
        for subject in &subjects {
            left.extend(listed(&books(&database, subject).await));
        }
        left.sort_by(|a, b| a.order_id.cmp(&b.order_id));
        assert_eq!(left, [keyless_settlement("lone"), elsewhere]);

        // What such rows said before belongs to whom they would.
        let restated: Vec<Settlement> = rows.iter().map(|row| Settlement { amount: won(-1), ..row.clone() }).collect();
        let second = Reading::of(payment("other")).with_day("2026-04-01", restated, "2").read_at("2026-04-03T00:00:00Z");
        second.save(&database.store).await.expect("it is saved");
        assert_eq!(books(&database, &of_payment("p")).await.former_settlements.len(), 2);
        let mut former = 0;
        for subject in &subjects {
            former += books(&database, subject).await.former_settlements.len();
        }
        assert_eq!(former, 2);
    }

    async fn a_pass_over_everything_gathers_what_asking_for_each_does(database) {
        for number in 0..25 {
            let payment_key = format!("p{}-{number}", number % 3);
            let mut reading = Reading::of(payment(&payment_key));
            reading.transactions = (0..number % 4)
                .map(|row| Transaction { status: PaymentStatus::Done, ..transaction(&payment_key, &format!("{payment_key}.{row}")) })
                .collect();
            let rows = vec![settlement(&payment_key, "t.1"), settlement(&format!("only-{number}"), "t.2"), keyless_settlement(&format!("lone{number}"))];
            let sold: &str = format!("2026-04-{:02}", number + 1).leak();
            let rows = rows.into_iter().map(|row| Settlement { sold_date: day(sold), ..row }).collect();
            reading.with_day(sold, rows, "1").save(&database.store).await.expect("it is saved");
        }
        let all = database.store.verdict_subjects(None, 1_000).await.expect("an answer");
        assert_eq!(all.len(), 75);
        let mut gathered = Vec::new();
        let walk = database.store.walk_books();
        while let Some(stretch) = walk.next(7).await.expect("an answer") {
            gathered.extend(stretch.read().await.expect("an answer"));
        }
        let order: Vec<_> = gathered.iter().map(|walked| &walked.subject).collect();
        assert_eq!(order, all.iter().map(|due| &due.subject).collect::<Vec<_>>());
        let subjects: Vec<_> = all.iter().map(|due| due.subject.clone()).collect();
        let asked = database.store.book_rows(&subjects).await.expect("an answer");
        let sorted = |books: &BookRows| {
            let mut books = books.clone();
            books.transactions.sort_by(|a, b| a.transaction_key.cmp(&b.transaction_key));
            books.settlements.sort_by(|(a, _), (b, _)| a.cmp(b));
            format!("{books:?}")
        };
        for walked in &gathered {
            let subject = &walked.subject;
            assert_eq!(sorted(&walked.rows), sorted(&asked[subject]), "{subject}");
            assert_eq!(walked.kept, None, "{subject}");
        }
        assert!(asked[&of_payment("p0-0")].payment.as_ref().is_some_and(|stored| stored.payment.payment_key == key("p0-0")));
    }
}
