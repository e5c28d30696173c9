//! What to do about events that a payment names and the transactions list has not shown: where the list is followed, its
//! days are read behind the answer's back; elsewhere a few stretches of it are looked through for the payment's rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use reconciliation::{KstDate, Transaction};

use super::Inner;
use super::alone::Seen;
use super::windows::{self, Stretch, Unlisted};
use crate::listing::complete_from;
use crate::merchants::Merchant;
use crate::store::{Source, StoreError, WindowRead};

impl Inner {
    /// The stretches in which rows of unlisted events are to be looked for now, given the rows that have been found. Days
    /// that are followed are read in the background: neither a question nor a cancel waits for the whole shop's list.
    pub(super) async fn look_for_unlisted(
        &self,
        seen: &Seen<'_>,
        mut found: Vec<Transaction>,
    ) -> Result<Vec<Stretch>, StoreError> {
        let (payment, cancels) = (&seen.reading.payment, &seen.reading.cancels);
        if windows::unlisted(payment, cancels, &found).is_empty() {
            return Ok(Vec::new());
        }
        let key = &payment.payment_key;
        let mut stored = self
            .store
            .transactions_of(std::slice::from_ref(key))
            .await?;
        found.extend(stored.remove(key).unwrap_or_default());
        let events = windows::unlisted(payment, cancels, &found);
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let read = self
            .store
            .all_windows(&seen.merchant.account, Source::Transactions)
            .await?;
        let now = seen.asked_at;
        self.read_behind(seen.merchant, due(&events, &read, now));
        let is_followed = |day| is_followed(&read, day);
        Ok(windows::stretches_of_unlisted(&events, now, is_followed))
    }

    /// Reads days of transactions while nobody waits.
    fn read_behind(&self, merchant: &Merchant, days: Vec<(KstDate, DateTime<Utc>)>) {
        if days.is_empty() {
            return;
        }
        let (lists, merchant) = (self.lists.clone(), merchant.clone());
        let changed = Arc::clone(&self.changed);
        tokio::spawn(async move {
            for (day, younger_than) in days {
                let read = lists.read(&merchant, Source::Transactions, day, younger_than);
                match read.await {
                    Ok(()) => changed.notify_one(),
                    Err(error) => {
                        tracing::debug!(%error, %day, "the transactions of a day are left to whoever follows the list");
                    }
                }
            }
        });
    }
}

/// The followed days on which such events' rows may have been listed since they were read, each with the instant that its
/// reading must be younger than. A list of today that was read after an event, and did not show it, is read again by
/// whoever follows it.
fn due(
    events: &[Unlisted],
    read: &BTreeMap<KstDate, WindowRead>,
    now: DateTime<Utc>,
) -> Vec<(KstDate, DateTime<Utc>)> {
    let newest = events.iter().map(|event| event.at).max().unwrap_or(now);
    windows::days_of_unlisted(events, now)
        .into_iter()
        .filter(|day| is_followed(read, *day))
        .filter_map(|day| {
            let complete = complete_from(Source::Transactions, day);
            let younger_than = if complete <= now {
                complete - TimeDelta::milliseconds(1)
            } else {
                newest
            };
            let is_read = read
                .get(&day)
                .is_some_and(|window| window.read_at > younger_than);
            (!is_read).then_some((day, younger_than))
        })
        .collect()
}

/// Whether a day has been read, or follows one that was read to its end, so that reading it leaves no hole before it.
fn is_followed(read: &BTreeMap<KstDate, WindowRead>, day: KstDate) -> bool {
    let is_read_to_its_end = |window: &WindowRead| window.read_at >= day.start();
    read.contains_key(&day) || read.get(&day.minus_days(1)).is_some_and(is_read_to_its_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("2026-03-{text}+09:00"))
            .unwrap()
            .to_utc()
    }

    fn day(number: u32) -> KstDate {
        KstDate::parse(&format!("2026-03-{number:02}")).unwrap()
    }

    fn read(days: &[(u32, &str)]) -> BTreeMap<KstDate, WindowRead> {
        let window = |text: &str| WindowRead {
            read_at: at(text),
            changed_at: at(text),
            rows: 1,
        };
        days.iter()
            .map(|(number, text)| (day(*number), window(text)))
            .collect()
    }

    /// The days that are due at noon of the 20th for an event of that instant.
    fn due_days(event: &str, days: &[(u32, &str)]) -> Vec<KstDate> {
        let event = Unlisted::of_cancel(at(event));
        due(&[event], &read(days), at("20T12:00:00"))
            .into_iter()
            .map(|(day, _)| day)
            .collect()
    }

    #[test]
    fn today_is_read_when_its_list_is_older_than_the_event() {
        let of_today = |read| due_days("20T11:00:00", &[(19, "20T00:00:30"), (20, read)]);
        assert_eq!(of_today("20T10:59:59"), [day(20)]);
        assert_eq!(of_today("20T11:00:00"), [day(20)]);
        assert_eq!(of_today("20T11:00:01"), []);
        assert_eq!(due_days("20T11:00:00", &[(19, "20T00:00:30")]), [day(20)]);
    }

    #[test]
    fn a_day_before_is_read_unless_it_was_read_after_it_ended() {
        let of_yesterday = |read| due_days("19T11:00:00", &[(19, read), (20, "20T11:00:00")]);
        assert_eq!(of_yesterday("19T23:59:59"), [day(19)]);
        assert_eq!(of_yesterday("20T00:00:00"), []);
    }

    #[test]
    fn a_day_that_would_leave_a_hole_is_not_read_in_the_background() {
        assert_eq!(due_days("20T11:00:00", &[]), []);
        assert_eq!(due_days("20T11:00:00", &[(18, "19T00:00:30")]), []);
        assert_eq!(due_days("20T11:00:00", &[(19, "19T23:59:59")]), []);
    }
}
