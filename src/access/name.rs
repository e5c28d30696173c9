//! What tokens and their owners may be called: names are read by people in the records of cancels, so that no new one may be
//! taken for another.

use thiserror::Error;

/// Acts in the audit log where no person does.
pub const PROGRAM: &str = "toss-recon";

/// The longest name, in characters.
const LONGEST: usize = 63;

/// Which of a token's two names is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The token.
    Name,
    /// The person or system that it stands for.
    Owner,
}

impl Named {
    /// The name of the option.
    const fn option(self) -> &'static str {
        match self {
            Self::Name => "--name",
            Self::Owner => "--owner",
        }
    }
}

/// What a name or an owner must look like.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "it must have 1 to {LONGEST} of the characters a-z, 0-9, '.', '_', '@' and '-', and begin with a letter or digit"
)]
pub struct OutsideAlphabet;

/// Why a new token may not be called so.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NameRefused {
    /// It can be taken for the program, which stands in the audit log itself.
    #[error(
        "{} {text:?} can be taken for {PROGRAM}, as which this program acts in the audit log: choose another",
        which.option()
    )]
    Reserved {
        /// Which of the two.
        which: Named,
        /// As it was given.
        text: String,
    },
    /// It can be taken for a token that stands for somebody else.
    #[error(
        "--name {name:?} can be taken for the token {existing:?} of the owner {owner:?}: choose another name, or give --owner {owner} if both stand for the same"
    )]
    NameLooksLike {
        /// As it was given.
        name: String,
        /// The token of before, perhaps revoked.
        existing: String,
        /// Whose it is.
        owner: String,
    },
    /// It can be taken for another owner.
    #[error(
        "--owner {owner:?} can be taken for the owner {existing:?}: give --owner {existing} if they are the same, or choose one that differs more"
    )]
    OwnerLooksLike {
        /// As it was given, or the name where none was.
        owner: String,
        /// The owner of before.
        existing: String,
    },
}

/// Takes a text as a name or an owner.
///
/// # Errors
/// [`OutsideAlphabet`] where it is not one by its characters alone.
pub fn checked_name(text: &str) -> Result<String, OutsideAlphabet> {
    let is_inside =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._@-".contains(&byte);
    let begins_well = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if begins_well && text.len() <= LONGEST && text.bytes().all(is_inside) {
        Ok(text.to_owned())
    } else {
        Err(OutsideAlphabet)
    }
}

/// Whether a new token of that name may be made for that owner, beside the tokens that there are, revoked ones too, each as
/// (name, owner). Those of before stand as they are, and owners of before may have more. A name that is taken to the letter is for whoever keeps the names.
///
/// # Errors
/// [`NameRefused`] with the name that it can be taken for.
pub fn check_new_name(
    name: &str,
    owner: &str,
    existing: &[(&str, &str)],
) -> Result<(), NameRefused> {
    for (which, text) in [(Named::Name, name), (Named::Owner, owner)] {
        if look_alike(text, PROGRAM) {
            let text = text.to_owned();
            return Err(NameRefused::Reserved { which, text });
        }
    }
    let is_new = existing.iter().all(|(_, other)| *other != owner);
    for &(other_name, other_owner) in existing {
        if owner == other_owner {
            continue;
        }
        if name != other_name && look_alike(name, other_name) {
            return Err(NameRefused::NameLooksLike {
                name: name.to_owned(),
                existing: other_name.to_owned(),
                owner: other_owner.to_owned(),
            });
        }
        if is_new && look_alike(owner, other_owner) {
            return Err(NameRefused::OwnerLooksLike {
                owner: owner.to_owned(),
                existing: other_owner.to_owned(),
            });
        }
    }
    Ok(())
}

/// Whether a person may take one for the other.
fn look_alike(one: &str, other: &str) -> bool {
    seen(one).eq(seen(other))
}

