//! The business days: the Korean calendar with the days that the settings close or open.

use reconciliation::{BusinessCalendar, KstDate};

use super::SettingError;
use super::layers::Layers;

/// Reads the calendar with its overrides.
pub(super) fn read(layers: &Layers) -> Result<BusinessCalendar, SettingError> {
    let calendar = BusinessCalendar::korean()
        .map_err(|error| SettingError::new(format!("the business calendar: {error}")))?;
    let closed = days("closed_days", &layers.closed_days, &calendar)?;
    let open = days("open_days", &layers.open_days, &calendar)?;
    if let Some(day) = closed.iter().find(|day| open.contains(day)) {
        return Err(SettingError::new(format!(
            "{day} is in both closed_days and open_days: keep it in one of them"
        )));
    }
    Ok(calendar.with_overrides(&closed, &open))
}

fn days(
    setting: &str,
    texts: &[String],
    calendar: &BusinessCalendar,
) -> Result<Vec<KstDate>, SettingError> {
    let (first, last) = (calendar.first_day(), calendar.last_day());
    texts
        .iter()
        .map(|text| {
            let day = KstDate::parse(text).map_err(|_| {
                SettingError::new(format!(
                    "{setting} holds {text:?}: write each day as yyyy-MM-dd, in quotes"
                ))
            })?;
            if (first..=last).contains(&day) {
                Ok(day)
            } else {
                Err(SettingError::new(format!(
                    "{setting} holds {day}: the business calendar goes from {first} to {last}, and days beyond are not forecast"
                )))
            }
        })
        .collect()
}
