//! Identifiers: what they may hold, and that they are safe within a URL.

use proptest::prelude::*;
use reconciliation::{InvalidId, MId, OrderId, PaymentKey, TransactionKey};

const NEVER: [&str; 16] = [
    "",
    ".",
    "..",
    "...",
    " ",
    "a b",
    "a\tb",
    "a\nb",
    "a\0",
    "a\u{7f}",
    "a\u{85}b",
    "a\u{a0}b",
    "a\u{200b}b",
    "a\u{202e}b",
    "\u{feff}a",
    "a\u{2028}b",
];

fn accepted(text: &str) -> [bool; 4] {
    [
        MId::parse(text).is_ok(),
        OrderId::parse(text).is_ok(),
        PaymentKey::parse(text).is_ok(),
        TransactionKey::parse(text).is_ok(),
    ]
}

#[test]
fn nothing_invisible_empty_or_made_of_dots_is_an_identifier() {
    for text in NEVER {
        assert_eq!(accepted(text), [false; 4], "{text:?}");
    }
}

#[test]
fn each_identifier_has_its_own_characters() {
    // (text, [mId, orderId, paymentKey, transactionKey])
    let cases = [
        ("tvivarepublica2", [true, true, true, true]),
        ("estag20240807160826ZKQT3", [true, true, true, true]),
        ("kbsi_20250313133339UOZE2", [true, true, true, true]),
        ("txrd_a01jsnb7kckzdbyzg7jjy0har1r", [true, true, true, true]),
        ("a-b_c", [true, true, true, true]),
        ("a.b", [true, true, false, true]),
        ("71", [true, true, true, true]),
        ("order=1", [true, true, false, false]),
        ("주문-1", [true, true, false, false]),
        ("a/b", [true, false, false, false]),
        ("../v1", [true, false, false, false]),
        ("a\\b", [true, false, false, false]),
        ("%2e%2e", [true, false, false, false]),
        ("a?b", [true, false, false, false]),
        ("a#b", [true, false, false, false]),
    ];
    for (text, expected) in cases {
        assert_eq!(accepted(text), expected, "{text:?}");
    }
}

#[test]
fn lengths_are_counted_in_characters_up_to_the_limit() {
    let long = |count| "가".repeat(count);
    assert!(OrderId::parse(&long(200)).is_ok());
    assert_eq!(
        OrderId::parse(&long(201)),
        Err(InvalidId::Length {
            what: "an orderId",
            max: 200,
            length: 201
        })
    );
    let ascii = |count| "k".repeat(count);
    assert!(PaymentKey::parse(&ascii(200)).is_ok() && PaymentKey::parse(&ascii(201)).is_err());
    assert!(
        TransactionKey::parse(&ascii(200)).is_ok() && TransactionKey::parse(&ascii(201)).is_err()
    );
    assert!(MId::parse(&ascii(50)).is_ok() && MId::parse(&ascii(51)).is_err());
}

#[test]
fn an_identifier_shows_its_text_and_a_refusal_does_not() {
    let order = OrderId::parse("order-1").unwrap();
    assert_eq!(
        (order.as_str(), order.to_string().as_str()),
        ("order-1", "order-1")
    );
    let refused = PaymentKey::parse("secret/thing").unwrap_err().to_string();
    assert_eq!(
        refused,
        "a paymentKey may hold letters, digits, '-' and '_' only"
    );
}

#[test]
fn an_orders_prefix_ends_at_the_first_underscore() {
    let rest = |text: &str| {
        OrderId::parse(text)
            .unwrap()
            .without_prefix()
            .map(str::to_owned)
    };
    assert_eq!(rest("abc_order_1").as_deref(), Some("order_1"));
    assert_eq!(rest("_order").as_deref(), Some("order"));
    assert_eq!(rest("order-1"), None);
    assert_eq!(rest("order_"), None);
}

proptest! {
    #[test]
    fn no_text_makes_an_identifier_panic_and_an_accepted_one_is_kept_as_it_is(text: String) {
        let _ = accepted(&text);
        if let Ok(order) = OrderId::parse(&text) {
            prop_assert_eq!(order.as_str(), text.as_str());
            prop_assert!(!text.contains(['/', '\\', '%', '?', '#']));
        }
    }

    #[test]
    fn a_payment_key_is_one_segment_of_a_path(text in "[!-~]{1,12}") {
        if PaymentKey::parse(&text).is_ok() {
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }
    }
}
