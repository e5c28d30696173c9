//! Korea's clock: Toss writes instants with `+09:00` and reads query dates that carry no offset at all.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// Asia/Seoul, which has had no daylight saving since 1988.
pub(crate) const KST: FixedOffset = match FixedOffset::east_opt(9 * 3600) {
    Some(offset) => offset,
    None => panic!("nine hours are a valid offset"),
};

/// The business day in Asia/Seoul on which an instant falls.
pub fn kst_date(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&KST).date_naive()
}

/// The instant at which Seoul's clocks show this date and time.
pub fn kst_instant(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    (NaiveDateTime::new(date, time) - chrono::Duration::hours(9)).and_utc()
}

/// An instant as Toss writes it in bodies: seconds and `+09:00`.
pub(crate) fn written(instant: DateTime<Utc>) -> String {
    instant
        .with_timezone(&KST)
        .format("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

/// A `startDate` or `endDate` of the transaction list: a date, a date and time, or the old form with
/// milliseconds; always KST, never with an offset. A date alone is its midnight.
pub(crate) fn read_query_instant(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d")
                .ok()
                .map(|date| date.and_time(NaiveTime::MIN))
        })?;
    Some((local - chrono::Duration::hours(9)).and_utc())
}
