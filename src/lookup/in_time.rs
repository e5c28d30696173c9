//! How long a question about a payment takes at most: whoever asked is answered with what is known by then. What has been
//! asked of Toss is read to its end and kept all the same.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::{FoundPayment, Inner, LookupError, Outcome, PaymentRef};
use crate::store::StoredPayment;

/// How long the whole of it may take. A request is waited for 30 s, of which up to 5 s go by before it is executed, and what
/// else it asks for takes some.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// How long the sold dates are waited for on which a payment may be settled. A day of many rows takes longer; then it is read
/// behind the answer, for which it is a gap.
pub(super) const DAYS_WITHIN: Duration = Duration::from_secs(10);

impl Inner {
    /// The answer; or, when it takes too long, what is known of the payment without it.
    pub(super) async fn in_time(
        &self,
        by: &PaymentRef,
        stored: Option<Arc<StoredPayment>>,
        younger_than: DateTime<Utc>,
        answer: impl Future<Output = Outcome>,
    ) -> Outcome {
        if let Ok(outcome) = timeout(ANSWER_WITHIN, answer).await {
            return outcome;
        }
        tracing::warn!(
            known = stored.is_some(),
            "Toss takes long to answer about a payment; the question is answered without it"
        );
        let kept = self.stored(by).await?;
        known_without_answer(kept, stored, younger_than, self.clock.now())
    }

    /// What is answered where Toss may not be asked: what is stored, or when to ask again.
    pub(super) fn not_asked(stored: Option<Arc<StoredPayment>>, wait: Duration) -> Outcome {
        stored.map_or_else(
            || {
                Err(LookupError::TooMany {
                    reason: format!(
                        "Toss has been asked about too many payments for this access token: ask again in {} seconds",
                        wait.as_secs() + 1
                    ),
                    wait,
                })
            },
            |stored| Ok(Some(FoundPayment::last_known(stored))),
        )
    }
}

/// What is kept by now, if it is of the reading that takes so long: its own answer is kept before its rows are listed. Else
/// what had been stored before.
fn known_without_answer(
    kept: Option<Arc<StoredPayment>>,
    before: Option<Arc<StoredPayment>>,
    younger_than: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Outcome {
    let read_before = before.as_ref().map(|stored| stored.read_at);
    // Instants of readings are kept to the millisecond.
    let is_young = |read_at: DateTime<Utc>| {
        read_at > younger_than
            || (Some(read_at) != read_before
                && read_at.timestamp_millis() >= younger_than.timestamp_millis())
    };
    let is_of_the_reading = |stored: &StoredPayment| {
        !stored.from_rows && is_young(stored.read_at) && stored.read_at <= now
    };
    match (kept, before) {
        (Some(kept), _) if is_of_the_reading(&kept) => Ok(Some(FoundPayment::kept(kept))),
        (Some(stored), _) | (None, Some(stored)) => Ok(Some(FoundPayment::last_known(stored))),
        (None, None) => Err(LookupError::Upstream {
            reason: format!(
                "Toss has not answered within {} seconds: ask again, what it answers meanwhile is kept",
                ANSWER_WITHIN.as_secs()
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use reconciliation::{Currency, MId, OrderId, Payment, PaymentKey, PaymentStatus};

    use super::*;
    use crate::store::AccountName;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn stored(read_at: i64, from_rows: bool) -> Arc<StoredPayment> {
        Arc::new(StoredPayment {
            payment: Payment {
                mid: MId::parse("m").unwrap(),
                payment_key: PaymentKey::parse("p").unwrap(),
                order_id: OrderId::parse("order-1").unwrap(),
                method_label: None,
                status: PaymentStatus::from_toss("DONE"),
                currency: Currency::KRW,
                total_amount: None,
                balance_amount: None,
                requested_at: None,
                approved_at: None,
                is_partial_cancelable: None,
                last_transaction_key: None,
                virtual_account: None,
            },
            cancels: Vec::new(),
            account: AccountName::new("m"),
            read_at: at(read_at),
            from_rows,
            outdated: false,
        })
    }

    /// When the answer was read and whether it is stale, at second 20 after a question that needs what is younger than second
    /// 10; each payment is given by when it was read, and whether by lists alone.
    fn answered(kept: Option<(i64, bool)>, before: Option<(i64, bool)>) -> Option<(i64, bool)> {
        let payment = |(read_at, from_rows)| stored(read_at, from_rows);
        let outcome = known_without_answer(kept.map(payment), before.map(payment), at(10), at(20));
        match outcome {
            Ok(found) => found.map(|found| (found.stored.read_at.timestamp(), found.stale)),
            Err(error) => {
                assert!(matches!(error, LookupError::Upstream { .. }));
                None
            }
        }
    }

    #[test]
    fn what_the_reading_has_kept_is_fresh_and_anything_else_stale() {
        let own = |second| Some((second, false));
        assert_eq!(answered(own(11), None), Some((11, false)));
        assert_eq!(answered(own(11), own(5)), Some((11, false)));
        assert_eq!(answered(own(10), own(5)), Some((10, false)));
        assert_eq!(answered(own(11), own(11)), Some((11, false)), "its rows");
        assert_eq!(answered(own(5), own(5)), Some((5, true)));
        assert_eq!(answered(own(9), own(5)), Some((9, true)), "too old a one");
        assert_eq!(answered(own(10), own(10)), Some((10, true)), "no new one");
        assert_eq!(answered(own(21), own(5)), Some((21, true)), "to come");
        let listed = Some((11, true));
        assert_eq!(answered(listed, None), Some((11, true)), "lists alone");
        assert_eq!(answered(None, None), None);
    }
}
