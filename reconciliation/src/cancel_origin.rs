//! Who caused a cancel: one of our requests, or somebody elsewhere. Nothing in Toss's data says so; only our own record
//! of requests can tell.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{CancelEvent, CancelMark, Money, TransactionKey};

/// How far Toss's clock and ours may be apart when a cancel is held against a request.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// The state of a cancel request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CancelRequestStatus {
    /// Recorded; Toss has not been called.
    Requested,
    /// Recorded; another admin must approve it before Toss is called.
    AwaitingApproval,
    /// Toss is being called.
    Sent,
    /// Toss carried it out.
    Succeeded,
    /// Toss refused it; nothing was carried out.
    Rejected,
    /// Toss was called and what became of it is not known.
    Unknown,
    /// It cannot be found out by asking; a person must.
    NeedsOperator,
}

impl CancelRequestStatus {
    /// Every state, in the order of a request's life.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::AwaitingApproval,
        Self::Sent,
        Self::Succeeded,
        Self::Rejected,
        Self::Unknown,
        Self::NeedsOperator,
    ];

    /// The spelling in the store and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::AwaitingApproval => "AWAITING_APPROVAL",
            Self::Sent => "SENT",
            Self::Succeeded => "SUCCEEDED",
            Self::Rejected => "REJECTED",
            Self::Unknown => "UNKNOWN",
            Self::NeedsOperator => "NEEDS_OPERATOR",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether nothing can change it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Rejected)
    }

    /// Whether Toss may have carried it out without our knowing.
    fn may_have_run(self) -> bool {
        matches!(self, Self::Sent | Self::Unknown | Self::NeedsOperator)
    }
}

/// What must be known of a request to tell whether it caused a cancel (source K).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelRequestFacts {
    /// Its state.
    pub status: CancelRequestStatus,
    /// What it asked for; `None` is everything that was left.
    pub amount: Option<Money>,
    /// When Toss was first called for it.
    pub first_sent_at: Option<DateTime<Utc>>,
    /// The cancel that Toss's answer named.
    pub transaction_key: Option<TransactionKey>,
    /// What the reason of a cancel that it caused may end with.
    pub mark: CancelMark,
}

/// Who caused a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancelOrigin {
    /// One of our requests: Toss's answer to it named this cancel, or the cancel carries its mark.
    Ours,
    /// Toss's console, another program or the bank.
    Elsewhere,
    /// A request of ours without a known outcome could be its cause.
    Uncertain,
}

/// The origin of a cancel, with the place of the request that caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginFound {
    /// Who.
    pub origin: CancelOrigin,
    /// Which of the given requests, when it was ours.
    pub request: Option<usize>,
}

/// Holds a cancel against the requests for its payment. Only the key in Toss's answer, or the request's mark on the
/// cancel, proves that a request caused it; amount and time alone make it uncertain.
pub fn cancel_origin(cancel: &CancelEvent, requests: &[CancelRequestFacts]) -> OriginFound {
    // The key stands in a request as soon as Toss has named it, also while an overseas method still works on the cancel.
    let named = requests.iter().position(|request| {
        request.transaction_key.is_some() && request.transaction_key == cancel.transaction_key
    });
    let marked = requests
        .iter()
        .position(|request| is_marked(request, cancel));
    // A request causes one cancel: when it is known for another one, or a person must say which it was, a mark was copied.
    let mark_counts = |place: &usize| {
        requests.get(*place).is_some_and(|request| {
            request.transaction_key.is_none()
                && request.status != CancelRequestStatus::NeedsOperator
        })
    };
    let proven = named.or(marked.filter(mark_counts));
    if proven.is_some() {
        return OriginFound {
            origin: CancelOrigin::Ours,
            request: proven,
        };
    }
    let origin = if marked.is_some()
        || requests
            .iter()
            .any(|request| could_have_caused(request, cancel))
    {
        CancelOrigin::Uncertain
    } else {
        CancelOrigin::Elsewhere
    };
    OriginFound {
        origin,
        request: None,
    }
}

fn is_marked(request: &CancelRequestFacts, cancel: &CancelEvent) -> bool {
    let reason = cancel.reason.as_deref();
    reason.is_some_and(|reason| request.mark.is_on(reason))
}

fn could_have_caused(request: &CancelRequestFacts, cancel: &CancelEvent) -> bool {
    // An instant that was not recorded rules nothing out.
    let sent_before = request
        .first_sent_at
        .zip(cancel.canceled_at)
        .is_none_or(|(sent, canceled)| canceled.signed_duration_since(sent) >= -CLOCK_TOLERANCE);
    let amount_fits = request.amount.is_none_or(|amount| amount == cancel.amount);
    request.status.may_have_run() && sent_before && amount_fits
}
