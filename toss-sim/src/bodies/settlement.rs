//! A row of the settlement list.

use super::cancel;
use super::json::{Json, Object};
use super::method::{self, View};
use crate::kst::written;
use crate::ledger::payment::Payment;
use crate::ledger::transaction::RowKind;
use crate::payouts::SettlementRow;

/// The row's body. Cancel rows carry the original approval's time and the cancel with its positive amount.
pub(crate) fn body(payment: &Payment, row: &SettlementRow, view: View) -> Object {
    let amount = |minor: i64| crate::money::Amount::new(minor, row.currency);
    let fees: Vec<Object> = row
        .fees
        .iter()
        .map(|(kind, fee)| Object::new().with("type", *kind).with("fee", amount(*fee)))
        .collect();
    let cancel = match row.kind {
        RowKind::Cancel { nth, .. } => payment
            .cancels
            .get(nth)
            .map(|one| cancel::body(payment, one)),
        RowKind::Issued | RowKind::Approved { .. } => None,
    };
    Object::new()
        .with("mId", payment.mid.as_str())
        .with("paymentKey", payment.payment_key.as_str())
        .with("transactionKey", row.transaction_key.as_str())
        .with("orderId", payment.order_id.as_str())
        .with("currency", row.currency.code())
        .with(
            "method",
            payment
                .method
                .as_ref()
                .map(|one| view.language.word(one.literal())),
        )
        .with("fees", fees)
        .with(
            "approvedAt",
            written(payment.approved_at.unwrap_or(payment.requested_at)),
        )
        .with("soldDate", row.sold_date.to_string())
        .with("paidOutDate", row.paid_out_date.to_string())
        .with("card", method::card(payment, view))
        .with("virtualAccount", method::virtual_account(payment, view))
        .with("transfer", method::transfer(payment, view))
        .with("mobilePhone", method::mobile_phone(payment, view))
        .with("giftCertificate", method::gift_certificate(payment, view))
        .with("easyPay", method::easy_pay(payment, view))
        .with("cancel", cancel.map_or(Json::Null, Json::from))
        .with("amount", amount(row.amount))
        .with("interestFee", amount(0))
        .with("fee", amount(row.fee))
        .with("supplyAmount", amount(row.supply))
        .with("vat", amount(row.vat))
        .with("payOutAmount", amount(row.pay_out))
}
