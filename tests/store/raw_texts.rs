//! What Toss said is there word for word, packed or as an older program kept it.

use crate::samples::{Reading, key, payment, settlement, transaction};

on_both! {
    async fn what_toss_said_is_read_back_word_for_word(database) {
        let mut reading = Reading::of(payment("p")).with_day("2026-04-01", vec![settlement("p", "t.1")], "1");
        reading.transactions = vec![transaction("p", "t.1")];
        reading.save(&database.store).await.expect("it is saved");
        let kept = [("payments", r#"{"mId":"tosspayments"}"#), ("transactions", r#"{"row":"원문"}"#), ("settlements", r#"{"row":"원문"}"#)];
        let texts = async || -> Vec<(&'static str, String)> {
            let texts = database.store.raw_texts(&key("p")).await.expect("they are read");
            texts.into_iter().map(|found| (found.table, found.text)).collect()
        };
        let kept = kept.map(|(table, text)| (table, text.to_owned()));
        assert_eq!(texts().await, kept);
        for (table, _) in &kept {
            let columns = database.texts(&format!("SELECT raw FROM {table}")).await;
            assert!(columns[0].starts_with("z1:"), "{columns:?}");
        }

        for (table, text) in &kept {
            database.spoil(&format!("UPDATE {table} SET raw = '{text}'")).await;
        }
        assert_eq!(texts().await, kept);
        assert!(database.store.raw_texts(&key("unknown")).await.expect("an answer").is_empty());

        // Read again, an older row is packed, and nothing of the day has changed.
        let later = Reading { transactions: reading.transactions.clone(), ..Reading::of(payment("p")) };
        let later = later.with_day("2026-04-01", vec![settlement("p", "t.1")], "2").read_at("2026-04-03T00:00:00Z");
        later.save(&database.store).await.expect("it is saved");
        assert_eq!(texts().await, kept);
        let columns = database.texts("SELECT raw FROM settlements").await;
        assert!(columns[0].starts_with("z1:"), "{columns:?}");

        database.spoil("UPDATE settlements SET raw = 'z1:spoilt'").await;
        assert!(database.store.raw_texts(&key("p")).await.is_err());
    }
}
