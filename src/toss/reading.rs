//! What an answer of Toss becomes: the engine's values, each beside the text that it was read from.

use std::fmt;
use std::sync::Arc;

use reconciliation::{Cancel, Payment, UnreadableRow};

/// A row of a list with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<T> {
    /// What the row says.
    pub value: T,
    /// The row's JSON exactly as Toss sent it.
    pub raw: RawBody,
}

/// A part of a list: the rows that can be read, and those that cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsRead<T> {
    /// In Toss's order.
    pub rows: Vec<Reading<T>>,
    /// In Toss's order.
    pub unreadable: Vec<Reading<UnreadableRow>>,
}

impl<T> Default for RowsRead<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

impl<T> RowsRead<T> {
    /// How many rows Toss listed.
    pub fn len(&self) -> usize {
        self.rows.len() + self.unreadable.len()
    }

    /// Whether Toss listed nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last row that can be read.
    pub fn last(&self) -> Option<&Reading<T>> {
        self.rows.last()
    }
}

/// The rows that can be read.
impl<T> IntoIterator for RowsRead<T> {
    type Item = Reading<T>;
    type IntoIter = std::vec::IntoIter<Reading<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

/// A payment with its cancels and its text.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentReading {
    /// The payment itself.
    pub payment: Payment,
    /// Its cancels, in Toss's order.
    pub cancels: Vec<Cancel>,
    /// The number of the virtual account that was issued for it: a refund can never go there.
    pub account_number: Option<AccountNumber>,
    /// The version of Toss's API that the merchant is set to, such as `2022-11-16`.
    pub version: Option<String>,
    /// The whole answer exactly as Toss sent it.
    pub raw: RawBody,
}

impl fmt::Debug for PaymentReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Reasons of cancels are free text, in which people write names.
        f.debug_struct("PaymentReading")
            .field("payment", &self.payment)
            .field("cancels", &self.cancels.len())
            .field("account_number", &self.account_number)
            .field("version", &self.version)
            .field("raw", &self.raw)
            .finish()
    }
}

/// JSON text as Toss sent it. It holds card numbers, account numbers and names, so `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct RawBody(Arc<str>);

impl RawBody {
    /// Keeps a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.0.len())
    }
}

/// The number of a bank account, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// Keeps a number as Toss wrote it; those of test accounts begin with `X`.
    pub fn new(number: impl Into<String>) -> Self {
        Self(number.into())
    }

    /// Whether a number that somebody typed names this account; hyphens and spaces do not count.
    pub fn is_named_by(&self, typed: &str) -> bool {
        let bare = |text: &str| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_uppercase())
                .collect()
        };
        bare(&self.0) == bare(typed)
    }

    /// The number itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountNumber(masked)")
    }
}
