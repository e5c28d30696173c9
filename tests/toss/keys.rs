//! Secret keys and addresses: what is taken, what is refused, and that neither shows what it must not.

use toss_recon::toss::{BaseUrl, InvalidBaseUrl, InvalidSecretKey, SecretKey, TossSettings};

#[test]
fn secret_keys_of_every_kind_are_taken() {
    for (text, is_test) in [
        ("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l", true),
        ("live_sk_D4yKeq5bgrpKRd0JYbLVGX0l", false),
        ("test_gsk_docs_OaPz8L5KdmQXkzRz3y47BMw6", true),
        ("live_gsk_docs_OaPz8L5KdmQXkzRz3y47BMw6", false),
        ("test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy", true),
        ("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l\n", true),
        ("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l\r\n", true),
    ] {
        let key = SecretKey::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(key.is_test(), is_test, "{text:?}");
    }
}

#[test]
fn what_is_no_secret_key_is_refused_with_its_reason_and_without_its_text() {
    let long = format!("test_sk_{}", "a".repeat(193));
    for (text, reason) in [
        ("", InvalidSecretKey::Empty),
        ("\n", InvalidSecretKey::Empty),
        (
            "\u{feff}test_sk_D4yKeq5bgrpKRd0JYbLVGX0l",
            InvalidSecretKey::ByteOrderMark,
        ),
        ("\u{feff}", InvalidSecretKey::ByteOrderMark),
        (
            " test_sk_D4yKeq5bgrpKRd0JYbLVGX0l",
            InvalidSecretKey::WhiteSpace,
        ),
        (
            "test_sk_D4yKeq5bgrpKRd0JYbLVGX0l ",
            InvalidSecretKey::WhiteSpace,
        ),
        (
            "test_sk_D4yKeq5b grpKRd0JYbLVGX0l",
            InvalidSecretKey::WhiteSpace,
        ),
        (
            "test_sk_D4yKeq5bgrpKRd0JYbLVGX0l\n\n",
            InvalidSecretKey::WhiteSpace,
        ),
        (
            "test_ck_D4yKeq5bgrpKRd0JYbLVGX0l",
            InvalidSecretKey::ClientKey,
        ),
        (
            "live_ck_D4yKeq5bgrpKRd0JYbLVGX0l",
            InvalidSecretKey::ClientKey,
        ),
        (
            "test_gck_docs_Ovk5rk1EwkEbP0W43n07x",
            InvalidSecretKey::ClientKey,
        ),
        (
            "live_gck_docs_Ovk5rk1EwkEbP0W43n07x",
            InvalidSecretKey::ClientKey,
        ),
        ("D4yKeq5bgrpKRd0JYbLVGX0l", InvalidSecretKey::Prefix),
        ("TEST_SK_D4yKeq5bgrpKRd0JYbLVGX0l", InvalidSecretKey::Prefix),
        ("sk_test_D4yKeq5bgrpKRd0JYbLVGX0l", InvalidSecretKey::Prefix),
        ("live_ak_D4yKeq5bgrpKRd0JYbLVGX0l", InvalidSecretKey::Prefix),
        ("test_sk_", InvalidSecretKey::Short),
        (
            "test_sk_D4yKeq5bgrp:KRd0JYbLVGX0l",
            InvalidSecretKey::Character,
        ),
        (
            "test_sk_D4yKeq5bgrp\u{7}KRd0JYbLVGX0l",
            InvalidSecretKey::Character,
        ),
        (
            "test_sk_D4yKeq5bgrp키KRd0JYbLVGX0l",
            InvalidSecretKey::Character,
        ),
        (long.as_str(), InvalidSecretKey::Long),
    ] {
        let error = SecretKey::parse(text).expect_err(text);
        assert_eq!(error, reason, "{text:?}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("D4yK") && !shown.contains("X0l"), "{shown}");
    }
    let longest = format!("test_sk_{}", "a".repeat(192));
    assert!(SecretKey::parse(&longest).is_ok());
}

#[test]
fn a_key_shows_its_prefix_and_last_four_characters_only() {
    let key = SecretKey::parse("live_gsk_docs_OaPz8L5KdmQXkzRz3y47BMw6").expect("a key");
    for shown in [key.to_string(), format!("{key:?}")] {
        assert_eq!(shown, "live_gsk_…BMw6");
    }
    let short = SecretKey::parse("test_sk_abcdef").expect("a key");
    assert_eq!(short.to_string(), "test_sk_…");
    let base_url = BaseUrl::parse(BaseUrl::TOSS).expect("an address");
    let settings = TossSettings::new(base_url, key);
    assert!(
        !format!("{settings:?}").contains("OaPz8L5K"),
        "{settings:?}"
    );
}

#[test]
fn a_fingerprint_names_the_key_and_changes_with_it() {
    let of = |text| SecretKey::parse(text).expect("a key").fingerprint();
    // printf %s test_sk_D4yKeq5bgrpKRd0JYbLVGX0l | sha256sum | cut -c1-16
    assert_eq!(of("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l"), "e360c85c07c1ce2a");
    assert_eq!(
        of("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l\n"),
        of("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l")
    );
    assert_ne!(
        of("test_sk_D4yKeq5bgrpKRd0JYbLVGX0m"),
        of("test_sk_D4yKeq5bgrpKRd0JYbLVGX0l")
    );
}

#[test]
fn addresses_are_encrypted_or_on_this_machine() {
    for text in [
        "https://api.tosspayments.com",
        "https://api.tosspayments.com/",
        "https://proxy.example/toss/",
        "http://127.0.0.1:4010",
        "http://127.8.9.10:4010",
        "http://[::1]:4010",
        "http://localhost:4010",
        "http://LOCALHOST",
    ] {
        assert!(BaseUrl::parse(text).is_ok(), "{text}");
    }
    for (text, reason) in [
        ("", InvalidBaseUrl::NotAUrl),
        ("api.tosspayments.com", InvalidBaseUrl::NotAUrl),
        ("mailto:help@tosspayments.com", InvalidBaseUrl::NotAUrl),
        ("file:///etc/passwd", InvalidBaseUrl::NotAUrl),
        ("http://api.tosspayments.com", InvalidBaseUrl::NotHttps),
        ("http://128.0.0.1", InvalidBaseUrl::NotHttps),
        ("http://localhost.example", InvalidBaseUrl::NotHttps),
        ("http://127.0.0.1.example", InvalidBaseUrl::NotHttps),
        ("http://0.0.0.0", InvalidBaseUrl::NotHttps),
        ("ftp://127.0.0.1", InvalidBaseUrl::NotHttps),
        (
            "https://admin:hunter2@api.tosspayments.com",
            InvalidBaseUrl::HasCredentials,
        ),
        (
            "https://admin@api.tosspayments.com",
            InvalidBaseUrl::HasCredentials,
        ),
        (
            "https://api.tosspayments.com/?a=b",
            InvalidBaseUrl::HasQueryOrFragment,
        ),
        (
            "https://api.tosspayments.com/#top",
            InvalidBaseUrl::HasQueryOrFragment,
        ),
    ] {
        let error = BaseUrl::parse(text).expect_err(text);
        assert_eq!(error, reason, "{text}");
        assert!(!error.to_string().contains("hunter2"));
    }
}
