//! Which payments are finished, so that what Toss said of them word for word need not be kept any longer.

use crate::{KstDate, Verdict};

/// How a payment stands, as far as it matters for what is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentEnd {
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether time alone may still change the verdict, or its books have changed since.
    pub verdict_may_change: bool,
    /// Whether a row has been listed that its own answer may be older than.
    pub is_outdated: bool,
    /// Whether a cancel of it has been asked for that has not ended.
    pub has_open_request: bool,
    /// The day of its last transaction, in Seoul.
    pub last_event: KstDate,
    /// The last day on which Toss pays out something for it, where anything is settled.
    pub last_payout: Option<KstDate>,
}

/// Whether a payment has been finished for more than so many whole days: everything agrees, nothing is due or under way any
/// more, and the last event and the last payout are longer ago than that.
pub fn is_finished_for(payment: &PaymentEnd, days: u32, today: KstDate) -> bool {
    let last_payout = payment.last_payout.unwrap_or(payment.last_event);
    let last = payment.last_event.max(last_payout);
    let ago = (today.naive() - last.naive()).num_days();
    payment.verdict == Verdict::Reconciled
        && !payment.verdict_may_change
        && !payment.is_outdated
        && !payment.has_open_request
        && ago > i64::from(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> KstDate {
        KstDate::parse(text).unwrap()
    }

    fn finished() -> PaymentEnd {
        PaymentEnd {
            verdict: Verdict::Reconciled,
            verdict_may_change: false,
            is_outdated: false,
            has_open_request: false,
            last_event: day("2026-01-05"),
            last_payout: Some(day("2026-01-12")),
        }
    }

    fn holds(payment: &PaymentEnd, today: &str) -> bool {
        is_finished_for(payment, 30, day(today))
    }

    #[test]
    fn a_payment_is_kept_whole_until_its_last_payout_is_long_enough_ago() {
        assert!(!holds(&finished(), "2026-02-11"), "30 days ago");
        assert!(holds(&finished(), "2026-02-12"), "31 days ago");
        let deducted_later = PaymentEnd {
            last_payout: Some(day("2026-01-13")),
            ..finished()
        };
        assert!(!holds(&deducted_later, "2026-02-12"));
    }

    #[test]
    fn the_last_event_counts_where_it_is_later_or_nothing_was_settled() {
        let never_settled = PaymentEnd {
            last_payout: None,
            ..finished()
        };
        assert!(!holds(&never_settled, "2026-02-04"));
        assert!(holds(&never_settled, "2026-02-05"));
        let voided_later = PaymentEnd {
            last_event: day("2026-01-13"),
            ..finished()
        };
        assert!(!holds(&voided_later, "2026-02-12"));
    }

    #[test]
    fn what_is_not_in_order_or_not_over_is_kept_however_old_it_is() {
        let in_ten_years = "2036-01-05";
        assert!(holds(&finished(), in_ten_years));
        for verdict in Verdict::ALL {
            let payment = PaymentEnd {
                verdict,
                ..finished()
            };
            let is_reconciled = verdict == Verdict::Reconciled;
            assert_eq!(holds(&payment, in_ten_years), is_reconciled, "{verdict:?}");
        }
        for unfinished in [
            PaymentEnd {
                verdict_may_change: true,
                ..finished()
            },
            PaymentEnd {
                is_outdated: true,
                ..finished()
            },
            PaymentEnd {
                has_open_request: true,
                ..finished()
            },
        ] {
            assert!(!holds(&unfinished, in_ten_years), "{unfinished:?}");
        }
    }
}
