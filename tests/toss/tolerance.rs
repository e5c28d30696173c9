//! What answers may look like and still be read, and what is refused by field without repeating the value.

use proptest::prelude::*;
use reconciliation::{CancelStatus, Currency, Money, PaymentStatus};
use serde_json::{Value, json};
use toss_recon::toss::{
    MusdAmounts, Unreadable, read_payment, read_settlements, read_transactions,
};

use crate::fixtures::fixture;

const MUSD: MusdAmounts = MusdAmounts::Millionths;

/// A payment with one field's JSON text put in place of what was there, or taken out.
fn payment_with(name: &str, json: Option<&str>) -> String {
    with(
        r#"{"mId":"shop","paymentKey":"pk1","orderId":"order-1","status":"DONE","currency":"KRW","totalAmount":1000}"#,
        name,
        json,
    )
}

fn transaction_with(name: &str, json: Option<&str>) -> String {
    let row = r#"{"mId":"shop","transactionKey":"tk1","paymentKey":"pk1","orderId":"order-1","method":"카드","status":"DONE","transactionAt":"2026-03-03T10:15:21+09:00","currency":"KRW","amount":1000}"#;
    format!("[{}]", with(row, name, json))
}

fn settlement_with(name: &str, json: Option<&str>) -> String {
    let row = r#"{"mId":"shop","orderId":"order-1","currency":"KRW","amount":1000,"payOutAmount":937,"soldDate":"2026-03-03","paidOutDate":"2026-03-10"}"#;
    format!("[{}]", with(row, name, json))
}

/// Keeps the text of the new value as it is: a detour through a parsed number would lose what is to be tested.
fn with(object: &str, name: &str, json: Option<&str>) -> String {
    let mut fields: serde_json::Map<String, Value> = serde_json::from_str(object).expect("JSON");
    fields.remove(name);
    let mut text: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    text.extend(json.map(|json| format!("{}:{json}", json!(name))));
    format!("{{{}}}", text.join(","))
}

fn total(json: &str, currency: &str, musd: MusdAmounts) -> Result<Money, Unreadable> {
    let text = payment_with("totalAmount", Some(json)).replace("KRW", currency);
    read_payment(&text, musd).map(|read| read.payment.total_amount.expect("an amount"))
}

#[test]
fn amounts_are_read_from_their_digits() {
    let (krw, usd, jpy) = (Currency::KRW, Currency::USD, Currency::JPY);
    for (json, currency, minor) in [
        ("0", krw, 0),
        ("-508", krw, -508),
        ("15000", krw, 15_000),
        ("15000.0", krw, 15_000),
        ("1e3", krw, 1_000),
        ("1.5E3", krw, 1_500),
        ("\"63\"", krw, 63),
        ("9007199254740991", krw, 9_007_199_254_740_991),
        ("181.56", usd, 18_156),
        ("726.24", usd, 72_624),
        ("0.0", usd, 0),
        ("\"0.10\"", usd, 10),
        ("0.29", usd, 29),
        ("1.005e2", usd, 10_050),
        ("90071992547409.91", usd, 9_007_199_254_740_991),
        ("500", jpy, 500),
    ] {
        let read = total(json, currency.code(), MUSD).unwrap_or_else(|e| panic!("{json}: {e}"));
        assert_eq!(read, Money::from_minor(minor, currency), "{json}");
    }
}

#[test]
fn what_is_no_amount_is_refused() {
    for (json, currency, reason) in [
        ("63.5", "KRW", "has more decimals than KRW has (0)"),
        ("181.565", "USD", "has more decimals than USD has (2)"),
        ("9007199254740992", "KRW", "is too large"),
        ("1e400", "KRW", "is too large"),
        ("\"1,000\"", "KRW", "is not a number"),
        ("\"\"", "KRW", "is not a number"),
        ("\" 63\"", "KRW", "is not a number"),
        ("true", "KRW", "is not a number"),
        ("{}", "KRW", "is not a number"),
        ("[1]", "KRW", "is not a number"),
    ] {
        let error = total(json, currency, MUSD).expect_err(json);
        assert_eq!(error.reason, reason, "{json}");
        assert_eq!(error.path, "totalAmount", "{json}");
    }
}

