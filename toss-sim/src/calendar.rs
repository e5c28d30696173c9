//! Korean business days and settlement cycles: when a sale is sold, and when it is paid out.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// How sales are gathered into a sold date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementCycle {
    /// The day of the event, weekends too.
    Daily,
    /// The Sunday that ends the event's week.
    Weekly,
    /// The last day of the event's month.
    Monthly,
}

/// Weekdays on which Korean banks stay closed: public and substitute holidays, election days and Labour Day,
/// as `(year, month, day)`. Holidays that fall on a weekend change nothing and are left out.
const CLOSED_WEEKDAYS: &[(i32, u32, u32)] = &[
    (2024, 1, 1),   // New Year
    (2024, 2, 9),   // Seollal
    (2024, 2, 12),  // Seollal, substitute
    (2024, 3, 1),   // Independence Movement Day
    (2024, 4, 10),  // general election
    (2024, 5, 1),   // Labour Day
    (2024, 5, 6),   // Children's Day, substitute
    (2024, 5, 15),  // Buddha's Birthday
    (2024, 6, 6),   // Memorial Day
    (2024, 8, 15),  // Liberation Day
    (2024, 9, 16),  // Chuseok
    (2024, 9, 17),  // Chuseok
    (2024, 9, 18),  // Chuseok
    (2024, 10, 1),  // Armed Forces Day, temporary
    (2024, 10, 3),  // Foundation Day
    (2024, 10, 9),  // Hangeul Day
    (2024, 12, 25), // Christmas
    (2025, 1, 1),   // New Year
    (2025, 1, 27),  // temporary, before Seollal
    (2025, 1, 28),  // Seollal
    (2025, 1, 29),  // Seollal
    (2025, 1, 30),  // Seollal
    (2025, 3, 3),   // Independence Movement Day, substitute
    (2025, 5, 1),   // Labour Day
    (2025, 5, 5),   // Children's Day and Buddha's Birthday
    (2025, 5, 6),   // substitute
    (2025, 6, 3),   // presidential election
    (2025, 6, 6),   // Memorial Day
    (2025, 8, 15),  // Liberation Day
    (2025, 10, 3),  // Foundation Day
    (2025, 10, 6),  // Chuseok
    (2025, 10, 7),  // Chuseok
    (2025, 10, 8),  // Chuseok, substitute
    (2025, 10, 9),  // Hangeul Day
    (2025, 12, 25), // Christmas
    (2026, 1, 1),   // New Year
    (2026, 2, 16),  // Seollal
    (2026, 2, 17),  // Seollal
    (2026, 2, 18),  // Seollal
    (2026, 3, 2),   // Independence Movement Day, substitute
    (2026, 5, 1),   // Labour Day
    (2026, 5, 5),   // Children's Day
    (2026, 5, 25),  // Buddha's Birthday, substitute
    (2026, 6, 3),   // local elections
    (2026, 7, 17),  // Constitution Day, a holiday again from 2026
    (2026, 8, 17),  // Liberation Day, substitute
    (2026, 9, 24),  // Chuseok
    (2026, 9, 25),  // Chuseok
    (2026, 10, 5),  // Foundation Day, substitute
    (2026, 10, 9),  // Hangeul Day
    (2026, 12, 25), // Christmas
    (2027, 1, 1),   // New Year
    (2027, 2, 8),   // Seollal
    (2027, 2, 9),   // Seollal, substitute
    (2027, 3, 1),   // Independence Movement Day
    (2027, 5, 5),   // Children's Day
    (2027, 5, 13),  // Buddha's Birthday
    (2027, 7, 19),  // Constitution Day, substitute
    (2027, 8, 16),  // Liberation Day, substitute
    (2027, 9, 14),  // Chuseok
    (2027, 9, 15),  // Chuseok
    (2027, 9, 16),  // Chuseok
    (2027, 10, 4),  // Foundation Day, substitute
    (2027, 10, 11), // Hangeul Day, substitute
    (2027, 12, 27), // Christmas, substitute
];

/// Whether Korean banks pay out on this date. Outside 2024 to 2027 only weekends are known to be closed.
pub fn is_business_day(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
        && !CLOSED_WEEKDAYS.contains(&(date.year(), date.month(), date.day()))
}

/// The date that lies `days` business days after `from`; `from` itself may be closed and is not counted.
pub fn business_days_after(from: NaiveDate, days: u32) -> NaiveDate {
    from.iter_days()
        .skip(1)
        .filter(|date| is_business_day(*date))
        .take(days as usize)
        .last()
        .unwrap_or(from)
}

/// The sold date of an event that happened on `day`, both in Asia/Seoul.
pub fn sold_date(day: NaiveDate, cycle: SettlementCycle) -> NaiveDate {
    match cycle {
        SettlementCycle::Daily => day,
        SettlementCycle::Weekly => {
            let to_sunday = 6 - u64::from(day.weekday().num_days_from_monday());
            day.checked_add_days(Days::new(to_sunday)).unwrap_or(day)
        }
        SettlementCycle::Monthly => {
            let (year, month) = if day.month() == 12 {
                (day.year() + 1, 1)
            } else {
                (day.year(), day.month() + 1)
            };
            NaiveDate::from_ymd_opt(year, month, 1)
                .and_then(|next_month| next_month.pred_opt())
                .unwrap_or(day)
        }
    }
}
