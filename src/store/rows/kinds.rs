//! The words that lists are filtered by: one for each status and method that is known, and one for all others.

use reconciliation::{PaymentMethod, PaymentStatus};

/// What stands for every word that is not known.
const UNKNOWN: &str = "UNKNOWN";

/// Every word of a status.
pub(in crate::store) const STATUS_KINDS: [&str; 9] = [
    "READY",
    "IN_PROGRESS",
    "WAITING_FOR_DEPOSIT",
    "DONE",
    "CANCELED",
    "PARTIAL_CANCELED",
    "ABORTED",
    "EXPIRED",
    UNKNOWN,
];

/// Every word of a method.
pub(in crate::store) const METHOD_KINDS: [&str; 10] = [
    "CARD",
    "VIRTUAL_ACCOUNT",
    "EASY_PAY",
    "MOBILE_PHONE",
    "TRANSFER",
    "CULTURE_GIFT_CERTIFICATE",
    "BOOK_GIFT_CERTIFICATE",
    "GAME_GIFT_CERTIFICATE",
    "FOREIGN_EASY_PAY",
    UNKNOWN,
];

/// The word of a status.
pub(in crate::store) fn status_kind(status: &PaymentStatus) -> &str {
    match status {
        PaymentStatus::Other(_) => UNKNOWN,
        known => known.as_str(),
    }
}

/// The word of a method, however Toss spelled it.
pub(in crate::store) fn method_kind(method: Option<&PaymentMethod>) -> &str {
    match method {
        Some(PaymentMethod::Other(_)) | None => UNKNOWN,
        Some(known) => known.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the list of all words has that of a status. A new one must be given a place here, and a word there.
    fn place_of_status(status: &PaymentStatus) -> usize {
        match status {
            PaymentStatus::Ready => 0,
            PaymentStatus::InProgress => 1,
            PaymentStatus::WaitingForDeposit => 2,
            PaymentStatus::Done => 3,
            PaymentStatus::Canceled => 4,
            PaymentStatus::PartialCanceled => 5,
            PaymentStatus::Aborted => 6,
            PaymentStatus::Expired => 7,
            PaymentStatus::Other(_) => 8,
        }
    }

    fn place_of_method(method: &PaymentMethod) -> usize {
        match method {
            PaymentMethod::Card => 0,
            PaymentMethod::VirtualAccount => 1,
            PaymentMethod::EasyPay => 2,
            PaymentMethod::MobilePhone => 3,
            PaymentMethod::Transfer => 4,
            PaymentMethod::CultureGiftCertificate => 5,
            PaymentMethod::BookGiftCertificate => 6,
            PaymentMethod::GameGiftCertificate => 7,
            PaymentMethod::ForeignEasyPay => 8,
            PaymentMethod::Other(_) => 9,
        }
    }

    #[test]
    fn every_status_and_method_has_its_word_among_all_of_them() {
        for (place, word) in STATUS_KINDS.iter().enumerate() {
            let status = PaymentStatus::from_toss(word);
            assert_eq!(place_of_status(&status), place, "{word}");
            assert_eq!(status_kind(&status), *word);
        }
        for (place, word) in METHOD_KINDS.iter().enumerate() {
            let method = PaymentMethod::from_label(word);
            assert_eq!(place_of_method(&method), place, "{word}");
            assert_eq!(method_kind(Some(&method)), *word);
        }
        assert_eq!(method_kind(None), UNKNOWN);
    }
}
