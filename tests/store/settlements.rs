//! Settlement rows: without ids at Toss, sometimes identical, sometimes without keys.

use reconciliation::{FeeLine, Settlement, SettlementKind};
use toss_recon::store::{AccountName, SettlementId, StoredSettlement};

use crate::database::TestDatabase;
use crate::samples::{
    Reading, account, at, day, key, keyless_settlement, mid, order, payment, settlement,
    settlements_key, won,
};

async fn rows_of(database: &TestDatabase, payment_key: &str) -> Vec<StoredSettlement> {
    let wanted = [settlements_key(payment_key, "주문")];
    let mut found = database
        .store
        .settlements_of(&wanted)
        .await
        .expect("an answer");
    found.remove(&key(payment_key)).unwrap_or_default()
}

fn ids(rows: &[StoredSettlement]) -> Vec<SettlementId> {
    rows.iter().map(|row| row.id.clone()).collect()
}

fn approval(payment_key: &str) -> Settlement {
    Settlement {
        kind: SettlementKind::Payment,
        amount: won(22_400),
        fee: Some(won(739)),
        fees: Some(Vec::new()),
        supply_amount: None,
        vat: None,
        pay_out_amount: won(21_661),
        ..settlement(payment_key, "t.0")
    }
}

on_both! {
    async fn rows_come_back_as_they_went_in(database) {
        let mut two_parts = settlement("p", "t.1");
        two_parts.fees = Some(vec![
            FeeLine { kind: "BASE".to_owned(), fee: won(-300) },
            FeeLine { kind: "새 수수료".to_owned(), fee: won(-30) },
        ]);
        let rows = vec![two_parts, approval("p")];
        let reading = Reading::of(payment("p")).with_day("2026-04-01", rows.clone(), "1");
        reading.save(&database.store).await.expect("it is saved");
        let found = rows_of(&database, "p").await;
        assert_eq!(found.len(), 2);
        for row in rows {
            let stored = found.iter().find(|stored| stored.settlement == row).expect("the row");
            assert_eq!(database.store.settlement(&stored.id).await, Ok(Some(stored.clone())));
        }
        assert_eq!(database.store.settlement(&SettlementId::new("none.1")).await, Ok(None));
    }

    async fn identical_rows_are_kept_as_often_as_listed_and_keep_their_ids(database) {
        let other_amount = Settlement { amount: won(-9_000), ..settlement("p", "t.1") };
        let rows = vec![settlement("p", "t.1"), other_amount, settlement("p", "t.1"), approval("p")];
        let first = Reading::of(payment("p")).with_day("2026-04-01", rows.clone(), "1");
        first.save(&database.store).await.expect("it is saved");
        let before = rows_of(&database, "p").await;
        assert_eq!(before.len(), 4);

        let shuffled = rows.into_iter().rev().collect();
        let again = Reading::of(payment("p"))
            .with_day("2026-04-01", shuffled, "2")
            .read_at("2026-04-03T00:00:00Z");
        again.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await, before);
    }

    async fn a_restated_row_keeps_its_id(database) {
        let first = Reading::of(payment("p")).with_day("2026-04-01", vec![approval("p")], "1");
        first.save(&database.store).await.expect("it is saved");
        let before = rows_of(&database, "p").await;
        let restated = Settlement { pay_out_amount: won(21_000), paid_out_date: day("2026-04-10"), ..approval("p") };
        let again = Reading::of(payment("p")).with_day("2026-04-01", vec![restated.clone()], "2");
        again.save(&database.store).await.expect("it is saved");
        let after = rows_of(&database, "p").await;
        assert_eq!(ids(&after), ids(&before));
        assert_eq!(after[0].settlement, restated);
    }

    async fn a_day_is_replaced_as_a_set(database) {
        let mut next_day = settlement("p", "t.9");
        next_day.sold_date = day("2026-04-02");
        let first = Reading::of(payment("p"))
            .with_day("2026-04-01", vec![approval("p"), settlement("p", "t.1"), settlement("p", "t.1")], "1")
            .with_day("2026-04-02", vec![next_day.clone()], "1");
        first.save(&database.store).await.expect("it is saved");
        let before = rows_of(&database, "p").await;
        let second = Reading::of(payment("p")).with_day("2026-04-01", vec![settlement("p", "t.1")], "2");
        second.save(&database.store).await.expect("it is saved");
        let after = rows_of(&database, "p").await;
        let left: Vec<_> = after.iter().map(|row| row.settlement.clone()).collect();
        assert_eq!(left, [settlement("p", "t.1"), next_day]);
        assert!(ids(&after).iter().all(|id| ids(&before).contains(id)));

        let emptied = Reading::of(payment("p")).with_day("2026-04-01", Vec::new(), "3");
        emptied.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await.len(), 1);
    }

    async fn an_older_reading_of_a_day_does_not_replace_a_younger_one(database) {
        let young = Reading::of(payment("p"))
            .with_day("2026-04-01", vec![approval("p")], "1")
            .read_at("2026-04-03T00:00:00Z");
        young.save(&database.store).await.expect("it is saved");
        let old = Reading::of(payment("q")).with_day("2026-04-01", Vec::new(), "0").read_at("2026-04-02T00:00:00Z");
        old.save(&database.store).await.expect("the day is passed over");
        assert_eq!(rows_of(&database, "p").await.len(), 1);
        let read = database.store.settlement_day_read_at(&account(), &[day("2026-04-01")]).await.expect("an answer");
        assert_eq!(read[&day("2026-04-01")], at("2026-04-03T00:00:00Z"));
        assert!(database.store.payments(&[key("q")]).await.expect("an answer").contains_key(&key("q")));
    }

    async fn rows_whose_digest_is_the_same_are_not_written_again(database) {
        let reading = Reading::of(payment("p")).with_day("2026-04-01", vec![approval("p")], "1");
        reading.save(&database.store).await.expect("it is saved");
        database.spoil("UPDATE settlements SET amount = 1").await;
        let again = Reading::of(payment("p"))
            .with_day("2026-04-01", vec![approval("p")], "1")
            .read_at("2026-04-03T00:00:00Z");
        again.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await[0].settlement.amount, won(1), "left alone");
        let read = database.store.settlement_day_read_at(&account(), &[day("2026-04-01")]).await.expect("an answer");
        assert_eq!(read[&day("2026-04-01")], at("2026-04-03T00:00:00Z"), "yet read");

        database.spoil("DELETE FROM settlements").await;
        again.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await[0].settlement, approval("p"), "a lost row comes back");
    }

    async fn rows_without_keys_are_found_by_their_order(database) {
        let listed = [("주문", true), ("test_주문", true), ("a_b_주문", false), ("주문2", false), ("test_주문2", false)];
        let mut rows: Vec<_> = listed.iter().map(|(order_id, _)| keyless_settlement(order_id)).collect();
        rows.push(Settlement { mid: mid("second"), ..keyless_settlement("주문") });
        // It names its payment, so that its order does not count.
        rows.push(Settlement { order_id: order("주문"), ..settlement("other", "t.1") });
        let reading = Reading::of(payment("p")).with_day("2026-04-01", rows, "1");
        reading.save(&database.store).await.expect("it is saved");

        let mut found: Vec<_> = rows_of(&database, "p").await.into_iter().map(|row| row.settlement).collect();
        found.sort_by(|a, b| a.order_id.cmp(&b.order_id));
        assert_eq!(found, [keyless_settlement("test_주문"), keyless_settlement("주문")]);

        let wanted = [settlements_key("p", "주문"), settlements_key("p2", "주문"), settlements_key("q", "b_주문")];
        let found = database.store.settlements_of(&wanted).await.expect("an answer");
        assert_eq!(found[&key("p")], found[&key("p2")], "two attempts of one order");
        assert_eq!(found[&key("q")].len(), 1, "behind the first _");
    }

    async fn a_row_that_two_accounts_list_is_one_row(database) {
        let mut theirs = Reading::of(payment("p")).with_day("2026-04-01", vec![approval("p"), settlement("p", "t.1")], "1");
        theirs.save(&database.store).await.expect("it is saved");
        let before = rows_of(&database, "p").await;
        let mut ours = Reading::of(payment("q")).with_day("2026-04-01", vec![approval("p"), approval("q")], "9");
        ours.account = AccountName::new("second");
        ours.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await, before);

        // The row left with the second account; the first still lists it, under a digest that has not changed.
        ours.days[0].1 = vec![approval("q")];
        ours.days[0].2 = "10";
        ours.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await.len(), 1);
        theirs.read_at = at("2026-04-03T00:00:00Z");
        theirs.save(&database.store).await.expect("it is saved");
        assert_eq!(rows_of(&database, "p").await, before);
        assert_eq!(rows_of(&database, "q").await.len(), 1);
    }

    async fn days_are_known_by_account_and_by_day(database) {
        let reading = Reading::of(payment("p"))
            .with_day("2026-03-31", Vec::new(), "1")
            .with_day("2026-04-02", Vec::new(), "1");
        reading.save(&database.store).await.expect("it is saved");
        let days = [day("2026-04-02"), day("2026-04-01"), day("2026-03-31")];
        let read = database.store.settlement_day_read_at(&account(), &days).await.expect("an answer");
        assert_eq!(read.len(), 2);
        assert_eq!(read[&day("2026-03-31")], reading.read_at);
        let between = database.store.settlement_day_read_at(&account(), &[day("2026-04-01")]).await;
        assert!(between.expect("an answer").is_empty());
        let other = database.store.settlement_day_read_at(&AccountName::new("other"), &days).await;
        assert!(other.expect("an answer").is_empty());
        assert!(database.store.settlement_day_read_at(&account(), &[]).await.expect("an answer").is_empty());
    }

    async fn readings_at_once_leave_each_day_whole(database) {
        let mut running = tokio::task::JoinSet::new();
        for number in 0..20_usize {
            let store = database.store.clone();
            running.spawn(async move {
                // Each reads the same two days in an order of its own, with more rows the later it read.
                let rows = |sold: &str| -> Vec<Settlement> {
                    (0..=number)
                        .map(|row| Settlement { sold_date: day(sold), ..settlement("p", &format!("t.{row}")) })
                        .collect()
                };
                let mut reading = Reading::of(payment("p")).read_at(&format!("2026-04-03T00:00:{number:02}Z"));
                reading.account = AccountName::new(if number % 2 == 0 { "even" } else { "odd" });
                for sold in if number % 3 == 0 { ["2026-04-01", "2026-04-02"] } else { ["2026-04-02", "2026-04-01"] } {
                    let digest = number.to_string().leak();
                    reading = reading.with_day(sold, rows(sold), digest);
                }
                reading.save(&store).await
            });
        }
        while let Some(outcome) = running.join_next().await {
            assert_eq!(outcome.expect("no panic"), Ok(()));
        }
        let rows = rows_of(&database, "p").await;
        assert_eq!(rows.len(), 40);
    }
}
