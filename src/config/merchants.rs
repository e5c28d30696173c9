//! The merchants: a single one from the environment, or several from the file.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use reconciliation::{PaymentMethod, SettlementCycle};

use super::layers::{CycleSetting, Layers, MerchantLayer};
use super::{Faults, SettingError};
use crate::store::{AccountName, AuditSigner};
use crate::toss::SecretKey;

/// What a single merchant is called.
const SINGLE_MERCHANT: &str = "default";
/// A merchant's key is a line; a larger file is not a key.
const LARGEST_KEY_FILE: u64 = 4_096;
const LONGEST_NAME: usize = 100;
/// Longer than any contract of Toss's; a larger number is a mistake.
const MOST_PAYOUT_DAYS: u32 = 60;

/// One merchant at Toss: a key, and what its contract says.
#[derive(Clone, Debug)]
pub struct MerchantConfig {
    /// What the merchant is called here: `default` for a single one, else the configured name or the key's fingerprint.
    pub account: AccountName,
    /// The secret key.
    pub secret_key: SecretKey,
    /// How often Toss closes its sales, when configured.
    pub settlement_cycle: Option<SettlementCycle>,
    /// Business days from sold date to paid-out date, when configured.
    pub payout_business_days: Option<u32>,
    /// Methods that Toss never settles, as configured.
    pub unsettled_methods: Vec<PaymentMethod>,
}

impl MerchantConfig {
    /// What signs the audit log when this merchant's key does.
    pub fn audit_signer(&self) -> AuditSigner {
        AuditSigner::new(self.secret_key.audit_key())
    }
}

/// The secret key in a file that an option of the command line names.
pub(super) fn key_of_file(option: &str, path: &Path) -> Result<SecretKey, SettingError> {
    let text =
        key_file(path).map_err(|why| unusable_file(option, &path.display().to_string(), &why))?;
    SecretKey::parse(&text)
        .map_err(|error| SettingError::new(format!("{option} {}: {error}", path.display())))
}

/// Whether there is any key in the settings, right or wrong.
pub(super) fn any(layers: &Layers) -> bool {
    layers.toss_secret_key.is_some()
        || layers.toss_secret_key_file.is_some()
        || !layers.merchants.is_empty()
}

/// Reads the merchants. What is wrong is noted, and its merchant left out.
pub(super) fn read(layers: &Layers, faults: &mut Faults) -> Vec<MerchantConfig> {
    let has_single = layers.toss_secret_key.is_some() || layers.toss_secret_key_file.is_some();
    let wrong = match (has_single, layers.merchants.is_empty()) {
        (true, true) => return single(layers, faults),
        (false, false) => {
            let _ = faults.take(speaks_of_a_single_one(layers));
            return several(&layers.merchants, faults);
        }
        (true, false) => {
            "both TOSS_SECRET_KEY and [[merchants]] are set: keep the variable for a single merchant, or the file for several"
        }
        (false, true) => {
            "no secret key: set TOSS_SECRET_KEY (or TOSS_SECRET_KEY_FILE), or list [[merchants]] in toss-recon.toml"
        }
    };
    faults.add(SettingError::new(wrong));
    Vec::new()
}

fn single(layers: &Layers, faults: &mut Faults) -> Vec<MerchantConfig> {
    let secret_key = KeySetting {
        text: ("TOSS_SECRET_KEY", layers.toss_secret_key.as_deref()),
        file: (
            "TOSS_SECRET_KEY_FILE",
            layers.toss_secret_key_file.as_deref(),
        ),
        of: "",
    };
    let secret_key = faults.take(secret_key.read());
    let cycle = layers.settlement_cycle.as_deref().map(cycle_named);
    let settlement_cycle = faults.take_or(cycle.transpose(), None);
    let days = payout_business_days(
        "PAYOUT_BUSINESS_DAYS",
        layers.payout_business_days.as_deref(),
    );
    let payout_business_days = faults.take_or(days, None);
    let methods = unsettled_methods("unsettled_methods", layers.unsettled_methods.as_deref());
    let unsettled_methods = faults.take_or(methods, Vec::new());
    let merchant = secret_key.map(|secret_key| MerchantConfig {
        // Not the key's fingerprint: a new key must find what an old one read.
        account: AccountName::new(SINGLE_MERCHANT),
        secret_key,
        settlement_cycle,
        payout_business_days,
        unsettled_methods,
    });
    Vec::from_iter(merchant)
}

/// A contract that would be nobody's is refused, so that none is thought to be in force.
fn speaks_of_a_single_one(layers: &Layers) -> Result<(), SettingError> {
    let named = [
        ("settlement_cycle", layers.settlement_cycle.is_some()),
        (
            "payout_business_days",
            layers.payout_business_days.is_some(),
        ),
        ("unsettled_methods", layers.unsettled_methods.is_some()),
    ];
    match named.into_iter().find(|(_, is_set)| *is_set) {
        Some((setting, _)) => Err(SettingError::new(format!(
            "{setting} stands outside of [[merchants]], where it speaks of a single merchant: write it under each merchant that it is of"
        ))),
        None => Ok(()),
    }
}

fn cycle_named(text: &str) -> Result<SettlementCycle, SettingError> {
    match text.trim() {
        "daily" => Ok(SettlementCycle::Daily),
        "weekly" => Ok(SettlementCycle::Weekly),
        "monthly" => Ok(SettlementCycle::Monthly),
        _ => Err(SettingError::new(format!(
            "SETTLEMENT_CYCLE is {text:?}: set it to daily, weekly or monthly"
        ))),
    }
}

