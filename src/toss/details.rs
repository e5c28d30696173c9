//! What a payment's own answer says that no rule depends on: how it was paid, its name and its receipt. A part that is not what
//! it should be is as good as absent.

use reconciliation::{Currency, Money, mask_account_number};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::MusdAmounts;
use super::field::{Amounts, Place};
use super::wire::Field;

/// What a payment's own answer tells beside what is reconciled. It names what was bought and with which card, so that it has no
/// `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PaymentDetails {
    /// What was bought, in the merchant's words.
    pub order_name: Option<String>,
    /// Where the receipt can be looked at.
    pub receipt_url: Option<String>,
    /// The card, also that of a wallet.
    pub card: Option<CardDetails>,
    /// The wallet.
    pub easy_pay: Option<EasyPayDetails>,
    /// The part without VAT, of what is left of the payment.
    pub supplied_amount: Option<Money>,
    /// The VAT of what is left of the payment.
    pub vat: Option<Money>,
    /// The part that is free of tax, of what is left of the payment.
    pub tax_free_amount: Option<Money>,
    /// Whether the money is held in escrow.
    pub use_escrow: Option<bool>,
    /// The number of the approval, of a card or of gift certificates.
    pub approval_number: Option<String>,
}

/// The card of a payment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CardDetails {
    /// Who issued it, as Toss names them: a code such as 61, in old answers a name.
    pub issuer: Option<String>,
    /// Who acquires it: a code.
    pub acquirer: Option<String>,
    /// Its number as Toss masks it; one that Toss did not mask is masked here.
    pub masked_number: Option<String>,
    /// The number of the approval.
    pub approval_number: Option<String>,
    /// Months of the instalment plan; 0 for a single payment.
    pub installment_months: Option<u32>,
    /// Whether the buyer pays no interest.
    pub interest_free: Option<bool>,
}

/// The wallet of a payment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EasyPayDetails {
    /// Toss's word for it, such as 토스페이.
    pub provider: Option<String>,
    /// What was paid with the wallet's money or account.
    pub amount: Option<Money>,
    /// What was paid with its points and coupons.
    pub discount_amount: Option<Money>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailsWire<'a> {
    #[serde(borrow)]
    order_name: Field<'a>,
    receipt: Field<'a>,
    card: Field<'a>,
    mobile_phone: Field<'a>,
    gift_certificate: Field<'a>,
    easy_pay: Field<'a>,
    easy_pay_amount: Field<'a>,
    easy_pay_discount_amount: Field<'a>,
    supplied_amount: Field<'a>,
    vat: Field<'a>,
    tax_free_amount: Field<'a>,
    use_escrow: Field<'a>,
}

/// Everything that is asked of `receipt`, `card`, `mobilePhone`, `giftCertificate` and `easyPay`, each of which has a part of it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MeansWire<'a> {
    #[serde(borrow)]
    url: Field<'a>,
    receipt_url: Field<'a>,
    issuer_code: Field<'a>,
    acquirer_code: Field<'a>,
    company: Field<'a>,
    number: Field<'a>,
    approve_no: Field<'a>,
    installment_plan_months: Field<'a>,
    is_interest_free: Field<'a>,
    provider: Field<'a>,
    amount: Field<'a>,
    discount_amount: Field<'a>,
}

/// Reads the answer of a payment's call, whose amounts are in that currency. Empty when it is no object.
pub fn read_details(json: &str, currency: Currency, musd: MusdAmounts) -> PaymentDetails {
    let Ok(wire) = Place::default().shape::<DetailsWire<'_>>("", json, "a payment") else {
        return PaymentDetails::default();
    };
    let amounts = Amounts { currency, musd };
    let (receipt, card) = (means(wire.receipt), means(wire.card));
    let gift = means(wire.gift_certificate).and_then(|gift| text(gift.approve_no));
    let approval = card.as_ref().and_then(|card| text(card.approve_no));
    let urls = [
        receipt.and_then(|receipt| receipt.url),
        card.as_ref().and_then(|card| card.receipt_url),
        means(wire.mobile_phone).and_then(|phone| phone.receipt_url),
    ];
    PaymentDetails {
        order_name: text(wire.order_name),
        receipt_url: urls.into_iter().find_map(text),
        card: card.as_ref().map(read_card),
        easy_pay: read_easy_pay(&wire, amounts),
        supplied_amount: money(wire.supplied_amount, amounts),
        vat: money(wire.vat, amounts),
        tax_free_amount: money(wire.tax_free_amount, amounts),
        use_escrow: boolean(wire.use_escrow),
        approval_number: approval.or(gift),
    }
}

fn read_card(card: &MeansWire<'_>) -> CardDetails {
    let months = card.installment_plan_months.map(RawValue::get);
    CardDetails {
        issuer: text(card.issuer_code).or_else(|| text(card.company)),
        acquirer: text(card.acquirer_code),
        masked_number: text(card.number).map(|number| masked(&number)),
        approval_number: text(card.approve_no),
        installment_months: months.and_then(|months| months.parse().ok()),
        interest_free: boolean(card.is_interest_free),
    }
}

/// Old answers give the wallet's word alone, and its amounts beside it.
fn read_easy_pay(wire: &DetailsWire<'_>, amounts: Amounts) -> Option<EasyPayDetails> {
    let field = wire.easy_pay?;
    if let Some(easy_pay) = means(Some(field)) {
        return Some(EasyPayDetails {
            provider: text(easy_pay.provider),
            amount: money(easy_pay.amount, amounts),
            discount_amount: money(easy_pay.discount_amount, amounts),
        });
    }
    text(Some(field)).map(|provider| EasyPayDetails {
        provider: Some(provider),
        amount: money(wire.easy_pay_amount, amounts),
        discount_amount: money(wire.easy_pay_discount_amount, amounts),
    })
}

/// A card's number as it may be shown: Toss's own mask stays, a number of digits alone is masked.
fn masked(number: &str) -> String {
    let is_bare = number
        .chars()
        .all(|char| char.is_ascii_digit() || matches!(char, '-' | ' '));
    if is_bare {
        mask_account_number(number)
    } else {
        number.to_owned()
    }
}

fn means(field: Field<'_>) -> Option<MeansWire<'_>> {
    Place::default().shape("", field?.get(), "an object").ok()
}

fn text(field: Field<'_>) -> Option<String> {
    let text = Place::default().text("", field).ok().flatten();
    text.filter(|text| !text.is_empty())
}

fn boolean(field: Field<'_>) -> Option<bool> {
    Place::default().boolean("", field).ok().flatten()
}

fn money(field: Field<'_>, amounts: Amounts) -> Option<Money> {
    Place::default().money("", field, amounts).ok().flatten()
}

#[cfg(test)]
#[path = "details_tests.rs"]
mod tests;
