//! The addresses of the merchant's own that are told: one from the environment, or several from the file.

use std::collections::HashSet;

use reconciliation::MId;

use super::layers::{Layers, NotifyLayer};
use super::merchants::text_of_file;
use super::{Faults, SettingError};
use crate::notify::Target;

/// What a single address is called.
const SINGLE: &str = "default";
const LONGEST_NAME: usize = 63;

/// Reads the addresses. What is wrong is noted, and its address left out.
pub(super) fn read(layers: &Layers, faults: &mut Faults) -> Vec<Target> {
    if let Some(url) = &layers.webhooks_out {
        if !layers.notify.is_empty() {
            faults.add(SettingError::new(
                "both WEBHOOKS_OUT and [[notify]] are set: keep the variable for a single address, or the file for several",
            ));
            return Vec::new();
        }
        let secret = layers.webhooks_out_secret.as_deref();
        let target = Target::parse(SINGLE, url, secret, false, None)
            .map_err(|error| SettingError::new(format!("WEBHOOKS_OUT {error}")));
        return Vec::from_iter(faults.take(target));
    }
    if layers.webhooks_out_secret.is_some() {
        faults.add(SettingError::new(
            "WEBHOOKS_OUT_SECRET is set without WEBHOOKS_OUT: set the address that it is for, or unset it",
        ));
    }
    let mut names = HashSet::new();
    let mut targets = Vec::with_capacity(layers.notify.len());
    for (index, layer) in layers.notify.iter().enumerate() {
        let number = index + 1;
        let Some(target) = faults.take(target(number, layer)) else {
            continue;
        };
        if names.insert(target.name.clone()) {
            targets.push(target);
        } else {
            faults.add(SettingError::new(format!(
                "the name of notify number {number} is that of an earlier one: give each a name of its own"
            )));
        }
    }
    targets
}

fn target(number: usize, layer: &NotifyLayer) -> Result<Target, SettingError> {
    let name = match layer.name.as_deref() {
        Some(name) if is_name(name) => name,
        _ => {
            return Err(SettingError::new(format!(
                "notify number {number} needs a name of 1 to {LONGEST_NAME} of the characters a-z, 0-9, '.', '_' and '-': what was told is remembered by it"
            )));
        }
    };
    let of = format!(" of notify {name:?}");
    let url = text(("url", &layer.url), ("url_file", &layer.url_file), &of)?;
    let url =
        url.ok_or_else(|| SettingError::new(format!("there is no url{of}: add url or url_file")))?;
    let secret = text(
        ("secret", &layer.secret),
        ("secret_file", &layer.secret_file),
        &of,
    )?;
    let mids = layer.merchants.as_ref().map(|mids| {
        let mid = |text: &String| {
            MId::parse(text).map_err(|_| {
                SettingError::new(format!(
                    "merchants{of} holds {text:?}, which is no MID: write each as Toss does"
                ))
            })
        };
        mids.iter().map(mid).collect::<Result<Vec<MId>, _>>()
    });
    let slack = layer.slack.unwrap_or(false);
    Target::parse(name, &url, secret.as_deref(), slack, mids.transpose()?)
        .map_err(|error| SettingError::new(format!("the address{of} {error}")))
}

/// A text that may be given as it is or as a file.
fn text(
    (text_name, text): (&str, &Option<String>),
    (file_name, path): (&str, &Option<String>),
    of: &str,
) -> Result<Option<String>, SettingError> {
    match (text, path) {
        (Some(_), Some(_)) => Err(SettingError::new(format!(
            "{text_name} and {file_name}{of} are both set: keep one"
        ))),
        (None, Some(path)) => text_of_file(&format!("{file_name}{of}"), path).map(Some),
        (text, None) => Ok(text.clone()),
    }
}

fn is_name(name: &str) -> bool {
    let is_inside = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
    };
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_inside)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn told(text: &str) -> (Vec<Target>, Vec<String>) {
        let layers = file::layers(text, |complaint| panic!("{complaint}"));
        let mut faults = Faults::default();
        let targets = read(&layers, &mut faults);
        let faults = faults.into_each().iter().map(ToString::to_string).collect();
        (targets, faults)
    }

    #[test]
    fn what_cannot_be_told_is_a_fault_that_shows_no_address_and_no_secret() {
        const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (targets, faults) = told(&format!(
            "[[notify]]\nname = \"ops\"\nurl = \"https://ops.example/h\"\nsecret = \"{SECRET}\"\nmerchants = [\"tshop\"]\n\
             [[notify]]\nname = \"slack\"\nurl = \"https://hooks.slack.com/services/hidden\"\n"
        ));
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(targets.len(), 2);
        let (targets, faults) = told(&format!(
            "[[notify]]\nurl = \"https://ops.example/hidden\"\nsecret = \"{SECRET}\"\n\
             [[notify]]\nname = \"a\"\nurl = \"http://ops.example/hidden\"\nsecret = \"{SECRET}\"\n\
             [[notify]]\nname = \"b\"\nsecret = \"{SECRET}\"\n\
             [[notify]]\nname = \"c\"\nurl = \"https://ops.example/hidden\"\nsecret = \"hidden\"\n\
             [[notify]]\nname = \"d\"\nurl_file = \"/no/such/file\"\n"
        ));
        assert_eq!((targets.len(), faults.len()), (0, 5), "{faults:#?}");
        for (fault, names) in faults
            .iter()
            .zip(["number 1", "\"a\"", "\"b\"", "\"c\"", "\"d\""])
        {
            assert!(fault.contains(names), "{fault}");
            assert!(
                !fault.contains("hidden") && !fault.contains(SECRET),
                "{fault}"
            );
        }
        let (_, faults) =
            told("webhooks_out = \"https://ops.example\"\n[[notify]]\nname = \"a\"\n");
        assert!(
            faults[0].starts_with("both WEBHOOKS_OUT and [[notify]]"),
            "{faults:?}"
        );
    }
}
