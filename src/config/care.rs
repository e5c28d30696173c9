//! Settings that can be used and should not be: keys that everybody on the machine can read, and secrets that can be guessed.
//! A server goes on with them, since it did before; a check names them.

use std::os::unix::fs::PermissionsExt as _;

use super::layers::Layers;
use super::{Faults, SettingError};

/// Everybody on the machine may read the file.
const WORLD_READABLE: u32 = 0o004;
/// Sixteen characters at random, even of hexadecimal digits alone, have fewer different ones once in a million times.
const FEWEST_DIFFERENT: usize = 6;
/// A row of letters that is longer was typed, not made up at random.
const LONGEST_ROW: usize = 5;
/// What is written where a secret is still to come.
const WORDS: [&str; 8] = [
    "secret", "webhook", "password", "passwd", "change", "example", "toss", "qwert",
];

/// Notes what should not be used.
pub(super) fn look_at(layers: &Layers, faults: &mut Faults) {
    let single = layers.toss_secret_key_file.as_deref();
    let single = single.map(|path| ("TOSS_SECRET_KEY_FILE".to_owned(), path));
    let several = layers.merchants.iter().enumerate();
    let several = several.filter_map(|(index, merchant)| {
        let path = merchant.secret_key_file.as_deref()?;
        Some((
            format!("secret_key_file of merchant number {}", index + 1),
            path,
        ))
    });
    for (setting, path) in single.into_iter().chain(several) {
        let about = std::fs::metadata(path);
        // What cannot be looked at cannot be read either, which is told elsewhere.
        if about
            .is_ok_and(|about| about.is_file() && about.permissions().mode() & WORLD_READABLE != 0)
        {
            faults.add(SettingError::new(format!(
                "{setting}: {path:?} can be read by everybody on this machine: take that right away, such as by chmod 600"
            )));
        }
    }
    // One that cannot be used has been told of.
    let secret = layers.webhook_secret.as_deref();
    let secret = secret.filter(|secret| super::is_webhook_secret(secret));
    if secret.is_some_and(can_be_guessed) {
        faults.add(SettingError::new(
            "WEBHOOK_SECRET can be guessed: make one up at random, such as by openssl rand -hex 32",
        ));
    }
}

/// Whether a text was typed by a person, as far as can be seen.
fn can_be_guessed(secret: &str) -> bool {
    let small = secret.to_ascii_lowercase();
    let letters = small.as_bytes();
    let mut different = letters.to_vec();
    different.sort_unstable();
    different.dedup();
    let repeats = (1..=letters.len() / 2).any(|period| {
        letters
            .iter()
            .zip(&letters[period..])
            .all(|(one, two)| one == two)
    });
    different.len() < FEWEST_DIFFERENT
        || repeats
        || longest_row(letters) > LONGEST_ROW
        || WORDS.iter().any(|word| small.contains(word))
}

/// The longest stretch of letters each of which is the one before, or the next in the alphabet.
fn longest_row(letters: &[u8]) -> usize {
    let mut longest = 0;
    for step in [0, 1] {
        let mut row = 1;
        for pair in letters.windows(2) {
            let goes_on = matches!(pair, [one, two] if one.wrapping_add(step) == *two);
            row = if goes_on { row + 1 } else { 1 };
            longest = longest.max(row);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_types_is_told_from_what_chance_makes() {
        for typed in [
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "k7Qz2m9xk7Qz2m9x",
            "0123456789abcdef",
            "my-webhook-hook1",
            "s3cr3t-passwordX",
            "zzzzzzk4Lm2Pq9Rt",
            "CHANGE-me-later1",
        ] {
            assert!(can_be_guessed(typed), "{typed}");
        }
        for made in [
            "9f86d081884c7d65",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "k7Qz2m9xT4vLw8Rb",
            "aaaaak4Lm2Pq9Rtz",
            "Zm9vYmFyYmF6cXV4-_",
        ] {
            assert!(!can_be_guessed(made), "{made}");
        }
    }

    #[test]
    fn a_key_that_everybody_can_read_is_told_and_one_that_the_group_can_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "x").unwrap();
        let told = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let layers = Layers {
                toss_secret_key_file: Some(path.to_str().unwrap().to_owned()),
                ..Layers::default()
            };
            let mut faults = Faults::default();
            look_at(&layers, &mut faults);
            faults.into_each().len()
        };
        assert_eq!((told(0o644), told(0o640), told(0o600)), (1, 0, 0));
    }
}
