//! What may change of a cancel request.

use chrono::{DateTime, Utc};
use reconciliation::{CancelRequestStatus, Money, TransactionKey};

use crate::store::rows::to_millis;
use crate::store::{
    Approval, CancelRequest, Decision, Lease, SecretBody, StoredCancelError, TossWords,
};

/// A change of a cancel request. What is `None` stays as it is, but for the error, which belongs to the status.
#[derive(Clone, Debug)]
pub struct CancelRequestChange {
    /// The new status.
    pub status: CancelRequestStatus,
    /// Set when Toss is about to be called: counts as an attempt.
    pub sent_at: Option<DateTime<Utc>>,
    /// The exact bytes to send. Once stored they are not replaced.
    pub body: Option<SecretBody>,
    /// The balance that was read before sending.
    pub baseline_balance: Option<Money>,
    /// The cancels that the payment had before sending.
    pub baseline_cancel_keys: Option<Vec<TransactionKey>>,
    /// What went wrong; `None` clears it.
    pub error: Option<StoredCancelError>,
    /// The cancel that Toss's answer named.
    pub transaction_key: Option<TransactionKey>,
    /// The HTTP status of Toss's answer.
    pub upstream_http_status: Option<u16>,
    /// Toss's answer word for word.
    pub raw_reply: Option<SecretBody>,
    /// When it ended; to be given with a final status.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who works on it from now on.
    pub lease: LeaseChange,
    /// When it is to be asked about again, or ends for want of approval; `None` clears it.
    pub next_at: Option<DateTime<Utc>>,
    /// Names the API key that it is sent with. Once stored it is not replaced.
    pub api_key: Option<String>,
    /// A person's decision.
    pub decision: Option<Decision>,
    /// Another admin's approval. Once stored it is not replaced.
    pub approval: Option<Approval>,
    /// What Toss said that was no success.
    pub toss_words: Option<TossWords>,
    /// It may have been sent before without the record's knowing. Once so, it stays so.
    pub may_repeat: bool,
    /// The admin whose doing it is, for the audit log; `None` is the program's.
    pub by: Option<String>,
}

impl CancelRequestChange {
    /// A change of the status alone.
    pub fn to(status: CancelRequestStatus) -> Self {
        Self {
            status,
            sent_at: None,
            body: None,
            baseline_balance: None,
            baseline_cancel_keys: None,
            error: None,
            transaction_key: None,
            upstream_http_status: None,
            raw_reply: None,
            resolved_at: None,
            lease: LeaseChange::Release,
            next_at: None,
            api_key: None,
            decision: None,
            approval: None,
            toss_words: None,
            may_repeat: false,
            by: None,
        }
    }
}

/// What a change does to the lease.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LeaseChange {
    /// Nobody works on the request any more.
    #[default]
    Release,
    /// Whoever works on it goes on.
    Keep,
    /// Somebody begins to.
    Take(Lease),
}

impl CancelRequest {
    /// The request after a change.
    pub(crate) fn after(&self, change: CancelRequestChange) -> Self {
        let ends = change.status.is_final();
        let sent_at = change.sent_at.map(to_millis);
        Self {
            status: change.status,
            version: self.version.saturating_add(1),
            attempts: self.attempts.saturating_add(i32::from(sent_at.is_some())),
            first_sent_at: self.first_sent_at.or(sent_at),
            last_sent_at: sent_at.or(self.last_sent_at),
            body: change.body.or_else(|| self.body.clone()).filter(|_| !ends),
            baseline_balance: change.baseline_balance.or(self.baseline_balance),
            baseline_cancel_keys: change
                .baseline_cancel_keys
                .unwrap_or_else(|| self.baseline_cancel_keys.clone()),
            error: change.error,
            transaction_key: change
                .transaction_key
                .or_else(|| self.transaction_key.clone()),
            upstream_http_status: change.upstream_http_status.or(self.upstream_http_status),
            raw_reply: change.raw_reply.or_else(|| self.raw_reply.clone()),
            resolved_at: change.resolved_at.map(to_millis).or(self.resolved_at),
            lease: match change.lease {
                LeaseChange::Release => None,
                LeaseChange::Keep => self.lease.clone(),
                LeaseChange::Take(lease) => Some(lease.to_millis()),
            },
            next_at: change.next_at.map(to_millis),
            api_key: self.api_key.clone().or(change.api_key),
            decision: change.decision.or_else(|| self.decision.clone()),
            approval: self.approval.clone().or_else(|| {
                let approval = change.approval?;
                Some(Approval {
                    at: to_millis(approval.at),
                    ..approval
                })
            }),
            toss_words: change
                .toss_words
                .map(|words| TossWords {
                    since: to_millis(words.since),
                    ..words
                })
                .or_else(|| self.toss_words.clone()),
            may_repeat: self.may_repeat || change.may_repeat,
            ..self.clone()
        }
    }
}
