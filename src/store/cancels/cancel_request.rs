//! A cancel request: what was asked for, and what became of it.

use std::fmt;

use chrono::{DateTime, Utc};
use reconciliation::{
    CancelMark, CancelRequestStatus, Currency, MId, Money, PaymentKey, RetryAdvice, TransactionKey,
};

use crate::store::rows::to_millis;
use crate::store::{AccountName, SecretBody, StoreError};

/// The id of a cancel request: the text of a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CancelRequestId(String);

impl CancelRequestId {
    /// Takes the id as it is; one that was never given out finds nothing.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CancelRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request to cancel a payment, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRequest {
    /// Its id.
    pub id: CancelRequestId,
    /// The payment.
    pub payment_key: PaymentKey,
    /// The merchant whose key cancels.
    pub account: AccountName,
    /// What to cancel; `None` is everything that is left.
    pub amount: Option<Money>,
    /// The payment's currency.
    pub currency: Currency,
    /// The reason that was given.
    pub reason: String,
    /// The name of the token that asked.
    pub requested_by: String,
    /// The person or system that the token stands for: keys, limits and approvals are the owner's.
    pub owner: String,
    /// Whether it can only hand an unpaid virtual account back: it moves no money, and counts against no sum.
    pub voids: bool,
    /// The key that the caller gave: the same one of the same owner never makes a second request.
    pub client_key: String,
    /// A keyed digest of everything that the caller asked for; `None` where a plain one had to be erased.
    pub content: Option<ContentDigest>,
    /// The key sent to Toss, one for the life of the request.
    pub idempotency_key: String,
    /// The exact bytes for Toss, sealed; erased when the request ends, since they may hold a bank account.
    pub body: Option<SecretBody>,
    /// The balance that was read: last before sending, and for a limit or an approval when it was asked for.
    pub baseline_balance: Option<Money>,
    /// The cancels that the payment had before sending; one that is not among them came later.
    pub baseline_cancel_keys: Vec<TransactionKey>,
    /// How far it has got.
    pub status: CancelRequestStatus,
    /// Counts changes, for the compare-and-swap.
    pub version: i64,
    /// How often Toss was called.
    pub attempts: i32,
    /// When Toss was first called.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// When Toss was last called.
    pub last_sent_at: Option<DateTime<Utc>>,
    /// What went wrong.
    pub error: Option<StoredCancelError>,
    /// The cancel that Toss's answer named.
    pub transaction_key: Option<TransactionKey>,
    /// The HTTP status of Toss's last answer.
    pub upstream_http_status: Option<u16>,
    /// Toss's last answer word for word.
    pub raw_reply: Option<SecretBody>,
    /// When it was recorded.
    pub requested_at: DateTime<Utc>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who works on it, and until when nobody else does.
    pub lease: Option<Lease>,
    /// When it is to be asked about again, or ends for want of approval.
    pub next_at: Option<DateTime<Utc>>,
    /// Names the API key that it was sent with: under another one, the idempotency key would be a new one for Toss.
    pub api_key: Option<String>,
    /// The admin who decided what became of it, and what the decision rests on.
    pub decision: Option<Decision>,
    /// Another admin's approval, where one was needed.
    pub approval: Option<Approval>,
    /// The mark that was appended to the reason, where one was.
    pub mark: Option<CancelMark>,
    /// What Toss said last that was no success.
    pub toss_words: Option<TossWords>,
    /// Whether it may have been sent before without the record's knowing: the database may be an older copy of itself.
    pub may_repeat: bool,
}

/// Tells one content from another without telling what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentDigest {
    /// Names the key that it was made with.
    pub key: String,
    /// HMAC-SHA-256 under that key.
    pub digest: [u8; 32],
}

/// Toss's code and words, and for how long they have been the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TossWords {
    /// Toss's code.
    pub code: String,
    /// Toss's words, with long numbers masked.
    pub message: String,
    /// How often in a row it said so.
    pub times: i32,
    /// When it said so first.
    pub since: DateTime<Utc>,
}

/// The right to work on a request, for a while: a process that dies leaves it to run out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The process.
    pub owner: String,
    /// When somebody else may take the request up.
    pub until: DateTime<Utc>,
}

