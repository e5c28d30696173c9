//! `toss-recon doctor`: what holds at the stand-in, told as a table.

use crate::program::Place;
use crate::server::{place_before, shop};

/// The cells of a point's line.
fn line<'t>(table: &'t str, point: &str) -> Vec<&'t str> {
    let begins = format!("{point} ");
    let line = table.lines().find(|line| line.starts_with(&begins));
    let line = line.unwrap_or_else(|| panic!("no {point} in {table}"));
    line.split("  ")
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect()
}

#[tokio::test]
async fn every_point_has_a_line_and_those_that_rows_show_are_settled() {
    let sim = shop("partial_cancels").await;
    let place = place_before(&sim);
    let table = place.succeeds(&["doctor"]).await;
    assert!(table.starts_with("merchant default\n"), "{table}");
    for number in 1..=23 {
        assert_eq!(line(&table, &format!("U{number}")).len(), 4, "{table}");
    }
    assert!(
        line(&table, "U1")[2].starts_with("the cancel's amount ("),
        "{table}"
    );
    assert_eq!(line(&table, "U1")[3], "agree");
    assert!(line(&table, "U3")[2].starts_with("oldest first"), "{table}");
    assert!(line(&table, "U4")[2].starts_with("it does"), "{table}");
    assert!(line(&table, "U12")[2].contains("20"), "{table}");
    assert_eq!(line(&table, "U13")[2], "reading cannot tell");
    assert!(!place.path("toss-recon.db").exists(), "nothing is kept");

    let other = place_before(&sim).write("other.toml", "partial_cancel_rows = 'payment_amount'");
    let table = other.succeeds(&["doctor", "--config", "other.toml"]).await;
    let advice = line(&table, "U1")[3];
    assert_eq!(advice, "DIFFER: set partial_cancel_rows to cancel_amount");
}

#[tokio::test]
async fn without_an_answer_of_toss_it_fails_and_says_for_whom() {
    let line = Place::with_key()
        .set("TOSS_BASE_URL", "http://127.0.0.1:9")
        .refuses(1, &["doctor"])
        .await;
    assert!(
        line.contains("merchant \"default\" could not be examined"),
        "{line}"
    );
}
