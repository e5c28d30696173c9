//! Days as the books count them: calendar days in Seoul.

use std::fmt;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};

/// A calendar day in Asia/Seoul (+09:00, no daylight saving since 1988).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KstDate(NaiveDate);

/// Why a text is not a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day: write it as 2026-03-31")]
pub struct InvalidDate(String);

impl KstDate {
    /// The day in Seoul on which an instant falls.
    pub fn of(instant: DateTime<Utc>) -> Self {
        let utc = instant.naive_utc();
        // Only the calendar's very last hours have no local time; they keep their UTC day.
        Self(utc.checked_add_offset(seoul()).unwrap_or(utc).date())
    }

    /// A day from a date that is already one of Seoul's, such as a `soldDate`.
    pub fn from_naive(date: NaiveDate) -> Self {
        Self(date)
    }

    /// Reads `yyyy-MM-dd`.
    ///
    /// # Errors
    /// [`InvalidDate`] for any other form and for days that do not exist.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let refused = || InvalidDate(text.chars().take(40).collect());
        // chrono would also take 2026-3-1, spaces and a signed year, and millions of days are read.
        let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else {
            return Err(refused());
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |number, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| number * 10 + u32::from(digit - b'0'))
            })
        };
        let year = number(&[y0, y1, y2, y3]).and_then(|year| i32::try_from(year).ok());
        let (month, day) = (number(&[m0, m1]), number(&[d0, d1]));
        year.zip(month.zip(day))
            .and_then(|(year, (month, day))| NaiveDate::from_ymd_opt(year, month, day))
            .map(Self)
            .ok_or_else(refused)
    }

    /// The date without its zone, for storage.
    pub fn naive(self) -> NaiveDate {
        self.0
    }

    /// The instant at which the day begins in Seoul.
    pub fn start(self) -> DateTime<Utc> {
        let midnight = self.0.and_time(NaiveTime::MIN);
        // A fixed offset maps every local time to exactly one instant; the fallback is never taken.
        seoul()
            .from_local_datetime(&midnight)
            .single()
            .map_or_else(|| midnight.and_utc(), |local| local.to_utc())
    }

    /// The next day; the same day at the end of the calendar.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// The day that many days later; the same day beyond the end of the calendar.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(
            self.0
                .checked_add_days(Days::new(u64::from(days)))
                .unwrap_or(self.0),
        )
    }

    /// The day that many days earlier; the same day beyond the beginning of the calendar.
    #[must_use]
    pub fn minus_days(self, days: u32) -> Self {
        Self(
            self.0
                .checked_sub_days(Days::new(u64::from(days)))
                .unwrap_or(self.0),
        )
    }
}

impl KstDate {
    /// The last day under which any cycle books an event of this day: the month's last day or the Sunday of its week,
    /// whichever is later.
    #[must_use]
    pub fn latest_sold_date(self) -> Self {
        let sunday = SettlementCycle::Weekly.sold_date(self);
        sunday.max(SettlementCycle::Monthly.sold_date(self))
    }
}

impl fmt::Display for KstDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for KstDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How often Toss closes a merchant's sales, by contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SettlementCycle {
    /// Every day: the sold date is the day of the event.
    #[default]
    Daily,
    /// Every week, Monday to Sunday: the sold date is that Sunday.
    Weekly,
    /// Every month: the sold date is the month's last day.
    Monthly,
}

impl SettlementCycle {
    /// Every cycle, the shortest first.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Weekly, Self::Monthly];

    /// The sold date of an event of the given day. A cancel's event is the cancel, not the approval.
    pub fn sold_date(self, event_day: KstDate) -> KstDate {
        let day = event_day.naive();
        let last = match self {
            Self::Daily => Some(day),
            Self::Weekly => {
                let to_sunday =
                    Weekday::Sun.num_days_from_monday() - day.weekday().num_days_from_monday();
                day.checked_add_days(Days::new(u64::from(to_sunday)))
            }
            Self::Monthly => {
                let length = u32::from(day.num_days_in_month());
                day.with_day(length)
            }
        };
        KstDate(last.unwrap_or(day))
    }

    /// The first day of the period that a sold date closes.
    pub(crate) fn first_day(self, sold: KstDate) -> KstDate {
        let day = sold.naive();
        let first = match self {
            Self::Daily => Some(day),
            Self::Weekly => {
                let since_monday = u64::from(day.weekday().num_days_from_monday());
                day.checked_sub_days(Days::new(since_monday))
            }
            Self::Monthly => day.with_day(1),
        };
        KstDate(first.unwrap_or(day))
    }
}

/// Seoul's offset from UTC.
fn seoul() -> FixedOffset {
    const NINE_HOURS: i32 = 9 * 3_600;
    // Nine hours are within a day, so the offset exists; UTC stands in for the branch that cannot be.
    FixedOffset::east_opt(NINE_HOURS).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}
