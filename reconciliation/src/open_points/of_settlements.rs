//! The points that settlement rows show.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike as _, Weekday};

use super::{Here, Sample, SettingsSay};
use crate::{KstDate, PayOutReading, RowIdentities, Settlement, SettlementKind};

const OTHER_DAY: &str = "on a day that is none here";

pub(super) fn instalment_fees(sample: &Sample<'_>) -> Here {
    let rows = sample.settlements.iter();
    Here::of(
        rows.filter_map(|row| match RowIdentities::of(row).pay_out_reading? {
            PayOutReading::LessFee => Some("within the fee"),
            PayOutReading::LessFeeAndInterest => Some("beside the fee"),
            PayOutReading::Either => None,
        }),
    )
}

/// Cancels of another day than the payment's, whose own day is known from the transactions.
pub(super) fn sold_dates_of_cancels(sample: &Sample<'_>) -> Here {
    let days: HashMap<_, _> = sample
        .transactions
        .iter()
        .map(|row| (&row.transaction_key, KstDate::of(row.transaction_at)))
        .collect();
    Here::of(cancels(sample).filter_map(|row| {
        let cancelled = *days.get(row.transaction_key.as_ref()?)?;
        let approved = KstDate::of(row.approved_at?);
        if cancelled == approved {
            None
        } else if row.sold_date == approved {
            Some("the payment's day")
        } else if row.sold_date == cancelled {
            Some("the cancel's day")
        } else {
            Some("a later day, by the cycle")
        }
    }))
}

pub(super) fn fees_of_cancels(sample: &Sample<'_>) -> Here {
    Here::of(cancels(sample).map(|row| {
        let method = row.method_label.as_deref().unwrap_or("without a method");
        let fee = row.shown_fee();
        let what = match fee.minor() {
            0 => "no fee",
            1.. => "another fee",
            _ => "the fee given back",
        };
        format!("{method}: {what}")
    }))
}

pub(super) fn payout_days(sample: &Sample<'_>) -> Here {
    let rows = sample.settlements.iter();
    Here::of(rows.filter_map(|row| {
        let is_business_day = sample.calendar.is_business_day(row.paid_out_date)?;
        Some(if is_business_day {
            "on business days"
        } else {
            OTHER_DAY
        })
    }))
}

pub(super) fn calendar_setting(here: &Here) -> SettingsSay {
    match here.count(OTHER_DAY) {
        0 => SettingsSay::Agree,
        _ => SettingsSay::Differ(
            "add the days on which money moved to open_days, should they recur".to_owned(),
        ),
    }
}

/// Sales of a Saturday or Sunday beside those of the next day on which banks work, where both are of one method.
pub(super) fn weekends(sample: &Sample<'_>) -> Here {
    let payments = || {
        let rows = sample.settlements.iter();
        rows.filter(|row| row.kind == SettlementKind::Payment)
    };
    let mut paid_out: HashMap<(KstDate, Option<&str>), KstDate> = HashMap::new();
    for row in payments() {
        paid_out.insert(
            (row.sold_date, row.method_label.as_deref()),
            row.paid_out_date,
        );
    }
    Here::of(payments().filter_map(|row| {
        let is_weekend = matches!(row.sold_date.naive().weekday(), Weekday::Sat | Weekday::Sun);
        if !is_weekend {
            return None;
        }
        let next = next_business_day(sample, row.sold_date)?;
        let of_next = paid_out.get(&(next, row.method_label.as_deref()))?;
        Some(match row.paid_out_date.cmp(of_next) {
            Ordering::Equal => "together with the next business day's",
            Ordering::Less => "before the next business day's",
            Ordering::Greater => "after the next business day's",
        })
    }))
}

fn next_business_day(sample: &Sample<'_>, day: KstDate) -> Option<KstDate> {
    sample.calendar.add_business_days(day, 1)
}

pub(super) fn rows_of_one_event(sample: &Sample<'_>) -> Here {
    let mut rows: HashMap<_, usize> = HashMap::new();
    for row in sample.settlements {
        if let Some(key) = &row.transaction_key {
            *rows.entry((key, row.kind)).or_default() += 1;
        }
    }
    Here::of(rows.into_values().map(|count| {
        if count == 1 {
            "one row"
        } else {
            "several rows"
        }
    }))
}

pub(super) fn sold_dates_to_come(sample: &Sample<'_>) -> Here {
    let days: BTreeSet<_> = sample
        .settlements
        .iter()
        .map(|row| row.sold_date)
        .filter(|day| *day > sample.read_on)
        .collect();
    Here::of(days.into_iter().map(|_| "rows are listed for days to come"))
}

fn cancels<'a>(sample: &Sample<'a>) -> impl Iterator<Item = &'a Settlement> {
    let rows = sample.settlements.iter();
    rows.filter(|row| row.kind == SettlementKind::Cancel)
}