fn several(layers: &[MerchantLayer], faults: &mut Faults) -> Vec<MerchantConfig> {
    let mut merchants = Vec::with_capacity(layers.len());
    let mut keys = HashSet::new();
    let mut names = HashSet::new();
    for (index, layer) in layers.iter().enumerate() {
        let number = format!("number {}", index + 1);
        let place = match &layer.name {
            Some(name) => faults.take_or(checked_name(index, name), number),
            None => number,
        };
        let Some(merchant) = merchant(&place, layer, faults) else {
            continue;
        };
        if !keys.insert(merchant.secret_key.fingerprint()) {
            faults.add(SettingError::new(format!(
                "the secret_key of merchant {place} is that of an earlier one: list each key once"
            )));
        } else if !names.insert(merchant.account.clone()) {
            faults.add(SettingError::new(format!(
                "the name of merchant {place} is that of an earlier one: give each a name of its own"
            )));
        }
        merchants.push(merchant);
    }
    merchants
}

/// A merchant's name in quotes, for messages, if it can be shown at all.
fn checked_name(index: usize, name: &str) -> Result<String, SettingError> {
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(SettingError::new(format!(
            "the name of merchant number {} must have 1 to {LONGEST_NAME} visible characters",
            index + 1
        )));
    }
    Ok(format!("{name:?}"))
}

fn merchant(place: &str, layer: &MerchantLayer, faults: &mut Faults) -> Option<MerchantConfig> {
    let of = format!(" of merchant {place}");
    let secret_key = KeySetting {
        text: ("secret_key", layer.secret_key.as_deref()),
        file: ("secret_key_file", layer.secret_key_file.as_deref()),
        of: &of,
    };
    let secret_key = faults.take(secret_key.read());
    let days = payout_business_days(
        &format!("payout_business_days{of}"),
        layer.payout_business_days.as_deref(),
    );
    let payout_business_days = faults.take_or(days, None);
    let methods = unsettled_methods(
        &format!("unsettled_methods{of}"),
        layer.unsettled_methods.as_deref(),
    );
    let unsettled_methods = faults.take_or(methods, Vec::new());
    let secret_key = secret_key?;
    let name = layer
        .name
        .clone()
        .unwrap_or_else(|| secret_key.fingerprint());
    Some(MerchantConfig {
        account: AccountName::new(&name),
        secret_key,
        settlement_cycle: layer.settlement_cycle.map(cycle),
        payout_business_days,
        unsettled_methods,
    })
}

fn payout_business_days(setting: &str, text: Option<&str>) -> Result<Option<u32>, SettingError> {
    let Some(text) = text else {
        return Ok(None);
    };
    match text.trim().parse() {
        Ok(days @ 0..=MOST_PAYOUT_DAYS) => Ok(Some(days)),
        _ => Err(SettingError::new(format!(
            "{setting} is {text:?}: set it to a whole number from 0 to {MOST_PAYOUT_DAYS}"
        ))),
    }
}

/// The methods of a list, each in Toss's English or Korean word.
fn unsettled_methods(
    setting: &str,
    names: Option<&[String]>,
) -> Result<Vec<PaymentMethod>, SettingError> {
    let method = |name: &String| match PaymentMethod::from_label(name.trim()) {
        PaymentMethod::Other(_) => Err(SettingError::new(format!(
            "{setting} holds {name:?}, which is no method: take any of {}",
            PaymentMethod::NAMES.join(", ")
        ))),
        method => Ok(method),
    };
    names.unwrap_or_default().iter().map(method).collect()
}

/// A key that may be given as text or as a file: the settings' names and what they hold.
struct KeySetting<'a> {
    text: (&'static str, Option<&'a str>),
    file: (&'static str, Option<&'a str>),
    /// Whose key it is, behind a setting's name.
    of: &'a str,
}

impl KeySetting<'_> {
    fn read(&self) -> Result<SecretKey, SettingError> {
        let Self {
            text: (text_name, text),
            file: (file_name, path),
            of,
        } = self;
        let (setting, text) = match (text, path) {
            (Some(_), Some(_)) => {
                return Err(SettingError::new(format!(
                    "{text_name} and {file_name}{of} are both set: keep one"
                )));
            }
            (None, None) => {
                return Err(SettingError::new(format!(
                    "there is no secret key{of}: add {text_name} or {file_name}"
                )));
            }
            (Some(text), None) => (format!("{text_name}{of}"), (*text).to_owned()),
            (None, Some(path)) => {
                let setting = format!("{file_name}{of}");
                let text =
                    key_file(Path::new(path)).map_err(|why| unusable_file(&setting, path, &why))?;
                (setting, text)
            }
        };
        SecretKey::parse(&text).map_err(|error| SettingError::new(format!("{setting}: {error}")))
    }
}

/// The text of a file that holds a secret, without the white space around it.
pub(super) fn text_of_file(setting: &str, path: &str) -> Result<String, SettingError> {
    let text = key_file(Path::new(path)).map_err(|why| unusable_file(setting, path, &why))?;
    Ok(text.trim().to_owned())
}

fn unusable_file(setting: &str, path: &str, why: &str) -> SettingError {
    SettingError::new(format!(
        "{setting}: {path:?} {why}: name a file that this user may read and that holds the key alone"
    ))
}

/// The text of a key file, or why it is none.
fn key_file(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    // Never more than that is read, whatever the path leads to.
    File::open(path)
        .and_then(|file| file.take(LARGEST_KEY_FILE + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read ({})", error.kind()))?;
    if bytes.len() as u64 > LARGEST_KEY_FILE {
        return Err("is too large for a key".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "is not text in UTF-8".to_owned())
}

fn cycle(setting: CycleSetting) -> SettlementCycle {
    match setting {
        CycleSetting::Daily => SettlementCycle::Daily,
        CycleSetting::Weekly => SettlementCycle::Weekly,
        CycleSetting::Monthly => SettlementCycle::Monthly,
    }
}
