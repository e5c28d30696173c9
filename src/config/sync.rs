//! How Toss's lists are followed, and how long what was only hinted at is kept.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::layers::Layers;
use super::{Faults, seconds, whole_number};

/// Longer than Toss changes a day; a larger number is a mistake in the unit, and would read a year again for nothing.
const DAYS_READ_AGAIN: RangeInclusive<u32> = 1..=366;
/// At most ten years.
const DAYS_KEPT: RangeInclusive<u32> = 1..=3_650;
/// Toss still says something new of a payment in the weeks after it.
const DAYS_OF_TEXTS: RangeInclusive<u32> = 30..=3_650;

/// Half an hour is the longest of the pauses after the longest first one.
const RETRY_SECONDS: RangeInclusive<u32> = 0..=120;

/// How Toss's lists are imported, and followed in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncConfig {
    /// The pause between two background passes over Toss's lists.
    pub interval: Duration,
    /// The first pause before an import reads a day again after a passing fault; it then doubles. Without a pause no day is
    /// read again.
    pub retry_pause: Duration,
    /// How many days of transactions, today counted, are read again after they were complete.
    pub transaction_days: u32,
    /// How many sold dates of settlements, today counted, are read again after they were complete.
    pub settlement_days: u32,
    /// How many days a webhook is kept as it came.
    pub webhook_days: u32,
    /// After how many days what Toss said of finished payments word for word is emptied; without, it is kept.
    pub retention_days: Option<u32>,
}

impl Default for SyncConfig {
    /// A pass a minute, a week of transactions, two weeks of sold dates, and webhooks for three months.
    fn default() -> Self {
        Self {
            interval: Duration::from_mins(1),
            retry_pause: Duration::from_secs(2),
            transaction_days: 7,
            settlement_days: 14,
            webhook_days: 90,
            retention_days: None,
        }
    }
}

/// Reads them. What is wrong is noted, and as usual instead.
pub(super) fn read(layers: &Layers, faults: &mut Faults) -> SyncConfig {
    let usual = SyncConfig::default();
    let interval = layers.sync_interval_seconds.as_deref();
    let interval = seconds("SYNC_INTERVAL_SECONDS", interval, usual.interval);
    let interval = faults.take_or(interval, usual.interval);
    let retry = whole_number(
        "SYNC_RETRY_SECONDS",
        layers.sync_retry_seconds.as_deref(),
        RETRY_SECONDS,
        "seconds",
    );
    let retry_pause = faults
        .take_or(retry, None)
        .map_or(usual.retry_pause, |seconds| {
            Duration::from_secs(seconds.into())
        });
    let retention = whole_number(
        "RETENTION_DAYS",
        layers.retention_days.as_deref(),
        DAYS_OF_TEXTS,
        "days",
    );
    let retention_days = faults.take_or(retention, None);
    let mut days = |name, text: &Option<String>, default, range| {
        let read = whole_number(name, text.as_deref(), range, "days");
        faults.take_or(read, None).unwrap_or(default)
    };
    SyncConfig {
        interval,
        retry_pause,
        transaction_days: days(
            "SYNC_TRANSACTION_DAYS",
            &layers.sync_transaction_days,
            usual.transaction_days,
            DAYS_READ_AGAIN,
        ),
        settlement_days: days(
            "SYNC_SETTLEMENT_DAYS",
            &layers.sync_settlement_days,
            usual.settlement_days,
            DAYS_READ_AGAIN,
        ),
        webhook_days: days(
            "WEBHOOK_DAYS",
            &layers.webhook_days,
            usual.webhook_days,
            DAYS_KEPT,
        ),
        retention_days,
    }
}
