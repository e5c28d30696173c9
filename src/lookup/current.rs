//! Whether what is stored of a payment after a reading is what that reading found.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reconciliation::{Cancel, Payment, TransactionKey};

use super::FoundPayment;
use crate::store::{StoredPayment, WholePayment};

impl FoundPayment {
    /// As it is stored, where nobody asks Toss.
    pub(crate) fn kept(stored: Arc<StoredPayment>) -> Self {
        Self {
            stale: stored.outdated,
            whole: None,
            stored,
        }
    }

    /// As it is stored, where Toss could not be asked.
    pub(super) const fn last_known(stored: Arc<StoredPayment>) -> Self {
        Self {
            stored,
            stale: true,
            whole: None,
        }
    }

    /// As it is stored with all of its rows, where nobody asks Toss.
    pub(crate) fn whole(whole: Arc<WholePayment>) -> Self {
        Self {
            stored: Arc::clone(&whole.stored),
            stale: whole.stored.outdated,
            whole: Some(whole),
        }
    }

    /// As it is stored after a reading that began at `asked_at`, found this, and has ended by `now`.
    pub(super) fn after(
        said: (&Payment, &[Cancel]),
        stored: Arc<StoredPayment>,
        asked_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            stale: stored.outdated || !is_current(&stored, said, asked_at, now),
            whole: None,
            stored,
        }
    }
}

/// Whether what is stored is what Toss said in a reading that began at `asked_at` and has ended by `now`. It is when that
/// reading was stored. Another one that began later may have been stored before, and stands for it if it found the same;
/// one of an instant still to come is of a clock that was ahead, and nobody knows which is younger.
fn is_current(
    stored: &StoredPayment,
    (payment, cancels): (&Payment, &[Cancel]),
    asked_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> bool {
    if stored.read_at <= asked_at {
        return true;
    }
    stored.read_at <= now
        && stored.payment.status == payment.status
        && stored.payment.balance_amount == payment.balance_amount
        && stored.payment.last_transaction_key == payment.last_transaction_key
        && stored.cancels.len() == cancels.len()
        && keys(&stored.cancels) == keys(cancels)
}

fn keys(cancels: &[Cancel]) -> BTreeSet<Option<&TransactionKey>> {
    cancels
        .iter()
        .map(|cancel| cancel.transaction_key.as_ref())
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use reconciliation::{Currency, MId, Money, OrderId, PaymentKey, PaymentStatus};

    use super::*;
    use crate::store::AccountName;

    const BEGAN: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn payment(balance: i64) -> Payment {
        Payment {
            mid: MId::parse("m").unwrap(),
            payment_key: PaymentKey::parse("p").unwrap(),
            order_id: OrderId::parse("order-1").unwrap(),
            method_label: None,
            status: PaymentStatus::from_toss("PARTIAL_CANCELED"),
            currency: Currency::KRW,
            total_amount: Some(Money::from_minor(20_000, Currency::KRW)),
            balance_amount: Some(Money::from_minor(balance, Currency::KRW)),
            requested_at: None,
            approved_at: None,
            is_partial_cancelable: None,
            last_transaction_key: None,
            virtual_account: None,
        }
    }

    /// Whether a balance of 20,000 that was read so many seconds after a reading began that took two, and found that balance,
    /// is how the payment is.
    fn holds(read_after: i64, found: i64) -> bool {
        let stored = StoredPayment {
            payment: payment(20_000),
            cancels: Vec::new(),
            account: AccountName::new("m"),
            read_at: BEGAN + TimeDelta::seconds(read_after),
            from_rows: false,
            outdated: false,
        };
        let now = BEGAN + TimeDelta::seconds(2);
        is_current(&stored, (&payment(found), &[]), BEGAN, now)
    }

    #[test]
    fn what_was_stored_by_the_reading_itself_is_how_the_payment_is() {
        assert!(holds(0, 20_000));
    }

    #[test]
    fn another_reading_stands_for_one_that_began_before_it_if_both_found_the_same() {
        assert!(holds(1, 20_000));
        assert!(!holds(1, 15_000), "either may be the younger");
    }

    #[test]
    fn a_reading_of_an_instant_to_come_stands_for_none() {
        assert!(!holds(5, 20_000));
        assert!(!holds(5, 15_000));
    }
}
