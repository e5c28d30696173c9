//! The layers of settings as they stand in the file, the environment and the command line, not yet checked.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use reconciliation::PartialCancelRows;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use super::{Faults, SettingError, file, names};
use crate::toss::MusdAmounts;

/// Where a variable's value goes.
type Place = fn(&mut Layers) -> &mut Option<String>;

/// The variables of the environment. In the file their names are written in small letters.
const VARIABLES: [(&str, Place); 36] = [
    ("TOSS_SECRET_KEY", |all| &mut all.toss_secret_key),
    ("TOSS_SECRET_KEY_FILE", |all| &mut all.toss_secret_key_file),
    ("TOSS_BASE_URL", |all| &mut all.toss_base_url),
    ("DATABASE_URL", |all| &mut all.database_url),
    ("DATABASE_MUST_EXIST", |all| &mut all.database_must_exist),
    ("LISTEN_ADDR", |all| &mut all.listen_addr),
    ("TOSS_TIMEOUT_SECONDS", |all| &mut all.toss_timeout_seconds),
    ("TOSS_CALLS_PER_MINUTE", |all| {
        &mut all.toss_calls_per_minute
    }),
    ("CANCEL_RETRY_SECONDS", |all| &mut all.cancel_retry_seconds),
    ("CANCEL_LIMIT_PER_REQUEST", |all| {
        &mut all.cancel_limit_per_request
    }),
    ("CANCEL_LIMIT_PER_DAY", |all| &mut all.cancel_limit_per_day),
    ("CANCEL_APPROVAL_ABOVE", |all| {
        &mut all.cancel_approval_above
    }),
    ("CANCEL_APPROVAL_HOURS", |all| {
        &mut all.cancel_approval_hours
    }),
    ("CANCEL_REASON_MARK", |all| &mut all.cancel_reason_mark),
    ("SYNC_INTERVAL_SECONDS", |all| {
        &mut all.sync_interval_seconds
    }),
    ("SYNC_RETRY_SECONDS", |all| &mut all.sync_retry_seconds),
    ("SYNC_TRANSACTION_DAYS", |all| {
        &mut all.sync_transaction_days
    }),
    ("SYNC_SETTLEMENT_DAYS", |all| &mut all.sync_settlement_days),
    ("SETTLEMENT_CYCLE", |all| &mut all.settlement_cycle),
    ("PAYOUT_BUSINESS_DAYS", |all| &mut all.payout_business_days),
    ("PUBLIC_URL", |all| &mut all.public_url),
    ("WEBHOOK_SECRET", |all| &mut all.webhook_secret),
    ("WEBHOOK_DAYS", |all| &mut all.webhook_days),
    ("RETENTION_DAYS", |all| &mut all.retention_days),
    ("WEBHOOKS_OUT", |all| &mut all.webhooks_out),
    ("WEBHOOKS_OUT_SECRET", |all| &mut all.webhooks_out_secret),
    ("TOKEN_REQUESTS_PER_MINUTE", |all| {
        &mut all.token_requests_per_minute
    }),
    ("TOKEN_LIVE_READS_PER_MINUTE", |all| {
        &mut all.token_live_reads_per_minute
    }),
    ("TRUSTED_PROXIES", |all| &mut all.trusted_proxies),
    ("METRICS_NEED_TOKEN", |all| &mut all.metrics_need_token),
    ("CONSOLE", |all| &mut all.console),
    ("ALLOWED_ORIGINS", |all| &mut all.allowed_origins),
    ("TRUSTED_DOCUMENTS", |all| &mut all.trusted_documents),
    ("TRUSTED_DOCUMENTS_ONLY", |all| {
        &mut all.trusted_documents_only
    }),
    ("LOG", |all| &mut all.log),
    ("LOG_FORMAT", |all| &mut all.log_format),
];

/// What the command line says, over everything else.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Instead of `DATABASE_URL`.
    pub database_url: Option<String>,
    /// Instead of `LISTEN_ADDR`.
    pub listen_addr: Option<String>,
}

