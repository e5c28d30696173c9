//! What a switch makes of a right body: values that a reader hardly expects.

use super::json::{Json, Object};
use crate::odd_row::OddRow;

/// Longer than any key that Toss documents.
const LONG_KEY: usize = 300;

/// Makes a row, or a payment, odd.
pub(crate) fn make_odd(body: &mut Object, odd: OddRow) {
    match odd {
        OddRow::FourDecimals => {
            for field in ["amount", "totalAmount"] {
                if let Some(Json::Number(digits)) = body.value_mut(field) {
                    let whole = digits.split('.').next().unwrap_or_default();
                    *digits = format!("{whole}.1234");
                }
            }
        }
        OddRow::UnknownCurrency => replace(body, "currency", "ZZZ"),
        OddRow::NoPaidOutDate => {
            if let Some(date) = body.value_mut("paidOutDate") {
                *date = Json::Null;
            }
        }
        OddRow::LongTransactionKey => lengthen(body, "transactionKey"),
        OddRow::LongPaymentKey => lengthen(body, "paymentKey"),
        OddRow::NumbersAsStrings => body.each_value(&mut in_quotes),
        OddRow::UnknownStatus => {
            replace(body, "status", "UNDER_REVIEW");
            for cancel in body.cancels_mut() {
                replace(cancel, "cancelStatus", "UNDER_REVIEW");
            }
        }
        OddRow::LoneSurrogate => {
            cut_in_two(body, "orderName");
            for cancel in body.cancels_mut() {
                cut_in_two(cancel, "cancelReason");
            }
        }
    }
}

fn replace(body: &mut Object, field: &str, word: &str) {
    if let Some(value @ Json::Text(_)) = body.value_mut(field) {
        *value = word.into();
    }
}

/// Repeats a key until it is too long, so that two keys stay two.
fn lengthen(body: &mut Object, field: &str) {
    if let Some(Json::Text(key)) = body.value_mut(field) {
        *key = key.chars().cycle().take(LONG_KEY).collect();
    }
}

fn in_quotes(value: &mut Json) {
    if let Json::Number(digits) = value {
        *value = Json::Text(std::mem::take(digits));
    }
}

/// Ends a text with the first half of an emoji: an escape that is right in JSON, and no text.
fn cut_in_two(body: &mut Object, field: &str) {
    if let Some(value @ Json::Text(_)) = body.value_mut(field) {
        let written = String::from_utf8_lossy(&value.to_bytes()).into_owned();
        let inner = written.trim_matches('"');
        *value = Json::Raw(format!(r#""{inner} \ud83d""#));
    }
}
