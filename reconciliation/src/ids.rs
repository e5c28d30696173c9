//! The four names that must never be swapped: merchant, order, payment and transaction.

use std::fmt;
use std::sync::Arc;

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The text is empty or too long.
    #[error("{what} must have 1 to {max} characters, this one has {length}")]
    Length {
        /// Which identifier.
        what: &'static str,
        /// The most characters that it may have.
        max: usize,
        /// What was given.
        length: usize,
    },
    /// The text holds a character that the identifier cannot have.
    #[error("{what} may hold {allowed} only")]
    Character {
        /// Which identifier.
        what: &'static str,
        /// The characters that it may hold, in words.
        allowed: &'static str,
    },
}

/// Declares an identifier: a shared text that can be compared, ordered and shown, and nothing else.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, at most $max:literal, $allowed:literal, $permits:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads the identifier.
            ///
            /// # Errors
            /// [`InvalidId`] when it is empty, too long or holds a character that it cannot have.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let length = text.chars().count();
                if length == 0 || length > $max {
                    return Err(InvalidId::Length { what: $what, max: $max, length });
                }
                let permits: fn(char) -> bool = $permits;
                if !text.chars().all(permits) || text.chars().all(|c| c == '.') {
                    return Err(InvalidId::Character { what: $what, allowed: $allowed });
                }
                Ok(Self(Arc::from(text)))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }
    };
}

identifier!(
    /// A merchant at Toss (상점아이디). Read from every row, never inferred from the key that listed it.
    MId, "an mId", at most 50, "letters, digits and visible ASCII characters", is_visible
);
identifier!(
    /// One payment at Toss, permanent. Narrow on purpose: it becomes part of a URL.
    PaymentKey, "a paymentKey", at most 200, "letters, digits, '-' and '_'",
    |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
);
identifier!(
    /// The merchant's own order number. Several attempts to pay may share it.
    OrderId, "an orderId", at most 200, "letters, digits and visible ASCII characters other than / \\ % ? #",
    |c| is_visible(c) && !matches!(c, '/' | '\\' | '%' | '?' | '#')
);
identifier!(
    /// One row of the transactions list: an approval, a cancel or the issue of a virtual account.
    TransactionKey, "a transactionKey", at most 200, "letters, digits, '-', '_' and '.'",
    |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
);

/// Letters of any script, but nothing that reads as another text than it is: no spaces, controls, zero-width or
/// direction-changing characters.
fn is_visible(c: char) -> bool {
    c.is_alphanumeric() || c.is_ascii_graphic()
}

impl OrderId {
    /// The order id without what stands before its first `_`: rows of test settlements carry such a prefix. None when
    /// there is no `_`, or nothing behind it.
    pub fn without_prefix(&self) -> Option<&str> {
        self.0
            .split_once('_')
            .map(|(_, rest)| rest)
            .filter(|rest| !rest.is_empty())
    }
}