/// Every setting as text. It holds keys, so it shows nothing of itself.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layers {
    pub(super) toss_secret_key: Option<String>,
    pub(super) toss_secret_key_file: Option<String>,
    pub(super) toss_base_url: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) database_must_exist: Option<String>,
    pub(super) listen_addr: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) toss_timeout_seconds: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) toss_calls_per_minute: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) cancel_retry_seconds: Option<String>,
    pub(super) cancel_limit_per_request: Option<String>,
    pub(super) cancel_limit_per_day: Option<String>,
    pub(super) cancel_approval_above: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) cancel_approval_hours: Option<String>,
    pub(super) cancel_reason_mark: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) sync_interval_seconds: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) sync_retry_seconds: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) sync_transaction_days: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) sync_settlement_days: Option<String>,
    pub(super) settlement_cycle: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) payout_business_days: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) webhook_secret: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) webhook_days: Option<String>,
    pub(super) webhooks_out: Option<String>,
    pub(super) webhooks_out_secret: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) retention_days: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) token_requests_per_minute: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) token_live_reads_per_minute: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) trusted_proxies: Option<String>,
    pub(super) metrics_need_token: Option<String>,
    pub(super) console: Option<String>,
    pub(super) allowed_origins: Option<String>,
    pub(super) trusted_documents: Option<String>,
    pub(super) trusted_documents_only: Option<String>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<String>,
    pub(super) partial_cancel_rows: Option<PartialCancelSetting>,
    pub(super) musd_amounts: Option<MusdSetting>,
    #[serde(default)]
    pub(super) closed_days: Vec<String>,
    #[serde(default)]
    pub(super) open_days: Vec<String>,
    pub(super) unsettled_methods: Option<Vec<String>>,
    #[serde(default)]
    pub(super) merchants: Vec<MerchantLayer>,
    #[serde(default)]
    pub(super) notify: Vec<NotifyLayer>,
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Layers(masked)")
    }
}

/// One `[[merchants]]` of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MerchantLayer {
    pub(super) name: Option<String>,
    pub(super) secret_key: Option<String>,
    pub(super) secret_key_file: Option<String>,
    pub(super) settlement_cycle: Option<CycleSetting>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) payout_business_days: Option<String>,
    pub(super) unsettled_methods: Option<Vec<String>>,
}

/// One `[[notify]]` of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotifyLayer {
    pub(super) name: Option<String>,
    pub(super) url: Option<String>,
    pub(super) url_file: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) secret_file: Option<String>,
    pub(super) slack: Option<bool>,
    pub(super) merchants: Option<Vec<String>>,
}

/// A merchant's settlement cycle as the file spells it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CycleSetting {
    Daily,
    Weekly,
    Monthly,
}

/// What rows of partial cancels list, as the file spells it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PartialCancelSetting {
    CancelAmount,
    PaymentAmount,
}

impl From<PartialCancelSetting> for PartialCancelRows {
    fn from(setting: PartialCancelSetting) -> Self {
        match setting {
            PartialCancelSetting::CancelAmount => Self::CancelAmount,
            PartialCancelSetting::PaymentAmount => Self::PaymentAmount,
        }
    }
}

/// What an amount in `MUSD` counts, as the file spells it.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MusdSetting {
    Millionths,
    Dollars,
}

impl From<MusdSetting> for MusdAmounts {
    fn from(setting: MusdSetting) -> Self {
        match setting {
            MusdSetting::Millionths => Self::Millionths,
            MusdSetting::Dollars => Self::Dollars,
        }
    }
}

/// Reads all layers. A later one replaces what an earlier one says; what cannot be used is left out.
pub(super) fn read(file: Option<PathBuf>, overrides: Overrides, faults: &mut Faults) -> Layers {
    let mut layers = file::read(file, faults);
    let variables = environment(faults);
    if variables
        .iter()
        .any(|(name, ..)| name.starts_with("TOSS_SECRET_KEY"))
    {
        // One setting in two forms: a key of the environment replaces the file's, whichever form either has.
        layers.toss_secret_key = None;
        layers.toss_secret_key_file = None;
    }
    for (_, place, value) in variables {
        *place(&mut layers) = Some(value);
    }
    if let Some(url) = overrides.database_url {
        layers.database_url = Some(url);
    }
    if let Some(address) = overrides.listen_addr {
        layers.listen_addr = Some(address);
    }
    layers
}

/// The names of all variables.
pub(super) fn known_variables() -> [&'static str; VARIABLES.len()] {
    VARIABLES.map(|(name, _)| name)
}

/// The variables that are set. An empty one is what a deployment leaves behind when it sets nothing.
fn environment(faults: &mut Faults) -> Vec<(&'static str, Place, String)> {
    let known = known_variables();
    let mut all: Vec<(OsString, OsString)> = std::env::vars_os()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    // The environment has no order of its own.
    all.sort();
    let mut found = Vec::new();
    for (name, value) in all {
        // All of ours are text.
        let Some(name) = name.to_str() else {
            continue;
        };
        let Some((name, place)) = VARIABLES.into_iter().find(|(known, _)| *known == name) else {
            if let Some(fault) = names::unknown_variable(name, &known) {
                faults.add(fault);
            }
            continue;
        };
        match value.into_string() {
            Ok(value) => found.push((name, place, value)),
            Err(_) => faults.add(SettingError::new(format!(
                "{name} is not text in UTF-8: set it anew"
            ))),
        }
    }
    found
}

/// The file may write a number as a number, the environment cannot.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct NumberOrText;

    impl Visitor<'_> for NumberOrText {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number")
        }

        fn visit_i64<E>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }

    deserializer.deserialize_any(NumberOrText).map(Some)
}
