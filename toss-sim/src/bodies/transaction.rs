//! A row of the transaction list.

use super::json::Object;
use super::literal::Language;
use super::method::receipt_url;
use crate::kst::written;
use crate::ledger::payment::Payment;
use crate::ledger::transaction::Row;

/// The row's body. Amounts of cancels are positive: the status gives the direction.
pub(crate) fn body(payment: &Payment, row: &Row, language: Language) -> Object {
    Object::new()
        .with("mId", payment.mid.as_str())
        .with("transactionKey", row.transaction_key.as_str())
        .with("paymentKey", payment.payment_key.as_str())
        .with("orderId", payment.order_id.as_str())
        .with(
            "method",
            payment
                .method
                .as_ref()
                .map(|method| language.word(method.literal())),
        )
        .with("customerKey", payment.customer_key.clone())
        .with("useEscrow", payment.escrow)
        .with("receiptUrl", receipt_url(payment))
        .with("status", row.status.word())
        .with("transactionAt", written(row.at))
        .with("currency", payment.currency().code())
        .with("amount", payment.amount(row.amount))
}
