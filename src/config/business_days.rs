//! The business days: the Korean calendar with the days that the settings close or open.

use reconciliation::{BusinessCalendar, KstDate};

use super::layers::Layers;
use super::{Faults, SettingError};

/// Reads the calendar with its overrides. What is wrong is noted and left out.
pub(super) fn read(layers: &Layers, faults: &mut Faults) -> Option<BusinessCalendar> {
    let calendar = BusinessCalendar::korean()
        .map_err(|error| SettingError::new(format!("the business calendar: {error}")));
    let calendar = faults.take(calendar)?;
    let mut days = |setting, texts: &[String]| -> Vec<KstDate> {
        texts
            .iter()
            .filter_map(|text| faults.take(day(setting, text, &calendar)))
            .collect()
    };
    let closed = days("closed_days", &layers.closed_days);
    let open = days("open_days", &layers.open_days);
    if let Some(day) = closed.iter().find(|day| open.contains(day)) {
        faults.add(SettingError::new(format!(
            "{day} is in both closed_days and open_days: keep it in one of them"
        )));
    }
    Some(calendar.with_overrides(&closed, &open))
}

fn day(setting: &str, text: &str, calendar: &BusinessCalendar) -> Result<KstDate, SettingError> {
    let (first, last) = (calendar.first_day(), calendar.last_day());
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
}
