//! Where the deposit of a virtual account is sent back to.

use super::payment::{Method, Payment};
use crate::refusal::Refusal;

/// The customer's own account. It has no `Debug`: names and numbers stay out of logs.
#[derive(Clone)]
pub(crate) struct RefundAccount {
    pub(crate) bank: String,
    pub(crate) number: String,
    pub(crate) holder: String,
}

/// Codes of banks and securities firms that can receive a refund.
const BANKS: &[&str] = &[
    "39", "34", "12", "32", "45", "64", "88", "48", "27", "20", "71", "50", "37", "35", "90", "89",
    "92", "81", "54", "03", "06", "31", "02", "11", "23", "07", "S0", "S2", "S3", "S4", "S5", "S6",
    "S8", "S9", "SA", "SB", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SP",
    "SQ", "SR", "ST",
];

/// An account is required of a deposited virtual account and accepted from nothing else.
pub(crate) fn check_refund_account(
    payment: &Payment,
    account: Option<&RefundAccount>,
) -> Result<(), Refusal> {
    let needed = payment.method == Some(Method::VirtualAccount) && payment.is_deposited_account();
    let account = match (needed, account) {
        (false, None) => return Ok(()),
        (false, Some(_)) => return Err(Refusal::of("INVALID_REQUEST")),
        (true, None) => return Err(Refusal::of("INVALID_REFUND_ACCOUNT_INFO")),
        (true, Some(account)) => account,
    };
    if !BANKS.contains(&account.bank.as_str()) {
        return Err(Refusal::of("INVALID_BANK"));
    }
    let digits_only = account.number.bytes().all(|byte| byte.is_ascii_digit());
    if account.number.is_empty() || account.number.len() > 20 || !digits_only {
        return Err(Refusal::of("INVALID_REFUND_ACCOUNT_NUMBER"));
    }
    if account.holder.trim().is_empty() || account.holder.chars().count() > 60 {
        return Err(Refusal::of("INVALID_REFUND_ACCOUNT_INFO"));
    }
    Ok(())
}
