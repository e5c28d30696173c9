//! `cancel_requests`: what admins asked Toss to cancel through this program.

use sea_orm::entity::prelude::*;

use crate::RawText;

/// A cancel request.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cancel_requests")]
pub struct Model {
    /// The text of a UUID, version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The payment.
    pub payment_key: String,
    /// The configured merchant whose key cancels.
    pub account: String,
    /// Minor units; null is everything that is left.
    pub amount: Option<i64>,
    /// The payment's, and that of every amount in the row.
    pub currency: String,
    /// The reason that was given.
    pub reason: String,
    /// The name of the token that asked.
    pub requested_by: String,
    /// The caller's key.
    pub client_key: String,
    /// A keyed digest of what was asked for; empty where a plain one had to be erased.
    pub content_hash: Vec<u8>,
    /// The key sent to Toss.
    pub idempotency_key: String,
    /// The exact bytes sent to Toss, sealed; null once the request has ended.
    pub body: Option<RawText>,
    /// Minor units: the balance that was read last before sending, or when a limit had to be held.
    pub baseline_balance: Option<i64>,
    /// The transaction keys of the cancels there were before sending, a space between.
    pub baseline_cancel_keys: String,
    /// `REQUESTED`, `AWAITING_APPROVAL`, `SENT`, `SUCCEEDED`, `REJECTED`, `UNKNOWN` or `NEEDS_OPERATOR`.
    pub status: String,
    /// Counts changes.
    pub version: i64,
    /// Counts calls of Toss.
    pub attempts: i32,
    /// When Toss was first called.
    pub first_sent_at: Option<ChronoUnixTimestampMillis>,
    /// When Toss was last called.
    pub last_sent_at: Option<ChronoUnixTimestampMillis>,
    /// Toss's code, or one of ours.
    pub error_code: Option<String>,
    /// One sentence.
    pub error_message: Option<String>,
    /// `RETRY`, `FIX_INPUT`, `ALREADY_DONE`, `NEEDS_PERSON` or `WAIT`.
    pub error_advice: Option<String>,
    /// The input field at fault.
    pub error_field: Option<String>,
    /// The cancel that Toss's answer named.
    pub transaction_key: Option<String>,
    /// The HTTP status of Toss's last answer.
    pub upstream_http_status: Option<i32>,
    /// Toss's last answer word for word.
    pub raw_reply: Option<RawText>,
    /// When it was recorded.
    pub requested_at: ChronoUnixTimestampMillis,
    /// When it ended.
    pub resolved_at: Option<ChronoUnixTimestampMillis>,
    /// The process that works on it.
    pub lease_owner: Option<String>,
    /// Until when nobody else does.
    pub lease_until: Option<ChronoUnixTimestampMillis>,
    /// When it is to be asked about again, or has waited for approval long enough.
    pub next_at: Option<ChronoUnixTimestampMillis>,
    /// Names the API key that it was sent with.
    pub api_key: Option<String>,
    /// The admin who decided what became of it.
    pub decided_by: Option<String>,
    /// What the decision rests on.
    pub decision_note: Option<String>,
    /// The admin who approved it.
    pub approved_by: Option<String>,
    /// When it was approved.
    pub approved_at: Option<ChronoUnixTimestampMillis>,
    /// The person or system that asked: keys, limits and approvals are the owner's.
    pub owner: String,
    /// Names the key of `content_hash`.
    pub content_key: Option<String>,
    /// The mark at the end of the reason that Toss is told; null where there is none.
    pub mark: Option<String>,
    /// Toss's code, as last heard.
    pub toss_code: Option<String>,
    /// Toss's words, as last heard, with long numbers masked.
    pub toss_message: Option<String>,
    /// How often in a row Toss has said the same.
    pub same_answers: i32,
    /// Whether it may have been sent before without the row's knowing: an older copy of the database was put back.
    pub may_repeat: bool,
    /// When it said so first.
    pub same_answer_since: Option<ChronoUnixTimestampMillis>,
}

impl ActiveModelBehavior for ActiveModel {}
