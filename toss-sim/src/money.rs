//! Amounts as integers of a currency's smallest unit, and their exact text in JSON. No float anywhere.

use serde::Deserialize;

/// A currency as Toss writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Won, without decimals.
    Krw,
    /// Yen, without decimals.
    Jpy,
    /// Dollars, with cents.
    Usd,
    /// Millionths of a dollar, seen in bodies of expired overseas payments; written as whole numbers.
    Musd,
}

impl Currency {
    /// The code in bodies.
    pub fn code(self) -> &'static str {
        match self {
            Self::Krw => "KRW",
            Self::Jpy => "JPY",
            Self::Usd => "USD",
            Self::Musd => "MUSD",
        }
    }

    fn decimals(self) -> usize {
        match self {
            Self::Usd => 2,
            Self::Krw | Self::Jpy | Self::Musd => 0,
        }
    }
}

/// An exact amount: `minor` counts the currency's smallest unit (won, cents).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// How many of the smallest unit; negative in settlement rows of cancels.
    pub minor: i64,
    /// The unit.
    pub currency: Currency,
}

impl Amount {
    /// So many won.
    pub fn won(won: i64) -> Self {
        Self::new(won, Currency::Krw)
    }

    /// So many American cents.
    pub fn usd_cents(cents: i64) -> Self {
        Self::new(cents, Currency::Usd)
    }

    /// So many of the currency's smallest unit.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal such as `181.56`; `None` when it is no number or finer than the currency.
    pub fn parse(text: &str, currency: Currency) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || !all_digits(whole)
            || !all_digits(fraction)
            || fraction.len() > currency.decimals()
        {
            return None;
        }
        let padded = format!("{whole}{fraction:0<width$}", width = currency.decimals());
        padded
            .parse::<i64>()
            .ok()
            .map(|minor| Self::new(sign * minor, currency))
    }

    /// The text of the JSON number: `15000`, `181.56`, and `0.0` for no dollars, as Toss writes it.
    pub fn json_text(self) -> String {
        if self.currency.decimals() == 0 {
            return self.minor.to_string();
        }
        let sign = if self.minor < 0 { "-" } else { "" };
        let absolute = self.minor.unsigned_abs();
        let (units, cents) = (absolute / 100, absolute % 100);
        if cents.is_multiple_of(10) {
            format!("{sign}{units}.{}", cents / 10)
        } else {
            format!("{sign}{units}.{cents:02}")
        }
    }
}

/// The VAT inside a gross amount, an eleventh rounded half up; never negative.
pub(crate) fn vat_within(gross: i64) -> i64 {
    (gross.max(0) * 2 + 11) / 22
}