#[test]
fn musd_counts_millionths_unless_the_setting_says_dollars() {
    let musd = |minor| Money::from_minor(minor, Currency::MUSD);
    let millionths = MusdAmounts::Millionths;
    assert_eq!(
        total("50000000000", "MUSD", millionths),
        Ok(musd(50_000_000_000))
    );
    assert_eq!(
        total("181560000", "MUSD", millionths),
        Ok(musd(181_560_000))
    );
    assert!(total("181.56", "MUSD", millionths).is_err());
    assert_eq!(
        total("181.56", "MUSD", MusdAmounts::Dollars),
        Ok(musd(181_560_000))
    );
    assert_eq!(
        total("181", "USD", millionths),
        Ok(Money::from_minor(18_100, Currency::USD))
    );
}

proptest! {
    #[test]
    fn cents_survive_whatever_they_are(cents in -9_007_199_254_740_991_i64..=9_007_199_254_740_991) {
        let sign = if cents < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        prop_assert_eq!(total(&text, "USD", MUSD), Ok(Money::from_minor(cents, Currency::USD)));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".*") {
        let _ = read_payment(&text, MUSD);
        let _ = read_payment(&payment_with("requestedAt", Some(&json!(text).to_string())), MUSD);
        let _ = read_transactions(&text, 0, MUSD);
        let _ = read_settlements(&text, MUSD);
    }
}

