//! The content of an order: whether it can be recorded at all, and the hash that tells one order from another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reconciliation::{CancelMark, Currency, Money, RetryAdvice};

use super::{CancelCommand, client_errors};
use crate::store::{CancelRequest, ContentDigest, StoredCancelError};
use crate::toss::{DigestPurpose, PaymentReading, Toss};

const SHORTEST_CLIENT_KEY: usize = 8;
const LONGEST_CLIENT_KEY: usize = 200;
/// Toss takes no more.
pub(super) const LONGEST_REASON: usize = 200;
const LONGEST_MARKED_REASON: usize = LONGEST_REASON - CancelMark::LENGTH;

/// How many characters a reason may have, where reasons are marked and where they are not.
pub fn longest_reason(marks_reasons: bool) -> usize {
    if marks_reasons {
        LONGEST_MARKED_REASON
    } else {
        LONGEST_REASON
    }
}

/// Checks what does not depend on the payment.
pub(super) fn check(order: &CancelCommand) -> Result<(), StoredCancelError> {
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
pub(super) fn check_room_for_mark(order: &CancelCommand) -> Result<(), StoredCancelError> {
    if order.reason.chars().count() > LONGEST_MARKED_REASON {
        return Err(client_errors::reason_too_long(LONGEST_MARKED_REASON));
    }
    Ok(())
}

/// Checks that the amounts are in the payment's currency, without which they cannot even be recorded.
pub(super) fn check_currencies(
    order: &CancelCommand,
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

/// A digest of everything that makes one order another, under the merchant's key: a plain one would let whoever reads the
/// database try out account numbers.
pub(super) fn digest(toss: &Toss, order: &CancelCommand) -> ContentDigest {
    let intent = &order.intent;
    let money = |amount: Option<Money>| amount.map(|amount| amount.to_string());
    let account = intent.refund_account.as_ref();
    let parts: [Option<String>; 9] = [
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
    let parts = parts.each_ref().map(Option::as_deref);
    ContentDigest {
        key: toss.key_fingerprint(),
        digest: toss.keyed_digest(DigestPurpose::Content, &parts),
    }
}

/// The key that names an intent to Toss: the same for the same owner, caller's key and payment, also when this database
/// has forgotten it, so that Toss answers instead of paying again. Never of amounts: two equal partial refunds may both be
/// meant.
pub(super) fn idempotency_key(toss: &Toss, owner: &str, order: &CancelCommand) -> String {
    let parts = [owner, &order.client_key, order.payment_key.as_str()].map(Some);
    let digest = toss.keyed_digest(DigestPurpose::IdempotencyKey, &parts);
    // Overseas methods take it as `cancelRequestId` too, of 64 characters at most.
    format!("cr-{}", URL_SAFE_NO_PAD.encode(digest))
}

/// Whether an order is the one that the request recorded. Where the digest's key is gone, or the digest had to be erased,
/// what is stored in clear is compared, and an account that cannot be compared counts as equal: nothing is sent for it.
pub(super) fn is_same(request: &CancelRequest, order: &CancelCommand, toss: Option<&Toss>) -> bool {
    let comparable = request
        .content
        .as_ref()
        .zip(toss)
        .filter(|(content, toss)| content.key == toss.key_fingerprint());
    match comparable {
        Some((content, toss)) => *content == digest(toss, order),
        None => {
            request.payment_key == order.payment_key
                && request.reason == order.reason
                && request.amount == order.intent.amount
        }
    }
}

/// Whether the refund would go to the payment's own virtual account, which is not the buyer's.
pub(super) fn names_own_account(order: &CancelCommand, reading: &PaymentReading) -> bool {
    match (&order.intent.refund_account, &reading.account_number) {
        (Some(account), Some(own)) => own.is_named_by(&account.account_number),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::{CancelIntent, PaymentKey, RefundAccount};

    use super::*;

    fn order() -> CancelCommand {
        CancelCommand {
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

    fn toss(secret: &str) -> Toss {
        let address = crate::toss::BaseUrl::parse("http://127.0.0.1:9").unwrap();
        let key = crate::toss::SecretKey::parse(secret).unwrap();
        Toss::new(crate::toss::TossSettings::new(address, key)).unwrap()
    }

    #[test]
    fn keys_and_reasons_are_refused_just_outside_their_bounds_and_accepted_just_inside() {
        let with = |key: &str, reason: &str| {
            check(&CancelCommand {
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
            check_room_for_mark(&CancelCommand { reason, ..order() }).map_err(|error| error.field)
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
        let toss = toss("live_sk_stand1n0000000000000000");
        let hash = |order: &CancelCommand| digest(&toss, order).digest;
        let mut hashes: Vec<[u8; 32]> = intents
            .into_iter()
            .map(|intent| hash(&CancelCommand { intent, ..order() }))
            .collect();
        hashes.push(hash(&CancelCommand {
            reason: "s".to_owned(),
            ..order()
        }));
        hashes.push(hash(&CancelCommand {
            payment_key: PaymentKey::parse("yek").unwrap(),
            ..order()
        }));
        let distinct: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
        assert_eq!(
            hash(&order()),
            hash(&CancelCommand {
                client_key: "another key".to_owned(),
                ..order()
            })
        );
    }
}
