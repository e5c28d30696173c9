//! Business days in Seoul: the days on which Korean banks move money.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::KstDate;

/// Made by `scripts/korean-holidays`.
const KOREAN_HOLIDAYS: &str = include_str!("../data/korean-holidays.tsv");

/// Which days of a range of years are business days. Outside these years it answers `None`: holidays that have not been
/// announced are never guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessCalendar {
    first: NaiveDate,
    last: NaiveDate,
    holidays: BTreeSet<NaiveDate>,
    /// Days that are open although they are weekends or holidays.
    opened: BTreeSet<NaiveDate>,
    /// Every business day, ascending.
    open_days: Vec<NaiveDate>,
    /// For each day from the first, how many business days there are up to and including it.
    open_until: Vec<u32>,
}

/// Why a table of holidays cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCalendar {
    /// The line that says which years are complete is absent or wrong.
    #[error("the table of holidays must have a line \"# years<TAB>2020<TAB>2027\" before its days")]
    Years,
    /// A line is no holiday of these years.
    #[error(
        "line {line} of the table of holidays must be a date of its years, a name and a category, separated by tabs"
    )]
    Line {
        /// Counted from 1.
        line: usize,
    },
}

impl BusinessCalendar {
    /// The calendar of Korean banks that comes with this program: no weekends, no public holidays with their
    /// substitutes, elections and announced temporary holidays, and no Labour Day (1 May), a holiday of banks before
    /// 2026 and a public one since. Parse it once and keep it.
    ///
    /// # Errors
    /// [`InvalidCalendar`], which the embedded table never gives.
    pub fn korean() -> Result<Self, InvalidCalendar> {
        Self::parse(KOREAN_HOLIDAYS)
    }

    /// Reads a table of holidays: a line `# years`, first and last year, separated by tabs; then a line per holiday, of
    /// date, name and category. Other lines that begin with `#` are comments.
    ///
    /// # Errors
    /// [`InvalidCalendar`] names the line at fault.
    pub fn parse(table: &str) -> Result<Self, InvalidCalendar> {
        let (first, last) = table
            .lines()
            .find_map(|line| years(line.strip_prefix("# years\t")?))
            .ok_or(InvalidCalendar::Years)?;
        let mut holidays = BTreeSet::new();
        for (number, line) in table.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let day = holiday(line)
                .filter(|day| (first..=last).contains(day))
                .ok_or(InvalidCalendar::Line { line: number + 1 })?;
            holidays.insert(day);
        }
        Ok(Self::of(first, last, holidays, BTreeSet::new()))
    }

    /// The same calendar with days of one's own: a holiday announced after the table was made, or one on which money
    /// moves all the same. A day named in both lists is closed. Days outside the years change nothing.
    #[must_use]
    pub fn with_overrides(mut self, closed: &[KstDate], open: &[KstDate]) -> Self {
        for day in open.iter().map(|day| day.naive()) {
            self.holidays.remove(&day);
            self.opened.insert(day);
        }
        for day in closed.iter().map(|day| day.naive()) {
            self.opened.remove(&day);
            self.holidays.insert(day);
        }
        Self::of(self.first, self.last, self.holidays, self.opened)
    }

    /// The first day that the calendar knows.
    pub fn first_day(&self) -> KstDate {
        KstDate::from_naive(self.first)
    }

    /// The last day that the calendar knows.
    pub fn last_day(&self) -> KstDate {
        KstDate::from_naive(self.last)
    }

    /// Whether banks are open that day; `None` outside the calendar's years.
    pub fn is_business_day(&self, day: KstDate) -> Option<bool> {
        let day = day.naive();
        self.open_until(day).map(|_| self.is_open(day))
    }

    /// What the Korean table calls a day that banks are closed on; `None` of weekends that are no holiday, of days that are
    /// open, and of days of one's own.
    pub fn holiday_name(&self, day: KstDate) -> Option<&'static str> {
        let closed = self.holidays.contains(&day.naive());
        let text = day.to_string();
        let mut named = KOREAN_HOLIDAYS.lines().filter(|_| closed);
        named.find_map(|line| line.strip_prefix(&text)?.split('\t').nth(1))
    }

    /// The day that many business days later; with 0, the day itself or else the next business day. `None` when either
    /// day is outside the calendar's years.
    pub fn add_business_days(&self, day: KstDate, count: u32) -> Option<KstDate> {
        let naive = day.naive();
        let until = self.open_until(naive)?;
        let before = until - u32::from(self.is_open(naive));
        let place = if count == 0 {
            before
        } else {
            until.checked_add(count)?.checked_sub(1)?
        };
        let found = self.open_days.get(usize::try_from(place).ok()?)?;
        Some(KstDate::from_naive(*found))
    }

    /// How many business days there are after the first day, up to and including the second. `None` when the second is
    /// earlier, or either is outside the calendar's years.
    pub fn business_days_between(&self, from: KstDate, to: KstDate) -> Option<u32> {
        let before = self.open_until(from.naive())?;
        self.open_until(to.naive())?.checked_sub(before)
    }

    fn of(
        first: NaiveDate,
        last: NaiveDate,
        holidays: BTreeSet<NaiveDate>,
        opened: BTreeSet<NaiveDate>,
    ) -> Self {
        let mut calendar = Self {
            first,
            last,
            holidays,
            opened,
            open_days: Vec::new(),
            open_until: Vec::new(),
        };
        let mut count = 0;
        for day in first.iter_days().take_while(|day| *day <= last) {
            if calendar.is_open(day) {
                calendar.open_days.push(day);
                count += 1;
            }
            calendar.open_until.push(count);
        }
        calendar
    }

    fn is_open(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        self.opened.contains(&day) || !weekend && !self.holidays.contains(&day)
    }

    fn open_until(&self, day: NaiveDate) -> Option<u32> {
        let place = day.signed_duration_since(self.first).num_days();
        self.open_until.get(usize::try_from(place).ok()?).copied()
    }
}

/// The first day of the first year and the last of the last.
fn years(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = text.split_once('\t')?;
    let first = NaiveDate::from_ymd_opt(first.parse().ok()?, 1, 1)?;
    let last = NaiveDate::from_ymd_opt(last.parse().ok()?, 12, 31)?;
    (first < last).then_some((first, last))
}

fn holiday(line: &str) -> Option<NaiveDate> {
    let mut fields = line.split('\t');
    let day = KstDate::parse(fields.next()?).ok()?.naive();
    let named = fields.next().is_some_and(|name| !name.is_empty());
    let categorised = matches!(fields.next(), Some("public" | "bank"));
    (named && categorised && fields.next().is_none()).then_some(day)
}
