//! The layers of settings as they stand in the file, the environment and the command line, not yet checked.

use std::fmt;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use reconciliation::PartialCancelRows;
use serde::{Deserialize, Deserializer, Serialize};

use super::SettingError;
use crate::toss::MusdAmounts;

/// The file that is read when it is there.
const DEFAULT_FILE: &str = "toss-recon.toml";

/// The variables of the environment. In the file their names are written in small letters.
const VARIABLES: [&str; 10] = [
    "TOSS_SECRET_KEY",
    "TOSS_SECRET_KEY_FILE",
    "TOSS_BASE_URL",
    "DATABASE_URL",
    "LISTEN_ADDR",
    "TOSS_TIMEOUT_SECONDS",
    "CANCEL_RETRY_SECONDS",
    "SYNC_INTERVAL_SECONDS",
    "LOG",
    "LOG_FORMAT",
];

/// What the command line says, over everything else.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overrides {
    /// Instead of `DATABASE_URL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// Instead of `LISTEN_ADDR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen_addr: Option<String>,
}

/// Every setting as text. It holds keys, so it shows nothing of itself.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layers {
    pub(super) toss_secret_key: Option<String>,
    pub(super) toss_secret_key_file: Option<PathBuf>,
    pub(super) toss_base_url: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) listen_addr: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) toss_timeout_seconds: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) cancel_retry_seconds: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(super) sync_interval_seconds: Option<String>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<String>,
    pub(super) partial_cancel_rows: Option<PartialCancelSetting>,
    pub(super) musd_amounts: Option<MusdSetting>,
    #[serde(default)]
    pub(super) merchants: Vec<MerchantLayer>,
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
    pub(super) secret_key_file: Option<PathBuf>,
    pub(super) settlement_cycle: Option<CycleSetting>,
    pub(super) payout_business_days: Option<u32>,
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

pub(super) fn read(file: Option<PathBuf>, overrides: Overrides) -> Result<Layers, SettingError> {
    let path = match file {
        Some(named) if !named.is_file() => {
            return Err(SettingError::new(format!(
                "there is no settings file {}: give --config a file that exists, or leave it out",
                named.display()
            )));
        }
        Some(named) => named,
        None => PathBuf::from(DEFAULT_FILE),
    };
    // `file_exact`: a setting must come from here, not from a file of the same name in a parent folder.
    let mut figment = Figment::from(Toml::file_exact(&path));
    for name in VARIABLES {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the room where the environment is read"
        )]
        let value = std::env::var(name);
        // An empty variable is what a deployment leaves behind when it sets nothing.
        if let Some(value) = value.ok().filter(|value| !value.is_empty()) {
            figment = figment.merge(Serialized::default(&name.to_ascii_lowercase(), value));
        }
    }
    figment
        .merge(Serialized::defaults(overrides))
        .extract()
        .map_err(|error| {
            let first_line = error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            SettingError::new(format!(
                "the settings cannot be read: {first_line}; look into {}",
                path.display()
            ))
        })
}

/// The file may write a number as a number, the environment cannot.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrText {
        Number(i64),
        Text(String),
    }
    Ok(Option::deserialize(deserializer)?.map(|value| match value {
        NumberOrText::Number(number) => number.to_string(),
        NumberOrText::Text(text) => text,
    }))
}
