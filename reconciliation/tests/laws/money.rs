//! Money: exact reading, writing and adding.

use proptest::prelude::*;
use reconciliation::{Currency, Money, MoneyError};

const MAX: i64 = 9_007_199_254_740_991;

const CURRENCIES: [Currency; 4] = [Currency::KRW, Currency::JPY, Currency::USD, Currency::MUSD];

fn any_currency() -> impl Strategy<Value = Currency> {
    prop_oneof![
        prop::sample::select(&CURRENCIES),
        Just("KWD".parse().unwrap()),
        Just("CLF".parse().unwrap()),
    ]
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD)
}

#[test]
fn json_numbers_are_read_exactly() {
    let cases = [
        ("0", 0),
        ("-0", 0),
        ("0.0", 0),
        ("-0.00", 0),
        ("0e99999999999999999999", 0),
        ("181.56", 18_156),
        ("726.24", 72_624),
        ("-726.24", -72_624),
        ("726.2", 72_620),
        ("1e3", 100_000),
        ("1E+3", 100_000),
        ("1E-2", 1),
        ("12.5e1", 12_500),
        ("100e-4", 1),
        ("10.000000000000000000000000000000", 1_000),
        ("90071992547409.91", MAX),
        ("-90071992547409.91", -MAX),
    ];
    for (text, cents) in cases {
        assert_eq!(Money::parse(text, Currency::USD), Ok(usd(cents)), "{text}");
    }
}

