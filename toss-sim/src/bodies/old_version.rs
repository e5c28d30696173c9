//! Payments and rows in the shape of older API versions.

use super::json::{Json, Object};

/// Fields that came after version 1.4.
const AFTER_1_4: &[&str] = &[
    "receipt",
    "checkout",
    "metadata",
    "cashReceipts",
    "taxExemptionAmount",
];

/// Version 1.4: institution names beside codes, `transactionKey` instead of nothing, no receipt object.
pub(crate) fn to_version_1_4(body: &mut Object) {
    if let Some(card) = body.object_mut("card") {
        card.set("company", "현대");
        card.set(
            "receiptUrl",
            "https://dashboard.tosspayments.com/receipt/redirection?transactionId=x&ref=PX",
        );
        card.remove("interestPayer");
    }
    if body.has("version") {
        body.set("version", "1.4");
        body.set("transactionKey", Json::Null);
        for newer in AFTER_1_4 {
            body.remove(newer);
        }
    }
    body.remove("fees");
}

/// Version 1.3, of a payment: as 1.4, with the newest key under its older name, and cancels that have neither a key nor
/// a status of their own.
pub(crate) fn to_version_1_3(body: &mut Object) {
    to_version_1_4(body);
    body.set("version", "1.3");
    let newest = body.value_mut("lastTransactionKey").cloned();
    body.remove("lastTransactionKey");
    body.set("transactionKey", newest);
    for newer in ["country", "isPartialCancelable", "failure"] {
        body.remove(newer);
    }
    for cancel in body.cancels_mut() {
        for newer in [
            "transactionKey",
            "cancelStatus",
            "cancelRequestId",
            "receiptKey",
            "taxExemptionAmount",
            "cardDiscountAmount",
            "transferDiscountAmount",
            "easyPayDiscountAmount",
        ] {
            cancel.remove(newer);
        }
        cancel.set("taxAmount", 0);
    }
}
