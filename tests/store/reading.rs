//! What a reading brought comes back as it was, and an older one never replaces a younger one.

use reconciliation::{CancelStatus, Currency, Money, Payment, PaymentStatus, Transaction};
use toss_recon::store::StoreError;

use crate::samples::{
    Reading, account, at, cancel, key, mid, order, payment, settlement, transaction,
    transaction_key, won,
};

/// A payment of which nothing is known that may be unknown, with words that Toss has never said.
fn bare_payment() -> Payment {
    Payment {
        mid: mid("a"),
        payment_key: key("bare"),
        order_id: order("o"),
        method_label: None,
        status: PaymentStatus::Other("HELD_BY_순사".to_owned()),
        currency: Currency::MUSD,
        total_amount: None,
        balance_amount: None,
        requested_at: None,
        approved_at: None,
        is_partial_cancelable: None,
        last_transaction_key: None,
        virtual_account: None,
    }
}

fn in_millionths(minor: i64) -> Money {
    Money::from_minor(minor, Currency::MUSD)
}

on_both! {
    async fn a_payment_comes_back_as_it_went_in(database) {
        let mut full = Reading::of(payment("full"));
        full.cancels = vec![cancel("t.1", "2026-04-01T03:00:00.5Z"), cancel("t.2", "2026-04-01T04:00:00Z")];
        let mut bare = Reading::of(bare_payment());
        let mut odd = cancel("t.3", "2026-04-01T03:00:00Z");
        odd.amount = in_millionths(9_007_199_254_740_991);
        odd.reason = None;
        odd.refundable_amount = None;
        odd.status = CancelStatus::Other("어쩌면".to_owned());
        bare.cancels = vec![odd];
        full.save(&database.store).await.expect("it is saved");
        bare.save(&database.store).await.expect("it is saved");

        let keys = [key("full"), key("bare"), key("missing")];
        let found = database.store.payments(&keys).await.expect("an answer");
        assert_eq!(found.len(), 2);
        for reading in [full, bare] {
            let stored = &found[&reading.payment.payment_key];
            assert_eq!(stored.payment, reading.payment);
            assert_eq!(stored.cancels, reading.cancels);
            assert_eq!(stored.account, account());
            assert_eq!(stored.read_at, reading.read_at);
        }
        assert!(database.store.payments(&[]).await.expect("an answer").is_empty());
    }

    async fn a_word_with_a_nul_does_not_keep_a_payment_unread(database) {
        let mut reading = Reading::of(Payment { method_label: Some("카\0드".to_owned()), ..payment("p") });
        reading.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z")];
        reading.cancels[0].reason = Some("\0".to_owned());
        reading.save(&database.store).await.expect("it is saved");
        let stored = database.store.payments(&[key("p")]).await.expect("an answer")[&key("p")].clone();
        assert_eq!(stored.payment.method_label.as_deref(), Some("카\u{FFFD}드"));
        assert_eq!(stored.cancels[0].reason.as_deref(), Some("\u{FFFD}"));
    }

    async fn transactions_come_back_as_they_went_in(database) {
        let mut reading = Reading::of(payment("p"));
        let negative = Transaction { amount: in_millionths(-12), ..transaction("p", "t.2") };
        let unknown = Transaction {
            status: PaymentStatus::Other("반려".to_owned()),
            method_label: None,
            listed_position: u32::MAX,
            ..transaction("p", "t.3")
        };
        let second_merchant = Transaction { mid: mid("second"), ..transaction("p", "t.1") };
        reading.transactions = vec![transaction("p", "t.1"), negative, unknown, second_merchant];
        reading.save(&database.store).await.expect("it is saved");

        let found = database.store.transactions_of(&[key("p"), key("q")]).await.expect("an answer");
        let mut rows = found[&key("p")].clone();
        rows.sort_by(|a, b| (&a.transaction_key, b.mid.as_str()).cmp(&(&b.transaction_key, a.mid.as_str())));
        let mut expected = reading.transactions.clone();
        expected.sort_by(|a, b| (&a.transaction_key, b.mid.as_str()).cmp(&(&b.transaction_key, a.mid.as_str())));
        assert_eq!(rows, expected);
        assert!(!found.contains_key(&key("q")));
    }

    async fn a_row_leads_to_its_payment_under_its_own_merchant_only(database) {
        let mut reading = Reading::of(payment("p"));
        reading.transactions = vec![transaction("p", "t.1")];
        reading.save(&database.store).await.expect("it is saved");
        let store = &database.store;
        let found = store.transaction_payment(&mid("tosspayments"), &transaction_key("t.1")).await;
        assert_eq!(found, Ok(Some(key("p"))));
        let other = store.transaction_payment(&mid("second"), &transaction_key("t.1")).await;
        assert_eq!(other, Ok(None));
    }

    async fn an_older_reading_does_not_replace_a_younger_one(database) {
        let mut young = Reading::of(payment("p")).read_at("2026-04-02T00:00:00.002Z");
        young.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z")];
        young.transactions = vec![Transaction { listed_position: 2, ..transaction("p", "t.1") }];
        young.save(&database.store).await.expect("it is saved");

        let mut old = Reading::of(Payment { status: PaymentStatus::Done, ..payment("p") })
            .read_at("2026-04-02T00:00:00.001Z");
        old.transactions = vec![Transaction { listed_position: 1, ..transaction("p", "t.1") }];
        old.save(&database.store).await.expect("it is passed over");

        let stored = database.store.payments(&[key("p")]).await.expect("an answer")[&key("p")].clone();
        assert_eq!(stored.payment, young.payment);
        assert_eq!(stored.cancels, young.cancels);
        assert_eq!(stored.read_at, young.read_at);
        let rows = database.store.transactions_of(&[key("p")]).await.expect("an answer");
        assert_eq!(rows[&key("p")], young.transactions);
    }

    async fn a_younger_reading_replaces_everything(database) {
        let mut first = Reading::of(payment("p"));
        first.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z"), cancel("t.2", "2026-04-01T04:00:00Z")];
        first.transactions = vec![transaction("p", "t.1")];
        first.save(&database.store).await.expect("it is saved");

        let emptied = Payment { balance_amount: Some(won(0)), approved_at: None, ..payment("p") };
        let mut second = Reading::of(emptied).read_at("2026-04-02T00:00:01Z");
        second.cancels = vec![cancel("t.2", "2026-04-01T04:00:00Z")];
        second.transactions = vec![
            Transaction { status: PaymentStatus::Canceled, ..transaction("p", "t.1") },
            // Pages overlap: the same row twice.
            Transaction { status: PaymentStatus::Canceled, ..transaction("p", "t.1") },
        ];
        second.save(&database.store).await.expect("it is saved");

        let stored = database.store.payments(&[key("p")]).await.expect("an answer")[&key("p")].clone();
        assert_eq!(stored.payment, second.payment);
        assert_eq!(stored.cancels, second.cancels);
        let rows = database.store.transactions_of(&[key("p")]).await.expect("an answer");
        assert_eq!(rows[&key("p")], second.transactions[..1]);
    }

    async fn an_order_leads_to_its_last_attempt(database) {
        for (attempt, requested) in [
            ("middle", Some("2026-03-02T00:00:00Z")),
            ("last", Some("2026-03-03T00:00:00Z")),
            ("first", Some("2026-03-01T00:00:00Z")),
            ("undated", None),
        ] {
            let attempt = Payment {
                order_id: order("주문"),
                requested_at: requested.map(at),
                // What tells when an attempt was begun that does not say when it was requested.
                approved_at: requested.is_none().then(|| at("2026-02-28T00:00:00Z")),
                ..payment(attempt)
            };
            Reading::of(attempt).save(&database.store).await.expect("it is saved");
        }
        let found = database.store.payment_by_order(&order("주문")).await.expect("an answer");
        assert_eq!(found.expect("a payment").payment.payment_key, key("last"));
        assert_eq!(database.store.payment_by_order(&order("주문-")).await, Ok(None));
    }

    async fn an_order_leads_to_the_attempt_that_has_or_had_its_money(database) {
        let attempt = |name: &str, day: u32, status: &str, method: &str| Payment {
            order_id: order("주문"),
            requested_at: Some(at(&format!("2026-03-0{day}T00:00:00Z"))),
            approved_at: None,
            status: PaymentStatus::from_toss(status),
            method_label: Some(method.to_owned()),
            ..payment(name)
        };
        let answer = async || {
            let found = database.store.payment_by_order(&order("주문")).await.expect("an answer");
            found.expect("a payment").payment.payment_key.to_string()
        };
        Reading::of(attempt("void", 2, "CANCELED", "가상계좌")).save(&database.store).await.expect("it is saved");
        Reading::of(attempt("declined", 5, "ABORTED", "카드")).save(&database.store).await.expect("it is saved");
        assert_eq!(answer().await, "declined", "neither ever had money");
        let mut bounced = Reading::of(attempt("bounced", 3, "WAITING_FOR_DEPOSIT", "가상계좌"));
        bounced.transactions = vec![Transaction {
            status: PaymentStatus::Done,
            transaction_at: at("2026-03-03T00:00:10Z"),
            ..transaction("bounced", "t.1")
        }];
        bounced.save(&database.store).await.expect("it is saved");
        assert_eq!(answer().await, "bounced");
        Reading::of(attempt("refunded", 4, "CANCELED", "카드")).save(&database.store).await.expect("it is saved");
        assert_eq!(answer().await, "refunded");
        Reading::of(attempt("paid", 1, "DONE", "카드")).save(&database.store).await.expect("it is saved");
        assert_eq!(answer().await, "paid", "it holds what the others held once");
        let attempts = database.store.attempts(&[order("주문"), order("다른")]).await.expect("an answer");
        let keys = attempts[&order("주문")].iter().map(|stored| stored.payment.payment_key.as_str());
        assert_eq!(keys.collect::<Vec<_>>(), ["declined", "refunded", "bounced", "void", "paid"]);
        assert_eq!(attempts.len(), 1);
    }

    async fn a_reading_of_many_rows_is_saved_in_one_go(database) {
        let mut reading = Reading::of(payment("p"));
        reading.transactions = (0..6_000).map(|number| transaction("p", &format!("t.{number}"))).collect();
        reading.save(&database.store).await.expect("it is saved");
        let rows = database.store.transactions_of(&[key("p")]).await.expect("an answer");
        assert_eq!(rows[&key("p")].len(), 6_000);
    }

    async fn a_row_dated_after_the_reading_outdates_a_payment_that_does_not_tell_of_it(database) {
        let row = Transaction {
            transaction_at: at("2026-04-02T00:00:01Z"),
            status: PaymentStatus::PartialCanceled,
            ..transaction("p", "t.2")
        };
        // Toss's clock is a second ahead of the one that the reading began by.
        let told = cancel("t.2", "2026-04-02T00:00:01Z");
        for (cancels, outdated) in [(vec![told], false), (Vec::new(), true)] {
            let mut reading = Reading::of(payment("p"));
            reading.transactions = vec![row.clone()];
            reading.cancels = cancels;
            reading.save(&database.store).await.expect("it is saved");
            let found = database.store.payments(&[key("p")]).await.expect("an answer");
            assert_eq!(found[&key("p")].outdated, outdated);
        }
    }

    async fn nothing_is_kept_of_a_reading_that_cannot_be_kept_whole(database) {
        let mut row = settlement("p", "t.1");
        row.vat = Some(in_millionths(-30));
        let mut reading = Reading::of(payment("p")).with_day("2026-04-01", vec![row], "1");
        reading.transactions = vec![transaction("p", "t.1")];
        let refused = reading.save(&database.store).await.expect_err("two currencies in one row");
        assert!(
            matches!(refused, StoreError::Inconsistent { table: "settlements", column: "vat", .. }),
            "{refused:?}"
        );
        assert!(database.store.payments(&[key("p")]).await.expect("an answer").is_empty());
        assert!(database.store.transactions_of(&[key("p")]).await.expect("an answer").is_empty());
    }

    async fn asking_for_many_payments_takes_one_answer(database) {
        for number in 0..300 {
            Reading::of(payment(&format!("p{number}"))).save(&database.store).await.expect("it is saved");
        }
        let keys: Vec<_> = (0..40_000).map(|number| key(&format!("p{number}"))).collect();
        assert_eq!(database.store.payments(&keys).await.expect("an answer").len(), 300);
    }
}