#[test]
fn a_text_that_is_no_json_number_is_refused() {
    for text in [
        "",
        " ",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "--1",
        "-",
        ".5",
        "5.",
        "-.5",
        "1_000",
        "1,000",
        "007",
        "00",
        "-01",
        "1.2.3",
        "1e",
        "1e+",
        "1e1.5",
        "e5",
        "1ee5",
        "NaN",
        "Infinity",
        "-inf",
        "0x10",
        "１５",
        "٣",
        "1\u{200b}",
        "12원",
        "null",
        "\"1\"",
    ] {
        let expected = Err(MoneyError::NotANumber(text.to_owned()));
        assert_eq!(Money::parse(text, Currency::KRW), expected, "{text:?}");
        assert_eq!(
            Money::parse_minor(text, Currency::MUSD),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn a_fraction_of_a_minor_unit_is_refused_and_never_rounded() {
    let cases = [
        ("0.5", Currency::KRW, 0),
        ("0.001", Currency::USD, 2),
        ("181.565", Currency::USD, 2),
        ("1e-3", Currency::USD, 2),
        ("0.0000001", Currency::MUSD, 6),
        ("0.000000000000000000000000000001", Currency::USD, 2),
        ("1e-99999999999999999999", Currency::USD, 2),
    ];
    for (text, currency, decimals) in cases {
        assert_eq!(
            Money::parse(text, currency),
            Err(MoneyError::TooManyDecimals {
                text: text.to_owned(),
                currency,
                decimals
            })
        );
    }
}

#[test]
fn an_amount_beyond_the_largest_is_refused() {
    let ten_to_the_30th = format!("1{}", "0".repeat(30));
    for text in [
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775808",
        "1e16",
        "1e30",
        "1e99999999999999999999",
        ten_to_the_30th.as_str(),
    ] {
        assert_eq!(
            Money::parse(text, Currency::KRW),
            Err(MoneyError::TooLarge),
            "{text}"
        );
    }
    assert!(Money::parse("9007199254740991", Currency::KRW).is_ok());
    // The limit holds in minor units.
    assert_eq!(
        Money::parse("90071992547409.92", Currency::USD),
        Err(MoneyError::TooLarge)
    );
}

#[test]
fn a_message_repeats_only_the_beginning_of_a_long_input() {
    let message = Money::parse(&"x".repeat(10_000), Currency::KRW)
        .unwrap_err()
        .to_string();
    assert!(message.len() < 150, "{message}");
}

#[test]
fn currencies_know_their_decimals() {
    let cases = [
        ("KRW", 0),
        ("JPY", 0),
        ("USD", 2),
        ("MUSD", 6),
        ("KWD", 3),
        ("CNY", 2),
    ];
    for (code, decimals) in cases {
        let currency: Currency = code.parse().unwrap();
        assert_eq!(currency.decimals(), decimals, "{code}");
        assert_eq!(currency.code(), code);
    }
    for unknown in ["", "krw", "KR", "KRWW", "WON", "XAU", "XXX", "musd", " KRW"] {
        assert_eq!(
            unknown.parse::<Currency>(),
            Err(MoneyError::UnknownCurrency(unknown.to_owned()))
        );
    }
}

#[test]
fn musd_is_read_as_dollars_or_as_millionths() {
    let expected = Money::from_minor(181_560_000, Currency::MUSD);
    assert_eq!(Money::parse("181.56", Currency::MUSD), Ok(expected));
    assert_eq!(
        Money::parse_minor("181560000", Currency::MUSD),
        Ok(expected)
    );
    assert_eq!(
        Money::parse_minor("181560000.0", Currency::MUSD),
        Ok(expected)
    );
    assert!(Money::parse_minor("181.56", Currency::MUSD).is_err());
    assert_eq!(expected.to_decimal_text(), "181.560000");
    assert_eq!(expected.to_toss_number(), "181560000");
}

#[test]
fn amounts_are_written_with_their_currencys_decimals_and_for_toss_without_idle_zeros() {
    let cases = [
        (Money::from_minor(33_140, Currency::KRW), "33140", "33140"),
        (Money::from_minor(30_000, Currency::JPY), "30000", "30000"),
        (usd(18_156), "181.56", "181.56"),
        (usd(54_460), "544.60", "544.6"),
        (usd(54_400), "544.00", "544"),
        (usd(-5), "-0.05", "-0.05"),
        (usd(0), "0.00", "0"),
    ];
    for (money, text, toss) in cases {
        assert_eq!(money.to_decimal_text(), text);
        assert_eq!(money.to_toss_number(), toss);
    }
    assert_eq!(format!("{}", usd(18_156)), "181.56 USD");
    assert_eq!(format!("{:?}", usd(18_156)), "181.56 USD");
}

#[test]
fn two_currencies_are_not_added_and_sums_do_not_wrap() {
    let krw = Money::from_minor(1, Currency::KRW);
    let mixed = Err(MoneyError::MixedCurrencies(Currency::KRW, Currency::USD));
    assert_eq!(krw.plus(usd(1)), mixed);
    assert_eq!(krw.minus(usd(1)), mixed);
    assert_eq!(usd(i64::MAX).plus(usd(1)), Err(MoneyError::TooLarge));
    assert_eq!(usd(i64::MIN).minus(usd(1)), Err(MoneyError::TooLarge));
    assert_eq!(usd(0).minus(usd(i64::MIN)), Err(MoneyError::TooLarge));
    assert_eq!(usd(-1).minus(usd(i64::MIN)), Ok(usd(i64::MAX)));
    assert_eq!(usd(7).minus(usd(9)), Ok(usd(-2)));
    assert_eq!(usd(-7).negated(), usd(7));
    assert_eq!(usd(-7).magnitude(), usd(7));
    assert_eq!(usd(7).magnitude(), usd(7));
    assert!(usd(0).is_zero() && !usd(-1).is_zero());
    assert_eq!(Money::zero(Currency::USD), usd(0));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_the_same(minor in -MAX..=MAX, currency in any_currency()) {
        let money = Money::from_minor(minor, currency);
        prop_assert_eq!(Money::parse(&money.to_decimal_text(), currency), Ok(money));
        let for_toss = money.to_toss_number();
        let read = if currency == Currency::MUSD {
            Money::parse_minor(&for_toss, currency)
        } else {
            Money::parse(&for_toss, currency)
        };
        prop_assert_eq!(read, Ok(money));
    }

    #[test]
    fn any_minor_units_at_all_can_be_written(minor in any::<i64>(), currency in any_currency()) {
        let money = Money::from_minor(minor, currency);
        prop_assert!(!money.to_decimal_text().is_empty());
        prop_assert!(!money.to_toss_number().contains(['e', 'E', ' ']));
    }

    #[test]
    fn moving_the_decimal_point_into_the_exponent_changes_nothing(
        minor in -MAX..=MAX,
        zeros in 0_usize..40,
        currency in any_currency(),
    ) {
        let money = Money::from_minor(minor, currency);
        let padded = format!("{minor}.{}e-{}", "0".repeat(zeros + 1), currency.decimals());
        prop_assert_eq!(Money::parse(&padded, currency), Ok(money));
        let shifted = format!("{minor}{}E-{}", "0".repeat(zeros), u64::from(currency.decimals()) + zeros as u64);
        prop_assert_eq!(Money::parse(&shifted, currency), Ok(money));
    }

    #[test]
    fn a_plain_decimal_is_its_digits_or_refused(
        negative: bool,
        whole in 0_i64..1_000_000_000,
        fraction in "[0-9]{1,5}",
        currency in prop::sample::select(&CURRENCIES),
    ) {
        let text = format!("{}{whole}.{fraction}", if negative { "-" } else { "" });
        let places = usize::try_from(currency.decimals()).unwrap();
        let (kept, lost) = fraction.split_at(fraction.len().min(places));
        let read = Money::parse(&text, currency);
        if lost.bytes().all(|b| b == b'0') {
            let digits: i64 = format!("{whole}{kept:0<places$}").parse().unwrap();
            let expected = if negative { -digits } else { digits };
            prop_assert_eq!(read, Ok(Money::from_minor(expected, currency)));
        } else {
            let refused = matches!(read, Err(MoneyError::TooManyDecimals { .. }));
            prop_assert!(refused, "{} gave {:?}", text, read);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(
        text in prop_oneof![any::<String>(), "[-+0-9eE._ ]{0,60}"],
        currency in any_currency(),
    ) {
        let limit = |read: Result<Money, MoneyError>| read.is_ok_and(|money| money.minor().abs() > MAX);
        prop_assert!(!limit(Money::parse(&text, currency)));
        prop_assert!(!limit(Money::parse_minor(&text, currency)));
        // It may be a code by chance.
        let _ = text.parse::<Currency>();
    }
}
