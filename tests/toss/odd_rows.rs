//! One row or text that is odd hides no other: rows are read one by one, and half a character is no reason to refuse a text.

use reconciliation::{Cancel, CancelStatus, TransactionKey};
use serde_json::{Value, json};
use toss_recon::toss::{
    MusdAmounts, read_payment, read_settlement_rows, read_transaction_rows, read_transactions,
};

const MUSD: MusdAmounts = MusdAmounts::Millionths;

fn transaction(key: &str) -> Value {
    json!({
        "mId": "shop", "transactionKey": key, "paymentKey": "pk1", "orderId": "order-1", "method": "카드",
        "status": "DONE", "transactionAt": "2026-03-03T10:15:21+09:00", "currency": "KRW", "amount": 1000,
    })
}

fn settlement(key: &str) -> Value {
    json!({
        "mId": "shop", "transactionKey": key, "paymentKey": "pk1", "orderId": "order-1", "currency": "KRW",
        "amount": 1000, "payOutAmount": 937, "soldDate": "2026-03-03", "paidOutDate": "2026-03-10",
    })
}

fn with(mut row: Value, field: &str, value: Value) -> Value {
    row[field] = value;
    row
}

#[test]
fn a_transaction_that_cannot_be_read_stands_beside_those_that_can() {
    let long = "k".repeat(201);
    for (field, value, reason) in [
        (
            "amount",
            json!("1000.5"),
            "has more decimals than KRW has (0)",
        ),
        (
            "currency",
            json!("ZZZ"),
            "is neither an ISO 4217 code nor MUSD",
        ),
        ("status", Value::Null, "is missing"),
        (
            "transactionAt",
            json!("어제"),
            "is not a date with a time of day",
        ),
    ] {
        let odd = with(transaction("odd"), field, value);
        let text = json!([transaction("t1"), odd, transaction("t2")]).to_string();
        let read = read_transaction_rows(&text, 10, MUSD).expect("a list");
        let keys = read
            .rows
            .iter()
            .map(|row| row.value.transaction_key.as_str());
        assert_eq!(keys.collect::<Vec<_>>(), ["t1", "t2"], "{field}");
        let positions = read.rows.iter().map(|row| row.value.listed_position);
        assert_eq!(positions.collect::<Vec<_>>(), [10, 12], "{field}");
        assert_eq!((read.len(), read.unreadable.len()), (3, 1));
        let row = &read.unreadable[0];
        assert_eq!(row.raw.as_str(), odd.to_string(), "as it came");
        assert_eq!(
            (row.value.field.as_str(), row.value.reason.as_str()),
            (field, reason)
        );
        assert_eq!(row.value.transaction_key, TransactionKey::parse("odd").ok());
        assert_eq!(
            row.value.payment_key.as_ref().expect("a key").as_str(),
            "pk1"
        );
        let day = row.value.day.map(|day| day.to_string());
        let is_dated = field != "transactionAt";
        assert_eq!(day, is_dated.then(|| "2026-03-03".to_owned()), "{field}");
    }
    let text = json!([with(transaction("t1"), "paymentKey", json!(long)), null, 7]).to_string();
    let read = read_transaction_rows(&text, 0, MUSD).expect("a list");
    assert!(read.rows.is_empty());
    let told: Vec<_> = read
        .unreadable
        .iter()
        .map(|row| {
            (
                row.value.field.as_str(),
                row.value.payment_key.is_some(),
                row.value.transaction_key.is_some(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("paymentKey", false, true),
            ("the row", false, false),
            ("the row", false, false)
        ]
    );
    assert!(
        read_transaction_rows("{}", 0, MUSD).is_err(),
        "no list at all"
    );
    assert!(
        read_transactions(&text, 0, MUSD).is_err(),
        "rows that were read before"
    );
}

#[test]
fn a_settlement_that_cannot_be_read_stands_beside_those_that_can() {
    for (field, value) in [
        ("paidOutDate", Value::Null),
        ("amount", json!(0.5)),
        ("fees", json!([{ "type": "BASE" }])),
        ("soldDate", Value::Null),
    ] {
        let text = json!([with(settlement("odd"), field, value), settlement("t2")]).to_string();
        let read = read_settlement_rows(&text, MUSD).expect("a list");
        assert_eq!((read.rows.len(), read.unreadable.len()), (1, 1), "{field}");
        let row = &read.unreadable[0].value;
        assert!(row.field.starts_with(field), "{}", row.field);
        assert_eq!(row.day.is_some(), field != "soldDate");
    }
}

/// The reason is the text between quotes, as JSON spells it.
fn payment(cancels: &str) -> String {
    format!(
        r#"{{"mId":"shop","paymentKey":"pk1","orderId":"order-1","status":"PARTIAL_CANCELED","currency":"KRW","totalAmount":10000,"balanceAmount":6000,"approvedAt":"2026-10-14T10:00:20+09:00","transactionKey":"C2","cancels":[{cancels}]}}"#
    )
}

#[test]
fn half_a_character_in_a_text_becomes_one_that_stands_for_none() {
    let text = payment(
        r#"{"transactionKey":"C1","cancelAmount":3000,"cancelReason":"선물 취소 \ud83d","canceledAt":"2026-10-20T15:00:00+09:00"}"#,
    );
    let read = read_payment(&text, MUSD).expect("a payment");
    assert_eq!(
        read.cancels[0].reason.as_deref(),
        Some("선물 취소 \u{fffd}")
    );
    assert_eq!(read.raw.as_str(), text, "as it came");
    let whole = text.replace(r"\ud83d", r"\ud83c\udf81");
    let read = read_payment(&whole, MUSD).expect("a payment");
    assert_eq!(read.cancels[0].reason.as_deref(), Some("선물 취소 🎁"));
    let row = json!([with(transaction("t1"), "method", json!("카드!"))]).to_string();
    let rows = read_transaction_rows(&row.replace('!', r"\udc00"), 0, MUSD).expect("a list");
    assert_eq!(
        rows.rows[0].value.method_label.as_deref(),
        Some("카드\u{fffd}")
    );
}

fn cancels(json: &str) -> Vec<Cancel> {
    read_payment(&payment(json), MUSD)
        .expect("a payment")
        .cancels
}

#[test]
fn in_old_versions_the_payments_own_key_names_the_newest_cancel_where_that_is_proved() {
    let first = r#"{"cancelAmount":1000,"canceledAt":"2026-10-20T15:00:00+09:00"}"#;
    let second = r#"{"cancelAmount":3000,"canceledAt":"2026-10-21T15:00:00+09:00"}"#;
    let keys = |json: &str| -> Vec<Option<String>> {
        let cancels = cancels(json);
        let key = |cancel: &Cancel| cancel.transaction_key.as_ref().map(ToString::to_string);
        cancels.iter().map(key).collect()
    };
    let named = Some("C2".to_owned());
    assert_eq!(keys(&format!("{first},{second}")), [None, named.clone()]);
    // The last is not the newest; it is not done; the key is another's; it has one of its own.
    assert_eq!(keys(&format!("{second},{first}")), [None, None]);
    let under_way = r#"{"cancelAmount":3000,"cancelStatus":"IN_PROGRESS","transactionKey":null,"canceledAt":null}"#;
    assert_eq!(keys(under_way), [None]);
    let has_it = second.replacen('{', r#"{"transactionKey":"C2","#, 1);
    let third = second.replace("21T", "22T");
    assert_eq!(keys(&format!("{has_it},{third}")), [named.clone(), None]);
    assert_eq!(keys(&has_it.replace("C2", "C9")), [Some("C9".to_owned())]);
    let issued = payment(second).replace("PARTIAL_CANCELED", "DONE");
    let read = read_payment(&issued, MUSD).expect("a payment");
    assert_eq!(
        read.cancels[0].transaction_key, None,
        "the last transaction is no cancel"
    );
}

#[test]
fn a_cancel_that_is_being_worked_on_may_lack_key_and_instant() {
    let under_way = cancels(
        r#"{"transactionKey":null,"cancelAmount":4000,"cancelStatus":"IN_PROGRESS","canceledAt":null}"#,
    );
    assert_eq!(under_way[0].status, CancelStatus::InProgress);
    assert_eq!(
        (&under_way[0].transaction_key, under_way[0].canceled_at),
        (&None, None)
    );
}
