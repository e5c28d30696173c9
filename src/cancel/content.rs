//! The content of an order: whether it can be recorded at all, and the hash that tells one order from another.

use reconciliation::{CancelMark, Currency, Money, RetryAdvice};
use sha2::{Digest, Sha256};

use super::{CancelOrder, told};
use crate::store::StoredCancelError;
use crate::toss::PaymentReading;

const SHORTEST_CLIENT_KEY: usize = 8;
const LONGEST_CLIENT_KEY: usize = 200;
/// Toss takes no more.
pub(super) const LONGEST_REASON: usize = 200;
const LONGEST_MARKED_REASON: usize = LONGEST_REASON - CancelMark::LENGTH;

/// Checks what does not depend on the payment.
pub(super) fn check(order: &CancelOrder) -> Result<(), StoredCancelError> {
    let invalid = |field: &str, message: String| {
        Err(StoredCancelError {
            code: "INVALID_INPUT".to_owned(),
            message,
            advice: RetryAdvice::FixInput,
            field: Some(field.to_owned()),
        })
    };
    let key = &order.client_key;
    let key_length = key.chars().count();
    if !(SHORTEST_CLIENT_KEY..=LONGEST_CLIENT_KEY).contains(&key_length)
        || key.chars().any(char::is_control)
    {
        return invalid(
            "idempotencyKey",
            format!(
                "The idempotency key must have {SHORTEST_CLIENT_KEY} to {LONGEST_CLIENT_KEY} visible characters."
            ),
        );
    }
    let reason = &order.reason;
    if reason.trim().is_empty()
        || reason.chars().count() > LONGEST_REASON
        || reason.chars().any(char::is_control)
    {
        return invalid(
            "reason",
            format!("The reason must have 1 to {LONGEST_REASON} visible characters."),
        );
    }
    Ok(())
}

/// Checks that a mark can be appended to the reason.
pub(super) fn check_room_for_mark(order: &CancelOrder) -> Result<(), StoredCancelError> {
    if order.reason.chars().count() > LONGEST_MARKED_REASON {
        return Err(told::reason_too_long(LONGEST_MARKED_REASON));
    }
    Ok(())
}

/// Checks that the amounts are in the payment's currency, without which they cannot even be recorded.
pub(super) fn check_currencies(
    order: &CancelOrder,
    currency: Currency,
) -> Result<(), StoredCancelError> {
    let intent = &order.intent;
    let amounts = [
        ("amount", intent.amount),
        ("taxFreeAmount", intent.tax_free_amount),
        ("expectedBalance", intent.expected_balance),
    ];
    for (field, amount) in amounts {
        if let Some(given) = amount
            .map(Money::currency)
            .filter(|&given| given != currency)
        {
            return Err(StoredCancelError {
                code: "INVALID_INPUT".to_owned(),
                message: format!("The payment is in {currency}, the given amount in {given}."),
                advice: RetryAdvice::FixInput,
                field: Some(field.to_owned()),
            });
        }
    }
    Ok(())
}

/// A hash of everything that makes one order another. Each part is led by its length, so that no two orders read alike.
pub(super) fn hash(order: &CancelOrder) -> [u8; 32] {
    let intent = &order.intent;
    let money = |amount: Option<Money>| amount.map(|amount| amount.to_string());
    let account = intent.refund_account.as_ref();
    let parts = [
        Some(order.payment_key.to_string()),
        Some(order.reason.clone()),
        money(intent.amount),
        money(intent.tax_free_amount),
        money(intent.expected_balance),
        account.map(|account| account.bank.clone()),
        account.map(|account| account.account_number.clone()),
        account.map(|account| account.holder_name.clone()),
        Some(intent.void_unpaid.to_string()),
    ];
    let mut hasher = Sha256::new();
    for part in parts {
        let length = part.as_ref().map_or(u64::MAX, |text| text.len() as u64);
        hasher.update(length.to_be_bytes());
        hasher.update(part.unwrap_or_default());
    }
    hasher.finalize().into()
}

