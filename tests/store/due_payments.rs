//! Payments that should be read, and when those that could not be are tried again.

use reconciliation::{PaymentStatus, Transaction};
use toss_recon::store::DuePayment;

use crate::samples::{Reading, account, at, key, payment, transaction};

fn due(payment_key: &str, attempts: u32) -> DuePayment {
    DuePayment {
        payment_key: key(payment_key),
        attempts,
    }
}

/// A reading of a payment that does not tell of its last row.
fn outdated(payment_key: &str) -> Reading {
    let mut reading = Reading::of(payment(payment_key));
    let row = format!("{payment_key}.2");
    reading.transactions = vec![Transaction {
        transaction_at: at("2026-04-02T00:00:01Z"),
        status: PaymentStatus::PartialCanceled,
        ..transaction(payment_key, &row)
    }];
    reading
}

on_both! {
    async fn what_could_not_be_read_is_tried_again_at_its_time_until_it_was_read(database) {
        let store = &database.store;
        for payment_key in ["p", "q"] {
            outdated(payment_key).save(store).await.expect("it is saved");
        }
        let new = async || store.outdated_payments(&account(), 10).await.expect("an answer");
        let again = async |now: &str| store.payments_to_try_again(&account(), at(now), 10).await.expect("an answer");
        let next = at("2026-04-02T00:01:00Z");
        store.put_payment_off(&account(), &due("p", 1), next).await.expect("it is noted");
        assert_eq!(new().await, [due("q", 0)]);
        assert!(again("2026-04-02T00:00:59.999Z").await.is_empty());
        assert_eq!(again("2026-04-02T00:01:00Z").await, [due("p", 1)]);
        let next = at("2026-04-02T00:02:00Z");
        store.put_payment_off(&account(), &due("p", 2), next).await.expect("it is noted");
        assert!(again("2026-04-02T00:01:00Z").await.is_empty());

        // Read, and still not what its row says.
        outdated("p").save(store).await.expect("it is saved");
        assert_eq!(again("2026-04-02T00:02:00Z").await, [due("p", 2)]);
        Reading::of(payment("p")).read_at("2026-04-03T00:00:00Z").save(store).await.expect("it is saved");
        assert_eq!(database.number("SELECT count(*) FROM payment_attempts").await, 0);
        assert_eq!(new().await, [due("q", 0)]);
    }
}
