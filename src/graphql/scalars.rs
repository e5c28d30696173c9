//! The values that JSON has no type for: exact decimals, instants and business days.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{FixedOffset, SecondsFormat, Utc};
use reconciliation::{KstDate, Money};

/// Longest decimal that is looked at, in bytes; no amount comes near it.
const LONGEST_DECIMAL: usize = 64;

/// An amount on its way out, or a decimal number that came in and does not know its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decimal {
    /// Written with exactly the decimals of its currency.
    Amount(Money),
    /// As it was given.
    Given(String),
}

/// An exact decimal number in the currency's own unit, as a string: `"33140"` won, `"181.56"` dollars. Answers have
/// exactly as many decimals as the currency. Never read it into a floating-point number. As input, a string or a JSON
/// integer is taken; a JSON number with a fraction and the notation with an exponent are refused.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if is_plain_decimal(&text) => Ok(Self::Given(text)),
            Value::String(_) => Err(InputValueError::custom(
                "this is not a plain decimal number: write it as \"15000\" or \"181.56\"",
            )),
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                Ok(Self::Given(number.to_string()))
            }
            Value::Number(_) => Err(InputValueError::custom(
                "a number with a fraction is not exact in JSON: write it as a string",
            )),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(match self {
            Self::Amount(money) => money.to_decimal_text(),
            Self::Given(text) => text.clone(),
        })
    }
}

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateTime(pub(super) chrono::DateTime<Utc>);

/// An instant as RFC 3339 writes it: `"2026-03-31T18:05:00+09:00"`. Answers are in Korean time, +09:00. As input, any
/// offset is taken (`Z` too), but one must be there.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        chrono::DateTime::parse_from_rfc3339(&text)
            .map(|instant| Self(instant.to_utc()))
            .map_err(|_| {
                InputValueError::custom(
                    "this is not an instant with an offset: write it as \"2026-03-31T18:05:00+09:00\"",
                )
            })
    }

    fn to_value(&self) -> Value {
        Value::String(match seoul() {
            Some(seoul) => self
                .0
                .with_timezone(&seoul)
                .to_rfc3339_opts(SecondsFormat::AutoSi, false),
            None => self.0.to_rfc3339_opts(SecondsFormat::AutoSi, false),
        })
    }
}

/// A day in Seoul.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LocalDate(pub(super) KstDate);

/// A business day in Asia/Seoul: `"2026-03-31"`. It has no time and no zone; show it as it is and never convert it.
#[Scalar(
    name = "LocalDate",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for LocalDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        KstDate::parse(&text)
            .map(Self)
            .map_err(|error| InputValueError::custom(error.to_string()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Whether a text is a number as JSON writes it, without an exponent.
fn is_plain_decimal(text: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    text.len() <= LONGEST_DECIMAL
        && is_digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
}

/// Seoul's offset from UTC; nine hours are within a day, so there always is one.
const fn seoul() -> Option<FixedOffset> {
    FixedOffset::east_opt(9 * 3_600)
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    fn instant(text: &str) -> chrono::DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_decimal_is_taken_as_a_string_or_an_integer() {
        for (given, read) in [
            (value!("15000"), "15000"),
            (value!("181.56"), "181.56"),
            (value!("-0.5"), "-0.5"),
            (value!("0"), "0"),
            (value!("0.0"), "0.0"),
            (
                value!("1000000000000000000000000000000"),
                "1000000000000000000000000000000",
            ),
            (value!(15000), "15000"),
            (value!(-1), "-1"),
            (value!(u64::MAX), "18446744073709551615"),
        ] {
            assert_eq!(
                Decimal::parse(given).unwrap(),
                Decimal::Given(read.to_owned())
            );
        }
    }

    #[test]
    fn a_decimal_is_never_a_float_an_exponent_or_anything_else() {
        for refused in [
            value!(1.5),
            value!(15000.0),
            value!(1e3),
            value!("1e3"),
            value!("1E3"),
            value!(""),
            value!("-"),
            value!("+1"),
            value!(" 1"),
            value!("1 "),
            value!("1,000"),
            value!("1_000"),
            value!(".5"),
            value!("5."),
            value!("1.2.3"),
            value!("--1"),
            value!("007"),
            value!("0x10"),
            value!("NaN"),
            value!("Infinity"),
            value!("١٢"),
            value!(true),
            value!(null),
            value!([1]),
            value!({ "amount": "1" }),
            Value::String("1".repeat(LONGEST_DECIMAL + 1)),
        ] {
            assert!(Decimal::parse(refused.clone()).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_amount_has_exactly_the_decimals_of_its_currency() {
        use reconciliation::Currency;
        for (minor, currency, text) in [
            (33_140, Currency::KRW, "33140"),
            (-33_140, Currency::KRW, "-33140"),
            (0, Currency::KRW, "0"),
            (18_156, Currency::USD, "181.56"),
            (18_150, Currency::USD, "181.50"),
            (0, Currency::USD, "0.00"),
            (1, Currency::MUSD, "0.000001"),
            (9_007_199_254_740_991, Currency::KRW, "9007199254740991"),
        ] {
            let amount = Decimal::Amount(Money::from_minor(minor, currency));
            assert_eq!(amount.to_value(), Value::String(text.to_owned()));
        }
    }

    #[test]
    fn an_instant_is_answered_in_korean_time() {
        for (utc, text) in [
            ("2026-03-31T09:05:00Z", "2026-03-31T18:05:00+09:00"),
            ("2026-03-31T15:00:00Z", "2026-04-01T00:00:00+09:00"),
            ("2026-03-31T09:05:00.120Z", "2026-03-31T18:05:00.120+09:00"),
        ] {
            assert_eq!(
                DateTime(instant(utc)).to_value(),
                Value::String(text.to_owned())
            );
        }
    }

    #[test]
    fn an_instant_is_taken_with_any_offset_and_never_without_one() {
        for given in [
            "2026-03-31T18:05:00+09:00",
            "2026-03-31T09:05:00Z",
            "2026-03-31T04:05:00-05:00",
        ] {
            let read = DateTime::parse(Value::String(given.to_owned())).unwrap();
            assert_eq!(read, DateTime(instant("2026-03-31T09:05:00Z")), "{given}");
        }
        for refused in [
            "2026-03-31T18:05:00",
            "2026-03-31",
            "2026-02-30T00:00:00Z",
            "1774947900",
            "",
        ] {
            assert!(
                DateTime::parse(Value::String(refused.to_owned())).is_err(),
                "{refused}"
            );
        }
        assert!(DateTime::parse(value!(1_774_947_900)).is_err());
    }

    #[test]
    fn a_day_is_taken_and_answered_as_it_is() {
        let day = LocalDate::parse(value!("2026-03-31")).unwrap();
        assert_eq!(day.to_value(), value!("2026-03-31"));
        for refused in [
            value!("2026-02-30"),
            value!("2026-3-1"),
            value!("20260331"),
            value!("2026-03-31T00:00:00+09:00"),
            value!(20_260_331),
        ] {
            assert!(LocalDate::parse(refused.clone()).is_err(), "{refused}");
        }
    }
}
