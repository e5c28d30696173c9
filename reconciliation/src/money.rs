//! Money: an integer of minor units with its currency, exact and never added across currencies.

use std::fmt;

use rust_decimal::Decimal;

use crate::Currency;
use crate::json_number::{MAX_MINOR, Misfit, minor_units};

/// How much of a bad input a message repeats, in characters.
const LONGEST_EXCERPT: usize = 40;

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

    /// Reads a JSON number in the currency's own unit: `"15000"` won, `"181.56"` dollars. Decimals that are zero may
    /// exceed the currency's: `"0.0"` won is 0 won.
    ///
    /// # Errors
    /// [`MoneyError::NotANumber`], [`MoneyError::TooManyDecimals`] or [`MoneyError::TooLarge`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::read(text, currency, currency.decimals())
    }

    /// Reads a JSON number that counts minor units, as Toss writes `MUSD`.
    ///
    /// # Errors
    /// As [`Money::parse`]; a fraction of a minor unit is [`MoneyError::TooManyDecimals`].
    pub fn parse_minor(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::read(text, currency, 0)
    }

    /// Reads a number whose unit has that many decimals.
    fn read(text: &str, currency: Currency, decimals: u32) -> Result<Self, MoneyError> {
        let excerpt = || text.chars().take(LONGEST_EXCERPT).collect();
        match minor_units(text, decimals) {
            Ok(minor) => Ok(Self { minor, currency }),
            Err(Misfit::NotANumber) => Err(MoneyError::NotANumber(excerpt())),
            Err(Misfit::TooLarge) => Err(MoneyError::TooLarge),
            Err(Misfit::TooManyDecimals) => Err(MoneyError::TooManyDecimals {
                text: excerpt(),
                currency,
                decimals,
            }),
        }
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

    /// The amount without its sign: for sources in which something else tells the direction.
    #[must_use]
    pub fn magnitude(self) -> Self {
        Self {
            minor: self.minor.saturating_abs(),
            currency: self.currency,
        }
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
        self.with_minor(self.minor.checked_add(other.minor))
    }

    /// The difference `self − other`.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        self.with_minor(self.minor.checked_sub(other.minor))
    }

    fn with_minor(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        let currency = self.currency;
        minor
            .map(|minor| Self { minor, currency })
            .ok_or(MoneyError::TooLarge)
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
