//! Money: an integer of minor units with its currency, exact and never added across currencies.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// Largest amount that is accepted, in minor units: 2^53 − 1, the largest integer that every JSON reader keeps exactly.
const MAX_MINOR: i64 = 9_007_199_254_740_991;

/// A currency and the number of decimals its minor unit has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(Code);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Code {
    Iso(iso_currency::Currency),
    /// Toss's own: millionths of a US dollar, seen on overseas payments.
    Musd,
}

impl Currency {
    /// Korean won, 0 decimals.
    pub const KRW: Self = Self(Code::Iso(iso_currency::Currency::KRW));
    /// Japanese yen, 0 decimals.
    pub const JPY: Self = Self(Code::Iso(iso_currency::Currency::JPY));
    /// US dollar, 2 decimals.
    pub const USD: Self = Self(Code::Iso(iso_currency::Currency::USD));
    /// Millionths of a US dollar, 6 decimals. Toss writes its amounts as a count of millionths.
    pub const MUSD: Self = Self(Code::Musd);

    /// The code as Toss writes it: `KRW`, `USD`, `MUSD`.
    pub fn code(self) -> &'static str {
        match self.0 {
            Code::Iso(iso) => iso.code(),
            Code::Musd => "MUSD",
        }
    }

    /// Decimals of the currency's minor unit.
    pub fn decimals(self) -> u32 {
        match self.0 {
            Code::Iso(iso) => u32::from(iso.exponent().unwrap_or(0)),
            Code::Musd => 6,
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Reads an ISO 4217 code or `MUSD`.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`] when the code is neither.
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        if code == "MUSD" {
            return Ok(Self::MUSD);
        }
        iso_currency::Currency::from_code(code)
            .filter(|iso| iso.exponent().is_some())
            .map(|iso| Self(Code::Iso(iso)))
            .ok_or_else(|| MoneyError::UnknownCurrency(code.chars().take(12).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

/// Why a text or a sum is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The currency is neither in ISO 4217 nor `MUSD`.
    #[error("unknown currency {0:?}: give an ISO 4217 code such as KRW")]
    UnknownCurrency(String),
    /// The text is not a plain decimal number.
    #[error("{0:?} is not a decimal number: write it as 15000 or 181.56")]
    NotANumber(String),
    /// The number has more decimals than the currency.
    #[error("{text:?} has more decimals than {currency} has ({decimals})")]
    TooManyDecimals {
        /// The number as it was given.
        text: String,
        /// The currency it was given in.
        currency: Currency,
        /// The decimals which that currency has.
        decimals: u32,
    },
    /// The number is beyond what any merchant turns over.
    #[error("the amount is too large: at most {MAX_MINOR} minor units")]
    TooLarge,
    /// Two currencies met in one sum.
    #[error("{0} and {1} cannot be added")]
    MixedCurrencies(Currency, Currency),
}

/// An exact amount of one currency, possibly negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount from its minor units: won, cents, millionths of a dollar.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, of the given currency.
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads a decimal number in the currency's own unit: `"15000"` won, `"181.56"` dollars. Decimals that are zero
    /// may exceed the currency's: `"0.0"` won is 0 won.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`], [`MoneyError::TooManyDecimals`] or [`MoneyError::TooLarge`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let number = plain_decimal(text)?;
        let decimals = currency.decimals();
        if number.scale() > decimals {
            return Err(MoneyError::TooManyDecimals {
                text: excerpt(text),
                currency,
                decimals,
            });
        }
        let missing = decimals.saturating_sub(number.scale());
        10_i128
            .checked_pow(missing)
            .and_then(|factor| number.mantissa().checked_mul(factor))
            .and_then(|minor| i64::try_from(minor).ok())
            .filter(|minor| minor.abs() <= MAX_MINOR)
            .map(|minor| Self { minor, currency })
            .ok_or(MoneyError::TooLarge)
    }

    /// Reads a whole number of minor units, as Toss writes `MUSD`.
    ///
    /// # Errors
    /// As [`Money::parse`]; a fraction of a minor unit is [`MoneyError::TooManyDecimals`].
    pub fn parse_minor(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let number = plain_decimal(text)?;
        if number.scale() > 0 {
            return Err(MoneyError::TooManyDecimals {
                text: excerpt(text),
                currency,
                decimals: 0,
            });
        }
        i64::try_from(number.mantissa())
            .ok()
            .filter(|minor| minor.abs() <= MAX_MINOR)
            .map(|minor| Self { minor, currency })
            .ok_or(MoneyError::TooLarge)
    }

    /// The amount in minor units of its currency.
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The same amount with the opposite sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            minor: self.minor.saturating_neg(),
            currency: self.currency,
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::MixedCurrencies`], or [`MoneyError::TooLarge`] when the sum does not fit.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self {
            minor,
            currency: self.currency,
        })
    }

    /// The difference `self − other`.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(other.negated())
    }

    /// The amount as a plain decimal with exactly the currency's decimals: `"33140"`, `"181.56"`.
    pub fn to_decimal_text(self) -> String {
        Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.decimals()).to_string()
    }

    /// The number that Toss's API takes and sends for this amount, as JSON text: in the currency's own unit without
    /// trailing zeros, but for `MUSD`, which is a count of millionths.
    pub fn to_toss_number(self) -> String {
        if self.currency == Currency::MUSD {
            return self.minor.to_string();
        }
        Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.decimals())
            .normalize()
            .to_string()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal_text(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a number as JSON writes it, without its trailing zeros.
fn plain_decimal(text: &str) -> Result<Decimal, MoneyError> {
    let not_a_number = || MoneyError::NotANumber(excerpt(text));
    // Decimal's own reader also takes '_', '+' and a bare point, which no JSON number has.
    let body = text.strip_prefix('-').unwrap_or(text);
    let starts_with_digit = body.starts_with(|c: char| c.is_ascii_digit());
    let plain = body
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !starts_with_digit || !plain || text.ends_with('.') {
        return Err(not_a_number());
    }
    let number = if body.contains(['e', 'E']) {
        Decimal::from_scientific(text)
    } else {
        Decimal::from_str_exact(text)
    };
    match number {
        Ok(number) => Ok(number.normalize()),
        Err(rust_decimal::Error::ExceedsMaximumPossibleValue) => Err(MoneyError::TooLarge),
        Err(
            rust_decimal::Error::Underflow | rust_decimal::Error::ScaleExceedsMaximumPrecision(_),
        ) => Err(MoneyError::NotANumber(excerpt(text))),
        Err(_) => Err(not_a_number()),
    }
}

/// As much of a bad input as a message should repeat.
fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
