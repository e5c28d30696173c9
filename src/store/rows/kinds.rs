//! The words that lists are filtered by: one for each status and method that is known, and one for all others.

use reconciliation::{PaymentMethod, PaymentStatus};

/// What stands for every word that is not known.
const UNKNOWN: &str = "UNKNOWN";

/// The word of a status.
pub(in crate::store) fn status_kind(status: &PaymentStatus) -> &str {
    match status {
        PaymentStatus::Other(_) => UNKNOWN,
        known => known.as_str(),
    }
}

/// The word of a method, however Toss spelled it.
pub(in crate::store) fn method_kind(method: Option<&PaymentMethod>) -> &'static str {
    match method {
        Some(PaymentMethod::Card) => "CARD",
        Some(PaymentMethod::VirtualAccount) => "VIRTUAL_ACCOUNT",
        Some(PaymentMethod::EasyPay) => "EASY_PAY",
        Some(PaymentMethod::MobilePhone) => "MOBILE_PHONE",
        Some(PaymentMethod::Transfer) => "TRANSFER",
        Some(PaymentMethod::CultureGiftCertificate) => "CULTURE_GIFT_CERTIFICATE",
        Some(PaymentMethod::BookGiftCertificate) => "BOOK_GIFT_CERTIFICATE",
        Some(PaymentMethod::GameGiftCertificate) => "GAME_GIFT_CERTIFICATE",
        Some(PaymentMethod::ForeignEasyPay) => "FOREIGN_EASY_PAY",
        Some(PaymentMethod::Other(_)) | None => UNKNOWN,
    }
}
