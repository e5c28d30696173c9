//! The figures of a report are those of the API, to the won.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Engine, Shop, csv_rows, on_both_databases};
use crate::server::{Running, token};

on_both_databases!(
    every_payment_and_settlement_is_told_as_the_api_tells_it,
    the_summary_is_the_sum_of_the_payments_and_the_payout_days_that_of_the_rows,
);

const PAYMENTS: &str = "query($after: String, $days: DateRange!) {
    list: payments(filter: { transactionDate: $days }, first: 100, after: $after) {
        nodes {
            mId orderId paymentKey methodLabel statusLabel currency
            paidAmount { amount currency } effectiveRefund { amount currency } voidedAmount { amount currency }
            netAmount { amount currency }
            settlements { amount { amount currency } payOutAmount { amount currency } }
        }
        pageInfo { hasNextPage endCursor }
    } }";

const SETTLEMENTS: &str = "query($after: String, $days: DateRange!) {
    list: settlements(filter: { soldDate: $days }, first: 100, after: $after) {
        nodes {
            mId orderId paymentKey transactionKey kind soldDate paidOutDate approvedAt
            amount { amount currency } fee { amount currency } supplyAmount { amount currency }
            vat { amount currency } payOutAmount { amount currency }
        }
        pageInfo { hasNextPage endCursor }
    } }";

/// Every node of a list, page by page.
async fn all(server: &Running, token: &str, query: &str, shop: &Shop) -> Vec<Value> {
    let days = json!({ "from": shop.day(0), "to": shop.day(36) });
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "after": after, "days": days });
        let page = server.ask_with(token, query, variables).await["list"].take();
        nodes.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return nodes;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn rows<'j>(report: &'j Value, section: &str) -> &'j Vec<Value> {
    report[section].as_array().unwrap()
}

fn amount(money: &Value) -> Decimal {
    money["amount"].as_str().unwrap().parse().unwrap()
}

async fn every_payment_and_settlement_is_told_as_the_api_tells_it(engine: Engine) {
    let shop = Shop::mirrored("month", engine).await;
    let report = shop.json().await;
    let token = token(&shop.place, "reader", "viewer").await;
    let server = Running::serve(&shop.place, &["--no-sync"]).await;

    let payments = all(&server, &token, PAYMENTS, &shop).await;
    let reported = rows(&report, "payments");
    assert!(payments.len() > 100, "several pages");
    assert_eq!(reported.len(), payments.len());
    for (row, node) in reported.iter().zip(&payments) {
        for field in ["mId", "orderId", "paymentKey", "methodLabel", "currency"] {
            assert_eq!(row[field], node[field], "{row}");
        }
        assert_eq!(row["status"], node["statusLabel"], "{row}");
        for field in ["paidAmount", "effectiveRefund", "voidedAmount", "netAmount"] {
            assert_eq!(row[field], node[field], "{row}");
        }
        let of_currency = |field: &str| -> Decimal {
            let settlements = node["settlements"].as_array().unwrap().iter();
            let amounts = settlements.map(|row| &row[field]);
            let same = amounts.filter(|money| money["currency"] == node["currency"]);
            same.map(amount).sum()
        };
        let settled = of_currency("amount");
        assert_eq!(amount(&row["settledAmount"]), settled, "{row}");
        assert_eq!(amount(&row["payOutAmount"]), of_currency("payOutAmount"));
        assert_eq!(
            amount(&row["unsettledAmount"]),
            amount(&node["netAmount"]) - settled
        );
    }

    let settlements = all(&server, &token, SETTLEMENTS, &shop).await;
    let reported = rows(&report, "settlements");
    assert!(settlements.len() > 100, "several pages");
    assert_eq!(reported.len(), settlements.len());
    for (row, node) in reported.iter().zip(&settlements) {
        for (field, told) in node.as_object().unwrap() {
            assert_eq!(&row[field], told, "{field} of {row}");
        }
    }
    server.stop("TERM").await;
}

/// What rows come to, by merchant, currency and what else tells them apart.
type Sums = BTreeMap<(String, String, String), Vec<Decimal>>;

fn sums(rows: &[Value], key: impl Fn(&Value) -> String, fields: &[&str]) -> Sums {
    let mut sums = Sums::new();
    for row in rows {
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let place = (text("mId"), text("currency"), key(row));
        let of_place = sums
            .entry(place)
            .or_insert_with(|| vec![Decimal::ZERO; fields.len()]);
        for (sum, field) in of_place.iter_mut().zip(fields) {
            *sum += amount(&row[*field]);
        }
    }
    sums
}

