//! Requests, readings and answers for the tests of the machine.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{
    Cancel, CancelRequestStatus, CancelStatus, Currency, MId, Money, OrderId, Payment, PaymentKey,
    PaymentStatus, TransactionKey,
};

use super::Admin;
use super::machine::Situation;
use crate::store::{AccountName, CancelRequest, CancelRequestId, Lease, SecretBody};
use crate::toss::{Call, CancelAnswer, PaymentReading, RawBody, Refusal, TossCode, UnknownReason};

pub(super) fn won(minor: i64) -> Money {
    Money::from_minor(minor, Currency::KRW)
}

pub(super) fn key(text: &str) -> TransactionKey {
    TransactionKey::parse(text).unwrap()
}

pub(super) fn long_ago() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// An admin whose only token bears the same name.
pub(super) fn admin_named(name: &str) -> Admin {
    Admin {
        name: name.to_owned(),
        owner: name.to_owned(),
    }
}

/// A request that was just recorded.
pub(super) fn request(amount: Option<Money>) -> CancelRequest {
    CancelRequest {
        id: CancelRequestId::new("id"),
        payment_key: PaymentKey::parse("payment").unwrap(),
        account: AccountName::new("shop"),
        amount,
        currency: Currency::KRW,
        reason: "reason".to_owned(),
        requested_by: "admin".to_owned(),
        client_key: "12345678".to_owned(),
        content: None,
        owner: "admin".to_owned(),
        voids: false,
        mark: None,
        toss_words: None,
        may_repeat: false,
        idempotency_key: "cr-id".to_owned(),
        body: None,
        baseline_balance: None,
        baseline_cancel_keys: Vec::new(),
        status: CancelRequestStatus::Requested,
        version: 1,
        attempts: 0,
        first_sent_at: None,
        last_sent_at: None,
        error: None,
        transaction_key: None,
        upstream_http_status: None,
        raw_reply: None,
        requested_at: long_ago(),
        resolved_at: None,
        lease: Some(Lease {
            owner: "process".to_owned(),
            until: long_ago() + TimeDelta::seconds(65),
        }),
        next_at: None,
        api_key: None,
        decision: None,
        approval: None,
    }
}

/// A request for 3,000 of 15,000 won, sent that often, with one cancel before it.
pub(super) fn sent(attempts: i32) -> CancelRequest {
    CancelRequest {
        body: Some(SecretBody::new("sealed".to_owned())),
        baseline_balance: Some(won(15_000)),
        baseline_cancel_keys: vec![key("before")],
        status: CancelRequestStatus::Sent,
        attempts,
        first_sent_at: Some(long_ago()),
        last_sent_at: Some(long_ago()),
        api_key: Some("k1".to_owned()),
        ..request(Some(won(3_000)))
    }
}

/// No cancel is known to be another request's.
static OWNED_BY_NOBODY: LazyLock<HashSet<TransactionKey>> = LazyLock::new(HashSet::new);

pub(super) fn situation() -> Situation<'static> {
    Situation {
        now: long_ago(),
        first_pause: TimeDelta::seconds(5),
        owned: &OWNED_BY_NOBODY,
    }
}

pub(super) fn lease() -> Lease {
    Lease {
        owner: "another".to_owned(),
        until: long_ago() + TimeDelta::seconds(30),
    }
}

/// The payment with these cancels, of which no reason is known.
pub(super) fn reading(balance: i64, cancels: &[(&str, i64, CancelStatus)]) -> PaymentReading {
    let cancels: Vec<_> = cancels
        .iter()
        .map(|(key, minor, status)| (*key, *minor, status.clone(), None))
        .collect();
    reading_with_reasons(balance, &cancels)
}

/// The payment with these cancels, each with the reason that was given.
pub(super) fn reading_with_reasons(
    balance: i64,
    cancels: &[(&str, i64, CancelStatus, Option<&str>)],
) -> PaymentReading {
    let cancel = |(text, minor, status, reason): &(&str, i64, CancelStatus, Option<&str>)| Cancel {
        transaction_key: Some(key(text)),
        amount: won(*minor),
        reason: reason.map(ToOwned::to_owned),
        canceled_at: Some(long_ago()),
        refundable_amount: None,
        status: status.clone(),
    };
    PaymentReading {
        payment: Payment {
            mid: MId::parse("shop").unwrap(),
            payment_key: PaymentKey::parse("payment").unwrap(),
            order_id: OrderId::parse("order").unwrap(),
            method_label: Some("카드".to_owned()),
            status: PaymentStatus::PartialCanceled,
            currency: Currency::KRW,
            total_amount: Some(won(20_000)),
            balance_amount: Some(won(balance)),
            requested_at: None,
            approved_at: None,
            is_partial_cancelable: None,
            last_transaction_key: None,
            virtual_account: None,
        },
        cancels: cancels.iter().map(cancel).collect(),
        account_number: None,
        version: None,
        raw: RawBody::new("{}"),
    }
}

pub(super) fn done(reading: PaymentReading) -> CancelAnswer {
    CancelAnswer::Done {
        raw: reading.raw.clone(),
        reading: Box::new(reading),
        http_status: 200,
    }
}

pub(super) fn refused(code: &str) -> CancelAnswer {
    CancelAnswer::Refused {
        refusal: Refusal {
            call: Call::Cancel,
            code: TossCode::from_toss(code),
            message: "m".to_owned(),
            http_status: 400,
            trace_id: None,
        },
        raw: RawBody::new("{}"),
    }
}

/// A failure inside Toss, in these words.
pub(super) fn failed(code: &str, message: &str) -> CancelAnswer {
    CancelAnswer::Unknown {
        reason: UnknownReason::Undecided(Refusal {
            call: Call::Cancel,
            code: TossCode::from_toss(code),
            message: message.to_owned(),
            http_status: 500,
            trace_id: None,
        }),
        raw: Some(RawBody::new("{}")),
    }
}

pub(super) fn unknown_answer() -> CancelAnswer {
    let after = Duration::from_secs(30);
    CancelAnswer::Unknown {
        reason: UnknownReason::Silence { after },
        raw: None,
    }
}
