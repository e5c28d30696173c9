//! The settings file: what it may hold, and how a mistake in it is told.

use crate::program::{Place, SECRET_KEY};
use crate::server::{Running, shop};

/// The file's content, and two texts of the line that refuses it.
type Mistake = (String, &'static str, &'static str);

async fn are_told_without_a_value(mistakes: &[Mistake]) {
    for (content, found, advice) in mistakes {
        let place = Place::new().write("toss-recon.toml", content);
        let line = place
            .refuses(2, &["serve", "--listen", "127.0.0.1:0"])
            .await;
        assert!(
            line.contains(found) && line.contains(advice),
            "{content}\n{line}"
        );
        assert!(
            !line.contains("stand1n") && !line.contains("12345"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_mistake_in_the_file_is_told_with_its_place_and_without_a_value() {
    are_told_without_a_value(&[
        (
            "log = \"info\"\nlog \"info\"".to_owned(),
            "line 2",
            "expected",
        ),
        ("log = 'a'\nlog = 'b'".to_owned(), "line 2", "duplicate key"),
        (
            format!("toss_secret_key = \"{SECRET_KEY}"),
            "line 1",
            "string",
        ),
        (
            "listen = 'x'".to_owned(),
            "no setting listen",
            "listen_addr",
        ),
        ("log = 1".to_owned(), "log must be", "text in quotes"),
        (
            "toss_secret_key = 12345".to_owned(),
            "toss_secret_key",
            "text in quotes",
        ),
        (
            "toss_timeout_seconds = true".to_owned(),
            "toss_timeout_seconds",
            "a whole number",
        ),
        (
            format!("toss_secret_key = {SECRET_KEY:?}\ntoss_timeout_seconds = 601"),
            "TOSS_TIMEOUT_SECONDS",
            "from 1 to 600",
        ),
        (
            "partial_cancel_rows = 'x'".to_owned(),
            "partial_cancel_rows",
            "cancel_amount, payment_amount",
        ),
        (
            "closed_days = '2026-06-03'".to_owned(),
            "closed_days must be a list of days",
            "yyyy-MM-dd",
        ),
        (
            format!("toss_secret_key = {SECRET_KEY:?}\nopen_days = ['2026-13-03']"),
            "open_days holds",
            "yyyy-MM-dd",
        ),
        (
            format!("toss_secret_key = {SECRET_KEY:?}\nclosed_days = ['2041-01-02']"),
            "closed_days holds 2041-01-02",
            "goes from 2020-01-01",
        ),
        (
            format!("toss_secret_key = {SECRET_KEY:?}\nclosed_days = ['2026-06-03']\nopen_days = ['2026-06-03']"),
            "2026-06-03 is in both closed_days and open_days",
            "keep it in one",
        ),
        (
            "musd_amounts = 'x'".to_owned(),
            "musd_amounts",
            "millionths, dollars",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_mistake_in_a_merchant_is_told_with_its_name_or_number() {
    let merchant = format!("[[merchants]]\nsecret_key = {SECRET_KEY:?}\n");
    let other = "[[merchants]]\nsecret_key = \"live_sk_an0ther0000000000000000\"\n";
    are_told_without_a_value(&[
        (
            format!("merchants = [{SECRET_KEY:?}]"),
            "merchant number 1",
            "[[merchants]]",
        ),
        (
            format!("[merchants]\nsecret_key = {SECRET_KEY:?}"),
            "merchants must be a list",
            "[[merchants]]",
        ),
        (
            format!("{merchant}key = 'x'"),
            "no setting key of merchant number 1",
            "secret_key_file",
        ),
        (
            format!("{merchant}settlement_cycle = 'yearly'"),
            "settlement_cycle of merchant number 1",
            "daily, weekly, monthly",
        ),
        (
            format!("{merchant}payout_business_days = -1"),
            "payout_business_days of merchant number 1",
            "from 0 to 60",
        ),
        (
            format!("{merchant}unsettled_methods = ['PAYPAL']"),
            "unsettled_methods of merchant number 1",
            "FOREIGN_EASY_PAY",
        ),
        (
            format!("{merchant}{merchant}"),
            "secret_key of merchant number 2",
            "once",
        ),
        (
            format!("{merchant}name = 'shop'\n{other}name = 'shop'"),
            "name of merchant \"shop\"",
            "its own",
        ),
        (
            format!("{merchant}name = ''"),
            "name of merchant number 1",
            "1 to 100",
        ),
        (
            format!("{merchant}secret_key_file = 'x'"),
            "secret_key and secret_key_file of merchant number 1",
            "keep one",
        ),
        (
            format!("{merchant}[[merchants]]\nname = 'shop'"),
            "merchant \"shop\"",
            "add secret_key",
        ),
        (
            "[[merchants]]\nsecret_key_file = 'missing'".to_owned(),
            "secret_key_file of merchant number 1",
            "cannot be read",
        ),
        (
            format!("settlement_cycle = 'daily'\n{other}"),
            "settlement_cycle stands outside of [[merchants]]",
            "under each merchant",
        ),
        (
            format!("payout_business_days = 5\n{other}"),
            "payout_business_days stands outside of [[merchants]]",
            "under each merchant",
        ),
        (
            format!("unsettled_methods = ['CARD']\n{other}"),
            "unsettled_methods stands outside of [[merchants]]",
            "under each merchant",
        ),
        (
            format!("toss_secret_key = {SECRET_KEY:?}\n{other}"),
            "TOSS_SECRET_KEY",
            "[[merchants]]",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_file_that_was_named_must_be_there_and_be_text() {
    let place = Place::with_key().write("binary.toml", b"\xff\xfe");
    for (file, word) in [
        ("missing.toml", "there is no settings file missing.toml"),
        (".", "is a directory"),
        ("binary.toml", "UTF-8"),
    ] {
        let line = place.refuses(2, &["serve", "--config", file]).await;
        assert!(line.contains(word), "{line}");
    }
}

#[tokio::test]
async fn every_setting_is_accepted_in_the_file_with_numbers_as_numbers_or_text() {
    let sim = shop("account_never_paid").await;
    for (thirty, days) in [("30", "2"), ("\"30\"", "\"2\"")] {
        let content = format!(
            r#"
toss_base_url = "{}"
database_url = "sqlite://kept.db"
listen_addr = "127.0.0.1:0"
toss_timeout_seconds = {thirty}
cancel_retry_seconds = {thirty}
cancel_limit_per_request = "1000000 KRW, 500.00 USD"
cancel_limit_per_day = "5000000 KRW"
cancel_approval_above = "300000 KRW"
cancel_approval_hours = {thirty}
cancel_reason_mark = "on"
sync_interval_seconds = {thirty}
sync_retry_seconds = {thirty}
sync_transaction_days = {days}
sync_settlement_days = {thirty}
toss_calls_per_minute = {thirty}
webhook_days = {thirty}
log = "info,toss_recon=debug"
log_format = "json"
partial_cancel_rows = "payment_amount"
musd_amounts = "dollars"
closed_days = ["2026-06-03"]
open_days = ["2026-05-01"]

[[merchants]]
name = "main shop"
secret_key = "{SECRET_KEY}"
settlement_cycle = "weekly"
payout_business_days = {days}

[[merchants]]
name = "second shop"
secret_key_file = "key"
settlement_cycle = "monthly"
"#,
            sim.base_url()
        );
        // An editor's byte order mark and a key's line end do no harm.
        let place = Place::new()
            .write("mine.toml", format!("\u{feff}{content}"))
            .write("key", "live_sk_an0ther0000000000000000\r\n");
        let server = Running::start(
            &place,
            &["serve", "--config", "mine.toml"],
            &[r#""address":""#],
        )
        .await;
        assert_eq!(server.get("/readyz").await.status(), 200);
        assert!(place.path("kept.db").exists());
        let (_, stderr) = server.stop("TERM").await;
        assert!(stderr.contains(r#""merchants":2"#), "{stderr}");
    }
}

#[tokio::test]
async fn a_single_merchants_key_may_stand_in_the_file_in_either_form() {
    for content in [
        format!("toss_secret_key = {SECRET_KEY:?}"),
        "toss_secret_key_file = 'key'".to_owned(),
    ] {
        let place = Place::new()
            .write("toss-recon.toml", content)
            .write("key", SECRET_KEY);
        Running::serve(&place, &[]).await.stop("TERM").await;
    }
}
