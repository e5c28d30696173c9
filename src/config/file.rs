//! The settings file: reading it, and saying what is wrong with it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use figment::error::Kind;
use figment::providers::{Format, Toml};
use figment::value::{Dict, Value};
use figment::{Profile, Provider};

use super::layers::Layers;
use super::{Faults, SettingError, names};

/// The file that is read when it is there.
const DEFAULT_FILE: &str = "toss-recon.toml";
/// The lists whose entries have settings of their own, and what one entry is called.
const LISTS: [(&str, &str); 2] = [("merchants", "merchant"), ("notify", "notify")];

/// Reads the file that was named, or the usual one if it is there. What is wrong in it is left out.
pub(super) fn read(named: Option<PathBuf>, faults: &mut Faults) -> Layers {
    let must_exist = named.is_some();
    let path = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => {
            return Layers::default();
        }
        Err(error) => {
            faults.add(unreadable(&path, &error));
            return Layers::default();
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    layers(text, |complaint| {
        faults.add(SettingError::new(format!(
            "{}: {complaint}",
            path.display()
        )));
    })
}

/// The settings of a text. What is wrong with one is told, and the others are read without it.
pub(super) fn layers(text: &str, mut tell: impl FnMut(String)) -> Layers {
    let mut settings = match Toml::string(text).data() {
        Ok(mut profiles) => profiles.remove(&Profile::Default).unwrap_or_default(),
        Err(error) => {
            tell(complaint(&error));
            return Layers::default();
        }
    };
    loop {
        match Value::from(settings.clone()).deserialize() {
            Ok(layers) => return layers,
            Err(error) => {
                tell(complaint(&error));
                if !remove(&mut settings, &error.path) {
                    return Layers::default();
                }
            }
        }
    }
}

/// Takes a setting out, at its top or of an entry of a list, and says whether it was there. The other entries keep their
/// numbers.
fn remove(settings: &mut Dict, path: &[String]) -> bool {
    match path {
        [list, index, setting, ..] if entry_of(list).is_some() => match settings.get_mut(list) {
            Some(Value::Array(_, entries)) => {
                let index: Option<usize> = index.parse().ok();
                let entry = index.and_then(|index| entries.get_mut(index));
                match entry {
                    Some(Value::Dict(_, entry)) => entry.remove(setting).is_some(),
                    _ => false,
                }
            }
            _ => false,
        },
        [setting, ..] => settings.remove(setting).is_some(),
        [] => false,
    }
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
        Kind::UnknownField(name, known) => match names::of_another_version(name) {
            Some(told) => told,
            None => format!(
                "there is no setting {setting}, the nearest is {}: use one of {}",
                names::nearest(name, known).unwrap_or_default(),
                known.join(", ")
            ),
        },
        Kind::UnknownVariant(_, known) => format!("{setting} must be one of {}", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            let is_days = error
                .path
                .first()
                .is_some_and(|name| name.ends_with("_days"));
            let expected = match expected.as_str() {
                "a string" => "text in quotes",
                "a sequence" if is_days => "a list of days, each as \"yyyy-MM-dd\" in quotes",
                "a sequence" if error.path.len() > 1 => "a list, each entry in quotes",
                "a sequence" if error.path.first().is_some_and(|name| name == "notify") => {
                    "a list, each entry under a line [[notify]]"
                }
                "a sequence" => "a list, each entry under a line [[merchants]]",
                "struct MerchantLayer" => "a table, under a line [[merchants]]",
                "struct NotifyLayer" => "a table, under a line [[notify]]",
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
        _ => format!("{setting} cannot be read: see docs/settings.md for what it may be"),
    }
}

/// A setting as a reader of the file would name it; entries of lists count from 1.
fn setting_name(path: &[String]) -> String {
    match path {
        [list, index, setting @ ..] => match entry_of(list) {
            Some(entry) => {
                let number = index.parse::<usize>().map_or(1, |index| index + 1);
                match setting {
                    [] => format!("{entry} number {number}"),
                    setting => format!("{} of {entry} number {number}", setting.join(".")),
                }
            }
            None => path.join("."),
        },
        path => path.join("."),
    }
}

/// What an entry of a list is called.
fn entry_of(list: &str) -> Option<&'static str> {
    let found = LISTS.into_iter().find(|(name, _)| *name == list);
    found.map(|(_, entry)| entry)
}
