//! The merchants: a single one from the environment, or several from the file.

use std::collections::HashSet;
use std::path::Path;

use reconciliation::SettlementCycle;

use super::SettingError;
use super::layers::{CycleSetting, Layers, MerchantLayer};
use crate::store::AccountName;
use crate::toss::SecretKey;

/// A merchant's key is a line; a larger file is not a key.
const LARGEST_KEY_FILE: u64 = 4_096;
const LONGEST_NAME: usize = 100;

/// One merchant at Toss: a key, and what its contract says.
#[derive(Clone, Debug)]
pub struct MerchantConfig {
    /// What the merchant is called here: the configured name, else the key's fingerprint.
    pub account: AccountName,
    /// The secret key.
    pub secret_key: SecretKey,
    /// How often Toss closes its sales.
    pub settlement_cycle: SettlementCycle,
    /// Business days from sold date to paid-out date, when configured.
    pub payout_business_days: Option<u32>,
}

pub(super) fn read(layers: &Layers) -> Result<Vec<MerchantConfig>, SettingError> {
    let single = MerchantLayer {
        name: None,
        secret_key: layers.toss_secret_key.clone(),
        secret_key_file: layers.toss_secret_key_file.clone(),
        settlement_cycle: None,
        payout_business_days: None,
    };
    let has_single = single.secret_key.is_some() || single.secret_key_file.is_some();
    match (has_single, layers.merchants.is_empty()) {
        (true, true) => Ok(vec![merchant("TOSS_SECRET_KEY", &single)?]),
        (false, false) => several(&layers.merchants),
        (true, false) => Err(SettingError::new(
            "both TOSS_SECRET_KEY and [[merchants]] are set: keep the variable for a single merchant, or the file for several",
        )),
        (false, true) => Err(SettingError::new(
            "no secret key: set TOSS_SECRET_KEY (or TOSS_SECRET_KEY_FILE), or list [[merchants]] in toss-recon.toml",
        )),
    }
}

fn several(layers: &[MerchantLayer]) -> Result<Vec<MerchantConfig>, SettingError> {
    let mut merchants = Vec::with_capacity(layers.len());
    let mut keys = HashSet::new();
    let mut names = HashSet::new();
    for (index, layer) in layers.iter().enumerate() {
        let place = layer
            .name
            .clone()
            .unwrap_or_else(|| format!("number {}", index + 1));
        let merchant = merchant(&format!("secret_key of merchant {place}"), layer)?;
        if !keys.insert(merchant.secret_key.fingerprint()) {
            return Err(SettingError::new(format!(
                "merchant {place} has the key of an earlier one: list each key once"
            )));
        }
        if !names.insert(merchant.account.clone()) {
            return Err(SettingError::new(format!(
                "two merchants are named {place}: give each a name of its own"
            )));
        }
        merchants.push(merchant);
    }
    Ok(merchants)
}

fn merchant(setting: &str, layer: &MerchantLayer) -> Result<MerchantConfig, SettingError> {
    let text = match (&layer.secret_key, &layer.secret_key_file) {
        (Some(_), Some(_)) => {
            return Err(SettingError::new(format!(
                "{setting} is given both as text and as a file: keep one"
            )));
        }
        (Some(text), None) => text.clone(),
        (None, Some(path)) => key_file(setting, path)?,
        (None, None) => {
            return Err(SettingError::new(format!(
                "{setting} is missing: add secret_key or secret_key_file"
            )));
        }
    };
    let secret_key = SecretKey::parse(&text)
        .map_err(|error| SettingError::new(format!("{setting}: {error}")))?;
    let name = layer
        .name
        .clone()
        .unwrap_or_else(|| secret_key.fingerprint());
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(SettingError::new(format!(
            "{setting}: the merchant's name must have 1 to {LONGEST_NAME} visible characters"
        )));
    }
    Ok(MerchantConfig {
        account: AccountName::new(&name),
        secret_key,
        settlement_cycle: layer.settlement_cycle.map(cycle).unwrap_or_default(),
        payout_business_days: layer.payout_business_days,
    })
}

fn key_file(setting: &str, path: &Path) -> Result<String, SettingError> {
    let refused = |why: &str| {
        SettingError::new(format!(
            "{setting}: the key file {} {why}: name a file that this user may read and that holds the key alone",
            path.display()
        ))
    };
    let length = std::fs::metadata(path)
        .map_err(|error| refused(&format!("cannot be read ({})", error.kind())))?
        .len();
    if length > LARGEST_KEY_FILE {
        return Err(refused("is too large for a key"));
    }
    let bytes = std::fs::read(path)
        .map_err(|error| refused(&format!("cannot be read ({})", error.kind())))?;
    String::from_utf8(bytes).map_err(|_| refused("is not text in UTF-8"))
}

fn cycle(setting: CycleSetting) -> SettlementCycle {
    match setting {
        CycleSetting::Daily => SettlementCycle::Daily,
        CycleSetting::Weekly => SettlementCycle::Weekly,
        CycleSetting::Monthly => SettlementCycle::Monthly,
    }
}
