//! Texts that are JSON by its grammar and yet no text: an escape that is half of a character, as programs leave it behind
//! that cut texts in the middle of an emoji.

use std::borrow::Cow;

/// Stands for what is no character.
const REPLACEMENT: &str = "\\ufffd";
/// `\u` and four digits.
const ESCAPE: usize = 6;

/// The JSON with every escaped half of a character replaced by the escape of U+FFFD. All other bytes stay as they are.
pub(super) fn whole_characters(json: &str) -> Cow<'_, str> {
    if !may_have_halves(json) {
        return Cow::Borrowed(json);
    }
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (written, length) = match (unit(escape), escape.get(ESCAPE..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (None, 2 * ESCAPE),
            (Some(0xD800..=0xDFFF), _) => (Some(REPLACEMENT), ESCAPE),
            (Some(_), _) => (None, ESCAPE),
            // Any other escape is two characters, the second of which may be a backslash.
            (None, _) => {
                let second = escape.chars().nth(1).map_or(0, char::len_utf8);
                (None, 1 + second)
            }
        };
        let (escape, after) = escape.split_at(length);
        whole.push_str(written.unwrap_or(escape));
        rest = after;
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// Whether anything looks like the escape of a half. Nearly nothing does.
fn may_have_halves(json: &str) -> bool {
    json.as_bytes()
        .windows(3)
        .any(|bytes| matches!(bytes, [b'\\', b'u', b'd' | b'D']))
}

/// The UTF-16 unit that a text begins with the escape of.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_plain.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::whole_characters;

    #[test]
    fn half_a_character_becomes_one_that_stands_for_none() {
        for (json, whole) in [
            (r#""취소 \ud83d""#, r#""취소 \ufffd""#),
            (r#""\uD83D!""#, r#""\ufffd!""#),
            (r#""\ude00""#, r#""\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\ud83d\u0041""#, r#""\ufffd\u0041""#),
            (r#""\ud83d\n""#, r#""\ufffd\n""#),
        ] {
            assert_eq!(whole_characters(json), whole, "{json}");
        }
    }

    #[test]
    fn whole_characters_and_texts_that_look_like_escapes_stay() {
        for json in [
            r#""\ud83d\ude00""#,
            r#""\uD83D\uDE00""#,
            r#""\\ud83d""#,
            r#""\ud7ff \ue000""#,
            r#""\ud83"#,
            "\"\\",
            "\"\\ud83\u{d55c}\"",
        ] {
            assert_eq!(whole_characters(json), json);
        }
    }
}
