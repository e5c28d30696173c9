//! What every format has in common, and the text of CSV and JSON to the byte.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::samples::{FORMATS, FORMULA, KOREAN, manifest, names, report, write, written};

/// The SHA-256 in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let hash: [u8; 32] = Sha256::digest(bytes).into();
    let (high, low) = hash.split_at(16);
    let half = |half: &[u8]| u128::from_be_bytes(half.try_into().unwrap());
    format!("{:032x}{:032x}", half(high), half(low))
}

/// Everything in a folder and below, as (path, bytes), in order.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            let below = content(&path).into_iter();
            found.extend(below.map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.push((name, fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    for format in 0..FORMATS.len() {
        let (one, other) = (report(format), report(format));
        assert!(content(one.0.path()) == content(other.0.path()), "{format}");
    }
}

#[test]
fn a_report_that_is_written_again_replaces_the_one_before_and_nothing_else() {
    for (name, begin) in FORMATS {
        let (folder, path) = (TempDir::new().unwrap(), name);
        let path = folder.path().join(path);
        write(begin(&path).unwrap());
        fs::write(folder.path().join("other"), "mine").unwrap();
        if path.is_dir() {
            fs::write(path.join("notes.txt"), "mine").unwrap();
            fs::write(path.join("rows.csv"), "old").unwrap();
        } else {
            fs::write(&path, "old").unwrap();
        }
        let before = content(folder.path());
        write(begin(&path).unwrap());
        let after = content(folder.path());
        let name_of = |(name, _): &(String, Vec<u8>)| name.clone();
        assert_eq!(
            before.iter().map(name_of).collect::<Vec<_>>(),
            after.iter().map(name_of).collect::<Vec<_>>()
        );
        for (name, bytes) in after {
            let is_mine = name == "other" || name.ends_with("notes.txt");
            assert_eq!(bytes == b"mine", is_mine, "{name}");
            assert_ne!(bytes, b"old", "{name}");
        }
    }
}

#[test]
fn a_report_that_is_dropped_half_way_leaves_what_was_there() {
    for (name, begin) in FORMATS {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        let half = written(begin(&path).unwrap()).unwrap();
        assert!(!path.is_file(), "{name} is there before it is whole");
        drop(half);
        assert_eq!(names(folder.path()), [""; 0], "{name}");
        write(begin(&path).unwrap());
        let before = content(folder.path());
        drop(written(begin(&path).unwrap()).unwrap());
        assert!(before == content(folder.path()), "{name}");
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_refused_before_any_work() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    for (number, (name, begin)) in FORMATS.iter().enumerate() {
        let missing = folder.path().join("missing").join(name);
        let taken = if number == 0 {
            folder.path().join("file")
        } else {
            folder.path().to_owned()
        };
        for place in [missing, taken, folder.path().join("file").join("below")] {
            let refused = begin(&place).err().unwrap();
            assert!(refused.is_usage(), "{refused}");
            assert!(refused.to_string().contains("--out"), "{refused}");
        }
    }
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn csv_has_a_byte_order_mark_crlf_and_nothing_that_could_be_a_formula() {
    let (_folder, path) = report(0);
    assert_eq!(
        names(&path),
        ["manifest.csv", "nothing.csv", "rows.csv"],
        "nothing else is left"
    );
    let text = fs::read_to_string(path.join("rows.csv")).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("the mark");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\"이름 / Name\",\"금액 / Amount\",\"통화 / Currency\",\"날짜 / Day\",\"시각 / At\",\"건수 / Count\",\"유형 / Classes\""
    );
    let rest = "\"2026-03-01\",\"2026-03-02 00:04:05\",1234,\"SOURCE_GAP, SETTLED_VOID\"";
    assert_eq!(
        lines[1],
        format!("\"'=cmd|' /C calc'!A0\",33140,\"KRW\",{rest}")
    );
    assert_eq!(
        lines[2],
        format!("\"주문, \"\"따옴표\"\"\n둘째 줄\",-22400,\"KRW\",{rest}")
    );
    assert_eq!(lines[3], format!("\"cents\",181.56,\"USD\",{rest}"));
    assert_eq!(lines[4], format!("\"millionths\",1.500001,\"MUSD\",{rest}"));
    assert_eq!(
        lines[5],
        format!("\"huge\",90071992547409.93,\"USD\",{rest}")
    );
    assert_eq!(lines[6], format!("\"unknown\",\"\",\"\",{rest}"));
    assert_eq!(lines[7..], [""]);
}

#[test]
fn the_manifest_vouches_for_the_files_beside_it() {
    let (_folder, path) = report(0);
    let mut manifest = csv::ReaderBuilder::new()
        .from_path(path.join("manifest.csv"))
        .unwrap();
    assert_eq!(manifest.headers().unwrap().get(0), Some("항목 / Item"));
    let rows: Vec<Vec<String>> = manifest
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let value = |item: &str, of: &str, detail: &str, currency: &str| {
        let wanted = [item, of, detail, currency];
        let row = rows.iter().find(|row| row[..4] == wanted);
        row.unwrap_or_else(|| panic!("{wanted:?} is not in {rows:?}"))[4].clone()
    };
    for name in ["rows", "nothing"] {
        let bytes = fs::read(path.join(format!("{name}.csv"))).unwrap();
        assert_eq!(value("sha256", name, "", ""), hex(&bytes));
    }
    assert_eq!(value("rows", "rows", "", ""), "6");
    assert_eq!(value("rows", "nothing", "", ""), "0");
    assert_eq!(value("sum", "rows", "amount", "KRW"), "10740");
    assert_eq!(value("sum", "rows", "amount", "USD"), "90071992547591.49");
    assert_eq!(value("sum", "rows", "amount", "MUSD"), "1.500001");
    assert_eq!(value("from", "", "", ""), "2026-03-01");
    assert_eq!(value("warning", "", "", ""), "주의");
    assert_eq!(
        value("coverage", "tosspayments", "TRANSACTIONS not read", ""),
        "2026-03-05 to 2026-03-07"
    );
}

#[test]
fn json_keeps_its_fields_in_their_order_and_amounts_exact() {
    let (_folder, path) = report(2);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["{", "\"rows\": ["]);
    assert_eq!(
        lines[2],
        format!(
            "{{\"name\":\"{FORMULA}\",\"amount\":{{\"amount\":\"33140\",\"currency\":\"KRW\"}},\"day\":\"2026-03-01\",\
             \"at\":\"2026-03-02T00:04:05.678+09:00\",\"count\":1234,\"classes\":[\"SOURCE_GAP\",\"SETTLED_VOID\"]}},"
        )
    );
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["rows"].as_array().unwrap().len(), 6);
    assert_eq!(document["rows"][1]["name"], KOREAN);
    assert_eq!(document["rows"][4]["amount"]["amount"], "90071992547409.93");
    assert_eq!(document["rows"][5]["amount"], Value::Null);
    assert_eq!(document["nothing"].as_array().unwrap().len(), 0);
    let manifest = text.split_once("\"manifest\": ").unwrap().1;
    let version = concat!("toss-recon ", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(manifest.replace(version, "VERSION"), @r#"
    {
      "program": "VERSION",
      "from": "2026-03-01",
      "to": "2026-03-31",
      "warnings": [
        "주의"
      ],
      "coverage": [
        {
          "mId": "tosspayments",
          "source": "TRANSACTIONS",
          "from": "2026-01-01",
          "through": "2026-03-04",
          "notRead": [
            {
              "from": "2026-03-05",
              "to": "2026-03-07"
            }
          ],
          "unavailable": null
        }
      ],
      "sections": [
        {
          "name": "rows",
          "rows": 6,
          "sums": [
            {
              "field": "amount",
              "amount": "10740",
              "currency": "KRW"
            },
            {
              "field": "amount",
              "amount": "1.500001",
              "currency": "MUSD"
            },
            {
              "field": "amount",
              "amount": "90071992547591.49",
              "currency": "USD"
            }
          ],
          "sha256": "624195de15765796b3014e7fe74ffdb5b8b02cd80decf9186d9c4d408f37d433"
        },
        {
          "name": "nothing",
          "rows": 0,
          "sums": [],
          "sha256": "763e31808d9d85576ca663bf913e6d8e931075b78429496f36995b8ef6b6cbdb"
        }
      ]
    }
    }
    "#);
}

#[test]
fn every_format_tells_the_digests_of_the_csv_files() {
    let (_csv, csv) = report(0);
    let (_json, json) = report(2);
    let document: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    let sections = document["manifest"]["sections"].as_array().unwrap();
    for section in sections {
        let name = section["name"].as_str().unwrap();
        let bytes = fs::read(csv.join(format!("{name}.csv"))).unwrap();
        assert_eq!(section["sha256"], hex(&bytes), "{name}");
    }
    assert_eq!(sections.len(), 2);
}

#[test]
fn every_warning_of_a_list_names_its_days_or_its_reason() {
    let book = written(FORMATS[2].1(&TempDir::new().unwrap().path().join("a")).unwrap()).unwrap();
    let mut list = manifest(&book).lists.remove(0);
    assert_eq!(
        list.lack().unwrap(),
        "the transactions of tosspayments have not been read completely for 2026-03-05 to 2026-03-07"
    );
    list.unread = vec![list.unread[0]; 7];
    assert!(list.lack().unwrap().ends_with(" and 2 more stretches"));
    list.unread.clear();
    assert_eq!(list.lack(), None);
    list.unavailable = Some("a test key");
    assert_eq!(
        list.lack().unwrap(),
        "there are no transactions of tosspayments: a test key"
    );
}

/// Every section, in the order of a report.
const SECTIONS: [&super::section::Section; 10] = [
    &super::summary::SECTION,
    &super::payments::SECTION,
    &super::events::SECTION,
    &super::settlements::SECTION,
    &super::payout_days::SECTION,
    &super::receivables::SECTION,
    &super::vat::SECTION,
    &super::discrepancies::SECTION,
    &super::period_section::SECTION,
    &super::manifest::SECTION,
];

#[test]
fn the_fields_of_a_report_are_a_promise_to_programs() {
    let told = SECTIONS.map(|section| {
        let fields = section.columns.iter().map(|column| {
            if column.in_json {
                column.field.to_owned()
            } else {
                format!("({})", column.field)
            }
        });
        let fields: Vec<String> = fields.collect();
        format!(
            "{} in {}: {}",
            section.field,
            section.file,
            fields.join(" ")
        )
    });
    let text = told.join("\n");
    insta::assert_snapshot!(text, @r"
    summary in summary.csv: mId currency basis paymentCount paidAmount effectiveRefund voidedAmount netAmount settledAmount fee payOutAmount unsettledAmount reconciledCount pendingCount discrepantCount incompleteCount
    payments in payments.csv: mId orderId paymentKey methodLabel status beganAt currency paidAmount effectiveRefund voidedAmount netAmount settledAmount fee payOutAmount unsettledAmount verdict discrepancies
    events in events.csv: mId eventDay transactionAt orderId paymentKey transactionKey methodLabel effect origin currency effectiveAmount voidedAmount soldDate paidOutDate payoutBasis
    settlements in settlements.csv: mId orderId paymentKey transactionKey methodLabel kind soldDate paidOutDate approvedAt currency amount interestFee fee supplyAmount vat payOutAmount
    payoutDays in payout-days.csv: mId currency paidOutDate basis paymentCount cancelCount grossAmount cancelAmount fee payOutAmount
    receivables in receivables.csv: mId currency date opening sales paidOutGross closing
    vat in vat.csv: mId currency month basis method settlementCount settledAmount fee supplyAmount vat payOutAmount
    discrepancies in discrepancies.csv: mId class type severity state assignee note paymentKey transactionKey beganAt explanation explanationKo expected (expectedCurrency) observed (observedCurrency) delta (deltaCurrency) detectedAt id
    period in period.csv: id mId from to closedAt closedBy note
    manifest in manifest.csv: item of detail currency value
    ");
}

#[test]
fn sheets_have_names_that_excel_takes() {
    for section in SECTIONS {
        // 31 characters with the number of a further sheet behind it.
        assert!(section.sheet.chars().count() <= 26, "{}", section.sheet);
        assert!(!section.sheet.contains(['/', '\\', '?', '*', ':', '[', ']']));
    }
}
