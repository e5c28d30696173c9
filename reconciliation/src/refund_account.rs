//! The buyer's bank account that a refund goes to.

use std::fmt;

use crate::{CancelRefusal, RetryAdvice};

/// Where the money of a deposited virtual account goes back to: personal data, so it shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct RefundAccount {
    /// Toss's code of the bank.
    pub bank: String,
    /// Digits only, at most 20.
    pub account_number: String,
    /// The name that the account is under, at most 60 characters.
    pub holder_name: String,
}

/// Toss's codes of banks and of securities firms that keep accounts.
const BANKS: [&str; 51] = [
    "02", "03", "06", "07", "11", "12", "20", "23", "27", "31", "32", "34", "35", "37", "39", "45",
    "48", "50", "54", "64", "71", "81", "88", "89", "90", "92", "S0", "S2", "S3", "S4", "S5", "S6",
    "S8", "S9", "SA", "SB", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SP",
    "SQ", "SR", "ST",
];

impl fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefundAccount(masked)")
    }
}

impl RefundAccount {
    /// Checks what can be checked without asking the bank; Toss asks it.
    ///
    /// # Errors
    /// A refusal that shows nothing of the account.
    pub(crate) fn check(&self) -> Result<(), CancelRefusal> {
        let number = &self.account_number;
        if number.is_empty() || number.len() > 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return refuse(
                "INVALID_REFUND_ACCOUNT_NUMBER",
                "The account number must be 1 to 20 digits without hyphens.",
            );
        }
        if !BANKS.contains(&self.bank.as_str()) {
            return refuse(
                "INVALID_BANK",
                "The bank must be one of Toss's codes of two characters, such as 88 for Shinhan.",
            );
        }
        if self.holder_name.trim().is_empty() || self.holder_name.chars().count() > 60 {
            return refuse(
                "INVALID_REFUND_ACCOUNT_INFO",
                "The holder's name must have 1 to 60 characters.",
            );
        }
        Ok(())
    }
}

fn refuse(code: &'static str, message: &str) -> Result<(), CancelRefusal> {
    Err(CancelRefusal::new(
        code,
        RetryAdvice::FixInput,
        Some("refundAccount"),
        message.to_owned(),
    ))
}
