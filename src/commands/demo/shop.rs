//! The simulated shop of the demo: a merchant that has met every case, and one with a test key.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use toss_sim::{Merchant, NewPayment, Scenario, SimClock, TossSim, is_business_day};

use super::super::CommandError;

/// The live merchant.
pub(super) const MERCHANT: &str = "tdemoshop01";
/// Its key.
pub(super) const SECRET_KEY: &str = "live_sk_stand1n0000000000000000";
/// The merchant that is still trying things out.
pub(super) const TEST_MERCHANT: &str = "tdemotest01";
/// Its key.
pub(super) const TEST_SECRET_KEY: &str = "test_sk_stand1n0000000000000000";
/// How many days the test merchant is read back. With a test key Toss lets itself be asked slowly.
pub(super) const TEST_DAYS: u32 = 7;

/// The story that the shop has lived through: every case of the books within some thirty days.
const STORY: &str = "every_case";
/// The story's first day that the server reads. What was paid before it is half known: that is a case too.
const FIRST_READ: u64 = 3;
/// On which of the story's days the card payment that the guide shows is paid, and cancelled in part twice.
const SHOWN_DAYS: [u64; 3] = [8, 9, 10];
/// On which of the story's days the rows were sold that Toss changes once they have been read.
const CHANGED_DAYS: [u64; 2] = [15, 16];
const SEED: u64 = 1;

/// A shop whose days are over, so that its settlement rows are there.
pub(super) struct Shop {
    /// The stand-in for Toss.
    pub(super) sim: TossSim,
    start: NaiveDate,
}

impl Shop {
    /// Opens it and lets it live through its story, as seen from `now`. `today` is the day in Seoul on which the demo begins.
    pub(super) async fn open(now: DateTime<Utc>, today: NaiveDate) -> Result<Self, CommandError> {
        let failed = |error: String| {
            CommandError::Failure(format!("the simulated shop did not start: {error}"))
        };
        let settings = toss_sim::Settings {
            clock: SimClock::running_from(now),
            seed: SEED,
            merchants: vec![
                Merchant::live(MERCHANT, SECRET_KEY),
                Merchant::new(TEST_MERCHANT, TEST_SECRET_KEY),
            ],
            ..toss_sim::Settings::default()
        };
        let sim = TossSim::start(settings)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let story = Scenario::by_name(STORY).map_err(|error| failed(error.to_string()))?;
        let start = first_day(today, story.days.into());
        sim.play(story, start);
        let shop = Self { sim, start };
        shop.try_things_out(now);
        Ok(shop)
    }

    /// What has been paid with a test key during the last days.
    fn try_things_out(&self, now: DateTime<Utc>) {
        let console = self.sim.console();
        let paid = |new: NewPayment, days: i64| {
            console.pay(new.for_mid(TEST_MERCHANT).at(now - Duration::days(days)));
        };
        paid(NewPayment::card("test-card", 15_000), 3);
        paid(NewPayment::virtual_account("test-account", 22_400), 2);
    }

    /// What is paid while the demo begins: nothing has been settled of it.
    pub(super) fn pay_today(&self) {
        let console = self.sim.console();
        console.pay(NewPayment::card("order-today", 42_000));
        console.pay(NewPayment::virtual_account("order-waiting", 33_000));
    }

    /// The first day that the server reads, of transactions and sold dates alike.
    pub(super) fn first_read(&self) -> NaiveDate {
        self.start + Days::new(FIRST_READ)
    }

    /// The sold dates whose rows Toss changes once they have been read.
    pub(super) fn changed_days(&self) -> [NaiveDate; 2] {
        CHANGED_DAYS.map(|day| self.start + Days::new(day))
    }
}

/// The latest day on which a story that is over by `today` can begin, so that what the guide shows happened on business
/// days: what is sold over a weekend is paid out on one and the same day, and would not show what it should.
fn first_day(today: NaiveDate, days: u64) -> NaiveDate {
    (days..days + 30)
        .filter_map(|days| today.checked_sub_days(Days::new(days)))
        .find(|start| {
            SHOWN_DAYS
                .iter()
                .all(|day| is_business_day(*start + Days::new(*day)))
        })
        .unwrap_or(today - Days::new(days))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use toss_sim::business_days_after;

    use super::*;

    #[test]
    fn on_every_day_of_some_years_the_three_rows_are_paid_out_on_days_of_their_own() {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        for today in first.iter_days().take(3 * 365) {
            let start = first_day(today, 33);
            assert!(start + Days::new(33) <= today);
            let paid_out: BTreeSet<NaiveDate> = SHOWN_DAYS
                .iter()
                .map(|day| business_days_after(start + Days::new(*day), 5))
                .collect();
            assert_eq!(paid_out.len(), 3, "{today}");
            assert!(paid_out.last() < Some(&today), "{today}");
        }
    }
}
