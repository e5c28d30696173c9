//! What is read of how a payment was paid, in new answers and old ones, and what is masked.

use super::*;

fn details(json: &str) -> PaymentDetails {
    read_details(json, Currency::KRW, MusdAmounts::default())
}

fn won(minor: i64) -> Money {
    Money::from_minor(minor, Currency::KRW)
}

#[test]
fn a_wallet_that_draws_on_a_card_tells_of_both() {
    let found = details(include_str!(
        "../../tests/fixtures/toss/payment_easypay_card_plus_point_done.json"
    ));
    assert_eq!(found.order_name.as_deref(), Some("텀블러"));
    assert!(found.receipt_url.unwrap().starts_with("https://dashboard."));
    let card = found.card.unwrap();
    assert_eq!(card.issuer.as_deref(), Some("61"));
    assert_eq!(card.acquirer.as_deref(), Some("31"));
    assert_eq!(card.masked_number.as_deref(), Some("12345678****901*"));
    assert_eq!(card.approval_number.as_deref(), Some("00123456"));
    assert_eq!(
        (card.installment_months, card.interest_free),
        (Some(0), Some(false))
    );
    let easy_pay = found.easy_pay.unwrap();
    assert_eq!(easy_pay.provider.as_deref(), Some("네이버페이"));
    assert_eq!(
        (easy_pay.amount, easy_pay.discount_amount),
        (Some(won(0)), Some(won(1_500)))
    );
    assert_eq!(
        (found.supplied_amount, found.vat, found.tax_free_amount),
        (Some(won(18_182)), Some(won(1_818)), Some(won(0)))
    );
    assert_eq!(found.use_escrow, Some(false));
    assert_eq!(found.approval_number.as_deref(), Some("00123456"));
}

#[test]
fn old_answers_name_the_company_the_receipt_and_the_wallet_elsewhere() {
    let found = details(
        r#"{ "card": { "company": "현대", "receiptUrl": "https://r.example/1", "number": "1234-****" },
             "easyPay": "토스결제", "easyPayAmount": 900, "easyPayDiscountAmount": 100 }"#,
    );
    let card = found.card.unwrap();
    assert_eq!(card.issuer.as_deref(), Some("현대"));
    assert_eq!(card.masked_number.as_deref(), Some("1234-****"));
    assert_eq!(found.receipt_url.as_deref(), Some("https://r.example/1"));
    let easy_pay = found.easy_pay.unwrap();
    assert_eq!(easy_pay.provider.as_deref(), Some("토스결제"));
    assert_eq!(
        (easy_pay.amount, easy_pay.discount_amount),
        (Some(won(900)), Some(won(100)))
    );
}

#[test]
fn a_card_number_that_toss_did_not_mask_is_masked_and_a_masked_one_stays() {
    for (number, shown) in [
        ("1234567812345678", "************5678"),
        ("1234-5678-1234-5678", "***************5678"),
        ("12345678****901*", "12345678****901*"),
    ] {
        assert_eq!(masked(number), shown);
    }
}

#[test]
fn gift_certificates_have_an_approval_and_no_card() {
    let found = details(r#"{ "giftCertificate": { "approveNo": "777" }, "card": null }"#);
    assert_eq!(found.approval_number.as_deref(), Some("777"));
    assert!(found.card.is_none());
}

#[test]
fn what_is_not_what_it_should_be_is_absent_and_takes_nothing_with_it() {
    for json in ["", "[]", "{}", "null"] {
        assert!(details(json) == PaymentDetails::default(), "{json}");
    }
    let found = details(
        r#"{ "orderName": 7, "receipt": "x", "card": { "number": {}, "approveNo": "1" }, "vat": "much",
             "suppliedAmount": 10, "useEscrow": "yes" }"#,
    );
    assert_eq!((found.order_name, found.receipt_url), (None, None));
    assert_eq!((found.vat, found.use_escrow), (None, None));
    assert_eq!(found.supplied_amount, Some(won(10)));
    assert_eq!(found.approval_number.as_deref(), Some("1"));
}