/// A name as an eye that passes over it sees it.
fn seen(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter_map(|c| match c {
        '.' | '_' | '-' | '@' => None,
        '0' => Some('o'),
        '1' | 'i' => Some('l'),
        other => Some(other),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_a_small_alphabet_and_not_too_long() {
        let longest = "a".repeat(LONGEST);
        let cases = [
            ("a", true),
            ("7", true),
            ("fe-2026a", true),
            ("kim.y_h@shop-1", true),
            (longest.as_str(), true),
            (&format!("{longest}a"), false),
            ("", false),
            ("-a", false),
            (".a", false),
            ("_a", false),
            ("@a", false),
            ("Kim", false),
            ("front end", false),
            (" a", false),
            ("a\n", false),
            ("kim\u{200b}", false),
            ("영희", false),
            ("kím", false),
            ("a/b", false),
            ("a:b", false),
        ];
        for (text, is_name) in cases {
            assert_eq!(checked_name(text).is_ok(), is_name, "{text:?}");
        }
    }

    #[test]
    fn a_new_name_is_refused_where_it_can_be_taken_for_somebody_elses() {
        let existing = [
            ("kim", "kim"),
            ("fe-2026a", "fe"),
            ("lee.ops", "lee"),
            ("영희", "영희"),
        ];
        let free = [
            ("fe-2026b", "fe"),
            ("fe2026a", "fe"),
            ("k1m", "kim"),
            ("kimm", "kimm"),
            ("kin", "kin"),
            ("fe-2026c", "fe-2026c"),
            ("park", "lee"),
            // Taken to the letter: another error, of whoever keeps the names.
            ("fe-2026a", "park"),
        ];
        for (name, owner) in free {
            assert_eq!(
                check_new_name(name, owner, &existing),
                Ok(()),
                "{name} {owner}"
            );
        }
        let names = [
            ("k1m", "park", "kim"),
            ("k-i.m", "park", "kim"),
            ("klm", "klm", "kim"),
            ("fe_2o26a", "park", "fe-2026a"),
            ("lee0ps", "lee2", "lee.ops"),
        ];
        for (name, owner, like) in names {
            let refused = check_new_name(name, owner, &existing);
            let Err(NameRefused::NameLooksLike { existing, .. }) = &refused else {
                panic!("{name} {owner}: {refused:?}");
            };
            assert_eq!(existing, like);
        }
        for (name, owner, like) in [
            ("a", "k1m", "kim"),
            ("a", "f-e", "fe"),
            ("a", "l.ee", "lee"),
        ] {
            let refused = NameRefused::OwnerLooksLike {
                owner: owner.to_owned(),
                existing: like.to_owned(),
            };
            assert_eq!(check_new_name(name, owner, &existing), Err(refused));
        }
    }

    #[test]
    fn owners_of_before_that_look_alike_may_still_have_new_tokens() {
        let existing = [("kim", "kim"), ("k1m", "k1m")];
        assert_eq!(check_new_name("kim-2027", "kim", &existing), Ok(()));
        assert!(check_new_name("kim-2027", "kirn", &existing).is_ok());
        assert!(check_new_name("a", "ki-m", &existing).is_err());
    }

    #[test]
    fn the_programs_own_name_is_nobodys() {
        for text in ["toss-recon", "tossrecon", "t0ss.rec0n"] {
            let reserved = |which| {
                let text = text.to_owned();
                Err(NameRefused::Reserved { which, text })
            };
            assert_eq!(check_new_name(text, "kim", &[]), reserved(Named::Name));
            assert_eq!(check_new_name("kim", text, &[]), reserved(Named::Owner));
        }
        assert_eq!(check_new_name("toss-recon-fe", "toss", &[]), Ok(()));
    }

    #[test]
    fn a_refusal_says_which_input_which_other_name_and_what_to_do() {
        let refused = check_new_name("k1m", "park", &[("kim", "kim")]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "--name \"k1m\" can be taken for the token \"kim\" of the owner \"kim\": choose another name, or give --owner kim if both stand for the same"
        );
    }
}
