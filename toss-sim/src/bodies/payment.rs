//! The Payment object, of API version 2022-11-16.

use super::cancel;
use super::json::{Json, Object};
use super::method::{self, View};
use crate::kst::written;
use crate::ledger::payment::{Method, Payment, Status};
use crate::money::Currency;

/// The payment's body, its fields in Toss's order.
pub(crate) fn body(payment: &Payment, view: View) -> Object {
    let (vat, supplied) = payment.tax_parts();
    let overseas = payment.currency() != Currency::Krw;
    let no_money_yet = payment.came_to_nothing();
    let checkout = format!(
        "https://api.tosspayments.com/v1/payments/{}/checkout",
        payment.payment_key
    );
    let receipt = (!overseas && !no_money_yet)
        .then(|| Object::new().with("url", method::receipt_url(payment)));
    let discount = (payment.card_discount > 0)
        .then(|| Object::new().with("amount", payment.amount(payment.card_discount)));
    let failure = payment
        .failure
        .map(|(code, message)| Object::new().with("code", code).with("message", message));
    let cancels: Vec<Object> = payment
        .cancels
        .iter()
        .map(|one| cancel::body(payment, one))
        .collect();
    let escrow_unknown = payment.method.is_none() || overseas;
    let mut body = Object::new()
        .with("mId", payment.mid.as_str())
        .with("lastTransactionKey", payment.last_transaction_key.clone())
        .with("paymentKey", payment.payment_key.as_str())
        .with("orderId", payment.order_id.as_str())
        .with("orderName", payment.order_name.as_str())
        .with("taxExemptionAmount", payment.tax_exemption)
        .with("status", payment.status.word())
        .with("requestedAt", written(payment.requested_at))
        .with("approvedAt", payment.approved_at.map(written))
        .with("useEscrow", (!escrow_unknown).then_some(payment.escrow))
        .with("cultureExpense", false)
        .with("card", method::card(payment, view))
        .with("virtualAccount", method::virtual_account(payment, view))
        .with("transfer", method::transfer(payment, view))
        .with("mobilePhone", method::mobile_phone(payment, view))
        .with("giftCertificate", method::gift_certificate(payment, view))
        .with("cashReceipt", Json::Null)
        .with("cashReceipts", Json::Null)
        .with("discount", discount)
        .with("cancels", (!cancels.is_empty()).then_some(cancels))
        .with("secret", payment.secret.clone())
        .with("easyPay", method::easy_pay(payment, view))
        .with("failure", failure)
        .with("metadata", Json::Null)
        .with("type", "NORMAL")
        .with("country", country(payment))
        .with("isPartialCancelable", payment.partial_cancelable)
        .with("receipt", receipt)
        .with("checkout", Object::new().with("url", checkout))
        .with("currency", payment.currency().code())
        .with("totalAmount", payment.total)
        .with("balanceAmount", payment.amount(payment.balance))
        .with("suppliedAmount", payment.amount(supplied))
        .with("vat", payment.amount(vat))
        .with("taxFreeAmount", payment.amount(payment.tax_free))
        .with(
            "method",
            payment
                .method
                .as_ref()
                .map(|method| view.language.word(method.literal())),
        )
        .with("version", "2022-11-16");
    if payment.status == Status::Expired {
        body.set("transactionKey", Json::Null);
    }
    body
}

fn country(payment: &Payment) -> &'static str {
    match payment.method {
        Some(Method::OverseasEasyPay { .. }) => "US",
        _ => "KR",
    }
}
