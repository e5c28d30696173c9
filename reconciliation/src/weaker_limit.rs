//! Whether the limits of one process are weaker than those of another on the same database: then a cancel that the one
//! refuses is a matter of asking the other.

use std::fmt;

use crate::{CancelPolicy, Ceilings, Money};

/// A setting that lets more through here than at another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakerLimit {
    /// The setting.
    pub setting: &'static str,
    /// What it is here; `None` is no limit.
    pub here: Option<Money>,
    /// What it is there.
    pub there: Money,
}

impl fmt::Display for WeakerLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            here,
            there,
        } = self;
        match here {
            Some(here) => write!(f, "{setting} is {here} here and {there} at another server"),
            None => write!(
                f,
                "{setting} is not set in {} here and is {there} at another server",
                there.currency()
            ),
        }
    }
}

/// The first setting that is weaker here than at any of the others: an amount that is higher, or not there, in a currency in
/// which they have one. How long an approval is waited for and whether reasons are marked limit nothing.
pub fn weaker_limit<'p>(
    here: &CancelPolicy,
    others: impl IntoIterator<Item = &'p CancelPolicy>,
) -> Option<WeakerLimit> {
    others.into_iter().find_map(|there| {
        let settings = [
            (
                "CANCEL_LIMIT_PER_REQUEST",
                &here.per_request,
                &there.per_request,
            ),
            ("CANCEL_LIMIT_PER_DAY", &here.per_day, &there.per_day),
            (
                "CANCEL_APPROVAL_ABOVE",
                &here.approval_above,
                &there.approval_above,
            ),
        ];
        settings
            .into_iter()
            .find_map(|(setting, here, there)| weaker_in(setting, here, there))
    })
}

fn weaker_in(setting: &'static str, here: &Ceilings, there: &Ceilings) -> Option<WeakerLimit> {
    there.all().find_map(|there| {
        let here = here.of(there.currency());
        let is_weaker = here.is_none_or(|here| here.minor() > there.minor());
        is_weaker.then_some(WeakerLimit {
            setting,
            here,
            there,
        })
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::Currency;

    fn won(minor: i64) -> Money {
        Money::from_minor(minor, Currency::KRW)
    }

    fn cents(minor: i64) -> Money {
        Money::from_minor(minor, Currency::USD)
    }

    fn policy(per_request: &[Money], per_day: &[Money], approval_above: &[Money]) -> CancelPolicy {
        let ceilings = |amounts: &[Money]| amounts.iter().copied().collect();
        CancelPolicy {
            per_request: ceilings(per_request),
            per_day: ceilings(per_day),
            approval_above: ceilings(approval_above),
            ..CancelPolicy::default()
        }
    }

    #[test]
    fn a_limit_that_is_higher_or_absent_is_weaker_and_one_that_is_equal_or_lower_is_not() {
        let strict = || policy(&[won(100)], &[won(500)], &[won(50)]);
        let weaker = |setting, here, there| {
            Some(WeakerLimit {
                setting,
                here,
                there,
            })
        };
        let cases = [
            (strict(), None),
            (policy(&[won(99)], &[won(499)], &[won(0)]), None),
            (
                policy(&[won(101)], &[won(500)], &[won(50)]),
                weaker("CANCEL_LIMIT_PER_REQUEST", Some(won(101)), won(100)),
            ),
            (
                policy(&[won(100)], &[won(501)], &[won(50)]),
                weaker("CANCEL_LIMIT_PER_DAY", Some(won(501)), won(500)),
            ),
            (
                policy(&[won(100)], &[won(500)], &[won(51)]),
                weaker("CANCEL_APPROVAL_ABOVE", Some(won(51)), won(50)),
            ),
            (
                policy(&[], &[won(500)], &[won(50)]),
                weaker("CANCEL_LIMIT_PER_REQUEST", None, won(100)),
            ),
            (
                // A limit in another currency is none in this one.
                policy(&[cents(1)], &[won(500)], &[won(50)]),
                weaker("CANCEL_LIMIT_PER_REQUEST", None, won(100)),
            ),
        ];
        for (here, expected) in cases {
            assert_eq!(weaker_limit(&here, [&strict()]), expected, "{here:?}");
        }
    }

    #[test]
    fn each_currency_and_each_process_is_compared_by_itself() {
        let none = CancelPolicy::default();
        let of_won = policy(&[won(100)], &[], &[]);
        let of_both = policy(&[won(100), cents(100)], &[], &[]);
        assert_eq!(weaker_limit(&none, [&none]), None);
        assert_eq!(weaker_limit(&of_both, [&none, &of_won]), None);
        let found = weaker_limit(&of_won, [&none, &of_both]).map(|weaker| weaker.there);
        assert_eq!(found, Some(cents(100)));
        // Two of which each is stricter in something are each weaker in something.
        let (day, request) = (policy(&[], &[won(1)], &[]), policy(&[won(1)], &[], &[]));
        assert!(weaker_limit(&day, [&request]).is_some());
        assert!(weaker_limit(&request, [&day]).is_some());
        assert_eq!(weaker_limit(&none, []), None);
    }

    #[test]
    fn how_long_an_approval_is_waited_for_and_marks_limit_nothing() {
        let marked = CancelPolicy {
            approval_lives: TimeDelta::hours(1),
            marks_reasons: true,
            ..CancelPolicy::default()
        };
        assert_eq!(weaker_limit(&CancelPolicy::default(), [&marked]), None);
    }

    #[test]
    fn it_is_told_with_both_amounts() {
        let there = policy(&[won(100)], &[], &[]);
        let told = |here: &CancelPolicy| weaker_limit(here, [&there]).unwrap().to_string();
        assert_eq!(
            told(&CancelPolicy::default()),
            "CANCEL_LIMIT_PER_REQUEST is not set in KRW here and is 100 KRW at another server"
        );
        assert_eq!(
            told(&policy(&[won(101)], &[], &[])),
            "CANCEL_LIMIT_PER_REQUEST is 101 KRW here and 100 KRW at another server"
        );
    }
}
