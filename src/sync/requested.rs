//! Days that people want read again: before the background's own, and behind whoever waits for an answer.

use reconciliation::{KstDate, MId};

use super::backoff::Part;
use super::pass::{Passed, late_rows};
use super::{Inner, MOST_BAD_DAYS, Mirror, Reach, SyncError, delta, faults};
use crate::access::Scope;
use crate::merchants::Merchant;
use crate::store::{AccountName, DaysRequest, FailedDay, Source, StoreError};

/// How many days may be asked for at once.
pub const MOST_REQUESTED_DAYS: u32 = 366;
/// Days that are looked for at once: all that one request can leave to one key.
const LOOKED_AT: u64 = 1_000;

/// Why days cannot be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaysRefused {
    /// The last comes before the first.
    Reversed,
    /// More than [`MOST_REQUESTED_DAYS`].
    TooMany,
    /// The last has not come.
    InTheFuture {
        /// Today, in Seoul.
        today: KstDate,
    },
    /// Mirroring began later: earlier days are imported, since every day after them is followed then.
    BeforeTheFirst {
        /// When it began; `None` when nothing has been read at all.
        first: Option<KstDate>,
    },
}

/// How many days these are, if they can be asked for today.
fn checked(
    (from, to): (KstDate, KstDate),
    today: KstDate,
    first: Option<KstDate>,
) -> Result<u32, DaysRefused> {
    if from > to {
        return Err(DaysRefused::Reversed);
    }
    if to > today {
        return Err(DaysRefused::InTheFuture { today });
    }
    let number = to.naive().signed_duration_since(from.naive()).num_days() + 1;
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    if number > MOST_REQUESTED_DAYS {
        return Err(DaysRefused::TooMany);
    }
    if first.is_none_or(|first| from < first) {
        return Err(DaysRefused::BeforeTheFirst { first });
    }
    Ok(number)
}

impl Mirror {
    /// Asks for days to be read again with the keys of the merchants of a scope; how many days they are. The inner error says
    /// why not. Of several servers on the database the one that follows the lists reads them, once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn request_days(
        &self,
        by: &str,
        scope: &Scope,
        sources: &[Source],
        days: (KstDate, KstDate),
    ) -> Result<Result<u32, DaysRefused>, StoreError> {
        let inner = &self.0;
        let now = inner.clock.now();
        let known = inner.store.merchant_ids().await?;
        let is_seen = |account: &AccountName| match known.get(account) {
            Some(mids) => mids.iter().any(|mid: &MId| scope.includes(mid)),
            None => scope.includes_named(account.as_str()),
        };
        let seen = inner.merchants.all().iter();
        let seen = seen.filter(|merchant| is_seen(&merchant.account));
        let (mut accounts, mut first) = (Vec::new(), None);
        for merchant in seen {
            if let Some(since) = inner.read_so_far(merchant).await?.since {
                first = Some(first.map_or(since, |first: KstDate| first.min(since)));
                accounts.push((merchant.account.clone(), since));
            }
        }
        let number = match checked(days, KstDate::of(now), first) {
            Ok(number) => number,
            Err(refused) => return Ok(Err(refused)),
        };
        let asked = DaysRequest {
            by,
            at: now,
            accounts: &accounts,
            sources,
            days,
        };
        inner.store.request_days(&asked).await?;
        Ok(Ok(number))
    }

    /// Reads the days that people want read again of the merchant in this place of the settings.
    pub(super) async fn requested_of(&self, place: usize) -> Passed {
        let mut passed = Passed::default();
        if let Some(merchant) = self.0.merchants.all().get(place) {
            self.0.read_requested(place, merchant, &mut passed).await;
        }
        passed
    }
}

