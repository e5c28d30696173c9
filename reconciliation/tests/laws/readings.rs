//! Toss's words: each known one is read, and an unknown one survives as itself.

use reconciliation::{CancelStatus, PaymentMethod, PaymentStatus, RetryAdvice};

#[test]
fn every_method_is_read_in_both_languages() {
    let cases = [
        (PaymentMethod::Card, "카드", "CARD"),
        (PaymentMethod::VirtualAccount, "가상계좌", "VIRTUAL_ACCOUNT"),
        (PaymentMethod::EasyPay, "간편결제", "EASY_PAY"),
        (PaymentMethod::MobilePhone, "휴대폰", "MOBILE_PHONE"),
        (PaymentMethod::Transfer, "계좌이체", "TRANSFER"),
        (
            PaymentMethod::CultureGiftCertificate,
            "문화상품권",
            "CULTURE_GIFT_CERTIFICATE",
        ),
        (
            PaymentMethod::BookGiftCertificate,
            "도서문화상품권",
            "BOOK_GIFT_CERTIFICATE",
        ),
        (
            PaymentMethod::GameGiftCertificate,
            "게임문화상품권",
            "GAME_GIFT_CERTIFICATE",
        ),
        (
            PaymentMethod::ForeignEasyPay,
            "해외간편결제",
            "FOREIGN_EASY_PAY",
        ),
    ];
    for (method, korean, english) in cases {
        assert_eq!(PaymentMethod::from_label(korean), method);
        assert_eq!(PaymentMethod::from_label(english), method);
    }
    for unknown in ["새로운결제", "virtual_account", ""] {
        assert_eq!(
            PaymentMethod::from_label(unknown),
            PaymentMethod::Other(unknown.to_owned())
        );
    }
}

#[test]
fn every_word_is_written_as_it_was_read() {
    for text in [
        "READY",
        "IN_PROGRESS",
        "WAITING_FOR_DEPOSIT",
        "DONE",
        "CANCELED",
        "PARTIAL_CANCELED",
        "ABORTED",
        "EXPIRED",
        "CANCELLED",
        "",
    ] {
        let status = PaymentStatus::from_toss(text);
        assert_eq!(status.as_str(), text);
        assert_eq!(status.to_string(), text);
        assert_eq!(
            status.is_cancel(),
            matches!(text, "CANCELED" | "PARTIAL_CANCELED")
        );
    }
    for text in ["DONE", "IN_PROGRESS", "ABORTED", "PAUSED"] {
        assert_eq!(CancelStatus::from_toss(text).as_str(), text);
    }
    for advice in RetryAdvice::ALL {
        assert_eq!(RetryAdvice::parse(advice.as_str()), Some(advice));
    }
    assert_eq!(RetryAdvice::parse("retry"), None);
}