/// Whether the refund would go to the payment's own virtual account, which is not the buyer's.
pub(super) fn names_own_account(order: &CancelOrder, reading: &PaymentReading) -> bool {
    match (&order.intent.refund_account, &reading.account_number) {
        (Some(account), Some(own)) => own.is_named_by(&account.account_number),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::{CancelIntent, PaymentKey, RefundAccount};

    use super::*;

    fn order() -> CancelOrder {
        CancelOrder {
            payment_key: PaymentKey::parse("key").unwrap(),
            client_key: "12345678".to_owned(),
            reason: "r".to_owned(),
            intent: CancelIntent {
                amount: None,
                tax_free_amount: None,
                expected_balance: None,
                refund_account: None,
                void_unpaid: false,
            },
        }
    }

    #[test]
    fn keys_and_reasons_are_refused_just_outside_their_bounds_and_accepted_just_inside() {
        let with = |key: &str, reason: &str| {
            check(&CancelOrder {
                client_key: key.to_owned(),
                reason: reason.to_owned(),
                ..order()
            })
            .map_err(|error| error.field.unwrap())
        };
        let (longest, too_long) = ("가".repeat(200), "가".repeat(201));
        assert_eq!(with("12345678", "r"), Ok(()));
        assert_eq!(with(&longest, &longest), Ok(()));
        assert_eq!(with("1234567", "r"), Err("idempotencyKey".to_owned()));
        assert_eq!(with(&too_long, "r"), Err("idempotencyKey".to_owned()));
        assert_eq!(with("12345678\n", "r"), Err("idempotencyKey".to_owned()));
        assert_eq!(with("12345678", ""), Err("reason".to_owned()));
        assert_eq!(with("12345678", "  "), Err("reason".to_owned()));
        assert_eq!(with("12345678", &too_long), Err("reason".to_owned()));
        assert_eq!(with("12345678", "a\u{0}b"), Err("reason".to_owned()));
    }

    #[test]
    fn a_reason_and_its_mark_are_as_long_as_toss_takes_and_no_longer() {
        let with = |length| {
            let reason = "가".repeat(length);
            check_room_for_mark(&CancelOrder { reason, ..order() }).map_err(|error| error.field)
        };
        assert_eq!(with(186), Ok(()));
        assert_eq!(with(187), Err(Some("reason".to_owned())));
        let mark = CancelMark::of_request("00000001");
        let sent = mark.appended_to(&"가".repeat(186));
        assert_eq!(sent.chars().count(), LONGEST_REASON);
    }

    #[test]
    fn every_part_of_the_content_changes_the_hash_and_the_callers_key_does_not() {
        let won = |minor| Some(Money::from_minor(minor, Currency::KRW));
        let account = RefundAccount {
            bank: "88".to_owned(),
            account_number: "1".to_owned(),
            holder_name: "김토스".to_owned(),
        };
        let other_account = RefundAccount {
            account_number: "2".to_owned(),
            ..account.clone()
        };
        let base = order().intent;
        let intents = [
            CancelIntent {
                amount: won(1),
                ..base.clone()
            },
            CancelIntent {
                amount: won(2),
                ..base.clone()
            },
            CancelIntent {
                tax_free_amount: won(1),
                ..base.clone()
            },
            CancelIntent {
                expected_balance: won(1),
                ..base.clone()
            },
            CancelIntent {
                refund_account: Some(account),
                ..base.clone()
            },
            CancelIntent {
                refund_account: Some(other_account),
                ..base.clone()
            },
            CancelIntent {
                void_unpaid: true,
                ..base.clone()
            },
            base,
        ];
        let mut hashes: Vec<[u8; 32]> = intents
            .into_iter()
            .map(|intent| hash(&CancelOrder { intent, ..order() }))
            .collect();
        hashes.push(hash(&CancelOrder {
            reason: "s".to_owned(),
            ..order()
        }));
        hashes.push(hash(&CancelOrder {
            payment_key: PaymentKey::parse("yek").unwrap(),
            ..order()
        }));
        let distinct: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
        assert_eq!(
            hash(&order()),
            hash(&CancelOrder {
                client_key: "another key".to_owned(),
                ..order()
            })
        );
    }
}
