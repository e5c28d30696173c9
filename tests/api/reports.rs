//! Reports over HTTP: their figures are the API's, in every format.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use calamine::{Reader as _, Xlsx};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::mirrored::{minor, text};
use crate::support::{Shop, code, data};

/// The days of the shop's events and settlement rows.
const DAYS: (&str, &str) = ("2026-02-18", "2026-03-20");

impl Shop {
    /// The answer to a request for a report.
    pub(crate) async fn asked_for_report(&self, token: &str, rest: &str) -> Response {
        let url = self.url(&format!("/reports/{}..{}{rest}", DAYS.0, DAYS.1));
        let request = self.client().get(url).bearer_auth(token);
        request.send().await.unwrap()
    }

    /// A report, whole.
    pub(crate) async fn report(&self, token: &str, rest: &str) -> Vec<u8> {
        let answer = self.asked_for_report(token, rest).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.bytes().await.unwrap().to_vec()
    }

    async fn json_report(&self, query: &str) -> Value {
        let bytes = self.report(&self.viewer, &format!(".json{query}")).await;
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// What rows come to, by these fields.
fn added(rows: &[Value], key: &[&str], field: &str) -> BTreeMap<Vec<String>, i64> {
    let mut sums = BTreeMap::new();
    for row in rows.iter().filter(|row| !row[field].is_null()) {
        let place = key.iter().map(|field| text(row, field)).collect();
        *sums.entry(place).or_default() += minor(&row[field]);
    }
    sums
}

fn without_nothing(mut sums: BTreeMap<Vec<String>, i64>) -> BTreeMap<Vec<String>, i64> {
    sums.retain(|_, minor| *minor != 0);
    sums
}

fn rows<'r>(report: &'r Value, section: &str) -> &'r [Value] {
    report[section].as_array().unwrap()
}

/// Events, receivables and the VAT of fees, held against `reconciliation` and `receivables`.
pub(crate) async fn a_report_tells_what_the_api_tells(shop: &Shop) {
    let (from, to) = DAYS;
    let range = format!(r#"range: {{from: "{from}", to: "{to}"}}"#);
    let report = shop.json_report("").await;
    let warnings = report["manifest"]["warnings"].to_string();
    assert!(!warnings.contains("run the report again"), "{warnings}");

    let asked = format!(
        "{{ events: reconciliation({range}, basis: EVENT, groupBy: [DAY]) {{ mId currency periodStart netAmount {{ amount }} }}
            fees: reconciliation({range}, basis: SOLD, groupBy: [MONTH, METHOD]) {{ mId currency method fee {{ amount }}
                supplyAmount {{ amount }} vat {{ amount }} settledAmount {{ amount }} }}
            receivables({range}) {{ mId currency date opening {{ amount currency }} sales {{ amount currency }}
                paidOutGross {{ amount currency }} closing {{ amount currency }} }} }}"
    );
    let told = shop.ask(&asked).await;

    let events = rows(&report, "events");
    let by_day = added(events, &["mId", "currency", "eventDay"], "effectiveAmount");
    let net = added(
        rows(&told, "events"),
        &["mId", "currency", "periodStart"],
        "netAmount",
    );
    assert_eq!(without_nothing(by_day), without_nothing(net));
    let voided = events.iter().find(|row| row["effect"] == "VOIDED").unwrap();
    assert_eq!(voided["effectiveAmount"]["amount"], "0");
    assert_ne!(voided["voidedAmount"]["amount"], "0");
    let refund = events
        .iter()
        .find(|row| row["origin"] == "ELSEWHERE")
        .unwrap();
    assert_eq!(refund["eventDay"], &text(refund, "transactionAt")[..10]);
    for basis in ["SETTLED", "FORECAST"] {
        let paid_out = events
            .iter()
            .find(|row| row["payoutBasis"] == basis)
            .unwrap();
        assert!(paid_out["paidOutDate"].is_string(), "{paid_out}");
        assert_eq!(paid_out["soldDate"].is_string(), basis == "SETTLED");
    }

    assert_eq!(rows(&report, "receivables"), rows(&told, "receivables"));

    let (vat, fees) = (rows(&report, "vat"), rows(&told, "fees"));
    let key = ["mId", "currency", "method"];
    for field in ["settledAmount", "fee", "supplyAmount", "vat"] {
        let (reported, told) = (added(vat, &key, field), added(fees, &key, field));
        assert_eq!(without_nothing(reported), without_nothing(told), "{field}");
    }
    assert!(
        vat.iter()
            .any(|row| row["month"] == "2026-03" && row["basis"] == "SOLD")
    );

    a_basis_and_a_merchant_are_as_asked(shop, &range).await;
    every_format_has_the_sections(shop, &report).await;
    a_browser_downloads_one_from_our_own_pages_alone(shop).await;
    days_are_asked_for_by_accountants(shop).await;
}

