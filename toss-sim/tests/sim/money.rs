//! Amounts to digits and back, without a float between them.

use toss_sim::{Amount, Currency};

#[test]
fn amounts_are_written_as_toss_writes_them() {
    for (amount, text) in [
        (Amount::won(15_000), "15000"),
        (Amount::won(-99_800), "-99800"),
        (Amount::usd_cents(72_624), "726.24"),
        (Amount::usd_cents(3_050), "30.5"),
        (Amount::usd_cents(0), "0.0"),
        (Amount::usd_cents(-5), "-0.05"),
        (Amount::new(50_000_000_000, Currency::Musd), "50000000000"),
        (Amount::usd_cents(i64::MAX), "92233720368547758.07"),
    ] {
        assert_eq!(amount.json_text(), text);
        assert_eq!(Amount::parse(text, amount.currency), Some(amount), "{text}");
    }
}

#[test]
fn texts_that_are_no_amount_are_not_read() {
    for (text, currency) in [
        ("", Currency::Krw),
        (".5", Currency::Usd),
        ("1.005", Currency::Usd),
        ("1.5", Currency::Krw),
        ("1e3", Currency::Krw),
        ("+1", Currency::Krw),
        ("--1", Currency::Krw),
        ("1,000", Currency::Krw),
        ("true", Currency::Krw),
        ("9223372036854775808", Currency::Krw),
    ] {
        assert_eq!(Amount::parse(text, currency), None, "{text}");
    }
    assert_eq!(
        Amount::parse("1.50", Currency::Usd),
        Some(Amount::usd_cents(150))
    );
    assert_eq!(
        Amount::parse("15000.00", Currency::Krw),
        Some(Amount::won(15_000))
    );
}
