//! A cancel as it stands in `cancels[]`, in a settlement row and in a webhook.

use super::json::Object;
use crate::kst::written;
use crate::ledger::cancel::Cancel;
use crate::ledger::payment::Payment;

/// The cancel's body; its amount is positive wherever it stands.
pub(crate) fn body(payment: &Payment, cancel: &Cancel) -> Object {
    Object::new()
        .with("transactionKey", cancel.transaction_key.as_str())
        .with("cancelReason", cancel.reason.as_str())
        .with("taxExemptionAmount", cancel.tax_exemption)
        .with("canceledAt", written(cancel.at))
        .with("cardDiscountAmount", 0)
        .with("transferDiscountAmount", 0)
        .with("easyPayDiscountAmount", 0)
        .with("receiptKey", None::<String>)
        .with("cancelAmount", payment.amount(cancel.amount))
        .with("taxFreeAmount", cancel.tax_free)
        .with("refundableAmount", payment.amount(cancel.refundable))
        .with("cancelStatus", cancel.status.word())
        .with("cancelRequestId", cancel.request_id.clone())
}
