//! A row that cannot be believed is named, and never guessed at.

use toss_recon::store::{Created, StoreError};

use crate::database::TestDatabase;
use crate::samples::{
    Reading, at, cancel, key, new_cancel_request, payment, sending, settlement, settlements_key,
    transaction,
};

/// A database with one row in every table.
async fn filled(database: &TestDatabase) {
    let mut reading =
        Reading::of(payment("p")).with_day("2026-04-01", vec![settlement("p", "t.1")], "1");
    reading.cancels = vec![cancel("t.1", "2026-04-01T03:00:00Z")];
    reading.transactions = vec![transaction("p", "t.1")];
    reading.save(&database.store).await.expect("it is saved");
    let created = database
        .store
        .create_cancel_request(&new_cancel_request("p", "k-1"))
        .await;
    let Ok(Created::New(request)) = created else {
        panic!("{created:?}")
    };
    let sent = sending("2026-04-02T00:00:01Z");
    database
        .store
        .move_cancel_request(&request, sent, at("2026-04-02T00:00:30Z"))
        .await
        .expect("it is sent");
    database
        .store
        .create_token(
            "id-1",
            "kim",
            "kim",
            "admin",
            [1; 32],
            at("2026-04-01T00:00:00Z"),
        )
        .await
        .expect("it is kept");
}

/// What reading everything says.
async fn read(database: &TestDatabase) -> Result<(), StoreError> {
    let store = &database.store;
    store.payments(&[key("p")]).await?;
    store.transactions_of(&[key("p")]).await?;
    store
        .settlements_of(&[settlements_key("p", "주문")])
        .await?;
    store.cancel_requests_of(&[key("p")]).await?;
    store.list_tokens().await?;
    Ok(())
}

/// What gathering everything for verdicts says, which reads the same rows in another way.
async fn gathered(database: &TestDatabase) -> Result<(), StoreError> {
    let walk = database.store.walk_books();
    while let Some(stretch) = walk.next(10).await? {
        stretch.read().await?;
    }
    Ok(())
}

on_both! {
    async fn every_row_that_cannot_be_believed_is_named(database) {
        filled(&database).await;
        assert_eq!(read(&database).await, Ok(()));
        for (spoil, mend, table, column) in [
            ("payments SET currency = 'WON'", "currency = 'KRW'", "payments", "currency"),
            ("payments SET mid = ''", "mid = 'a'", "payments", "mid"),
            ("payments SET order_id = 'a b'", "order_id = 'o'", "payments", "order_id"),
            ("payments SET last_transaction_key = '?'", "last_transaction_key = NULL", "payments", "last_transaction_key"),
            ("cancels SET transaction_key = '..'", "transaction_key = 't'", "cancels", "transaction_key"),
            ("transactions SET listed_position = -1", "listed_position = 1", "transactions", "listed_position"),
            ("transactions SET currency = ''", "currency = 'KRW'", "transactions", "currency"),
            ("transactions SET transaction_key = 'a b'", "transaction_key = 't'", "transactions", "transaction_key"),
            ("settlements SET fees = '{}'", "fees = NULL", "settlements", "fees"),
            ("settlements SET currency = 'krw'", "currency = 'KRW'", "settlements", "currency"),
            ("cancel_requests SET error_code = 'X'", "error_code = NULL", "cancel_requests", "error_message"),
            ("cancel_requests SET baseline_cancel_keys = 't. ?'", "baseline_cancel_keys = ''", "cancel_requests", "baseline_cancel_keys"),
            ("cancel_requests SET upstream_http_status = -1", "upstream_http_status = NULL", "cancel_requests", "upstream_http_status"),
            ("cancel_requests SET content_hash = ''", "content_hash = (SELECT secret_hash FROM access_tokens)", "cancel_requests", "content_hash"),
            ("access_tokens SET secret_hash = ''", "secret_hash = (SELECT content_hash FROM cancel_requests)", "access_tokens", "secret_hash"),
        ] {
            database.spoil(&format!("UPDATE {spoil}")).await;
            match read(&database).await {
                Err(StoreError::Inconsistent { table: named, column: at_column, key }) => {
                    assert_eq!((named, at_column), (table, column), "{spoil}");
                    assert!(!key.is_empty(), "{spoil}");
                }
                other => panic!("{spoil}: {other:?}"),
            }
            if table != "access_tokens" {
                assert_eq!(gathered(&database).await, read(&database).await, "{spoil}");
            }
            database.spoil(&format!("UPDATE {table} SET {mend}")).await;
            assert_eq!(read(&database).await, Ok(()), "{mend}");
            assert_eq!(gathered(&database).await, Ok(()), "{mend}");
        }
    }

    async fn words_outside_our_own_vocabularies_are_refused_by_the_tables(database) {
        use sea_orm::ConnectionTrait;
        filled(&database).await;
        for spoil in [
            "cancel_requests SET status = 'MAYBE'",
            "cancel_requests SET error_advice = 'PRAY'",
            "cancel_requests SET status = 'SUCCEEDED'",
            "settlements SET kind = 'GIFT'",
            "access_tokens SET role = 'root'",
            "sync_windows SET source = 'DREAMS'",
        ] {
            let outcome = database.raw.execute_unprepared(&format!("UPDATE {spoil}")).await;
            assert!(outcome.is_err(), "{spoil}");
        }
        database.spoil("UPDATE payments SET status = 'A_NEW_WORD_OF_TOSS'").await;
        assert_eq!(read(&database).await, Ok(()));
    }
}

#[tokio::test]
async fn a_column_of_another_type_is_an_error_on_sqlite() {
    let database = TestDatabase::on_sqlite().await;
    filled(&database).await;
    database
        .spoil("UPDATE payments SET total_amount = 'much'")
        .await;
    let error = read(&database).await.expect_err("no number");
    assert!(matches!(error, StoreError::Database { .. }), "{error:?}");
    assert!(!error.to_string().contains("much"), "{error}");
}