impl Inner {
    /// Reads what people want read again, until nothing is left that can be read now.
    pub(super) async fn read_requested(
        &self,
        place: usize,
        merchant: &Merchant,
        passed: &mut Passed,
    ) {
        while let Ok(days) = self
            .store
            .requested_days(&merchant.account, LOOKED_AT)
            .await
        {
            let before = passed.days;
            let mut bad = 0;
            for asked in days {
                let backoffs = &self.answering(place, asked.source).backoffs;
                let now = self.clock.now();
                if backoffs.holds(Part::List, now) || backoffs.holds(Part::Day(asked.day), now) {
                    continue;
                }
                let read = self.read_again(merchant, asked.source, asked.day).await;
                let kept = match read {
                    Ok(changed) => {
                        bad = 0;
                        passed.days += 1;
                        passed.changed += changed;
                        backoffs.succeeded(Part::Day(asked.day));
                        self.store
                            .requested_day_read(&merchant.account, &asked)
                            .await
                    }
                    Err(error) => {
                        bad += 1;
                        let is_of_day = match error.reach() {
                            Reach::Day => true,
                            Reach::PerhapsDay => bad < MOST_BAD_DAYS,
                            Reach::List | Reach::Everything => false,
                        };
                        self.set_back(place, merchant, asked.source, asked.day, &error, is_of_day)
                            .await
                    }
                };
                if kept.is_err() {
                    // The database cannot be written to: this is tried again in a while.
                    return;
                }
            }
            if passed.days == before {
                return;
            }
        }
    }

    /// Reads a day that was asked for; how many of its rows differ.
    async fn read_again(
        &self,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
    ) -> Result<u64, SyncError> {
        let before = self
            .store
            .windows(&merchant.account, source, day, day)
            .await?;
        let done = self.read_day(merchant, source, day).await?;
        late_rows(merchant, source, day, before.get(&day), &done);
        self.store
            .days_succeeded(&merchant.account, source, &[day])
            .await?;
        Ok(done.changed)
    }

    async fn set_back(
        &self,
        place: usize,
        merchant: &Merchant,
        source: Source,
        day: KstDate,
        error: &SyncError,
        is_of_day: bool,
    ) -> Result<(), StoreError> {
        let part = if is_of_day {
            Part::Day(day)
        } else {
            Part::List
        };
        let (now, interval) = (self.clock.now(), delta(self.settings.interval));
        let until = self
            .answering(place, source)
            .backoffs
            .failed(part, now, interval);
        tracing::debug!(account = %merchant.account, %day, %error, "a day that was asked for cannot be read");
        let failed = FailedDay {
            day,
            code: faults::code_of(error).to_owned(),
            failed_at: now,
            next_attempt_at: Some(until),
        };
        self.store
            .day_failed(&merchant.account, source, &failed)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> KstDate {
        KstDate::parse(text).unwrap()
    }

    #[test]
    fn days_can_be_asked_for_from_the_first_that_was_read_until_today() {
        let (today, first) = (day("2026-03-20"), day("2025-03-01"));
        let check = |from: &str, to: &str| checked((day(from), day(to)), today, Some(first));
        assert_eq!(check("2026-03-20", "2026-03-20"), Ok(1));
        assert_eq!(check("2025-03-20", "2026-03-20"), Ok(366));
        assert_eq!(
            check("2025-03-19", "2026-03-20").unwrap_err(),
            DaysRefused::TooMany
        );
        assert_eq!(
            check("2026-03-20", "2026-03-19").unwrap_err(),
            DaysRefused::Reversed
        );
        assert_eq!(
            check("2026-03-20", "2026-03-21").unwrap_err(),
            DaysRefused::InTheFuture { today }
        );
        assert_eq!(check("2025-03-01", "2025-03-02"), Ok(2));
        assert_eq!(
            check("2025-02-28", "2025-03-02").unwrap_err(),
            DaysRefused::BeforeTheFirst { first: Some(first) }
        );
        let nothing_read = checked((today, today), today, None);
        assert_eq!(
            nothing_read,
            Err(DaysRefused::BeforeTheFirst { first: None })
        );
    }
}