#[test]
fn instants_have_an_offset_or_mean_seoul() {
    for (text, utc) in [
        ("2026-03-03T10:15:21+09:00", "2026-03-03T01:15:21Z"),
        ("2026-03-03T10:15:21", "2026-03-03T01:15:21Z"),
        ("2026-03-03T01:15:21Z", "2026-03-03T01:15:21Z"),
        ("2026-03-03T00:00:00+09:00", "2026-03-02T15:00:00Z"),
        ("2026-01-02T14:46:59.65327", "2026-01-02T05:46:59.65327Z"),
        ("2026-01-02T14:46:59.6+09:00", "2026-01-02T05:46:59.6Z"),
        (
            "2026-01-02T14:46:59.123456789",
            "2026-01-02T05:46:59.123456789Z",
        ),
        ("2026-03-03T10:15:21-05:00", "2026-03-03T15:15:21Z"),
    ] {
        let body = payment_with("requestedAt", Some(&json!(text).to_string()));
        let read = read_payment(&body, MUSD).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            read.payment.requested_at,
            Some(utc.parse().expect(utc)),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_instant_is_refused() {
    for text in [
        "",
        "2026-03-03",
        "2026-03-03T10:15",
        "2026-02-30T10:15:21",
        "2026-03-03T25:15:21",
        "2026-03-03 10:15:21",
        "2026-03-03T10:15:21.",
        "2026-03-03T10:15:21.1234567890",
        "2026-03-03T10:15:21+9",
        "20260303T101521",
        "1772500521",
        "어제",
    ] {
        let body = payment_with("requestedAt", Some(&json!(text).to_string()));
        let error = read_payment(&body, MUSD).expect_err(text);
        assert_eq!(error.path, "requestedAt", "{text}");
    }
    let error = read_payment(&payment_with("requestedAt", Some("1772500521")), MUSD);
    assert_eq!(error.expect_err("a number").reason, "is not a text");
}

#[test]
fn words_that_are_not_known_survive() {
    let read = read_payment(&payment_with("status", Some("\"FROZEN\"")), MUSD).expect("a payment");
    assert_eq!(
        read.payment.status,
        PaymentStatus::Other("FROZEN".to_owned())
    );
    let read =
        read_payment(&payment_with("method", Some("\"텔레파시\"")), MUSD).expect("a payment");
    assert_eq!(read.payment.method_label.as_deref(), Some("텔레파시"));
    let row = read_transactions(&transaction_with("status", Some("\"REVERSED\"")), 0, MUSD);
    let status = row.expect("a row").remove(0).value.status;
    assert_eq!(status, PaymentStatus::Other("REVERSED".to_owned()));
    let read = read_payment(&payment_with("tomorrowsField", Some("[{}]")), MUSD);
    assert!(read.is_ok(), "a field that is not known is passed over");
}

#[test]
fn what_old_versions_and_test_rows_leave_out_may_be_missing() {
    let bare = read_payment(&payment_with("totalAmount", None), MUSD).expect("a payment");
    assert_eq!(bare.payment.total_amount, None);
    assert_eq!(
        (bare.version, bare.account_number, bare.cancels.len()),
        (None, None, 0)
    );
    for nullable in [
        "version",
        "method",
        "totalAmount",
        "balanceAmount",
        "requestedAt",
        "approvedAt",
        "useEscrow",
        "isPartialCancelable",
        "lastTransactionKey",
        "transactionKey",
        "virtualAccount",
        "cancels",
    ] {
        let read = read_payment(&payment_with(nullable, Some("null")), MUSD);
        assert!(read.is_ok(), "{nullable}: {read:?}");
    }
    let old = read_payment(&payment_with("transactionKey", Some("\"tk-old\"")), MUSD);
    let last = old
        .expect("a payment")
        .payment
        .last_transaction_key
        .expect("a key");
    assert_eq!(last.as_str(), "tk-old");
    let cancels = r#"[{"transactionKey":"tk9","cancelAmount":1000,"canceledAt":"2021-03-03T10:15:21+09:00","cancelReason":null}]"#;
    let old = read_payment(&payment_with("cancels", Some(cancels)), MUSD).expect("a payment");
    assert_eq!(
        old.cancels[0].status,
        CancelStatus::Done,
        "old versions know no other"
    );
    assert_eq!(old.cancels[0].refundable_amount, None);
    for nullable in ["method", "customerKey", "useEscrow", "receiptUrl"] {
        let rows = read_transactions(&transaction_with(nullable, Some("null")), 0, MUSD);
        assert!(rows.is_ok(), "{nullable}: {rows:?}");
    }
    for nullable in [
        "paymentKey",
        "transactionKey",
        "fees",
        "fee",
        "supplyAmount",
        "vat",
        "interestFee",
        "approvedAt",
        "cancel",
        "card",
    ] {
        let rows = read_settlements(&settlement_with(nullable, Some("null")), MUSD);
        assert!(rows.is_ok(), "{nullable}: {rows:?}");
    }
    let rows = read_settlements(&settlement_with("paymentKey", Some("\"\"")), MUSD).expect("rows");
    assert_eq!(
        rows[0].value.payment_key, None,
        "an empty key names nothing"
    );
}

#[test]
fn fees_come_as_numbers_texts_or_in_two_parts() {
    for (fees, expected) in [
        ("[]", vec![]),
        (r#"[{"type":"BASE","fee":63}]"#, vec![("BASE", 63)]),
        (r#"[{"type":"BASE","fee":"63"}]"#, vec![("BASE", 63)]),
        (
            r#"[{"type":"BASE","supplyAmount":57,"vat":6}]"#,
            vec![("BASE", 63)],
        ),
        (
            r#"[{"type":"NEW_KIND","fee":-1,"supplyAmount":9,"vat":9}]"#,
            vec![("NEW_KIND", -1)],
        ),
    ] {
        let rows = read_settlements(&settlement_with("fees", Some(fees)), MUSD)
            .unwrap_or_else(|error| panic!("{fees}: {error}"));
        let lines = rows[0].value.fees.as_ref().expect("fees");
        let found: Vec<(&str, i64)> = lines
            .iter()
            .map(|line| (line.kind.as_str(), line.fee.minor()))
            .collect();
        assert_eq!(found, expected, "{fees}");
    }
    for (fees, path) in [
        (
            r#"[{"type":"BASE","fee":1},{"type":"ETC"}]"#,
            "[0].fees[1].fee",
        ),
        (r#"[{"fee":1}]"#, "[0].fees[0].type"),
        (r#"[{"type":"ETC","supplyAmount":57}]"#, "[0].fees[0].fee"),
        ("{}", "[0].fees"),
    ] {
        let error = read_settlements(&settlement_with("fees", Some(fees)), MUSD).expect_err(fees);
        assert_eq!(error.path, path, "{fees}");
    }
}

#[test]
fn a_row_that_names_a_cancel_is_one_whatever_its_sign() {
    use reconciliation::SettlementKind::{Cancel, Payment};
    let kind = |name, json| {
        let rows = read_settlements(&settlement_with(name, Some(json)), MUSD).expect("a row");
        rows[0].value.kind
    };
    assert_eq!(kind("cancel", "null"), Payment);
    assert_eq!(kind("cancel", r#"{"cancelAmount":1000}"#), Cancel);
    assert_eq!(kind("amount", "-1000"), Cancel);
}

#[test]
fn a_refusal_names_the_place_and_never_the_value() {
    let personal = "\"김토스 010-1234-5678\"";
    for (error, path) in [
        (read_payment(&payment_with("currency", Some("\"\"")), MUSD).err(), "currency"),
        (read_payment(&payment_with("currency", Some(personal)), MUSD).err(), "currency"),
        (read_payment(&payment_with("currency", None), MUSD).err(), "currency"),
        (read_payment(&payment_with("mId", None), MUSD).err(), "mId"),
        (read_payment(&payment_with("status", Some("null")), MUSD).err(), "status"),
        (read_payment(&payment_with("paymentKey", Some(personal)), MUSD).err(), "paymentKey"),
        (read_payment(&payment_with("orderId", Some("\"\"")), MUSD).err(), "orderId"),
        (read_payment(&payment_with("totalAmount", Some(personal)), MUSD).err(), "totalAmount"),
        (read_payment(&payment_with("approvedAt", Some(personal)), MUSD).err(), "approvedAt"),
        (read_payment(&payment_with("isPartialCancelable", Some(personal)), MUSD).err(), "isPartialCancelable"),
        (read_payment(&payment_with("cancels", Some(personal)), MUSD).err(), "cancels"),
        (read_payment(&payment_with("cancels", Some(&format!("[{personal}]"))), MUSD).err(), "cancels[0]"),
        (read_payment(&payment_with("cancels", Some(r#"[{"transactionKey":"a","cancelAmount":1,"canceledAt":"2026-03-03T00:00:00Z"},{}]"#)), MUSD).err(), "cancels[1].cancelAmount"),
        (read_payment(&payment_with("cancels", Some(r#"[{"transactionKey":"a","cancelAmount":1}]"#)), MUSD).err(), "cancels[0].canceledAt"),
        (read_payment(&payment_with("virtualAccount", Some(personal)), MUSD).err(), "virtualAccount"),
        (read_payment(&payment_with("virtualAccount", Some(r#"{"accountNumber":{"name":"김토스"}}"#)), MUSD).err(), "virtualAccount.accountNumber"),
        (read_payment(personal, MUSD).err(), "the answer"),
        (read_payment("<html>김토스</html>", MUSD).err(), "the answer"),
        (read_payment("", MUSD).err(), "the answer"),
        (read_payment("null", MUSD).err(), "the answer"),
        (read_transactions("{}", 0, MUSD).err(), "the answer"),
        (read_transactions(&transaction_with("amount", None), 0, MUSD).err(), "[0].amount"),
        (read_transactions(&transaction_with("transactionAt", Some("\"2026-03-03\"")), 0, MUSD).err(), "[0].transactionAt"),
        (read_transactions("[null]", 0, MUSD).err(), "[0]"),
        (read_settlements(&settlement_with("soldDate", Some("\"2026-03-03T00:00:00\"")), MUSD).err(), "[0].soldDate"),
        (read_settlements(&settlement_with("payOutAmount", Some("null")), MUSD).err(), "[0].payOutAmount"),
        (read_settlements(&settlement_with("currency", Some("null")), MUSD).err(), "[0].currency"),
    ] {
        let error = error.expect(path);
        assert_eq!(error.path, path);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("김토스") && !shown.contains("010"), "{shown}");
    }
}

#[test]
fn half_an_answer_is_never_read() {
    for name in [
        "payment_card_partial_cancel_x2.json",
        "payment_va_done.json",
    ] {
        let whole = fixture(&format!("toss/{name}"));
        let end = whole.trim_end().len();
        for cut in (0..end).filter(|cut| whole.is_char_boundary(*cut)) {
            assert!(
                read_payment(&whole[..cut], MUSD).is_err(),
                "{name} cut at {cut}"
            );
        }
    }
}
