//! The mark at the end of a cancel's reason: Toss gives the reason back with the cancel, so that a cancel which carries the
//! mark of a request is proved to be that request's.

use std::fmt;

const OPENING: &str = " [CR:";
const CLOSING: &str = "]";
const DIGITS: usize = 8;

/// The mark of one request, such as ` [CR:0a1b2c3d]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CancelMark(String);

impl CancelMark {
    /// How many characters a mark adds to a reason.
    pub const LENGTH: usize = OPENING.len() + DIGITS + CLOSING.len();

    /// The mark of the request with this id: the last hexadecimal digits of a UUID, which are random. It has to tell apart
    /// the cancels of one payment only.
    pub fn of_request(id: &str) -> Self {
        let mut digits: Vec<char> = id
            .chars()
            .rev()
            .filter(char::is_ascii_hexdigit)
            .map(|digit| digit.to_ascii_lowercase())
            .chain(std::iter::repeat('0'))
            .take(DIGITS)
            .collect();
        digits.reverse();
        let digits: String = digits.into_iter().collect();
        Self(format!("{OPENING}{digits}{CLOSING}"))
    }

    /// A mark as it was recorded.
    pub fn recorded(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The reason as it is sent to Toss.
    pub fn appended_to(&self, reason: &str) -> String {
        format!("{reason}{self}")
    }

    /// Whether a reason that Toss gave back carries this mark.
    pub fn is_on(&self, reason: &str) -> bool {
        reason.trim_end().ends_with(&self.0)
    }
}

impl fmt::Display for CancelMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CancelMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CancelMark({:?})", self.0)
    }
}

/// The reason as it was given, without a mark at its end, be it whose it may.
pub fn without_mark(reason: &str) -> &str {
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let given = reason
        .trim_end()
        .strip_suffix(CLOSING)
        .and_then(|rest| rest.split_at_checked(rest.len().checked_sub(DIGITS)?))
        .filter(|(_, digits)| digits.bytes().all(is_digit))
        .and_then(|(rest, _)| rest.strip_suffix(OPENING));
    given.unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019ab3de-1f00-7abc-8def-0123456789AB";

    #[test]
    fn a_mark_is_the_end_of_the_id_and_comes_off_again() {
        let mark = CancelMark::of_request(ID);
        assert_eq!(mark.to_string(), " [CR:456789ab]");
        let sent = mark.appended_to("고객 변심");
        assert_eq!(sent, "고객 변심 [CR:456789ab]");
        assert!(mark.is_on(&sent));
        assert_eq!(without_mark(&sent), "고객 변심");
        let length = sent.chars().count() - "고객 변심".chars().count();
        assert_eq!(length, CancelMark::LENGTH);
    }

    #[test]
    fn a_short_id_has_a_mark_too() {
        assert_eq!(CancelMark::of_request("7").to_string(), " [CR:00000007]");
    }

    #[test]
    fn only_the_requests_own_mark_at_the_end_is_on_a_reason() {
        let mark = CancelMark::of_request(ID);
        for (reason, expected) in [
            ("r [CR:456789ab]", true),
            ("r [CR:456789ab]  ", true),
            (" [CR:456789ab]", true),
            ("r [CR:456789ac]", false),
            ("r [CR:456789ab] again", false),
            ("r[CR:456789ab]", false),
            ("r", false),
            ("", false),
        ] {
            assert_eq!(mark.is_on(reason), expected, "{reason:?}");
        }
    }

    #[test]
    fn what_is_not_quite_a_mark_stays() {
        for reason in [
            "r [CR:456789a]",
            "r [CR:456789AB]",
            "r [CR:456789ag]",
            "r [CR:456789ab",
            "r (CR:456789ab)",
            "r[CR:456789ab]",
            "가나다라]",
            "]",
            "",
        ] {
            assert_eq!(without_mark(reason), reason, "{reason:?}");
        }
        // One mark was appended, one is taken off.
        assert_eq!(
            without_mark("r [CR:00000001] [CR:00000002]"),
            "r [CR:00000001]"
        );
    }
}
