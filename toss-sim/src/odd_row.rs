//! Ways in which a row, or a payment, says what a reader hardly expects, each by a switch.

use serde::Deserialize;

/// What is odd about a row of a list or about a payment. A field that is not there stays away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OddRow {
    /// `amount`, or `totalAmount`, has four decimals, whatever its currency.
    FourDecimals,
    /// `currency` is a code that no standard has.
    UnknownCurrency,
    /// `paidOutDate` is null.
    NoPaidOutDate,
    /// `transactionKey` has 300 characters.
    LongTransactionKey,
    /// `paymentKey` has 300 characters.
    LongPaymentKey,
    /// Every number is written in quotes.
    NumbersAsStrings,
    /// `status`, and the `cancelStatus` of a cancel, is a word that no documentation knows.
    UnknownStatus,
    /// `orderName` and `cancelReason` end with half of a surrogate pair, as after cutting an emoji in two.
    LoneSurrogate,
}