async fn a_basis_and_a_merchant_are_as_asked(shop: &Shop, range: &str) {
    let mid = crate::support::MERCHANT;
    let report = shop.json_report(&format!("?basis=PAID_OUT&m={mid}")).await;
    let asked = format!(
        r#"{{ sums: reconciliation({range}, basis: PAID_OUT, mId: ["{mid}"]) {{ mId currency paymentCount
            netAmount {{ amount }} settledAmount {{ amount }} }} }}"#
    );
    let told = shop.ask(&asked).await;
    let (summary, sums) = (rows(&report, "summary"), rows(&told, "sums"));
    assert_eq!(summary.len(), sums.len());
    for (row, of) in summary.iter().zip(sums) {
        assert_eq!(row["basis"], "PAID_OUT");
        for field in ["mId", "currency", "paymentCount"] {
            assert_eq!(row[field], of[field], "{field}");
        }
        for field in ["netAmount", "settledAmount"] {
            assert_eq!(row[field]["amount"], of[field]["amount"], "{field}");
        }
    }
    assert!(
        rows(&report, "vat")
            .iter()
            .all(|row| row["basis"] == "PAID_OUT")
    );
    let sections = report.as_object().unwrap().values();
    let mut named = sections.filter_map(Value::as_array).flatten();
    assert!(named.all(|row| row["mId"] == mid));
    let none = shop.json_report("?m=nobody").await;
    assert_eq!(
        (rows(&none, "payments").len(), rows(&none, "events").len()),
        (0, 0)
    );
}

async fn every_format_has_the_sections(shop: &Shop, report: &Value) {
    let zip = shop.report(&shop.viewer, ".zip").await;
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let book = shop.report(&shop.viewer, ".xlsx").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
    for (section, file, sheet) in [
        ("events", "events.csv", "거래 Events"),
        ("receivables", "receivables.csv", "미수금 Receivables"),
        ("vat", "vat.csv", "부가세 VAT"),
        ("payments", "payments.csv", "결제 Payments"),
    ] {
        let expected = rows(report, section).len() + 1;
        let mut csv = String::new();
        zip.by_name(file).unwrap().read_to_string(&mut csv).unwrap();
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(csv.as_bytes())
            .into_records()
            .count();
        assert_eq!(csv, expected, "{file}");
        assert_eq!(
            book.worksheet_range(sheet).unwrap().height(),
            expected,
            "{sheet}"
        );
    }
    assert!(zip.by_name("manifest.csv").is_ok());
}

async fn a_browser_downloads_one_from_our_own_pages_alone(shop: &Shop) {
    let cookie = shop.signed_in(&shop.viewer).await;
    let url = shop.url(&format!("/reports/{}..{}.json", DAYS.0, DAYS.1));
    for (site, status) in [
        ("same-origin", StatusCode::OK),
        ("cross-site", StatusCode::FORBIDDEN),
        ("none", StatusCode::FORBIDDEN),
    ] {
        let request = shop.client().get(&url).header("cookie", &cookie);
        let answer = request.header("sec-fetch-site", site).send().await.unwrap();
        assert_eq!(answer.status(), status, "{site}");
        // To its end: the next one would be a second one.
        answer.bytes().await.unwrap();
    }
}

async fn days_are_asked_for_by_accountants(shop: &Shop) {
    const ASK: &str = "mutation ($input: RequestSyncInput!) { requestSync(input: $input) { days error { code field } } }";
    let ask = async |token: &str, from: &str, to: &str| {
        let input = json!({ "input": { "from": from, "to": to, "sources": ["SETTLEMENTS"] } });
        shop.post(token, ASK, input).await
    };
    let asked = ask(&shop.admin, "2026-02-20", "2026-02-22").await;
    assert_eq!(
        data(asked)["requestSync"],
        json!({ "days": 3, "error": null })
    );
    let refused = data(ask(&shop.admin, "2026-03-20", "2026-03-21").await);
    let future = json!({ "days": 0, "error": { "code": "INVALID_INPUT", "field": "to" } });
    assert_eq!(refused["requestSync"], future);
    let of_viewer = ask(&shop.viewer, "2026-02-20", "2026-02-22").await;
    assert_eq!(code(&of_viewer), "FORBIDDEN");
    let log = "{ auditLog(first: 1) { nodes { action subject } } }";
    let log = data(shop.post(&shop.admin, log, Value::Null).await);
    let last = json!({ "action": "SYNC_REQUESTED", "subject": "2026-02-20..2026-02-22" });
    assert_eq!(log["auditLog"]["nodes"][0], last);
}
