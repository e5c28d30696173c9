//! What a merchant's own rules say about cancels, beside what the payment allows: how much, and how much without a second
//! person.

use std::collections::BTreeMap;
use std::fmt;

use chrono::TimeDelta;

use crate::{CancelOptions, CancelRefusal, Currency, Money, RetryAdvice};

/// An amount for each of some currencies. A currency that is not among them has no ceiling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ceilings(BTreeMap<Currency, Money>);

impl Ceilings {
    /// The ceiling in that currency.
    pub fn of(&self, currency: Currency) -> Option<Money> {
        self.0.get(&currency).copied()
    }

    /// Every ceiling, one for each currency that has one.
    pub fn all(&self) -> impl Iterator<Item = Money> {
        self.0.values().copied()
    }
}

impl fmt::Display for Ceilings {
    /// As in the settings, `1000000 KRW, 500.00 USD`, or `none`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let amounts: Vec<String> = self.all().map(|amount| amount.to_string()).collect();
        f.write_str(&amounts.join(", "))
    }
}

impl FromIterator<Money> for Ceilings {
    /// One ceiling for each currency; the last one given counts.
    fn from_iter<I: IntoIterator<Item = Money>>(amounts: I) -> Self {
        let by_currency = amounts.into_iter().map(|money| (money.currency(), money));
        Self(by_currency.collect())
    }
}

/// The merchant's own rules. By default there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelPolicy {
    /// The most that one request may cancel.
    pub per_request: Ceilings,
    /// The most that one admin may ask for within a day in Seoul. What hands an unpaid virtual account back moves no money and
    /// does not count.
    pub per_day: Ceilings,
    /// A request for more needs the approval of another admin.
    pub approval_above: Ceilings,
    /// How long such a request waits for it.
    pub approval_lives: TimeDelta,
    /// Whether a mark is appended to the reason that Toss is told.
    pub marks_reasons: bool,
}

impl Default for CancelPolicy {
    fn default() -> Self {
        Self {
            per_request: Ceilings::default(),
            per_day: Ceilings::default(),
            approval_above: Ceilings::default(),
            approval_lives: TimeDelta::hours(24),
            marks_reasons: false,
        }
    }
}

impl CancelPolicy {
    /// Whether there is any limit in this currency.
    pub fn limits(&self, currency: Currency) -> bool {
        self.per_request.of(currency).is_some() || self.per_day.of(currency).is_some()
    }

    /// Whether a cancel of so much needs a second person, when its owner has asked for `asked_today` of the same payment
    /// already: a threshold is not passed by splitting. Both in one currency.
    pub fn needs_approval(&self, amount: Money, asked_today: Money) -> bool {
        let above = self.approval_above.of(amount.currency());
        let together = amount.minor().saturating_add(asked_today.minor());
        above.is_some_and(|above| together > above.minor())
    }

    /// Whether one request may cancel so much.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, with the numbers.
    pub fn permit_request(&self, amount: Money) -> Result<(), CancelRefusal> {
        match self.per_request.of(amount.currency()) {
            Some(limit) if amount.minor() > limit.minor() => Err(exceeded(format!(
                "This cancels {amount}, and one request may cancel {limit} at most."
            ))),
            _ => Ok(()),
        }
    }

    /// Whether an admin who has asked for `asked_today` already may ask for so much. Both in one currency.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, with the numbers.
    pub fn permit_day(&self, amount: Money, asked_today: Money) -> Result<(), CancelRefusal> {
        match self.per_day.of(amount.currency()) {
            Some(limit) if amount.minor() > left(limit, asked_today) => {
                Err(over_day_limit(limit, amount, asked_today))
            }
            _ => Ok(()),
        }
    }

    /// What is left of an offer under the limits, for an admin who has asked for `asked_today` already: as much as
    /// [`Self::permit_request`] and [`Self::permit_day`] let through.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` when they let nothing through, or only a part of what can be cancelled as a whole only.
    pub fn offer(
        &self,
        options: CancelOptions,
        asked_today: Money,
    ) -> Result<CancelOptions, CancelRefusal> {
        let whole = options.max_amount;
        let permit_day = || {
            if options.voids {
                return Ok(());
            }
            self.permit_day(whole, asked_today)
        };
        let Err(refusal) = self.permit_request(whole).and_then(|()| permit_day()) else {
            return Ok(options);
        };
        let currency = whole.currency();
        let of_request = self.per_request.of(currency).map(Money::minor);
        let of_day = self
            .per_day
            .of(currency)
            .map(|limit| left(limit, asked_today));
        let room = of_request.into_iter().chain(of_day).min().unwrap_or(0);
        if room <= 0 || !options.partial_allowed {
            return Err(refusal);
        }
        Ok(CancelOptions {
            max_amount: Money::from_minor(room, currency),
            ..options
        })
    }
}

/// How it is told that an admin who has asked for `asked_today` already asks for too much.
pub fn over_day_limit(limit: Money, amount: Money, asked_today: Money) -> CancelRefusal {
    exceeded(format!(
        "This cancels {amount}, and one admin may cancel {limit} in a day at most: you have asked for {asked_today} today."
    ))
}

fn left(limit: Money, asked: Money) -> i64 {
    limit.minor().saturating_sub(asked.minor())
}

fn exceeded(message: String) -> CancelRefusal {
    CancelRefusal::new(
        "LIMIT_EXCEEDED",
        RetryAdvice::NeedsPerson,
        Some("amount"),
        message,
    )
}
