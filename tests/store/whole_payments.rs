//! Payments with all their rows: from memory as long as nothing of them was written, by whomever.

use std::sync::Arc;

use futures_util::future::join_all;
use reconciliation::{Payment, PaymentKey};
use toss_recon::store::{Store, StoreError, WholePayment};

use crate::database::TestDatabase;
use crate::samples::{
    Reading, cancel, key, new_cancel_request, payment, settlement, transaction, won,
};

/// A payment as a store has it.
async fn whole(store: &Store, of: &PaymentKey) -> Arc<WholePayment> {
    let found = store.whole_payment(of).await.expect("an answer");
    found.expect("it is stored")
}

async fn save(database: &TestDatabase, name: &str, read_at: &'static str, balance: i64) {
    let payment = Payment {
        balance_amount: Some(won(balance)),
        ..payment(name)
    };
    let transaction_key = format!("{name}.1");
    let mut reading = Reading::of(payment).read_at(read_at).with_day(
        "2026-04-01",
        vec![settlement(name, &transaction_key)],
        read_at,
    );
    reading.cancels = vec![cancel(&transaction_key, "2026-04-01T03:00:00Z")];
    reading.transactions = vec![transaction(name, &transaction_key)];
    reading.save(&database.store).await.expect("it is saved");
}

on_both! {
    async fn what_was_not_written_is_the_same_and_what_was_is_read_anew(database) {
        save(&database, "p", "2026-04-02T00:00:00Z", 10).await;
        let other = Store::open(&database.text().parse().expect("a database URL")).await.expect("it opens");
        let first = whole(&other, &key("p")).await;
        assert_eq!(first.settlements.len(), 1);
        assert!(Arc::ptr_eq(&first, &whole(&other, &key("p")).await), "from memory");
        save(&database, "q", "2026-04-02T00:00:00.500Z", 10).await;
        let same_day = whole(&other, &key("p")).await;
        assert_eq!(same_day.settlements.len(), 0, "the day has other rows now");
        assert!(Arc::ptr_eq(&same_day, &whole(&other, &key("p")).await));

        // A reading that says something else, one that says the same, and a request of ours.
        save(&database, "p", "2026-04-02T00:00:01Z", 5).await;
        let changed = whole(&other, &key("p")).await;
        assert_eq!(changed.stored.payment.balance_amount, Some(won(5)));
        save(&database, "p", "2026-04-02T00:00:02Z", 5).await;
        let confirmed = whole(&other, &key("p")).await;
        assert!(confirmed.stored.read_at > changed.stored.read_at);
        let created = database.store.create_cancel_request(&new_cancel_request("p", "k-1")).await;
        created.expect("it is kept");
        assert!(!Arc::ptr_eq(&confirmed, &whole(&other, &key("p")).await));
        assert!(other.whole_payment(&key("nobody")).await.expect("an answer").is_none());
        other.close().await.expect("it closes");
    }

    async fn a_payment_that_cannot_be_read_fails_for_itself_alone(database) {
        for name in ["p", "q"] {
            save(&database, name, "2026-04-02T00:00:00Z", 10).await;
        }
        database.spoil("UPDATE transactions SET currency = 'WON' WHERE payment_key = 'p'").await;
        let names: Vec<PaymentKey> = (0..40).map(|n| key(if n % 2 == 0 { "p" } else { "q" })).collect();
        let asked = names.iter().map(|name| database.store.whole_payment(name));
        for (name, found) in names.iter().zip(join_all(asked).await) {
            match found {
                Ok(found) => assert_eq!(found.map(|found| found.stored.payment.payment_key.clone()), Some(key("q"))),
                Err(StoreError::Inconsistent { column, .. }) => assert_eq!((column, name), ("currency", &key("p"))),
                Err(error) => panic!("{error}"),
            }
        }
    }
}
