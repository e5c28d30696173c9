//! A look at a document's text before the parser sees it: how long, how many tokens, how many brackets open at once. The parser
//! allocates for each token and recurses for each bracket, hundreds of levels deep before its own limit stops it; this does neither.

use super::guard::TooComplex;
use crate::http::limits::DocumentLimits;

/// What the text consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    /// Names, numbers, strings and punctuators.
    pub(super) count: usize,
    /// Places where a variable is declared or used.
    pub(super) variables: usize,
}

/// Counts the tokens of `text`.
///
/// # Errors
/// Over the limits, or with a string that does not end (which the parser would try to read in another way).
pub(super) fn count(text: &str, limits: &DocumentLimits) -> Result<Tokens, TextRefused> {
    if text.len() > limits.text_bytes {
        return Err(TooComplex::Text(limits.text_bytes).into());
    }
    let mut rest = text.as_bytes();
    let mut tokens = Tokens::default();
    let mut open_brackets = 0_usize;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b',' | b'\n' | b'\r' => {
                rest = after;
                continue;
            }
            b'#' => {
                rest = skip_while(after, |byte| byte != b'\n' && byte != b'\r');
                continue;
            }
            b'"' => after_string(rest).ok_or(TextRefused::UnendingString)?,
            b'{' | b'[' | b'(' => {
                open_brackets += 1;
                after
            }
            b'}' | b']' | b')' => {
                open_brackets = open_brackets.saturating_sub(1);
                after
            }
            b'$' => {
                tokens.variables += 1;
                after
            }
            byte if is_word(byte) => skip_while(after, is_word),
            _ => after,
        };
        tokens.count += 1;
        if tokens.count > limits.tokens {
            return Err(TooComplex::Tokens(limits.tokens).into());
        }
        if open_brackets > limits.open_brackets {
            return Err(TooComplex::Brackets(limits.open_brackets).into());
        }
    }
    Ok(tokens)
}

/// Why a text is not worth parsing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TextRefused {
    #[error(transparent)]
    TooComplex(#[from] TooComplex),
    #[error("a string in the document has no end")]
    UnendingString,
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip_while(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|&byte| !belongs(byte));
    bytes.get(end.unwrap_or(bytes.len())..).unwrap_or_default()
}

/// What follows the string that `bytes` begins with.
fn after_string(bytes: &[u8]) -> Option<&[u8]> {
    if let Some(mut rest) = bytes.strip_prefix(br#"""""#) {
        loop {
            if let Some(after) = rest.strip_prefix(br#"""""#) {
                return Some(after);
            }
            rest = match rest.strip_prefix(br#"\""""#) {
                Some(after) => after,
                None => rest.split_first()?.1,
            };
        }
    }
    let mut rest = bytes.strip_prefix(b"\"")?;
    loop {
        rest = match rest {
            [b'"', after @ ..] => return Some(after),
            [b'\n' | b'\r', ..] | [] => return None,
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Result<Tokens, TextRefused> {
        count(text, &DocumentLimits::STANDARD)
    }

    fn tokens(text: &str) -> usize {
        counted(text).expect("within the limits").count
    }

    #[test]
    fn tokens_are_counted_as_the_language_has_them() {
        let cases = [
            ("", 0),
            (" ,\t\r\n# only { a comment\n", 0),
            ("{ a }", 3),
            ("query Q($k: String!) { p(key: $k) { amount } }", 21),
            (r#"{ a(t: "no \" { bracket") }"#, 8),
            (r#"{ a(t: """no { "bracket" \""" { here""") }"#, 8),
            (r#"{ a(t: "") }"#, 8),
            (r#"{ a(t: "\\") b }"#, 9),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_open_nothing() {
        let deep = "{[(".repeat(100);
        assert!(counted(&format!("{{ a(t: \"{deep}\") }} # {deep}")).is_ok());
        assert!(counted(&format!("{{ a(t: \"\"\"{deep}\"\"\") }}")).is_ok());
        assert_eq!(
            counted(&format!("# a comment ends with its line\n{deep}")),
            Err(TooComplex::Brackets(48).into())
        );
        assert_eq!(
            counted(&format!("# also at a carriage return\r{deep}")),
            Err(TooComplex::Brackets(48).into())
        );
    }

    #[test]
    fn as_many_brackets_as_allowed_may_be_open_and_not_one_more() {
        for open in ["{", "[", "("] {
            assert!(counted(&open.repeat(48)).is_ok());
            assert_eq!(
                counted(&open.repeat(49)),
                Err(TooComplex::Brackets(48).into())
            );
        }
        assert!(counted(&"{}".repeat(3_000)).is_ok());
    }

    #[test]
    fn a_string_without_an_end_hides_nothing_from_the_count() {
        // The parser would read the first as an empty string, a string and then the brackets.
        for text in [
            format!("\"\"\"x\" {}", "[".repeat(100)),
            "{ a(t: \"x\n\") }".to_owned(),
            "{ a(t: \"".to_owned(),
            "{ a(t: \"\\".to_owned(),
        ] {
            assert_eq!(counted(&text), Err(TextRefused::UnendingString), "{text}");
        }
    }

    #[test]
    fn long_texts_and_many_tokens_are_refused_and_near_misses_are_not() {
        let at_most = DocumentLimits::STANDARD;
        assert!(counted(&" ".repeat(at_most.text_bytes)).is_ok());
        assert_eq!(
            counted(&" ".repeat(at_most.text_bytes + 1)),
            Err(TooComplex::Text(at_most.text_bytes).into())
        );
        assert!(counted(&"a ".repeat(at_most.tokens)).is_ok());
        assert_eq!(
            counted(&"a ".repeat(at_most.tokens + 1)),
            Err(TooComplex::Tokens(at_most.tokens).into())
        );
    }

    #[test]
    fn uses_of_variables_are_counted() {
        let text = "query($a: Int, $b: Int) { x(a: $a, b: $b, c: \"$no\") } # $no";
        assert_eq!(counted(text).expect("fits").variables, 4);
    }
}
