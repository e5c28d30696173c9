//! The settings file: reading it, and saying what is wrong with it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format, Toml};

use super::SettingError;
use super::layers::Layers;

/// The file that is read when it is there.
const DEFAULT_FILE: &str = "toss-recon.toml";

/// Reads the file that was named, or the usual one if it is there.
pub(super) fn read(named: Option<PathBuf>) -> Result<Layers, SettingError> {
    let must_exist = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => {
            return Ok(Layers::default());
        }
        Err(error) => return Err(unreadable(&path, &error)),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Figment::from(Toml::string(text))
        .extract()
        .map_err(|error| SettingError::new(format!("{}: {}", path.display(), complaint(&error))))
}

fn unreadable(path: &Path, error: &io::Error) -> SettingError {
    let path = path.display();
    SettingError::new(match error.kind() {
        io::ErrorKind::NotFound => format!(
            "there is no settings file {path}: give --config a file that exists, or leave it out"
        ),
        io::ErrorKind::InvalidData => {
            format!("the settings file {path} is not text in UTF-8: save it as such")
        }
        kind => format!(
            "the settings file {path} cannot be read ({kind}): it must be a file that this user may read"
        ),
    })
}

/// What is wrong with the file. It repeats no value: one in the wrong place may be a key.
fn complaint(error: &figment::Error) -> String {
    let setting = setting_name(&error.path);
    match &error.kind {
        Kind::UnknownField(_, known) => {
            format!(
                "there is no setting {setting}: use one of {}",
                known.join(", ")
            )
        }
        Kind::UnknownVariant(_, known) => format!("{setting} must be one of {}", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            let is_days = error
                .path
                .first()
                .is_some_and(|name| name.ends_with("_days"));
            let expected = match expected.as_str() {
                "a string" => "text in quotes",
                "a sequence" if is_days => "a list of days, each as \"yyyy-MM-dd\" in quotes",
                "a sequence" => "a list, each entry under a line [[merchants]]",
                "struct MerchantLayer" => "a table, under a line [[merchants]]",
                expected => expected,
            };
            format!("{setting} must be {expected}")
        }
        // The first line says where, the last one why; those between quote the file.
        Kind::Message(text) => {
            let mut lines = text.lines();
            let place = lines.next().unwrap_or_default();
            let reason = lines.next_back().unwrap_or("mend it");
            format!("{place}: {reason}")
        }
        _ => format!("{setting} cannot be read: see README for what it may be"),
    }
}

/// A setting as a reader of the file would name it; merchants count from 1.
fn setting_name(path: &[String]) -> String {
    match path {
        [list, index, setting @ ..] if list == "merchants" => {
            let number = index.parse::<usize>().map_or(1, |index| index + 1);
            match setting {
                [] => format!("merchant number {number}"),
                setting => format!("{} of merchant number {number}", setting.join(".")),
            }
        }
        path => path.join("."),
    }
}