/// What a person found out about a request whose outcome could not be had by asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The name of the admin's token.
    pub by: String,
    /// What it rests on, in the admin's words.
    pub note: String,
}

/// Another admin's word that a cancel may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The name of the admin's token.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What went wrong with a cancel, as the caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCancelError {
    /// Toss's code, or one of ours.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub advice: RetryAdvice,
    /// The input field at fault, in the API's spelling.
    pub field: Option<String>,
}

impl StoredCancelError {
    /// The code of a request that sent nothing because Toss could not be asked. One that ends with it gives its keys back:
    /// whoever asks again under the same key has the same intent and the same key at Toss, also where this database has
    /// forgotten that it was carried out.
    pub const TOSS_NOT_ASKED: &'static str = "UPSTREAM_UNAVAILABLE";
}

/// A request to record. It starts as `REQUESTED`.
#[derive(Clone, Debug)]
pub struct NewCancelRequest {
    /// Its id: a UUID of version 7, so that ids are in the order of time.
    pub id: CancelRequestId,
    /// See [`CancelRequest`], here and below.
    pub payment_key: PaymentKey,
    /// The merchant whose key cancels.
    pub account: AccountName,
    /// What to cancel; `None` is everything that is left.
    pub amount: Option<Money>,
    /// The payment's currency.
    pub currency: Currency,
    /// The reason that was given.
    pub reason: String,
    /// The name of the token that asked.
    pub requested_by: String,
    /// The person or system that the token stands for.
    pub owner: String,
    /// Whether it can only hand an unpaid virtual account back: no limit of the day holds it then.
    pub voids: bool,
    /// The key that the caller gave.
    pub client_key: String,
    /// A keyed digest of everything that the caller asked for.
    pub content: ContentDigest,
    /// The mark that will be appended to the reason, if one will be.
    pub mark: Option<CancelMark>,
    /// The key to send to Toss.
    pub idempotency_key: String,
    /// Now.
    pub requested_at: DateTime<Utc>,
    /// For whoever carries it out.
    pub lease: Lease,
    /// The balance that it counts with against a limit, when it asks for everything.
    pub baseline_balance: Option<Money>,
    /// The limit to hold it against, together with what its admin has asked for.
    pub day_limit: Option<DayLimit>,
}

/// The most that one admin may ask for within a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayLimit {
    /// So much, in the request's currency.
    pub most: Money,
    /// When the day began.
    pub since: DateTime<Utc>,
}

/// What became of recording a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It was recorded.
    New(CancelRequest),
    /// The caller's key has been used: this is the request it made. Compare the content.
    SameKey(CancelRequest),
    /// Another request for the payment has not ended.
    InFlight(CancelRequest),
    /// It is more than the day's limit lets through.
    OverDayLimit {
        /// The limit.
        most: Money,
        /// What the admin had asked for before within the day.
        asked: Money,
    },
}

/// Which requests are asked for: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CancelRequestFilter {
    /// Of this payment.
    pub payment_key: Option<PaymentKey>,
    /// By the token of this name.
    pub requested_by: Option<String>,
    /// In one of these states.
    pub status: Option<Vec<CancelRequestStatus>>,
    /// For payments of these merchants; a request whose payment nobody has seen is for none.
    pub mids: Option<Vec<MId>>,
    /// Asked for at or after the first instant and before the second.
    pub requested_at: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Lease {
    /// The lease as a column holds it.
    pub(in crate::store) fn to_millis(&self) -> Self {
        Self {
            owner: self.owner.clone(),
            until: to_millis(self.until),
        }
    }
}

impl CancelRequest {
    /// Whether somebody works on it.
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }

    /// When it ends unless somebody approves it; `None` unless it waits for that.
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.next_at
            .filter(|_| self.status == CancelRequestStatus::AwaitingApproval)
    }

    /// What the reason of a cancel that it caused may end with. Requests of before marks were recorded have one of their id.
    pub fn mark(&self) -> CancelMark {
        let of_id = || CancelMark::of_request(self.id.as_str());
        self.mark.clone().unwrap_or_else(of_id)
    }

    pub(in crate::store) fn conflict(&self) -> StoreError {
        StoreError::Conflict {
            id: self.id.to_string(),
        }
    }
}
