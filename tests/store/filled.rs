//! A database from before verdicts: everything in it is marked, and its sums are made.

use migration::{Migrator, MigratorTrait};
use reconciliation::{Payment, Settlement, SettlementKind};
use toss_recon::store::StoreError;

use crate::samples::{
    Reading, at, day, keyless_settlement, new_cancel_request, order, payment, settlement,
    transaction, won,
};
use crate::verdict_samples::of_payment;

on_both! {
    async fn what_is_stored_already_is_marked_and_summed(database) {
        let approval = Settlement { kind: SettlementKind::Payment, amount: won(22_400), fee: None, pay_out_amount: won(22_000), ..settlement("only-rows", "t.2") };
        let lines = Settlement { fee: None, vat: None, ..settlement("p", "t.3") };
        let by_difference = Settlement { fee: None, vat: None, fees: Some(Vec::new()), ..settlement("p", "t.4") };
        let rows = vec![settlement("p", "t.1"), approval, lines, by_difference, keyless_settlement("test_lone"), keyless_settlement("lone_")];
        let mut reading = Reading::of(payment("p")).with_day("2026-04-01", rows, "1");
        reading.transactions = vec![transaction("seen", "t.9")];
        reading.save(&database.store).await.expect("it is saved");
        let fewer = Reading::of(payment("p")).with_day("2026-04-01", reading.days[0].1[..5].to_vec(), "2").read_at("2026-04-03T00:00:00Z");
        fewer.save(&database.store).await.expect("it is saved");
        let restated = fewer.days[0].1.iter().map(|row| Settlement { pay_out_amount: won(row.pay_out_amount.minor() - 1), ..row.clone() }).collect();
        let again = Reading::of(payment("p")).with_day("2026-04-01", restated, "3").read_at("2026-04-04T00:00:00Z");
        again.save(&database.store).await.expect("it is saved");
        database.store.create_cancel_request(&new_cancel_request("asked", "k")).await.expect("it is recorded");

        let ever = (day("2020-01-01"), day("2030-01-01"));
        let sums = database.store.payout_sums(ever, None).await.expect("an answer");
        let lags = database.store.settled_lags(day("2020-01-01")).await.expect("an answer");
        let changes = Migrator::migrations();
        let later = changes.iter().skip_while(|change| change.name() != "m20261122_000030_verdicts").count();
        let steps = u32::try_from(later).expect("a few");
        Migrator::down(&database.raw, Some(steps)).await.expect("it is taken back");
        assert!(matches!(database.store.ready().await, Err(StoreError::NotMigrated { pending }) if pending == later));
        database.store.migrate().await.expect("it is made again");

        assert_eq!(database.store.payout_sums(ever, None).await, Ok(sums));
        assert_eq!(database.store.settled_lags(day("2020-01-01")).await, Ok(lags));
        let marked = database.due().await;
        let (rows, payments): (Vec<_>, Vec<_>) = marked.into_iter().partition(|subject| subject.starts_with("row/"));
        assert_eq!(payments, ["asked", "only-rows", "p", "seen"]);
        assert_eq!(rows.len(), 1, "the row that is listed still");
        // Former rows without a payment are found by the order without its prefix.
        let of_order = Payment { order_id: order("lone"), ..payment("later") };
        Reading::of(of_order).save(&database.store).await.expect("it is saved");
        let subject = of_payment("later");
        let books = database.store.book_rows(std::slice::from_ref(&subject)).await.expect("an answer");
        assert_eq!(books[&subject].former_settlements.len(), 1);
        assert_eq!(books[&subject].settlements.len(), 1);
        assert_eq!(books[&subject].former_settlements[0].replaced_at, at("2026-04-04T00:00:00Z"));
    }
}
