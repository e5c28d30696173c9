//! The body of a cancel, written once: its bytes are stored and sent again as they are, never built a second time.

use reconciliation::{Currency, Money, RefundAccount};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::MusdAmounts;

/// What a cancel says to Toss. It shows nothing of itself: people write names into reasons.
#[derive(Clone, Copy)]
pub struct CancelBody<'a> {
    /// Why, 1 to 200 characters.
    pub reason: &'a str,
    /// How much; `None` is everything that is left.
    pub amount: Option<Money>,
    /// Where the money goes, for a virtual account that has been paid.
    pub refund_account: Option<&'a RefundAccount>,
    /// The tax-free part of the amount.
    pub tax_free_amount: Option<Money>,
    /// The balance that was read: Toss refuses the cancel when it is not the balance any more.
    pub refundable_amount: Money,
    /// Names the cancel to an overseas method: 6 to 64 letters, digits, `-`, `_` and `=`.
    pub cancel_request_id: Option<&'a str>,
}

/// A cancel's body could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body of the cancel could not be written as JSON")]
pub struct UnwritableBody;

/// What was kept as a cancel's body is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was kept as the body of a cancel is none")]
pub struct UnreadableBody;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyWire<'a> {
    cancel_reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_receive_account: Option<AccountWire<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_free_amount: Option<Box<RawValue>>,
    refundable_amount: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_request_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountWire<'a> {
    bank: &'a str,
    account_number: &'a str,
    holder_name: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenAccount {
    bank: String,
    account_number: String,
    holder_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenBody {
    refund_receive_account: Option<WrittenAccount>,
}

/// Where the money goes by a body that [`cancel_body`] wrote.
///
/// # Errors
/// [`UnreadableBody`] when it is none. It says nothing of what it is instead, which may be personal.
pub fn refund_account_of(body: &SecretString) -> Result<Option<RefundAccount>, UnreadableBody> {
    let written: WrittenBody =
        serde_json::from_str(body.expose_secret()).map_err(|_| UnreadableBody)?;
    Ok(written.refund_receive_account.map(|account| RefundAccount {
        bank: account.bank,
        account_number: account.account_number,
        holder_name: account.holder_name,
    }))
}

/// Writes the body. It may hold a bank account, so it comes as a secret. The currency is named unless it is won, which
/// Toss takes for granted; overseas methods need it for a partial cancel.
///
/// # Errors
/// [`UnwritableBody`], which no value leads to: it stands for the errors of the JSON writer.
pub fn cancel_body(
    body: &CancelBody<'_>,
    musd: MusdAmounts,
) -> Result<SecretString, UnwritableBody> {
    let number = |money: Money| toss_number(money, musd);
    let currency = body.refundable_amount.currency();
    let wire = BodyWire {
        cancel_reason: body.reason,
        cancel_amount: body.amount.map(number).transpose()?,
        refund_receive_account: body.refund_account.map(|account| AccountWire {
            bank: &account.bank,
            account_number: &account.account_number,
            holder_name: &account.holder_name,
        }),
        tax_free_amount: body.tax_free_amount.map(number).transpose()?,
        refundable_amount: number(body.refundable_amount)?,
        currency: (currency != Currency::KRW).then(|| currency.code()),
        cancel_request_id: body.cancel_request_id,
    };
    serde_json::to_string(&wire)
        .map(SecretString::from)
        .map_err(|_| UnwritableBody)
}

/// An amount as the digits that Toss takes for it.
fn toss_number(money: Money, musd: MusdAmounts) -> Result<Box<RawValue>, UnwritableBody> {
    let text = if money.currency() == Currency::MUSD && musd == MusdAmounts::Dollars {
        money.to_decimal_text()
    } else {
        money.to_toss_number()
    };
    RawValue::from_string(text).map_err(|_| UnwritableBody)
}
