//! Currencies, each with the decimals of its minor unit.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::MoneyError;

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