async fn the_summary_is_the_sum_of_the_payments_and_the_payout_days_that_of_the_rows(
    engine: Engine,
) {
    let shop = Shop::mirrored("month", engine).await;
    let report = shop.json().await;

    let fields = [
        "paidAmount",
        "effectiveRefund",
        "voidedAmount",
        "netAmount",
        "settledAmount",
        "fee",
        "payOutAmount",
        "unsettledAmount",
    ];
    let (summary, payments) = (rows(&report, "summary"), rows(&report, "payments"));
    let all = |_: &Value| String::new();
    let listed = sums(payments, all, &fields);
    assert_eq!(sums(summary, all, &fields), listed);
    assert!(
        listed.len() >= 3,
        "two merchants, two currencies: {listed:?}"
    );
    for row in summary {
        let of_row = |payment: &&Value| {
            (&payment["mId"], &payment["currency"]) == (&row["mId"], &row["currency"])
        };
        let count = |verdict: &str| {
            let payments = payments.iter().filter(of_row);
            payments.filter(|row| row["verdict"] == verdict).count()
        };
        assert_eq!(row["paymentCount"], payments.iter().filter(of_row).count());
        assert_eq!(row["reconciledCount"], count("RECONCILED"));
        assert_eq!(row["pendingCount"], count("PENDING"));
        assert_eq!(row["discrepantCount"], count("DISCREPANT"));
        assert_eq!(row["incompleteCount"], count("INCOMPLETE"));
    }
    let discrepant = payments.iter().filter(|row| row["verdict"] == "DISCREPANT");
    assert!(discrepant.count() >= 5);
    assert_classes(payments, rows(&report, "discrepancies"));

    // Days on which everything that is paid out was also sold within the range.
    let inner = shop.day(10)..shop.day(30);
    let is_inner = |row: &&Value| inner.contains(&row["paidOutDate"].as_str().unwrap().to_owned());
    let day = |row: &Value| row["paidOutDate"].as_str().unwrap().to_owned();
    let of = |section: &str| -> Vec<Value> {
        let rows = rows(&report, section).iter().filter(is_inner);
        rows.cloned().collect()
    };
    let settlements = with_currency(of("settlements"));
    let days: Vec<Value> = of("payoutDays");
    assert!(days.len() > 5);
    assert_eq!(
        sums(&days, day, &["payOutAmount"]),
        sums(&settlements, day, &["payOutAmount"])
    );
}

fn with_currency(rows: Vec<Value>) -> Vec<Value> {
    rows.into_iter()
        .filter(|row| row["currency"] == row["payOutAmount"]["currency"])
        .collect()
}

/// Each payment's classes are those of the discrepancies that name it.
fn assert_classes(payments: &[Value], discrepancies: &[Value]) {
    assert!(discrepancies.len() >= 5);
    let mut named = 0;
    for payment in payments {
        let of_payment = |row: &&Value| row["paymentKey"] == payment["paymentKey"];
        let mut expected: Vec<&str> = discrepancies
            .iter()
            .filter(of_payment)
            .map(|row| row["class"].as_str().unwrap())
            .collect();
        named += expected.len();
        expected.sort_unstable();
        expected.dedup();
        let told = payment["discrepancies"].as_array().unwrap();
        let mut told: Vec<&str> = told.iter().map(|class| class.as_str().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, expected, "{payment}");
    }
    assert!(named >= 5);
}

#[tokio::test]
async fn every_format_has_the_same_rows() {
    use calamine::{DataType, Reader, Xlsx, open_workbook};
    let shop = Shop::mirrored("month", Engine::Sqlite).await;
    let report = shop.json().await;
    let folder = shop.reported(&["--format", "csv"]).await;
    let book = shop.reported(&["--format", "xlsx"]).await;
    let mut book: Xlsx<_> = open_workbook(book).unwrap();
    let sections = [
        ("summary", "summary.csv", "요약 Summary"),
        ("payments", "payments.csv", "결제 Payments"),
        ("settlements", "settlements.csv", "정산 Settlements"),
        ("payoutDays", "payout-days.csv", "지급일 Payout days"),
        ("discrepancies", "discrepancies.csv", "불일치 Discrepancies"),
    ];
    for (field, file, sheet) in sections {
        let of_json = rows(&report, field).len();
        let of_csv = csv_rows(folder.join(file));
        let of_sheet = book.worksheet_range(sheet).unwrap();
        assert_eq!(of_csv.len(), of_json + 1, "{field}");
        assert_eq!(of_sheet.height(), of_json + 1, "{field}");
        for (csv, sheet) in of_csv.iter().zip(of_sheet.rows()) {
            assert_eq!(csv.len(), sheet.len(), "{field}");
            for (csv, sheet) in csv.iter().zip(sheet) {
                // Dates are compared in the tests of the workbook.
                if !sheet.is_datetime() {
                    let same = csv.parse::<f64>().map_or_else(
                        |_| *csv == sheet.to_string(),
                        |number| sheet.get_float() == Some(number) || *csv == sheet.to_string(),
                    );
                    assert!(same, "{field}: {csv:?} and {sheet:?}");
                }
            }
        }
    }
    let told = book.worksheet_range("검증 Manifest").unwrap();
    let of_csv = csv_rows(folder.join("manifest.csv"));
    assert_eq!(told.height(), of_csv.len());
}
