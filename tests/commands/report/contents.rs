//! What is in a report, besides its figures.

use std::path::Path;

use chrono::{DateTime, Utc};
use reconciliation::{Currency, KstDate, MId, Money, OrderId, Payment, PaymentKey, PaymentStatus};
use toss_recon::store::{AccountName, FoundBy, LiveReading, PaymentRecord, Store};

use super::{Engine, Shop, csv_rows, left, on_both_databases};
use crate::program::Place;

on_both_databases!(
    two_reports_of_the_same_state_are_the_same_bytes,
    what_others_wrote_is_no_formula,
    days_that_were_not_read_are_told,
    a_range_without_anything_is_a_report_too,
);

/// Everything below a path, as (name, bytes), in order.
fn content(path: &Path) -> Vec<(String, Vec<u8>)> {
    if path.is_file() {
        return vec![(String::new(), std::fs::read(path).unwrap())];
    }
    let entries = std::fs::read_dir(path).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

async fn two_reports_of_the_same_state_are_the_same_bytes(engine: Engine) {
    let shop = Shop::mirrored("month", engine).await;
    for format in ["csv", "xlsx", "json"] {
        let one = shop.reported(&["--format", format, "--out", "one"]).await;
        let other = shop.reported(&["--format", format, "--out", "other"]).await;
        let (one_is, other_is) = (content(&one), content(&other));
        assert!(one_is == other_is, "{format}");
        // And again in the same place, which is no failure.
        let again = shop.reported(&["--format", format, "--out", "one"]).await;
        assert!(content(&again) == one_is, "{format}");
        for path in [one, other] {
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    assert_eq!(left(&shop.place), [""; 0]);
}

/// A payment whose texts nobody has checked.
fn payment(key: &str, order: &str, method: &str, began: DateTime<Utc>) -> Payment {
    let money = Money::from_minor(18_156, Currency::USD);
    Payment {
        mid: MId::parse("tosspayments").unwrap(),
        payment_key: PaymentKey::parse(key).unwrap(),
        order_id: OrderId::parse(order).unwrap(),
        method_label: Some(method.to_owned()),
        status: PaymentStatus::Done,
        currency: Currency::USD,
        total_amount: Some(money),
        balance_amount: Some(money),
        requested_at: Some(began),
        approved_at: Some(began),
        is_partial_cancelable: Some(true),
        last_transaction_key: None,
        virtual_account: None,
    }
}

async fn what_others_wrote_is_no_formula(engine: Engine) {
    let shop = Shop::telling("clean_month", engine).await;
    shop.place.succeeds(&["migrate"]).await;
    let store = Store::open(&shop.database_url.parse().unwrap())
        .await
        .unwrap();
    let began = KstDate::parse(&shop.day(10)).unwrap().start();
    let payments = [
        payment("a", "=cmd|'calc'!A0", "해외간편결제", began),
        payment("b", "주문-1", "=1+1", began),
        payment("-c", "+82", "＝HYPERLINK(A1)", began),
    ];
    for payment in &payments {
        let reading = LiveReading {
            account: &AccountName::new("main"),
            payment: PaymentRecord {
                payment,
                cancels: &[],
                version: None,
                found_by: FoundBy::default(),
                raw: "{}",
            },
            transactions: &[],
            unreadable: &[],
            settlement_days: &[],
            read_at: began,
        };
        store.save_reading(&reading).await.unwrap();
    }
    store.close().await.unwrap();
    assert_eq!(shop.report(&["--format", "csv"]).await.status, 0);
    let name = format!("toss-recon-{}-{}", shop.day(0), shop.day(36));
    let mut rows = csv_rows(shop.place.path(&name).join("payments.csv"));
    assert_eq!(rows.remove(0)[1], "주문번호 / Order");
    rows.sort_by(|a, b| a[2].cmp(&b[2]));
    let told: Vec<[&str; 4]> = rows
        .iter()
        .map(|row| [&row[1], &row[2], &row[3], &row[6]].map(String::as_str))
        .collect();
    assert_eq!(
        told,
        [
            ["'+82", "'-c", "'＝HYPERLINK(A1)", "USD"],
            ["'=cmd|'calc'!A0", "a", "해외간편결제", "USD"],
            ["주문-1", "b", "'=1+1", "USD"],
        ]
    );
    assert_eq!(
        rows[0][7], "181.56",
        "the payment says that it was paid, before any row does"
    );

    assert_eq!(shop.report(&["--format", "xlsx"]).await.status, 0);
    let book = shop.place.path(&format!("{name}.xlsx"));
    let (texts, formulas) = texts_and_formulas(&book);
    assert_eq!(formulas, 0);
    for payment in &payments {
        let order = payment.order_id.as_str();
        assert!(texts.iter().any(|text| text == order), "{order}");
    }
}

/// The orders of a workbook's payments, and how many formulas it has.
fn texts_and_formulas(path: &Path) -> (Vec<String>, usize) {
    use calamine::{Reader, Xlsx, open_workbook};
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let formulas = book
        .sheet_names()
        .into_iter()
        .map(|name| {
            let formulas = book.worksheet_formula(&name).unwrap();
            formulas.used_cells().count()
        })
        .sum();
    let payments = book.worksheet_range("결제 Payments").unwrap();
    let texts = payments.rows().map(|row| row[1].to_string()).collect();
    (texts, formulas)
}

async fn days_that_were_not_read_are_told(engine: Engine) {
    let shop = Shop::telling("clean_month", engine).await;
    shop.sync(0, 3).await;
    shop.sync(5, 40).await;
    let (from, to, missing) = (shop.day(1), shop.day(9), shop.day(4));
    let range = ["report", "--from", &from, "--to", &to, "--format"];
    let ended = shop.place.run(&[&range[..], &["json"]].concat()).await;
    assert_eq!(ended.status, 0);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{}", ended.stderr);
    for list in ["transactions", "settlements"] {
        let words = format!("the {list} of ");
        let sentence = lines[0].split(&words).nth(1).expect(list);
        assert!(
            sentence.contains(&format!("not been read completely for {missing}")),
            "{}",
            lines[0]
        );
    }
    let report = std::fs::read(shop.place.path(ended.stdout.trim_end())).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let manifest = &report["manifest"];
    for list in manifest["coverage"].as_array().unwrap() {
        assert_eq!(
            list["notRead"],
            serde_json::json!([{ "from": missing, "to": missing }]),
            "{list}"
        );
    }
    assert_eq!(manifest["warnings"].as_array().unwrap().len(), 2);

    // A range beside the gap lacks nothing.
    let (from, to) = (shop.day(5), shop.day(9));
    let beside = ["report", "--from", &from, "--to", &to];
    shop.place.succeeds(&beside).await;
}

async fn a_range_without_anything_is_a_report_too(engine: Engine) {
    let shop = Shop::mirrored("clean_month", engine).await;
    let (from, to) = ("2020-01-01", "2020-01-02");
    for (format, name) in [
        ("csv", "toss-recon-2020-01-01-2020-01-02"),
        ("json", "toss-recon-2020-01-01-2020-01-02.json"),
        ("xlsx", "toss-recon-2020-01-01-2020-01-02.xlsx"),
    ] {
        let arguments = ["report", "--from", from, "--to", to, "--format", format];
        let ended = shop.place.run(&arguments).await;
        assert_eq!((ended.status, ended.stdout), (0, format!("{name}\n")));
        assert!(ended.stderr.contains("2020-01-01 to 2020-01-02"));
    }
    let folder = shop.place.path("toss-recon-2020-01-01-2020-01-02");
    for section in [
        "summary",
        "payments",
        "settlements",
        "payout-days",
        "discrepancies",
    ] {
        assert_eq!(csv_rows(folder.join(format!("{section}.csv"))).len(), 1);
    }
    let report = std::fs::read(shop.place.path("toss-recon-2020-01-01-2020-01-02.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["payments"], serde_json::json!([]));
}

#[tokio::test]
async fn settlements_under_a_test_key_are_said_to_be_unavailable() {
    let place = Place::with_key().set("TOSS_SECRET_KEY", "test_sk_stand1n0000000000000000");
    let ended = place
        .run(&["report", "--from", "2026-03-01", "--to", "2026-03-02"])
        .await;
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("there are no settlements") && ended.stderr.contains("test keys"),
        "{}",
        ended.stderr
    );
}
